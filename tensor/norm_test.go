package tensor_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	. "github.com/org/artnn/tensor"
)

// A layer norm without bias, as nanoGPT's, is one pass as with one, and gives the bits
// of one whose bias is 0.
func TestLayerNormWithoutBias(t *testing.T) {
	be, err := backend.Get("cpu")
	require.NoError(t, err)
	run := func(bias *Tensor) (all [][]float64, op string) {
		rng := NewRNGOn(be, 1)
		tape := NewTape(On(be))
		defer tape.Release()
		x, w := tape.Of(rng.Normal(1, 2, 3, 5, 24)), rng.Normal(1, 0.1, 24)
		y := LayerNorm(x, w, bias, 1e-5)
		for n := range tape.Nodes() {
			op = n.Op
			if op == "layer norm" {
				break
			}
		}
		all = append(all, y.Float64s())
		for _, g := range tape.Grad(y.Mul(x).Square(), []*Tensor{x, w}) {
			all = append(all, g.Float64s())
		}
		return all, op
	}
	want, _ := run(ZerosOn(be, 24))
	got, op := run(nil)
	assert.Equal(t, "layer norm", op)
	assert.Equal(t, want, got)
}
