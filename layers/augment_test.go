package layers_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/gradcheck"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// augmenter is an Augment of strength p.
func augmenter(be backend.Backend, flip bool, p float64) *layers.Augment {
	a := layers.NewAugment(flip, tensor.NewRNGOn(be, 1))
	a.Strength.SetFloat64s([]float64{p})
	return a
}

func TestAugmentIsTheIdentity(t *testing.T) {
	be, err := backend.Get("cpu")
	require.NoError(t, err)
	train := tensor.NewTape(tensor.On(be), tensor.Train())
	defer train.Release()
	x := train.Uniform(-1, 1, 2, 3, 8, 8)
	assert.Same(t, x, augmenter(be, true, 0).Forward(x), "of strength 0")
	eval := tensor.NewTape(tensor.On(be))
	defer eval.Release()
	y := eval.Uniform(-1, 1, 2, 3, 8, 8)
	assert.Same(t, y, augmenter(be, true, 0.8).Forward(y), "in evaluation")
	assert.PanicsWithError(t, "augment: needs [n, channels, height, width], got [2 192]", func() { augmenter(be, true, 0.8).Forward(x.Reshape(2, -1)) })
}

// Alpha pictures are only moved: each pixel is then one of the picture's or 0, and
// each kind of move is seen as often as it should be.
func TestAugmentMoves(t *testing.T) {
	be, err := backend.Get("cpu")
	require.NoError(t, err)
	tape := tensor.NewTape(tensor.On(be), tensor.Train(), tensor.Seed(3))
	defer tape.Release()
	const n, size, p = 2000, 8, 0.6
	picture := make([]float32, 4*size*size)
	for i := range picture {
		picture[i] = float32(i + 100)
	}
	all := make([]float32, 0, n*len(picture))
	for range n {
		all = append(all, picture...)
	}
	y := augmenter(be, true, p).Forward(tape.FromSlice(all, n, 4, size, size)).Float32s()
	same, mirrored, holes, whole := 0, 0, 0, 0
	for i := range n {
		plane := y[i*len(picture):][:size*size]
		zeros, up, down := 0, 0, 0
		for k, v := range plane {
			switch {
			case v == 0:
				zeros++
			case k%size > 0 && plane[k-1] == v-1:
				up++
			case k%size > 0 && plane[k-1] == v+1:
				down++
			}
		}
		if up > 0 && down > 0 {
			t.Fatalf("picture %d is neither mirrored nor not", i)
		}
		if down > 0 {
			mirrored++
		}
		if zeros >= size {
			holes++
		}
		if zeros == 0 {
			whole++
			if plane[0] == 100 {
				same++
			}
		}
	}
	assert.InDelta(t, p/2, float64(mirrored)/n, 0.04)
	assert.Greater(t, float64(holes)/n, p-0.05)
	// Neither cut, nor shifted (or by 0 both ways: up to one pixel, and a half is rounded).
	still := (1 - p) * (1 - p + p/4)
	assert.InDelta(t, still, float64(whole)/n, 0.04)
	assert.InDelta(t, still*(1-p/2), float64(same)/n, 0.04)
}

// Without moves, a changed picture is a linear function of the pixels, the mean of
// all changes that of none.
func TestAugmentRecolours(t *testing.T) {
	be, err := backend.Get("reference")
	require.NoError(t, err)
	tape := tensor.NewTape(tensor.On(be), tensor.Train(), tensor.Seed(5))
	defer tape.Release()
	const n = 4000
	y := augmenter(be, false, 0.8).Forward(tape.Full(0.5, n, 1, 1, 1))
	sum, changed := 0.0, 0.0
	for _, v := range y.Float64s() {
		if v != 0 { // not cut out
			sum += v - 0.5
			changed++
		}
	}
	// E 2^N(0, ½) = exp((½ ln 2)²/2) = 1.062; brightness has mean 0.
	assert.InDelta(t, 0.5*0.8*(math.Exp(math.Pow(math.Ln2/2, 2)/2)-1), sum/changed, 0.02)
}

func TestAugmentDerivatives(t *testing.T) {
	be, err := backend.Get("reference")
	require.NoError(t, err)
	x := tensor.NewRNGOn(be, 2).Uniform(-1, 1, 3, 3, 4, 4)
	for range 2 {
		gradcheck.Run(t, func(tape *tensor.Tape, x []*tensor.Tensor) *tensor.Tensor {
			tape.SetTraining(true)
			return augmenter(be, true, 0.8).Forward(x[0]).Square()
		}, x)
	}
}

func TestAugmentAdapts(t *testing.T) {
	be, err := backend.Get("cpu")
	require.NoError(t, err)
	a := augmenter(be, false, 0)
	sure, unsure := []float64{1, 2, 3, 4, 5}, []float64{1, -2, 3, -4, 5}
	for range 100 {
		a.Adapt(sure, 0.01)
	}
	assert.InDelta(t, 0.8, a.Strength.Item(), 1e-6, "and not more")
	a.Adapt(unsure, 0.01)
	assert.InDelta(t, 0.79, a.Strength.Item(), 1e-6)
	for range 100 {
		a.Adapt(unsure, 0.01)
	}
	assert.Zero(t, a.Strength.Item())
	assert.Equal(t, map[string]int{"strength": 1}, sizes(a))
}

func sizes(m layers.Module) map[string]int {
	out := map[string]int{}
	for name, b := range layers.Buffers(m) {
		out[name] = b.Size()
	}
	return out
}
