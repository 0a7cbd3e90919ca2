package optim_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// Every optimiser finds the minimum of a parabola and of Rosenbrock's valley,
// the rate falling along a cosine.
func TestDescent(t *testing.T) {
	type run struct {
		lr    float64
		steps int
	}
	type hill struct {
		name  string
		start []float64
		end   []float64
		loss  func(tape *tensor.Tape, x *tensor.Tensor) *tensor.Tensor
		runs  map[string]run
	}
	parabola := func(tape *tensor.Tape, x *tensor.Tensor) *tensor.Tensor {
		target := tape.FromSlice([]float32{-1, 10, 1}, 3)
		return tape.Of(x).Sub(target).Square().Sum()
	}
	hills := []hill{
		{"parabola", []float64{0, 0, 0}, []float64{-1, 10, 1}, parabola, map[string]run{
			"sgd": {0.1, 100}, "sgd with momentum": {0.02, 200}, "sgd after Nesterov": {0.02, 200},
			"adam": {0.2, 400}, "adam without first moment": {0.2, 400}, "adamw": {0.2, 400},
			"rmsprop": {0.1, 400}, "rmsprop centred with momentum": {0.05, 400},
		}},
		{"rosenbrock", []float64{-0.5, 0.75}, []float64{1, 1}, rosenbrock, map[string]run{
			"sgd": {2e-3, 7500}, "sgd with momentum": {1e-3, 2000}, "sgd after Nesterov": {1e-3, 2000},
			"adam": {0.1, 2000}, "adam without first moment": {0.02, 3500}, "adamw": {0.1, 2000},
			"rmsprop": {0.01, 3500}, "rmsprop centred with momentum": {0.005, 2000},
		}},
	}
	for _, p := range places(t) {
		for _, m := range makers() {
			for _, h := range hills {
				t.Run(p.be.Name()+"/"+m.name+"/"+h.name, func(t *testing.T) {
					x := tensor.FromSliceOn(p.be, h.start, len(h.start))
					run := h.runs[m.name]
					require.NotZero(t, run.steps)
					o := m.make(params{{"x", x}}.all(), run.lr)
					schedule := optim.CosineWarmup{LR: run.lr, Min: run.lr / 100, Total: run.steps}
					tape := tensor.NewTape(tensor.On(p.be))
					for step := range run.steps {
						o.SetLR(schedule.Rate(step))
						tape.Backward(h.loss(tape, x), x)
						o.Step()
						o.ZeroGrad()
						tape.Release()
					}
					require.InDeltaSlice(t, h.end, x.Float64s(), 0.05)
				})
			}
		}
	}
}
