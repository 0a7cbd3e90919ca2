package update_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

// A clipped gradient is as long as the bound, a shorter one is left alone.
func TestClip(t *testing.T) {
	move := func(clip float64) (moved, norm float64) {
		net := network(on(t, "reference"))
		u := update.New(update.Config{Params: layers.Params(net), Clip: clip, Optimizer: func(p update.Params) optim.Optimizer {
			return optim.NewSGD(p, optim.SGDConfig{LR: 1})
		}})
		before := numbers(net)
		u.Step(rows, squares(u, net))
		for name, after := range numbers(net) {
			for i, v := range after {
				moved += (v - before[name][i]) * (v - before[name][i])
			}
		}
		return math.Sqrt(moved), u.Norm()
	}
	free, norm := move(0)
	assert.Zero(t, norm, "it is not measured")
	moved, norm := move(free / 3)
	assert.InDelta(t, free/3, moved, 1e-5)
	assert.InDelta(t, free, norm, 1e-12)
	moved, _ = move(free * 2)
	assert.InDelta(t, free, moved, 1e-12)
}

// A step that goes wrong names what went wrong first and changes nothing; the next
// one is as if it had not been.
func TestNonFinite(t *testing.T) {
	inf := math.Inf(1)
	for want, c := range map[string]struct {
		loss func(u *update.Update, net layers.Sequential, x *tensor.Tensor) *tensor.Tensor
		bad  string // a parameter that is infinite
	}{
		"an input of shape [1 3]": {loss: func(u *update.Update, net layers.Sequential, x *tensor.Tensor) *tensor.Tensor {
			return net.Forward(u.Tape().FromSlice([]float32{1, float32(math.NaN()), 1}, 1, 3)).Mean()
		}},
		`the parameter "2.bias"`: {loss: func(_ *update.Update, net layers.Sequential, x *tensor.Tensor) *tensor.Tensor {
			return net.Forward(x).Mean()
		}, bad: "2.bias"},
		"the result [1 2] of mul_scalar": {loss: func(_ *update.Update, net layers.Sequential, x *tensor.Tensor) *tensor.Tensor {
			return net.Forward(x).MulScalar(inf).Mean()
		}},
		`the gradient of "0.weight"`: {loss: func(_ *update.Update, net layers.Sequential, x *tensor.Tensor) *tensor.Tensor {
			return net.Forward(x).MulScalar(0).Abs().Sqrt().Mean()
		}},
	} {
		t.Run(want, func(t *testing.T) {
			net := network(on(t, "cpu"))
			u := update.New(update.Config{Params: layers.Params(net), Optimizer: adam, Clip: 1, EMA: 0.9})
			u.Step(rows, squares(u, net))
			for name, latest := range u.Tensors() {
				if name == "latest."+c.bad {
					latest.SetFloat64s([]float64{inf, 0})
				}
			}
			before, state := numbers(net), tensors(u)
			u.Step(1, func(lo, hi int) *tensor.Tensor { return c.loss(u, net, u.Tape().FromSlice(data[:3], 1, 3)) })
			assert.Equal(t, want, u.NonFinite())
			assert.Equal(t, before, numbers(net))
			assert.Equal(t, state, tensors(u))
			assert.Equal(t, 1, u.Steps())
		})
	}
	// The second part of three goes wrong.
	net := network(on(t, "cpu"))
	u := update.New(update.Config{Params: layers.Params(net), Optimizer: adam, Accumulate: 3})
	twin := network(on(t, "cpu"))
	v := update.New(update.Config{Params: layers.Params(twin), Optimizer: adam, Accumulate: 3})
	parts := 0
	u.Step(rows, func(lo, hi int) *tensor.Tensor {
		if parts++; parts == 2 {
			return squares(u, net)(lo, hi).MulScalar(inf)
		}
		return squares(u, net)(lo, hi)
	})
	assert.Equal(t, 2, parts)
	assert.NotEmpty(t, u.NonFinite())
	u.Step(rows, squares(u, net))
	v.Step(rows, squares(v, twin))
	assert.Equal(t, numbers(twin), numbers(net), "the gradient of the first part is forgotten")
}

// An infinite Clip changes nothing but the check: a finite gradient passes as it
// is, and one that is not finite, though the loss is, changes no weight.
func TestInfiniteClipOnlyChecks(t *testing.T) {
	for _, name := range []string{"cpu", "reference"} {
		net, twin := network(on(t, name)), network(on(t, name))
		u := update.New(update.Config{Params: layers.Params(net), Optimizer: adam, Clip: math.Inf(1)})
		v := update.New(update.Config{Params: layers.Params(twin), Optimizer: adam})
		large := func(u *update.Update, net layers.Layer) update.Objective {
			return func(lo, hi int) *tensor.Tensor { return squares(u, net)(lo, hi).MulScalar(1e6) }
		}
		u.Step(rows, large(u, net))
		v.Step(rows, large(v, twin))
		assert.Greater(t, u.Norm(), 1e5)
		assert.Equal(t, numbers(twin), numbers(net), "nothing is clipped")

		rootOfNothing := func(u *update.Update, net layers.Layer) update.Objective {
			return func(lo, hi int) *tensor.Tensor {
				y := net.Forward(u.Tape().FromSlice(data[lo*3:hi*3], hi-lo, 3))
				return y.Sub(y).Abs().Sqrt().Mean()
			}
		}
		loss := u.Step(rows, rootOfNothing(u, net))
		assert.Zero(t, loss)
		assert.Equal(t, `the gradient of "0.weight"`, u.NonFinite())
		assert.Equal(t, numbers(twin), numbers(net))
		assert.Equal(t, 1, u.Steps())
		v.Step(rows, rootOfNothing(v, twin))
		assert.Empty(t, v.NonFinite(), "without Clip only the loss is checked")
	}
}

// A panic in an objective leaves the averaged weights in place.
func TestPanicInAStep(t *testing.T) {
	net, u := normal(t, on(t, "cpu"), update.Config{EMA: 0.9, Accumulate: 2})
	u.Step(rows, squares(u, net))
	before, state := numbers(net), tensors(u)
	assert.PanicsWithValue(t, "no such picture", func() {
		u.Step(rows, func(int, int) *tensor.Tensor { panic("no such picture") })
	})
	assert.Equal(t, before, numbers(net))
	assert.Equal(t, state, tensors(u))
	u.Step(rows, squares(u, net))
	assert.NotEqual(t, before, numbers(net))
}
