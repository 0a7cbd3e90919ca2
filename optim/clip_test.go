package optim_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

func TestClipGradNorm(t *testing.T) {
	for _, p := range places(t) {
		a, b, without := tensor.ZerosOn(p.be, 2), tensor.ZerosOn(p.be, 1, 1), tensor.ZerosOn(p.be, 4)
		ps := params{{"a", a}, {"b", b}, {"without", without}}
		reset := func(x, y, z float64) {
			give(a, tensor.FromSliceOn(p.be, []float64{x, y}, 2))
			give(b, tensor.FromSliceOn(p.be, []float64{z}, 1, 1))
		}
		reset(2, 3, 6)
		require.InDelta(t, 7, optim.ClipGradNorm(ps.all(), math.Inf(1)), 1e-6)
		require.InDelta(t, 7, optim.ClipGradNorm(ps.all(), 7.5), 1e-6)
		require.Equal(t, []float64{2, 3}, a.Grad().Float64s(), "short gradients stay as they are")
		require.InDelta(t, 7, optim.ClipGradNorm(ps.all(), 3.5), 1e-6)
		require.InDeltaSlice(t, []float64{1, 1.5}, a.Grad().Float64s(), 1e-6)
		require.InDelta(t, 3, b.Grad().Item(), 1e-6)
		require.Nil(t, without.Grad())

		reset(math.Inf(1), 1, 2)
		require.True(t, math.IsInf(optim.ClipGradNorm(ps.all(), 1), 1))
		require.Equal(t, 2.0, b.Grad().Item(), "sound gradients are not spoilt")
		reset(math.NaN(), 1, 2)
		require.True(t, math.IsNaN(optim.ClipGradNorm(ps.all(), 1)))
		require.Equal(t, 2.0, b.Grad().Item())
		require.Zero(t, optim.ClipGradNorm(params{{"without", without}}.all(), 1))
	}
}
