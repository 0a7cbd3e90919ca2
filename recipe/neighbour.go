package recipe

import (
	"context"
	"math"

	"github.com/org/artnn/data"
	"github.com/org/artnn/measure"
)

// Neighbour is the picture of a set that is most similar to another picture, once by
// pixels and once by features: a picture may be moved or recoloured, and is the same
// to the eye.
type Neighbour struct {
	Pixels   int     // place in the set
	Shades   float64 // root mean square difference, in shades of 255
	Features int     // place in the set; −1 without features
	Distance float64 // of the features
}

// Neighbours finds for each of some pictures the most similar ones of a set, the
// training pictures of a generator for example: what it made of them by heart shows.
// features may be nil.
//
// Shape: made [n, channels, height, width] of the set's size, in [−1, 1].
//
// Errors: an ended context.
// Panics at pictures of another size than the set's.
func Neighbours(ctx context.Context, made [][]float32, set *data.Images, features measure.Features) ([]Neighbour, error) {
	all := make([][]float32, set.Len())
	for i := range all {
		all[i] = set.At(i)
	}
	out := make([]Neighbour, len(made))
	places, distances, err := measure.NearestContext(ctx, made, all)
	if err != nil {
		return nil, err
	}
	shade := 127.5 / math.Sqrt(float64(len(all[0])))
	for i := range out {
		out[i] = Neighbour{Pixels: places[i], Shades: distances[i] * shade, Features: -1}
	}
	if features == nil {
		return out, nil
	}
	if all, err = features.Of(ctx, all); err != nil {
		return nil, err
	}
	if made, err = features.Of(ctx, made); err != nil {
		return nil, err
	}
	places, distances, err = measure.NearestContext(ctx, made, all)
	for i := range out {
		out[i].Features, out[i].Distance = places[i], distances[i]
	}
	return out, err
}
