package layers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// A sequence run in two halves, with the state passed on, gives what it gives in
// one run; also from one tape to the next.
func TestLSTMCarriesState(t *testing.T) {
	for _, p := range places(t) {
		l := layers.NewLSTM(3, 5, layers.RecurrentConfig{Layers: 2}, tensor.NewRNGOn(p.be, 1))
		x := span(p.be, -1, 1, 2, 6, 3)
		whole, end := l.Forward(x, layers.LSTMState{})

		tape := tensor.NewTape(tensor.On(p.be))
		_, middle := l.Forward(tape.Of(x).Narrow(1, 0, 3), layers.LSTMState{})
		kept := middle.Clone()
		tape.Release()
		y, last := l.Forward(tape.Of(x).Narrow(1, 3, 3), kept)

		want := whole.Narrow(1, 3, 3).Float64s()
		require.InDeltaSlice(t, want, y.Float64s(), p.tol)
		require.InDeltaSlice(t, end.H.Float64s(), last.H.Float64s(), p.tol)
		require.InDeltaSlice(t, end.C.Float64s(), last.C.Float64s(), p.tol)

		tape.Backward(y.Sum())
		require.Nil(t, kept.H.Grad(), "a state on no tape is a constant")
		require.NotNil(t, layers.List(l)[0].Grad())
		kept.Release()
		layers.LSTMState{}.Clone().Release() // nil states are states
	}
}

// Dropout works between layers only, and in training only.
func TestLSTMDropout(t *testing.T) {
	for _, p := range places(t) {
		run := func(n int, rate float64, train bool) []float64 {
			l := layers.NewLSTM(3, 4, layers.RecurrentConfig{Layers: n, Dropout: rate}, tensor.NewRNGOn(p.be, 1))
			tape := tensor.NewTape(tensor.On(p.be), tensor.Seed(5))
			tape.SetTraining(train)
			defer tape.Release()
			y, _ := l.Forward(tape.Of(span(p.be, -1, 1, 2, 3, 3)), layers.LSTMState{})
			return y.Float64s()
		}
		require.Equal(t, run(1, 0, true), run(1, 0.5, true), "there is nothing between the layers of one")
		require.Equal(t, run(2, 0, false), run(2, 0.5, false))
		require.NotEqual(t, run(2, 0, true), run(2, 0.5, true))
		require.Equal(t, run(2, 0.5, true), run(2, 0.5, true), "the same seed drops the same")
	}
}
