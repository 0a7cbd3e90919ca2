package layers_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// dropped is what Dropout makes of n ones in a pass.
func dropped(p place, tape *tensor.Tape, rate float64, n int) []float64 {
	return layers.Dropout{P: rate}.Forward(tape.Of(tensor.FullOn(p.be, 1, n))).Float64s()
}

func TestDropoutStatistics(t *testing.T) {
	const n = 20000
	for _, p := range places(t) {
		for _, rate := range []float64{0.1, 0.5, 0.9} {
			tape := tensor.NewTape(tensor.On(p.be), tensor.Train(), tensor.Seed(7))
			kept, scale := 0, 1/(1-rate)
			for _, v := range dropped(p, tape, rate, n) {
				if v != 0 {
					kept++
					require.InDelta(t, scale, v, 1e-6*scale)
				}
			}
			deviation := math.Sqrt(n * rate * (1 - rate))
			require.InDelta(t, n*(1-rate), kept, 4*deviation, "%s, rate %g", p.be.Name(), rate)
			tape.Release()
		}
	}
}

// The mask belongs to the tape's stream: a seed replays, passes differ.
func TestDropoutStream(t *testing.T) {
	for _, p := range places(t) {
		a := tensor.NewTape(tensor.On(p.be), tensor.Train(), tensor.Seed(3))
		b := tensor.NewTape(tensor.On(p.be), tensor.Train(), tensor.Seed(3))
		c := tensor.NewTape(tensor.On(p.be), tensor.Train(), tensor.Seed(4))
		first := dropped(p, a, 0.5, 1000)
		require.Equal(t, first, dropped(p, b, 0.5, 1000))
		require.NotEqual(t, first, dropped(p, c, 0.5, 1000))
		a.Release()
		b.Release()
		second := dropped(p, a, 0.5, 1000)
		require.NotEqual(t, first, second)
		require.Equal(t, second, dropped(p, b, 0.5, 1000))

		state := a.RNG().State()
		third := dropped(p, a, 0.5, 1000)
		a.RNG().SetState(state)
		require.Equal(t, third, dropped(p, a, 0.5, 1000))
	}
}

func TestDropoutLeavesAlone(t *testing.T) {
	x := tensor.Full(1, 5)
	require.Same(t, x, layers.Dropout{P: 0.5}.Forward(x), "on no tape")
	tape := tensor.NewTape()
	v := tape.Of(x)
	require.Same(t, v, layers.Dropout{P: 0.5}.Forward(v), "in evaluation")
	tape.SetTraining(true)
	require.Same(t, v, layers.Dropout{}.Forward(v), "at rate 0")
	require.Equal(t, make([]float32, 5), layers.Dropout{P: 1}.Forward(v).Float32s(), "at rate 1")
}

// The gradient passes just where the value did, with the same factor.
func TestDropoutGradient(t *testing.T) {
	for _, p := range places(t) {
		tape := tensor.NewTape(tensor.On(p.be), tensor.Train())
		x := tensor.FullOn(p.be, 1, 100)
		y := layers.Dropout{P: 0.3}.Forward(tape.Of(x))
		values := y.Float64s()
		tape.Backward(y.Sum(), x)
		require.Equal(t, values, x.Grad().Float64s())
	}
}
