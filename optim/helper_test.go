package optim_test

import (
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/golden"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// place is a backend and how near to PyTorch's float64 its results must be, as
// a share of the largest: after one update, and after ten.
type place struct {
	be       backend.Backend
	one, ten float64
}

func places(t testing.TB) []place {
	var list []place
	for _, p := range []struct {
		name     string
		one, ten float64
	}{{"reference", 1e-12, 1e-10}, {"cpu", 1e-5, 1e-4}} {
		be, err := backend.Get(p.name)
		require.NoError(t, err)
		list = append(list, place{be, p.one, p.ten})
	}
	return list
}

func (p place) of(a golden.Array) *tensor.Tensor {
	return tensor.FromSliceOn(p.be, a.Data, a.Shape...)
}

// params is a named list of parameters in order.
type params []param

type param struct {
	name string
	*tensor.Tensor
}

func (ps params) all() iter.Seq2[string, *tensor.Tensor] {
	return func(yield func(string, *tensor.Tensor) bool) {
		for _, p := range ps {
			if !yield(p.name, p.Tensor) {
				return
			}
		}
	}
}

// give makes g the gradient of p.
func give(p, g *tensor.Tensor) {
	tape := tensor.NewTape(tensor.On(p.Backend()))
	defer tape.Release()
	p.ZeroGrad()
	tape.Backward(tape.Of(p).Mul(tape.Of(g)).Sum(), p)
}

// maker makes one kind of optimiser at a rate.
type maker struct {
	name string
	make func(ps iter.Seq2[string, *tensor.Tensor], lr float64) optim.Optimizer
}

func makers() []maker {
	type seq = iter.Seq2[string, *tensor.Tensor]
	return []maker{
		{"sgd", func(ps seq, lr float64) optim.Optimizer { return optim.NewSGD(ps, optim.SGDConfig{LR: lr}) }},
		{"sgd with momentum", func(ps seq, lr float64) optim.Optimizer {
			return optim.NewSGD(ps, optim.SGDConfig{LR: lr, Momentum: 0.9, Dampening: 0.1, WeightDecay: 1e-6})
		}},
		{"sgd after Nesterov", func(ps seq, lr float64) optim.Optimizer {
			return optim.NewSGD(ps, optim.SGDConfig{LR: lr, Momentum: 0.9, Nesterov: true})
		}},
		{"adam", func(ps seq, lr float64) optim.Optimizer { return optim.NewAdam(ps, optim.AdamConfig{LR: lr}) }},
		{"adam without first moment", func(ps seq, lr float64) optim.Optimizer {
			return optim.NewAdam(ps, optim.AdamConfig{LR: lr, Betas: [2]float64{0, 0.9}, WeightDecay: 1e-6})
		}},
		{"adamw", func(ps seq, lr float64) optim.Optimizer {
			return optim.NewAdamW(ps, optim.AdamConfig{LR: lr, WeightDecay: 1e-6})
		}},
		{"rmsprop", func(ps seq, lr float64) optim.Optimizer {
			return optim.NewRMSprop(ps, optim.RMSpropConfig{LR: lr, WeightDecay: 1e-6})
		}},
		{"rmsprop centred with momentum", func(ps seq, lr float64) optim.Optimizer {
			return optim.NewRMSprop(ps, optim.RMSpropConfig{LR: lr, Centered: true, Momentum: 0.5})
		}},
	}
}

// rosenbrock is (1−x₀)² + 100·(x₁−x₀²)², a narrow curved valley with its minimum
// at (1, 1).
func rosenbrock(tape *tensor.Tape, p *tensor.Tensor) *tensor.Tensor {
	x := tape.Of(p)
	x0, x1 := x.Select(0, 0), x.Select(0, 1)
	return x0.RSubScalar(1).Square().Add(x1.Sub(x0.Square()).Square().MulScalar(100))
}
