package main

import (
	"context"
	"fmt"
	"image"

	"github.com/org/artnn/cmd/artnn/internal/visible"
	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe"
)

// pairs writes a sheet of pictures, each beside the most similar one of a folder.
func (c *generateImage) pairs(ctx context.Context, con *console, gan *models.GAN, made toBeMade, o data.GridOptions) error {
	pixels := made.picked(gan.Decode(made.latents))
	found, err := recipe.Nearest(ctx, gan, pixels, c.Nearest, nil)
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
	w := con.cells()
	fmt.Fprintf(w, "picture\tdistance\tnearest\n")
	for i, n := range found.Of[:min(len(found.Of), mostLines)] {
		fmt.Fprintf(w, "%d\t%.1f\t%s\n", made.places[i]+1, n.Distance, visible.Line(n.File))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if more := len(found.Of) - mostLines; more > 0 {
		con.printf("… and %d more\n", more)
	}
	con.say("%s: %s, each beside the nearest of %s in %s; distances are root mean square differences in shades of 255\n",
		c.Out, words.Count(len(found.Of), "picture"), words.Count(found.Folder, "picture"), c.Nearest)
	if found.Folder > 1 {
		con.say("In the folder, the median from a picture to the nearest other one is %.1f: what is much nearer is a copy.\n", found.FolderToFolder)
	}
	return nil
}
