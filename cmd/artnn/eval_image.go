package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe"
)

var _ = addFamily(always[*models.GAN]("artnn generate image"), evalImages)

// fewKinds is by how much the recall of generated pictures is below that of the folder's
// own where their precision says little: a few pictures between all kinds, even gray
// noise, are near to some of them.
const fewKinds = 10

// evalImages compares generated pictures with a folder's.
func evalImages(ctx context.Context, c *evalCommand, gan *models.GAN, con *console) error {
	network, name, err := c.network()
	if err != nil {
		return err
	}
	n, seed := c.number()
	l, err := recipe.Compare(ctx, gan, c.Data, recipe.Comparing{Pictures: n, Seed: seed, Network: network, Place: c.Layer})
	switch {
	case err != nil && ctx.Err() != nil:
		return errInterrupted
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w; name one of pictures with --data", err)
	case err != nil:
		return err
	}
	t := con.table()
	t.line("pictures", "%d generated, %d of the folder", l.Generated, l.Folder)
	switch {
	case l.Judged && math.IsNaN(l.ToldApart):
		t.line("discriminator", "says nothing: its weights are so large that what it computes is not a number")
	case l.Judged:
		t.line("discriminator", "finds the folder's picture more real in %.0f %% of its pairs with generated ones; 50 %% is guessing", 100*l.ToldApart)
	}
	t.line("distance to the nearest", "median; in pixels, the root mean square difference in shades of 255; in features, those of %s", name)
	t.line("  folder to folder", "%.1f in pixels, %.3g in features", l.Pixels.FolderToFolder, l.Features.FolderToFolder)
	t.line("  generated to folder", "%.1f in pixels, %.3g in features", l.Pixels.GeneratedToFolder, l.Features.GeneratedToFolder)
	t.line("  generated to generated", "%.1f in pixels, %.3g in features", l.Pixels.GeneratedToGenerated, l.Features.GeneratedToGenerated)
	t.line("sliced Wasserstein", "distance times 1000 of %s to the folder, beside that of as many of the folder", words.Count(l.Compared, "picture"))
	for i, level := range l.GeneratedDistances.Levels {
		t.line(fmt.Sprintf("  at %d×%d", level.Width, level.Height), "%.1f beside %.1f", level.Distance, l.FolderDistances.Levels[i].Distance)
	}
	t.line("  mean", "%.1f beside %.1f", l.GeneratedDistances.Mean, l.FolderDistances.Mean)
	if made, own := l.GeneratedSets, l.FolderSets; made != nil {
		t.line("features", "of %s to the folder, beside those of as many of the folder", words.Count(l.Compared, "picture"))
		t.line("  Fréchet distance", "%.3g beside %.3g", made.Frechet, own.Frechet)
		t.line("  extrapolated", "%.3g beside %.3g, the Fréchet distance of infinitely many", made.Extrapolated, own.Extrapolated)
		t.line("  kernel distance", "%.3g beside %.3g, times 1000", 1000*made.Kernel, 1000*own.Kernel)
		kind := "the share that is of the folder's kind"
		if made.Recall < own.Recall/fewKinds {
			kind += "; of so few kinds it says little"
		}
		t.line("  precision", "%.2f beside %.2f, %s", made.Precision, own.Precision, kind)
		t.line("  recall", "%.2f beside %.2f, the share of the folder's kinds that is there", made.Recall, own.Recall)
	}
	return t.Flush()
}
