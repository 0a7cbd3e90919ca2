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

// Squares beyond the range of float32 are no reason to give up, and sums over
// many blocks keep their digits.
func TestClipGradNormInFloat64(t *testing.T) {
	for _, p := range places(t) {
		for _, c := range []struct{ value, norm float64 }{{1e20, 1e20 * math.Sqrt(2)}, {1e-25, 1e-25 * math.Sqrt(2)}, {0, 0}} {
			a, b := tensor.ZerosOn(p.be, 1), tensor.ZerosOn(p.be, 1)
			give(a, tensor.FullOn(p.be, c.value, 1))
			give(b, tensor.FullOn(p.be, -c.value, 1))
			ps := params{{"a", a}, {"b", b}}
			require.InDelta(t, c.norm, optim.ClipGradNorm(ps.all(), 1), c.norm*1e-6)
			if c.value > 1 {
				require.InDelta(t, math.Sqrt(0.5), a.Grad().Item(), 1e-6)
				require.InDelta(t, -math.Sqrt(0.5), b.Grad().Item(), 1e-6)
			}
		}
		for _, n := range []int{0, 1, 1<<15 - 1, 1 << 15, 1<<15 + 1, 3<<15 + 12345} {
			w := tensor.NewRNGOn(p.be, 3).Normal(0, 1, n)
			sum := 0.0
			for _, x := range w.Float64s() {
				sum += x * x
			}
			x := tensor.ZerosOn(p.be, n)
			give(x, w)
			require.InDelta(t, math.Sqrt(sum), optim.ClipGradNorm(params{{"x", x}}.all(), math.Inf(1)), 1e-6*math.Sqrt(sum), "%d", n)
		}
	}
}

// BenchmarkClipGradNorm measures the norm of 50 million numbers.
func BenchmarkClipGradNorm(b *testing.B) {
	w := tensor.Zeros(50 << 20)
	give(w, tensor.NewRNG(1).Normal(0, 1, 50<<20))
	ps := params{{"w", w}}
	b.SetBytes(4 * 50 << 20)
	for b.Loop() {
		optim.ClipGradNorm(ps.all(), math.Inf(1))
	}
}
