package recipe

import (
	"context"
	"fmt"

	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
)

// Likeness is how generated pictures lie among those of a folder. If they are
// much nearer to the folder than its pictures are to each other, they are copies;
// if much farther, not yet of the kind. If they are much nearer to each other, the
// generator knows only a few.
type Likeness struct {
	Generated, Folder int // pictures

	// Medians of the distance to the most similar picture: root mean square
	// difference in shades of 255.
	FolderToFolder, GeneratedToFolder, GeneratedToGenerated float64

	// Mean scores of the discriminator, where Judged says that there is one.
	Judged                      bool
	FolderScore, GeneratedScore float64
}

// Compare generates at most n pictures and compares them with those of a folder.
//
// Errors: a folder that is not there, has fewer than three pictures, or those of
// another number of channels; an ended context.
func Compare(ctx context.Context, gan *models.GAN, dir string, n int, seed uint64) (Likeness, error) {
	cfg := gan.Size()
	images, err := data.LoadImages(ctx, dir, data.ImageOptions{Width: cfg.Width, Height: cfg.Height, Gray: cfg.Channels == 1})
	switch {
	case err != nil:
		return Likeness{}, missing(err, dir, "folder")
	case images.Channels != cfg.Channels:
		return Likeness{}, fmt.Errorf("%s: its pictures have %s, the model's have %d", dir, words.Count(images.Channels, "channel"), cfg.Channels)
	case images.Len() < 3:
		return Likeness{}, fmt.Errorf("%s: at least 3 pictures are needed to compare with, the folder has %d", dir, images.Len())
	}
	n = min(n, images.Len())
	size := cfg.Channels * cfg.Height * cfg.Width
	all := make([][]float32, images.Len())
	for i := range all {
		all[i] = images.At(i)
	}
	generated := gan.Generate(n, seed)
	fake := rows(generated, size)
	spread := spaced(len(all), n)
	var real []float32
	for _, i := range spread {
		real = append(real, all[i]...)
	}
	l := Likeness{Generated: n, Folder: images.Len()}
	if gan.Discriminator != nil { // a file for inference has none
		l.Judged, l.FolderScore, l.GeneratedScore = true, mean(gan.Score(real)), mean(gan.Score(generated))
	}
	toFolder, among, folder := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		if ctx.Err() != nil {
			return Likeness{}, ctx.Err()
		}
		toFolder[i] = nearest(fake[i], all, -1)
		among[i] = nearest(fake[i], fake, i)
		folder[i] = nearest(real[i*size:(i+1)*size], all, spread[i])
	}
	l.FolderToFolder, l.GeneratedToFolder, l.GeneratedToGenerated = median(folder), median(toFolder), median(among)
	return l, nil
}
