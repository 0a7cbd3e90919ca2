package keras

import (
	"fmt"

	"github.com/org/artnn/tensor"
)

func init() {
	merge("Add", (*tensor.Tensor).Add)
	merge("Subtract", (*tensor.Tensor).Sub)
	merge("Multiply", (*tensor.Tensor).Mul)
	merge("Maximum", (*tensor.Tensor).Maximum)
	merge("Minimum", (*tensor.Tensor).Minimum)
	Register("Average", func(_ struct{}, in [][]int, _ *tensor.RNG) (Layer, error) {
		l, err := folded(in, (*tensor.Tensor).Add)
		sum := l.Forward
		l.Forward = func(x []*tensor.Tensor) *tensor.Tensor { return sum(x).DivScalar(float64(len(x))) }
		return l, err
	})
	Register("Concatenate", newConcatenate)
}

// merge registers a class that combines what it reads by an operation on two.
func merge(name string, op func(a, b *tensor.Tensor) *tensor.Tensor) {
	Register(name, func(_ struct{}, in [][]int, _ *tensor.RNG) (Layer, error) { return folded(in, op) })
}

func folded(in [][]int, op func(a, b *tensor.Tensor) *tensor.Tensor) (Layer, error) {
	if len(in) < 2 {
		return Layer{}, fmt.Errorf("reads one layer, and needs two or more")
	}
	for _, shape := range in[1:] {
		if len(shape) != len(in[0]) {
			return Layer{}, fmt.Errorf("reads values %v and %v, which do not go together", in[0], shape)
		}
	}
	return Layer{Sees: pixelwise, Forward: func(x []*tensor.Tensor) *tensor.Tensor {
		y := x[0]
		for _, z := range x[1:] {
			y = op(y, z)
		}
		return y
	}}, nil
}

func newConcatenate(c struct {
	Axis *int `json:"axis,omitempty"`
}, in [][]int, _ *tensor.RNG) (Layer, error) {
	axis, err := axisOf(c.Axis, len(in[0]))
	if err != nil {
		return Layer{}, err
	}
	l := Layer{Forward: func(x []*tensor.Tensor) *tensor.Tensor { return tensor.Cat(axis, x...) }}
	if axis == 1 {
		l.Sees = pixelwise
	}
	return l, nil
}
