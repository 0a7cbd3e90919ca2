// Package gradcheck holds derivatives against finite differences.
package gradcheck

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
)

// step balances rounding against truncation for central differences in float64.
const step = 1e-5

// Func computes a value from inputs on a tape.
type Func func(tape *tensor.Tape, xs []*tensor.Tensor) *tensor.Tensor

// Run checks the first and second derivative of f at xs, and that [tensor.Tape.Backward]
// agrees with [tensor.Tape.Grad]. The inputs live on the float64 reference backend.
func Run(t *testing.T, f Func, xs ...*tensor.Tensor) {
	t.Helper()
	c := &checker{f: f, xs: xs, be: xs[0].Backend()}
	require.Equal(t, backend.Float64, c.be.Precision(), "finite differences need float64")
	first, second := c.derivatives()
	for i := range xs {
		close(t, "first derivative of input", i, first[i], c.differences(i, c.value))
		close(t, "second derivative of input", i, second[i], c.differences(i, c.slope))
	}
	c.backward(t, first)
}

type checker struct {
	f  Func
	xs []*tensor.Tensor
	be backend.Backend
}

// weights are fixed numbers of mixed sign, to contract outputs with.
func (c *checker) weights(tape *tensor.Tape, salt int, shape []int) *tensor.Tensor {
	n := 1
	for _, d := range shape {
		n *= d
	}
	w := make([]float64, n)
	for i := range w {
		w[i] = math.Sin(float64(7*i+3*salt) + 1)
	}
	return tape.Of(tensor.FromSliceOn(c.be, w, shape...))
}

// scalar is f contracted to one number.
func (c *checker) scalar(tape *tensor.Tape) (*tensor.Tensor, []*tensor.Tensor) {
	ins := make([]*tensor.Tensor, len(c.xs))
	for i, x := range c.xs {
		ins[i] = tape.Of(x)
	}
	y := c.f(tape, ins)
	return y.Mul(c.weights(tape, 0, y.Shape())).Sum(), ins
}

// contracted is the first derivative contracted to one number.
func (c *checker) contracted(tape *tensor.Tape) (s *tensor.Tensor, grads, ins []*tensor.Tensor) {
	y, ins := c.scalar(tape)
	grads = tape.Grad(y, ins, tensor.CreateGraph())
	for i, g := range grads {
		part := g.Mul(c.weights(tape, i+1, g.Shape())).Sum()
		if s == nil {
			s = part
		} else {
			s = s.Add(part)
		}
	}
	return s, grads, ins
}

func (c *checker) derivatives() (first, second [][]float64) {
	tape := tensor.NewTape(tensor.On(c.be), tensor.Train(), tensor.Seed(1))
	defer tape.Release()
	s, grads, ins := c.contracted(tape)
	for _, g := range grads {
		first = append(first, g.Float64s())
	}
	for _, g := range tape.Grad(s, ins) {
		second = append(second, g.Float64s())
	}
	return first, second
}

func (c *checker) value() float64 {
	tape := tensor.NewTape(tensor.On(c.be), tensor.Train(), tensor.Seed(1))
	defer tape.Release()
	s, _ := c.scalar(tape)
	return s.Item()
}

func (c *checker) slope() float64 {
	tape := tensor.NewTape(tensor.On(c.be), tensor.Train(), tensor.Seed(1))
	defer tape.Release()
	s, _, _ := c.contracted(tape)
	return s.Item()
}

// differences is the central difference of f along every element of input i.
func (c *checker) differences(i int, f func() float64) []float64 {
	x := c.xs[i]
	data := x.Float64s()
	out := make([]float64, len(data))
	for k, v := range data {
		data[k] = v + step
		x.SetFloat64s(data)
		above := f()
		data[k] = v - step
		x.SetFloat64s(data)
		below := f()
		data[k] = v
		out[k] = (above - below) / (2 * step)
	}
	x.SetFloat64s(data)
	return out
}

// backward compares the consuming pass with grad.
func (c *checker) backward(t *testing.T, first [][]float64) {
	t.Helper()
	tape := tensor.NewTape(tensor.On(c.be), tensor.Train(), tensor.Seed(1))
	defer tape.Release()
	s, _ := c.scalar(tape)
	for _, x := range c.xs {
		x.ZeroGrad()
	}
	tape.Backward(s, c.xs...)
	for i, x := range c.xs {
		g := make([]float64, x.Size())
		if x.Grad() != nil {
			g = x.Grad().Float64s()
		}
		close(t, "Backward and Grad differ at input", i, g, first[i])
	}
}

func close(t *testing.T, what string, input int, got, want []float64) {
	t.Helper()
	scale := 1.0
	for _, w := range want {
		scale = max(scale, math.Abs(w))
	}
	require.Len(t, got, len(want))
	for k := range want {
		if !assert.InDelta(t, want[k], got[k], 2e-7*scale, "%s %d, element %d", what, input, k) {
			return
		}
	}
}
