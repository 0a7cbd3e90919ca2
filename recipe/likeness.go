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
// generator knows only a few. Distances of whole sets say how far all of them together
// are from the folder.
type Likeness struct {
	Generated, Folder int // pictures

	// Pixels are in shades of 255, the root mean square difference; Features are
	// Euclidean distances of features, nil without a network.
	Pixels   Similar
	Features *Similar

	// ToldApart is the share of pairs of a picture of the folder and a generated one in
	// which the discriminator finds the former more real, where Judged says that there is
	// one. ½ is guessing, and NaN says that the discriminator's weights are so large that
	// its logits are not numbers.
	Judged    bool
	ToldApart float64

	// Distances to Compared pictures of the folder: of as many generated ones, and of
	// as many others of the folder. The latter is what is due to their number, so the
	// former means something only beside it.
	Compared                            int
	GeneratedDistances, FolderDistances measure.Distances
	// Of features; nil without a network, or with fewer than eight pictures.
	GeneratedSets, FolderSets *SetDistances
}

// Similar are medians of the distance to the most similar picture.
type Similar struct {
	FolderToFolder, GeneratedToFolder, GeneratedToGenerated float64
}

// SetDistances say how far two sets of features are from each other.
type SetDistances struct {
	Frechet      float64 // see [measure.Frechet]: biased, by the number of pictures
	Extrapolated float64 // see [measure.ExtrapolatedFrechet]
	Kernel       float64 // see [measure.Kernel]
	// Overlap is by three neighbours.
	measure.Overlap
}

// Comparing says how [Compare] compares.
type Comparing struct {
	Pictures int    // to generate and compare with, at most; default 256
	Seed     uint64 // of the generated pictures, and of all that is chosen at random
	// Network is one whose features measure pictures, such as that of
	// models/pretrained; nil leaves those measures out.
	Network measure.Network
	Place   string // of the features in the network; default its last
}

const (
	comparedPictures = 256
	// fewestFeatures are enough for [measure.ExtrapolatedFrechet].
	fewestFeatures = 8
	// overlapNeighbours are those of the paper of precision and recall.
	overlapNeighbours = 3
)

// Compare generates pictures and compares them with those of a folder.
//
// Errors: a folder that is not there, has fewer than three pictures, or those of
// another number of channels; a network without the place; an ended context.
func Compare(ctx context.Context, gan *models.GAN, dir string, o Comparing) (Likeness, error) {
	setDefault(&o.Pictures, comparedPictures)
	cfg := gan.Size()
	var features measure.Features
	if o.Network != nil {
		var err error
		features, err = measure.NetworkFeatures(o.Network, measure.View{Channels: cfg.Channels, Height: cfg.Height, Width: cfg.Width, Place: o.Place})
		if err != nil {
			return Likeness{}, err
		}
	}
	images, err := picturesFor(ctx, dir, cfg)
	if err != nil {
		return Likeness{}, err
	}
	if images.Len() < 3 {
		return Likeness{}, fmt.Errorf("%s: at least 3 pictures are needed to compare with, the folder has %d", dir, images.Len())
	}
	n := min(o.Pictures, images.Len())
	size := cfg.Channels * cfg.Height * cfg.Width
	fake, err := drawn(ctx, gan, n, o.Seed)
	if err != nil {
		return Likeness{}, err
	}
	l := Likeness{Generated: n, Folder: images.Len()}
	if gan.Discriminator != nil { // a file for inference has none
		real, err := logits(ctx, gan, measure.Pick(images, size, measure.Spaced(images.Len(), n)))
		if err != nil {
			return Likeness{}, err
		}
		made, err := logits(ctx, gan, fake)
		if err != nil {
			return Likeness{}, err
		}
		l.Judged, l.ToldApart = true, measure.AUC(real, made)
	}
	if l.Pixels, err = similar(ctx, fake, images, toShades(1, size)); err != nil {
		return Likeness{}, err
	}
	sliced := measure.SlicedWasserstein{Channels: cfg.Channels, Height: cfg.Height, Width: cfg.Width, Seed: o.Seed}
	l.GeneratedDistances, l.FolderDistances, err = measure.Compare(ctx, images, fake, o.Seed, func(ctx context.Context, real, other [][]float32) (measure.Distances, error) {
		l.Compared = len(real)
		return sliced.Distance(ctx, real, other)
	})
	if err != nil || features == nil {
		return l, err
	}
	return l, l.compareFeatures(ctx, features, images, fake, o.Seed)
}

// drawn are the pictures that [models.GAN.Generate] makes.
func drawn(ctx context.Context, gan *models.GAN, n int, seed uint64) (pictures [][]float32, err error) {
	latents := gan.Latents(n, models.Draw{Seed: seed})
	size := gan.Size()
	pixels, err := Decode(ctx, gan, latents)
	if err != nil {
		return nil, err
	}
	return rows(pixels, size.Channels*size.Height*size.Width), nil
}

// logits are the discriminator's of pictures.
func logits(ctx context.Context, gan *models.GAN, pictures [][]float32) (all []float32, err error) {
	for part := range slices.Chunk(pictures, togetherDrawn) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		all = append(all, gan.Logits(slices.Concat(part...))...)
	}
	return all, nil
}

// compareFeatures fills in what features say.
func (l *Likeness) compareFeatures(ctx context.Context, features measure.Features, images measure.Set, fake [][]float32, seed uint64) error {
	vectors, err := features.OfSet(ctx, images, len(fake[0]))
	if err != nil {
		return err
	}
	all := measure.Vectors(vectors)
	if fake, err = features.Of(ctx, fake); err != nil {
		return err
	}
	near, err := similar(ctx, fake, all, 1)
	if err != nil {
		return err
	}
	l.Features = &near
	if l.Compared < fewestFeatures {
		return nil
	}
	made, own, err := measure.Compare(ctx, all, fake, seed, func(ctx context.Context, real, other [][]float32) (SetDistances, error) {
		return setDistances(ctx, real, other, seed)
	})
	l.GeneratedSets, l.FolderSets = &made, &own
	return err
}

// setDistances measures two sets of features.
func setDistances(ctx context.Context, real, other [][]float32, seed uint64) (d SetDistances, err error) {
	d.Frechet = measure.Frechet(real, other)
	if d.Extrapolated, err = measure.ExtrapolatedFrechet(ctx, real, other, seed); err != nil {
		return d, err
	}
	if d.Kernel, err = measure.Kernel(ctx, real, other); err != nil {
		return d, err
	}
	d.Overlap, err = measure.ByNeighbours(ctx, real, other, overlapNeighbours)
	return d, err
}

// similar finds the most similar of generated pictures, and of as many of a folder, and
// scales the distances.
func similar(ctx context.Context, fake [][]float32, all measure.Set, scale float64) (s Similar, err error) {
	own := measure.Spaced(all.Len(), len(fake))
	for _, m := range []struct {
		median *float64
		find   func() (indices []int, distances []float64, err error)
	}{
		{&s.FolderToFolder, func() ([]int, []float64, error) {
			return measure.NearestIn(ctx, measure.Pick(all, len(fake[0]), own), own, all)
		}},
		{&s.GeneratedToFolder, func() ([]int, []float64, error) { return measure.NearestIn(ctx, fake, nil, all) }},
		{&s.GeneratedToGenerated, func() ([]int, []float64, error) { return measure.NearestContext(ctx, fake, fake) }},
	} {
		_, distances, err := m.find()
		if err != nil {
			return s, err
		}
		*m.median = median(distances) * scale
	}
	return s, nil
}
