package optim_test

import (
	"maps"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// dense is a layer whose weight's gradient is kept as a product.
type dense struct {
	tape *tensor.Tape
	ps   params
}

func newDense(w *tensor.Tensor) *dense {
	return &dense{tensor.NewTape(tensor.On(w.Backend()), tensor.Seed(7)), params{{"w", w.Clone()}}}
}

func largeWeight(be backend.Backend) *tensor.Tensor {
	return tensor.NewRNGOn(be, 6).Normal(0, 1, 1<<10, 1<<10)
}

func (d *dense) backward() {
	w := d.ps[0].Tensor
	w.ZeroGrad()
	y := tensor.Linear(d.tape.Normal(0, 1, 3, 1<<10), w, nil)
	d.tape.Backward(y.Square().Mean(), w)
	d.tape.Release()
}

// apart is the largest difference between two tensors.
func apart(a, b *tensor.Tensor) float64 {
	xs, ys := a.Float64s(), b.Float64s()
	most := 0.0
	for i, x := range xs {
		most = max(most, math.Abs(x-ys[i])) // NaN stays NaN
	}
	return most
}

// An update from factors is the update from their product.
func TestStepWithProduct(t *testing.T) {
	type seq = func(yield func(string, *tensor.Tensor) bool)
	decayed := optim.AdamConfig{LR: 0.1, Eps: 1e-2, WeightDecay: 0.1} // ε hides rounding where a gradient is almost 0
	all := map[string]func(ps seq) optim.Optimizer{
		"adam":    func(ps seq) optim.Optimizer { return optim.NewAdam(ps, decayed) },
		"adamw":   func(ps seq) optim.Optimizer { return optim.NewAdamW(ps, decayed) },
		"sgd":     func(ps seq) optim.Optimizer { return optim.NewSGD(ps, optim.SGDConfig{LR: 0.1}) },
		"rmsprop": func(ps seq) optim.Optimizer { return optim.NewRMSprop(ps, optim.RMSpropConfig{LR: 0.1, Eps: 1e-2}) },
	}
	be, err := backend.Get("cpu")
	require.NoError(t, err)
	w := largeWeight(be)
	for name, make := range all {
		t.Run(name, func(t *testing.T) {
			a, b := newDense(w), newDense(w)
			one, two := make(a.ps.all()), make(b.ps.all())
			for range 2 {
				a.backward()
				_, _, ok := a.ps[0].GradProduct()
				require.True(t, ok)
				one.Step()
				b.backward()
				b.ps[0].Grad()
				two.Step()
			}
			require.InDelta(t, 0, apart(b.ps[0].Tensor, a.ps[0].Tensor), 1e-5)
			require.InDelta(t, 0, apart(b.ps[0].Grad(), a.ps[0].Grad()), 1e-6, "still there after the step")
			moments := maps.Collect(two.State().Tensors)
			for name, m := range one.State().Tensors {
				require.InDelta(t, 0, apart(moments[name], m), 1e-5, name)
			}
			require.Equal(t, two.State().Steps, one.State().Steps)
		})
	}
}

// Clipping sees, and changes, the gradient that the step then uses.
func TestClipWithProduct(t *testing.T) {
	d := newDense(largeWeight(backend.Default()))
	d.backward()
	before := d.ps[0].Clone()
	norm := optim.ClipGradNorm(d.ps.all(), 1e-3)
	require.Greater(t, norm, 1e-2)
	optim.NewAdam(d.ps.all(), optim.AdamConfig{LR: 1, Betas: [2]float64{0, 0.5}, Eps: 1}).Step()
	require.InDelta(t, 0, apart(before, d.ps[0].Tensor), 2e-3)
	require.InDelta(t, 1e-3, optim.ClipGradNorm(d.ps.all(), 1), 1e-6)
}

// In steady state a step from factors allocates nothing.
func TestProductStepDoesNotAllocate(t *testing.T) {
	be, err := backend.Get("cpu")
	require.NoError(t, err)
	d := newDense(largeWeight(be))
	o := optim.NewAdam(d.ps.all(), optim.AdamConfig{})
	d.backward()
	o.Step()
	require.Zero(t, testing.AllocsPerRun(10, o.Step))
	_, _, ok := d.ps[0].GradProduct()
	require.True(t, ok, "the gradient was formed")
}
