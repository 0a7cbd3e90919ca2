package recipe

import (
	"context"
	"fmt"
	"slices"

	"github.com/org/artnn/measure"
	"github.com/org/artnn/models"
)

// Likeness is how generated pictures lie among those of a folder. If they are
// much nearer to the folder than its pictures are to each other, they are copies;
// if much farther, not yet of the kind. If they are much nearer to each other, the
// generator knows only a few. Sliced Wasserstein distances say how far the whole of
// them is from the folder.
type Likeness struct {
	Generated, Folder int // pictures

	// Medians of the distance to the most similar picture: root mean square
	// difference in shades of 255.
	FolderToFolder, GeneratedToFolder, GeneratedToGenerated float64

	// Mean scores of the discriminator, where Judged says that there is one.
	Judged                      bool
	FolderScore, GeneratedScore float64

	// Sliced Wasserstein distances to Compared pictures of the folder: of as many
	// generated ones, and of as many others of the folder. The latter is what is due
	// to their number, so the former means something only beside it.
	Compared                            int
	GeneratedDistances, FolderDistances measure.Distances
}

// Compare generates at most n pictures and compares them with those of a folder.
//
// Errors: a folder that is not there, has fewer than three pictures, or those of
// another number of channels; an ended context.
func Compare(ctx context.Context, gan *models.GAN, dir string, n int, seed uint64) (Likeness, error) {
	images, err := picturesFor(ctx, dir, gan.Size())
	switch {
	case err != nil:
		return Likeness{}, err
	case images.Len() < 3:
		return Likeness{}, fmt.Errorf("%s: at least 3 pictures are needed to compare with, the folder has %d", dir, images.Len())
	}
	cfg := gan.Size()
	n = min(n, images.Len())
	size := cfg.Channels * cfg.Height * cfg.Width
	all := make([][]float32, images.Len())
	for i := range all {
		all[i] = images.At(i)
	}
	generated := gan.Generate(n, seed)
	fake := rows(generated, size)
	real := make([][]float32, n)
	for i, at := range spaced(len(all), n) {
		real[i] = all[at]
	}
	l := Likeness{Generated: n, Folder: images.Len()}
	if gan.Discriminator != nil { // a file for inference has none
		l.Judged, l.FolderScore, l.GeneratedScore = true, mean(gan.Score(slices.Concat(real...))), mean(gan.Score(generated))
	}
	for _, m := range []struct {
		median    *float64
		of, among [][]float32
	}{{&l.FolderToFolder, real, all}, {&l.GeneratedToFolder, fake, all}, {&l.GeneratedToGenerated, fake, fake}} {
		if ctx.Err() != nil {
			return Likeness{}, ctx.Err()
		}
		_, distances := measure.Nearest(m.of, m.among)
		*m.median = toShades(median(distances), size)
	}
	sliced := measure.SlicedWasserstein{Channels: cfg.Channels, Height: cfg.Height, Width: cfg.Width, Seed: seed}
	l.GeneratedDistances, l.FolderDistances = measure.Compare(all, fake, seed, func(real, other [][]float32) (d measure.Distances) {
		if ctx.Err() == nil {
			l.Compared, d = len(real), sliced.Distance(real, other)
		}
		return d
	})
	return l, ctx.Err()
}
