package recipe

import (
	"context"
	"fmt"
	"image"
	"math"

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
	// FeatureFolderToFolder is that of the features, NaN without any.
	FeatureFolderToFolder float64
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
	shape := gan.Size()
	size := shape.Channels * shape.Height * shape.Width
	fake := rows(generated, size)
	of, among, what := fake, measure.Set(images), "pixels"
	if features != nil {
		what = "features"
		if of, err = features.Of(ctx, fake); err != nil {
			return NearestPictures{}, err
		}
		vectors, err := features.OfSet(ctx, images, size)
		if err != nil {
			return NearestPictures{}, err
		}
		among = measure.Vectors(vectors)
	}
	indices, distances, err := measure.NearestIn(ctx, of, nil, among)
	if err != nil {
		return NearestPictures{}, err
	}
	n := NearestPictures{Folder: images.Len(), FolderToFolder: math.NaN(), FeatureFolderToFolder: math.NaN()}
	for i, at := range indices {
		if at < 0 {
			return n, fmt.Errorf("%s of generated pictures or of the folder's are not finite", what)
		}
		found := NearestPicture{Picture: images.Image(at), Distance: shades(fake[i], images.At(at))}
		if images.Files != nil {
			found.File = images.Files[at]
		}
		if features != nil {
			found.FeatureDistance = distances[i]
		}
		n.Of = append(n.Of, found)
	}
	if images.Len() < 2 {
		return n, nil
	}
	inside, err := apartInside(ctx, images, size)
	if err != nil {
		return n, err
	}
	n.FolderToFolder = toShades(inside, size)
	if features != nil {
		n.FeatureFolderToFolder, err = apartInside(ctx, among, len(of[0]))
	}
	return n, err
}

// apartInside is the median distance of some of a set to the nearest other one of it.
func apartInside(ctx context.Context, all measure.Set, size int) (float64, error) {
	own := measure.Spaced(all.Len(), comparedInFolder)
	_, distances, err := measure.NearestIn(ctx, measure.Pick(all, size, own), own, all)
	if err != nil {
		return 0, err
	}
	return median(distances), nil
}

// comparedInFolder bounds the pictures of a folder whose neighbours in it are looked
// for.
const comparedInFolder = 256

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
