package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe"
)

var _ = addFamily("artnn generate image", evalImages)

// evalImages compares generated pictures with a folder's.
func evalImages(ctx context.Context, c *evalCommand, gan *models.GAN, con *console) error {
	l, err := recipe.Compare(ctx, gan, c.Data, c.N, c.Seed)
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
	if l.Judged {
		t.line("discriminator's score", "%.2f of the folder's, %.2f of generated ones; equal ones cannot be told apart", l.FolderScore, l.GeneratedScore)
	}
	t.line("distance to the nearest", "root mean square difference in shades of 255, the median")
	t.line("  folder to folder", "%.1f", l.FolderToFolder)
	t.line("  generated to folder", "%.1f", l.GeneratedToFolder)
	t.line("  generated to generated", "%.1f", l.GeneratedToGenerated)
	t.line("sliced Wasserstein", "distance times 1000 of %s to the folder, beside that of as many of the folder", words.Count(l.Compared, "picture"))
	for i, level := range l.GeneratedDistances.Levels {
		t.line(fmt.Sprintf("  at %d×%d", level.Width, level.Height), "%.1f beside %.1f", level.Distance, l.FolderDistances.Levels[i].Distance)
	}
	t.line("  mean", "%.1f beside %.1f", l.GeneratedDistances.Mean, l.FolderDistances.Mean)
	return t.Flush()
}
