package main

import (
	"context"
	"fmt"
	"image"

	"github.com/org/artnn/cmd/artnn/internal/visible"
	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/measure"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe"
)

// pairs writes a sheet of pictures, each beside the most similar one of a folder.
func (c *generateImage) pairs(ctx context.Context, con *console, gan *models.GAN, made toBeMade, o data.GridOptions) error {
	var features measure.Features
	var network string
	if c.byFeatures() {
		n, name, err := c.network()
		if err != nil {
			return err
		}
		if features, err = measure.NetworkFeatures(n, c.view(gan.Size())); err != nil {
			return err
		}
		network = name
	}
	pixels, err := made.pixels(ctx, gan)
	if err != nil {
		return err
	}
	found, err := recipe.Nearest(ctx, gan, pixels, c.Nearest, features)
	switch {
	case ctx.Err() != nil:
		return errInterrupted
	case err != nil:
		return err
	}
	size := gan.Size()
	inside := data.GridOptions{Columns: 2, Scale: o.Scale, Smooth: o.Smooth, Padding: -1}
	var pairs []image.Image
	for i, m := range data.ToImages(pixels, size.Channels, size.Height, size.Width) {
		pairs = append(pairs, data.GridOf([]image.Image{m, found.Of[i].Picture}, inside))
	}
	if err := c.write(con, data.GridOf(pairs, data.GridOptions{Columns: o.Columns, Padding: 4}), made); err != nil {
		return err
	}
	if err := tellNearest(con, found, made.places, features != nil); err != nil {
		return err
	}
	beside := fmt.Sprintf("%s: %s, each beside the nearest of %s in %s", c.Out, words.Count(len(found.Of), "picture"), words.Count(found.Folder, "picture"), c.Nearest)
	usual := fmt.Sprintf("%.1f", found.FolderToFolder)
	if features == nil {
		con.say("%s; distances are root mean square differences in shades of 255\n", beside)
	} else {
		con.say("%s by the features of %s; distances are of these, and root mean square differences in shades of 255\n", beside, network)
		usual = fmt.Sprintf("%.3g in features, and by pixels %s in shades", found.FeatureFolderToFolder, usual)
	}
	if found.Folder > 1 {
		con.say("In the folder, the median from a picture to the nearest other one is %s: what is much nearer is a copy.\n", usual)
	}
	return nil
}

// tellNearest lists pictures with the nearest of each and the distances.
func tellNearest(con *console, found recipe.NearestPictures, places []int, features bool) error {
	w := con.cells()
	if features {
		fmt.Fprintf(w, "picture\tin features\tin shades\tnearest\n")
	} else {
		fmt.Fprintf(w, "picture\tdistance\tnearest\n")
	}
	for i, n := range found.Of[:min(len(found.Of), mostLines)] {
		fmt.Fprintf(w, "%d\t", places[i]+1)
		if features {
			fmt.Fprintf(w, "%.3g\t", n.FeatureDistance)
		}
		fmt.Fprintf(w, "%.1f\t%s\n", n.Distance, visible.Line(n.File))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if more := len(found.Of) - mostLines; more > 0 {
		con.printf("… and %d more\n", more)
	}
	return nil
}
