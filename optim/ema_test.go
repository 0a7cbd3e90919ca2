package optim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// Buffers are averaged like parameters; counters are copied.
func TestEMAOfBuffers(t *testing.T) {
	for _, p := range places(t) {
		of := func(v float64, shape ...int) *tensor.Tensor { return tensor.FullOn(p.be, v, shape...) }
		weight, scale := of(1, 2), of(1)
		mean, count := of(3, 4), of(5)
		a := params{{"weight", of(0, 2)}, {"scale", of(0)}}
		b := params{{"mean", of(0, 4)}, {"count", of(0)}}
		ema := optim.NewEMA(a.all(), params{{"weight", weight}, {"scale", scale}}.all(), 0.5)
		ema.AddBuffers(b.all(), params{{"mean", mean}, {"count", count}}.all())
		require.Equal(t, 3.0, b[0].Narrow(0, 3, 1).Item(), "starts there")
		for i, x := range []*tensor.Tensor{weight, scale, mean, count} {
			x.Set(of(float64(10 + i)).Expand(x.Shape()...))
		}
		ema.Update(100)
		require.Equal(t, []float64{5.5, 5.5}, a[0].Float64s())
		require.Equal(t, 6.0, a[1].Item(), "a parameter of rank 0 is averaged")
		require.Equal(t, []float64{7.5, 7.5, 7.5, 7.5}, b[0].Float64s())
		require.Equal(t, 13.0, b[1].Item(), "a counter is copied")
	}
	one, other, two := params{{"a", tensor.Zeros(1)}}, params{{"a", tensor.Zeros(1)}}, params{{"a", tensor.Zeros(1)}, {"b", tensor.Zeros(1)}}
	ema := optim.NewEMA(one.all(), other.all(), 0)
	require.PanicsWithValue(t, `moving average: "b" has no buffer to follow: there are 1`, func() { ema.AddBuffers(two.all(), one.all()) })
	require.PanicsWithValue(t, `moving average: averages 1, parameters 2: there must be equally many`, func() { optim.NewEMA(one.all(), two.all(), 0) })
}
