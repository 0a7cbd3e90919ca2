package layers_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// Recomputed activations give the bits of kept ones: losses, gradients, running
// statistics and what is drawn afterwards.
func TestRecomputeKeepsTheBits(t *testing.T) {
	run := func(wrap func(layers.Layer) layers.Layer) (got [][]float64) {
		rng := tensor.NewRNG(1)
		block := func() layers.Layer {
			return wrap(layers.Sequential{
				layers.NewLinear(6, 6, rng), layers.NewBatchNorm1d(6, rng), layers.SiLU{}, layers.Dropout{P: 0.3},
			})
		}
		net := layers.Sequential{block(), block()}
		tape := tensor.NewTape(tensor.Train(), tensor.Seed(3))
		for range 3 {
			y := net.Forward(tape.Normal(0, 1, 8, 6))
			loss := y.Square().Mean()
			got = append(got, loss.Float64s())
			tape.Backward(loss, layers.List(net)...)
			tape.Release()
		}
		for _, p := range layers.List(net) {
			require.NotNil(t, p.Grad())
			got = append(got, p.Grad().Float64s())
		}
		for _, b := range layers.Buffers(net) {
			got = append(got, b.Float64s())
		}
		return got
	}
	kept := run(func(l layers.Layer) layers.Layer { return l })
	assert.Equal(t, kept, run(func(l layers.Layer) layers.Layer { return layers.Recompute{Body: l} }))
}
