package recipe

import (
	"context"
	"fmt"
	"image"
	"math"

	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/measure"
	"github.com/org/artnn/models"
)

// NearestPicture is the picture of a folder that is most similar to another.
type NearestPicture struct {
	File     string // within the folder
	Picture  image.Image
	Distance float64 // root mean square difference, in shades of 255
	// FeatureDistance is the distance of the features, if the most similar one was looked
	// for by them.
	FeatureDistance float64
}

// NearestPictures are the pictures of a folder that are most similar to generated ones.
type NearestPictures struct {
	Of     []NearestPicture // each generated picture
	Folder int              // pictures in the folder
	// FolderToFolder is the median distance of some pictures of the folder to the
	// most similar other one of it: a generated picture that is much nearer to one is
	// a copy. NaN where there is only one picture.
	FolderToFolder float64
}

// Nearest finds for each generated picture the most similar one of a folder, which is
// read and fitted as for the training: by the pixels or, where features are given, by
// those. Distances of pixels are given in any case.
//
// Shape: generated [n, channels, height, width], values in [−1, 1].
//
// Errors: a folder that is not there or has no picture, or pictures of another number
// of channels; an ended context.
func Nearest(ctx context.Context, gan *models.GAN, generated []float32, dir string, features measure.Features) (NearestPictures, error) {
	images, err := picturesFor(ctx, dir, gan.Size())
	if err != nil {
		return NearestPictures{}, err
	}
	all := make([][]float32, images.Len())
	for i := range all {
		all[i] = images.At(i)
	}
	size := len(all[0])
	fake := rows(generated, size)
	of, among, what := fake, all, "pixels"
	if features != nil {
		of, among, what = features.Of(fake), features.Of(all), "features"
	}
	indices, distances := measure.Nearest(of, among)
	n := NearestPictures{Folder: len(all), FolderToFolder: math.NaN()}
	for i, at := range indices {
		if at < 0 {
			return n, fmt.Errorf("%s of generated pictures or of the folder's are not finite", what)
		}
		found := NearestPicture{Picture: images.Image(at), Distance: shades(fake[i], all[at])}
		if images.Files != nil {
			found.File = images.Files[at]
		}
		if features != nil {
			found.FeatureDistance = distances[i]
		}
		n.Of = append(n.Of, found)
	}
	if ctx.Err() != nil || len(all) < 2 {
		return n, ctx.Err()
	}
	some := make([][]float32, min(len(all), comparedInFolder))
	for i, at := range spaced(len(all), len(some)) {
		some[i] = all[at]
	}
	_, inside := measure.Nearest(some, all)
	n.FolderToFolder = toShades(median(inside), size)
	return n, ctx.Err()
}

// comparedInFolder bounds the pictures of a folder whose neighbours in it are looked
// for.
const comparedInFolder = 256

// picturesFor reads a folder for a network that takes pictures of a size.
func picturesFor(ctx context.Context, dir string, size models.PictureSize) (*data.Images, error) {
	pictures, err := data.LoadImages(ctx, dir, data.ImageOptions{Width: size.Width, Height: size.Height, Gray: size.Channels == 1})
	switch {
	case err != nil:
		return nil, missing(err, dir, "folder")
	case pictures.Channels != size.Channels:
		return nil, fmt.Errorf("%s: its pictures have %s, the model's have %d", dir, words.Count(pictures.Channels, "channel"), size.Channels)
	}
	return pictures, nil
}

// toShades turns a distance of pictures with values in [−1, 1] into the root mean
// square difference in shades of 255.
func toShades(distance float64, size int) float64 { return distance / math.Sqrt(float64(size)) * 127.5 }

// shades is the root mean square difference of two pictures in shades of 255.
func shades(a, b []float32) float64 {
	squares := 0.0
	for i, v := range a {
		d := float64(v) - float64(b[i])
		squares += d * d
	}
	return toShades(math.Sqrt(squares), len(a))
}
