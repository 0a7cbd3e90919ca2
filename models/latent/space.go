package latent

import (
	"math"
	"slices"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tensor"
)

// Space is a generator of pictures and the latents that it takes. It is only read.
type Space struct {
	Generator layers.Layer       // [n, Random + Classes] → n pictures, values about [−1, 1]
	Random    int                // normal numbers that a picture is made from
	Classes   int                // weights of classes after them; 0 without classes
	Size      models.PictureSize // of the pictures
	Backend   backend.Backend    // that the generator's parameters are on; nil means the default
}

// Of is the space of a GAN's latents.
func Of(gan *models.GAN) Space {
	return Space{Generator: gan.Generator, Random: gan.ZDim(), Classes: len(gan.Classes()), Size: gan.Size(), Backend: gan.Backend()}
}

// length is the length of a latent.
func (s Space) length() int { return s.Random + s.Classes }

// pixels is the length of a picture.
func (s Space) pixels() int { return s.Size.Channels * s.Size.Height * s.Size.Width }

// backend is where to compute.
func (s Space) backend() backend.Backend {
	if s.Backend == nil {
		return backend.Default()
	}
	return s.Backend
}

// check panics if the space has no sense, or the weights of classes do not fit it.
func (s Space) check(op string, classes []float64) {
	if s.Generator == nil || s.Random < 1 || s.Classes < 0 || s.pixels() < 1 {
		tensor.Fail(op, "needs a generator with random numbers and pictures", "%d and %s", s.Random, words.Count(s.pixels(), "pixel"))
	}
	if classes != nil && len(classes) != s.Classes {
		tensor.Fail(op, "needs weights of "+words.Count(s.Classes, "class"), "%d", len(classes))
	}
}

// evaluation is a tape for passes in evaluation mode. It does not record if record
// is false.
func (s Space) evaluation(record bool, options ...tensor.Option) *tensor.Tape {
	options = append(options, tensor.On(s.backend()))
	if !record {
		options = append(options, tensor.NoGrad())
	}
	return tensor.NewTape(options...)
}

// draw draws the random numbers and the weights of classes of n latents: those
// given or, where they are nil, all of one class, each in turn.
func (s Space) draw(n int, seed uint64, classes []float64) (z, w []float32) {
	tape := s.evaluation(false, tensor.Seed(seed))
	defer tape.Release()
	z = tape.Normal(0, 1, n, s.Random).Float32s()
	w = make([]float32, n*s.Classes)
	for i := range n {
		for c := range s.Classes {
			switch {
			case classes != nil:
				w[i*s.Classes+c] = float32(classes[c])
			case i%s.Classes == c:
				w[i*s.Classes+c] = 1
			}
		}
	}
	return z, w
}

// joined puts random numbers and weights of classes together on their tape.
func (s Space) joined(z, w *tensor.Tensor) *tensor.Tensor {
	if s.Classes == 0 {
		return z
	}
	return tensor.Cat(1, z, w)
}

// radius is that of the ball in which nearly all latents of normal numbers lie:
// their length is about √d with a deviation of 1/√2, of which this allows three.
func (s Space) radius() float64 { return math.Sqrt(float64(s.Random)) + 3/math.Sqrt2 }

// decode makes the picture of one latent, values in [−1, 1].
func (s Space) decode(latent []float32) []float32 {
	tape := s.evaluation(false)
	defer tape.Release()
	picture := s.Generator.Forward(tape.FromSlice(latent, 1, s.length())).Float32s()
	for i, v := range picture {
		picture[i] = min(1, max(-1, v))
	}
	return picture
}

// intoBall shortens each row of z that is longer than the radius to it.
func intoBall(z []float32, length int, radius float64) {
	for row := range slices.Chunk(z, length) {
		squares := 0.0
		for _, v := range row {
			squares += float64(v) * float64(v)
		}
		if norm := math.Sqrt(squares); norm > radius {
			for i, v := range row {
				row[i] = float32(float64(v) * radius / norm)
			}
		}
	}
}

// ontoSimplex moves each row of w to the nearest weights that are not negative and
// add up to 1.
//
// Reference: Duchi et al., "Efficient projections onto the l1-ball for learning in
// high dimensions", 2008.
func ontoSimplex(w []float32, length int) {
	for row := range slices.Chunk(w, length) {
		descending := slices.Clone(row)
		slices.SortFunc(descending, func(a, b float32) int {
			switch {
			case a > b:
				return -1
			case a < b:
				return 1
			}
			return 0
		})
		sum, shift := 0.0, 0.0
		for i, v := range descending {
			sum += float64(v)
			if t := (sum - 1) / float64(i+1); float64(v) > t {
				shift = t
			}
		}
		for i, v := range row {
			row[i] = float32(max(0, float64(v)-shift))
		}
	}
}
