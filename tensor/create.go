package tensor

import (
	"fmt"
	"slices"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
)

// FromSlice copies row-major host numbers into a new tensor on the default
// backend.
//
// Panics if the length is not the product of the shape.
func FromSlice[T float32 | float64](data []T, shape ...int) *Tensor {
	return FromSliceOn(backend.Default(), data, shape...)
}

// FromSliceOn is [FromSlice] on a backend of choice.
func FromSliceOn[T float32 | float64](be backend.Backend, data []T, shape ...int) *Tensor {
	t := alloc(nil, be, shape)
	load(t, data)
	return t
}

// FromSlice copies row-major host numbers into a new value on the tape.
//
// Panics if the length is not the product of the shape.
func (t *Tape) FromSlice(data []float32, shape ...int) *Tensor {
	x := alloc(t, t.be, shape)
	load(x, data)
	return x
}

func load[T float32 | float64](t *Tensor, data []T) {
	if len(data) != t.Size() {
		Fail("from slice", fmt.Sprintf("shape %v needs %s", t.Shape(), words.Count(t.Size(), "number")), "%d", len(data))
	}
	switch data := any(data).(type) {
	case []float32:
		t.be.Write32(t.view.Buf, t.view.Offset, data)
	case []float64:
		t.be.Write64(t.view.Buf, t.view.Offset, data)
	}
}

// Zeros makes a tensor of zeros on the default backend.
func Zeros(shape ...int) *Tensor { return FullOn(backend.Default(), 0, shape...) }

// ZerosOn is [Zeros] on a backend of choice.
func ZerosOn(be backend.Backend, shape ...int) *Tensor { return FullOn(be, 0, shape...) }

// Full makes a tensor with every element equal to value on the default backend.
func Full(value float64, shape ...int) *Tensor { return FullOn(backend.Default(), value, shape...) }

// FullOn is [Full] on a backend of choice.
func FullOn(be backend.Backend, value float64, shape ...int) *Tensor {
	return filled(nil, be, value, shape)
}

// Zeros makes a value of zeros on the tape.
func (t *Tape) Zeros(shape ...int) *Tensor { return filled(t, t.be, 0, shape) }

// Full makes a value on the tape with every element equal to value.
func (t *Tape) Full(value float64, shape ...int) *Tensor { return filled(t, t.be, value, shape) }

func filled(tape *Tape, be backend.Backend, value float64, shape []int) *Tensor {
	t := alloc(tape, be, shape)
	be.Fill(t.view, value)
	return t
}

// Const is a constant of rank 0 beside t: on its backend, and on its tape if it
// is on one. It broadcasts against any shape:
//
//	mask := x.Greater(x.Const(0.5))
func (t *Tensor) Const(value float64) *Tensor { return filled(t.tape, t.be, value, nil) }

// Arange counts start, start+step, … for n numbers on the default backend.
//
// Shape: [n].
func Arange(start, step float64, n int) *Tensor {
	data := make([]float64, n)
	for i := range data {
		data[i] = start + float64(i)*step
	}
	return FromSlice(data, n)
}

// Eye is the n×n identity matrix on the default backend.
func Eye(n int) *Tensor { return EyeOn(backend.Default(), n) }

// EyeOn is [Eye] on a backend of choice.
func EyeOn(be backend.Backend, n int) *Tensor {
	t := ZerosOn(be, n, n)
	d := t.view
	d.Rank, d.Shape[0], d.Strides[0] = 1, n, n+1
	be.Fill(d, 1)
	return t
}

// OneHot writes class indices as rows with a single 1.
//
// Shape: [len(index), classes].
//
// Panics if an index is outside [0, classes).
func OneHot(be backend.Backend, index []int32, classes int) *Tensor {
	checkIndex("one hot", index, classes)
	data := make([]float32, len(index)*classes)
	for i, c := range index {
		data[i*classes+int(c)] = 1
	}
	return FromSliceOn(be, data, len(index), classes)
}

func checkIndex(op string, index []int32, n int) {
	for i, c := range index {
		if c < 0 || int(c) >= n {
			Fail(op, fmt.Sprintf("indices must lie in [0, %d)", n), "%d at position %d", c, i)
		}
	}
}

// SetFloat32s overwrites a tensor outside any tape with row-major numbers.
//
// Panics if the length does not fit or t is on a tape, where others may have
// saved its old value.
func (t *Tensor) SetFloat32s(data []float32) {
	t.checkOff("set")
	t.fillFrom(func(c *Tensor) { load(c, data) })
}

// SetFloat64s is [Tensor.SetFloat32s] from float64.
func (t *Tensor) SetFloat64s(data []float64) {
	t.checkOff("set")
	t.fillFrom(func(c *Tensor) { load(c, data) })
}

// Set overwrites a tensor outside any tape with another of the same shape.
//
// Panics if the shapes differ or t is on a tape.
func (t *Tensor) Set(src *Tensor) {
	t.checkOff("set")
	common("set", t, src)
	if !t.view.SameShape(&src.view) {
		Fail("set", fmt.Sprintf("the destination has shape %v", t.Shape()), "%v", src.Shape())
	}
	t.be.Copy(t.view, src.view)
}

func (t *Tensor) checkOff(op string) {
	t.check(op)
	if t.tape != nil {
		panic(&UseError{op, "the value is on a tape, where its old contents may still be needed"})
	}
}

func (t *Tensor) fillFrom(write func(c *Tensor)) {
	if t.view.Contiguous() {
		write(t)
		return
	}
	c := alloc(nil, t.be, t.view.Dims())
	write(c)
	t.be.Copy(t.view, c.view)
	c.drop()
}

// shapeOf copies a shape for messages and closures, so that the view it comes
// from need not escape.
func shapeOf(v *backend.View) []int { return slices.Clone(v.Dims()) }
