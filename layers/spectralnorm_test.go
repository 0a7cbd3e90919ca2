package layers_test

import (
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// The largest singular value of diag(3, 2, 0.5), turned, is found: weights are divided
// by 3.
func TestSpectralNormFindsTheLargestSingularValue(t *testing.T) {
	for _, p := range places(t) {
		rng := tensor.NewRNGOn(p.be, 1)
		body := layers.NewLinear(3, 3, rng)
		s, c := math.Sin(0.3), math.Cos(0.3)
		body.Weight.(*tensor.Tensor).SetFloat64s([]float64{3 * c, -2 * s, 0, 3 * s, 2 * c, 0, 0, 0, 0.5})
		body.Bias = nil
		norm := layers.NewSpectralNorm(body, rng)
		tape := tensor.NewTape(tensor.On(p.be), tensor.Train())
		x := tape.Of(tensor.EyeOn(p.be, 3))
		var y *tensor.Tensor
		for range 30 {
			y = norm.Forward(x)
		}
		require.InDeltaSlice(t, []float64{c, s, 0, -2. / 3 * s, 2. / 3 * c, 0, 0, 0, 1. / 6}, y.Float64s(), 1e-5)
		tape.Release()

		// Evaluation leaves the vectors alone, and gives the same.
		u := norm.U.Float64s()
		require.InDeltaSlice(t, []float64{c, s, 0}, norm.Forward(tensor.EyeOn(p.be, 3)).Float64s()[:3], 1e-5)
		require.Equal(t, u, norm.U.Float64s())
	}
}

// The vectors are no parameters: a bare Backward must reach the weight only.
func TestSpectralNormBuffersGetNoGradient(t *testing.T) {
	norm := layers.NewSpectralNorm(layers.NewConv2d(2, 3, 3, layers.ConvConfig{}, tensor.NewRNG(1)), tensor.NewRNG(2))
	tape := tensor.NewTape(tensor.Train())
	tape.Backward(norm.Forward(tape.Uniform(0, 1, 1, 2, 4, 4)).Square().Sum())
	for name, p := range layers.Params(norm) {
		require.NotNil(t, p.Grad(), name)
	}
	require.Nil(t, norm.U.Grad())
	require.Nil(t, norm.V.Grad())
}

// Two passes on one tape, as over real and generated pictures, each use the vectors
// they found.
func TestSpectralNormTwice(t *testing.T) {
	be := reference(t)
	gradient := func(both bool) []float64 {
		rng := tensor.NewRNGOn(be, 1)
		norm := layers.NewSpectralNorm(layers.NewLinear(3, 4, rng), rng)
		norm.U.SetFloat64s([]float64{1, 0, 0, 0})
		norm.V.SetFloat64s([]float64{0, 1, 0})
		tape := tensor.NewTape(tensor.On(be), tensor.Train())
		y := norm.Forward(tape.Of(span(be, -1, 1, 2, 3))).Square().Sum()
		if both {
			norm.Forward(tape.Of(span(be, -1, 1, 2, 3)))
		}
		tape.Backward(y, layers.List(norm)...)
		w, _ := norm.Body.WeightMatrix()
		return w.Grad().Float64s()
	}
	require.Equal(t, gradient(false), gradient(true))
}

// A pass that is computed again for the backward pass improves the vectors once.
func TestSpectralNormRecomputed(t *testing.T) {
	be := reference(t)
	run := func(wrap func(l layers.Layer) layers.Layer) [][]float64 {
		rng := tensor.NewRNGOn(be, 1)
		norm := layers.NewSpectralNorm(layers.NewLinear(3, 4, rng), rng)
		tape := tensor.NewTape(tensor.On(be), tensor.Train())
		l := wrap(norm)
		tape.Backward(l.Forward(tape.Of(span(be, -1, 1, 2, 3))).Square().Sum(), layers.List(l)...)
		w, _ := norm.Body.WeightMatrix()
		return [][]float64{w.Grad().Float64s(), norm.U.Float64s(), norm.V.Float64s()}
	}
	require.Equal(t, run(func(l layers.Layer) layers.Layer { return l }), run(func(l layers.Layer) layers.Layer { return layers.Recompute{Body: l} }))
}

func TestSpectralNormConcurrent(t *testing.T) {
	norm := layers.NewSpectralNorm(layers.NewLinear(5, 7, tensor.NewRNG(1)), tensor.NewRNG(2))
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			tape := tensor.NewTape(tensor.Seed(uint64(w)), tensor.Train())
			for range 20 {
				norm.Forward(tape.Normal(0, 1, 2, 5))
				tape.Release()
			}
		})
	}
	wg.Wait()
	require.InDelta(t, 1, norm.U.Square().Sum().Item(), 1e-5)
}
