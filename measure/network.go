package measure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/org/artnn/internal/resample"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tensor"
)

// Network is a network whose values inside are features of pictures, such as a
// models.Classifier.
type Network interface {
	// Size is that of the pictures it takes; a height or width of 0 is any.
	Size() (channels, height, width int)
	// ActivationNames are the places inside it, in the order of computation.
	ActivationNames() []string
	// Activations are the values at some places for pictures x in [−1, 1], [n,
	// channels, height, width]: [n, channels, height, width] or [n, features].
	Activations(x *tensor.Tensor, names ...string) []*tensor.Tensor
}

// View says which pictures a network is shown and which of its values are the
// features.
type View struct {
	Channels, Height, Width int // of the pictures: 1 gray, 3 RGB, 4 RGB and alpha

	// Place is a name among the network's ActivationNames; default the last, which is
	// what a models.Classifier decides by. Of a network that ends in probabilities,
	// name a place before them.
	Place string
}

// mostPixels bounds those that a network sees at once, and with them memory: layers may
// have a hundred numbers for each, and several layers are in memory together. 64 pictures
// of 64×64 are as many.
const mostPixels = 1 << 18

// seen is a view that fits a network, with the size of what the network is shown.
type seen struct {
	View
	channels, height, width int
}

// of is the view of a network.
//
// Errors: no such place; a view or a network whose pictures have neither 1, 3 nor 4
// channels.
func (v View) of(n Network) (seen, error) {
	channels, height, width := n.Size()
	if height == 0 {
		height = v.Height
	}
	if width == 0 {
		width = v.Width
	}
	names := n.ActivationNames()
	switch place := v.Place; {
	case len(names) == 0:
		return seen{}, fmt.Errorf("features: the network tells no places inside")
	case place == "":
		v.Place = names[len(names)-1]
	case !slices.Contains(names, place):
		return seen{}, fmt.Errorf("features: the network has no place %q; it has %s", place, strings.Join(names, ", "))
	}
	for whose, c := range map[string]int{"the network's pictures": channels, "pictures": v.Channels} {
		if c != 1 && c != 3 && c != 4 {
			return seen{}, fmt.Errorf("features: %s must have 1, 3 or 4 channels, got %d", whose, c)
		}
	}
	if min(v.Height, v.Width) < 1 {
		return seen{}, fmt.Errorf("features: pictures of %d×%d", v.Width, v.Height)
	}
	return seen{v, channels, height, width}, nil
}

// NetworkFeatures makes a network's values at a place features of pictures. Pictures of
// another size are resized to what the network takes, by a linear filter that is
// widened where they shrink; gray and RGB are made of each other, and alpha lies on
// white. Where a place has pixels, the feature is the mean over them.
//
// Errors: no such place; a view or a network whose pictures have neither 1, 3 nor 4
// channels.
func NetworkFeatures(n Network, v View) (Features, error) {
	s, err := v.of(n)
	if err != nil {
		return nil, err
	}
	channels, height, width := s.channels, s.height, s.width
	r := resample.New(v.Height, v.Width, height, width)
	return func(pictures [][]float32) [][]float32 {
		size := channels * height * width
		pixels := make([]float32, len(pictures)*size)
		parallel(len(pictures), func(i int) {
			r.Resize(pixels[i*size:(i+1)*size], coloured(pictures[i], v.Channels, channels))
		})
		rows := make([][]float32, 0, len(pictures))
		for part := range slices.Chunk(pixels, max(1, mostPixels/(height*width))*size) {
			// On no tape, so that networks can release values inside once they are read.
			x := tensor.FromSlice(part, len(part)/size, channels, height, width)
			values := n.Activations(x, s.Place)[0]
			rows = append(rows, vectors(values)...)
			if values != x {
				values.Release()
			}
			x.Release()
		}
		return rows
	}, nil
}

// vectors are the rows of values.
func vectors(values *tensor.Tensor) [][]float32 {
	values = meanOverPixels(values)
	return slices.Collect(slices.Chunk(values.Float32s(), values.Dim(1)))
}

// meanOverPixels is the mean over the pixels where there are any.
//
// Shape: [n, channels, height, width] or [n, features] → [n, features].
func meanOverPixels(values *tensor.Tensor) *tensor.Tensor {
	switch r := values.Rank(); r {
	case 4:
		values = values.Mean(2, 3)
	case 2:
	default:
		tensor.Fail("features", "needs values [n, channels, height, width] or [n, features]", "%s", words.Count(r, "axis"))
	}
	return values
}

// coloured is a picture in [−1, 1] with another number of channels.
//
// Shape: [from, pixels] → [to, pixels].
func coloured(picture []float32, from, to int) []float32 {
	if from == to {
		return picture
	}
	n := len(picture) / from
	plane := func(c int) []float32 { return picture[c*n : (c+1)*n] }
	if from == 4 { // on white
		flat := make([]float32, 3*n)
		for c := range 3 {
			for i, v := range plane(c) {
				a := (plane(3)[i] + 1) / 2
				flat[c*n+i] = a*v + 1 - a
			}
		}
		return coloured(flat, 3, to)
	}
	if to == 1 {
		gray := make([]float32, n)
		for i := range gray { // ITU-R BT.601, as image/color has it
			gray[i] = 0.299*plane(0)[i] + 0.587*plane(1)[i] + 0.114*plane(2)[i]
		}
		return gray
	}
	out := make([]float32, 0, to*n)
	for c := range min(3, to) {
		if from == 1 {
			c = 0
		}
		out = append(out, plane(c)...)
	}
	for len(out) < to*n { // opaque
		out = append(out, 1)
	}
	return out
}
