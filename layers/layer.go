package layers

import (
	"iter"

	"github.com/org/artnn/tensor"
)

// Module is anything with parameters.
type Module interface {
	// Params yields name and value of each parameter in a fixed order.
	Params() iter.Seq2[string, *tensor.Tensor]
}

// Layer is a module that maps one value to one value.
type Layer interface {
	Module
	Forward(x *tensor.Tensor) *tensor.Tensor
}

// Buffered is a module that keeps values which are saved with it but not
// trained, such as running statistics.
type Buffered interface {
	// Buffers yields name and value of each buffer in a fixed order.
	Buffers() iter.Seq2[string, *tensor.Tensor]
}

// Buffers yields the buffers of a module, if it has any.
func Buffers(m Module) iter.Seq2[string, *tensor.Tensor] {
	if b, ok := m.(Buffered); ok {
		return b.Buffers()
	}
	return none
}

// State yields all that a file of the module must hold: its parameters, then
// its buffers.
func State(m Module) iter.Seq2[string, *tensor.Tensor] {
	return Join(m.Params(), Buffers(m))
}

// List collects the parameters of a module, each tensor once, for
// [tensor.Tape.Backward].
func List(m Module) []*tensor.Tensor {
	var list []*tensor.Tensor
	seen := map[*tensor.Tensor]bool{}
	for _, p := range m.Params() {
		if !seen[p] {
			seen[p] = true
			list = append(list, p)
		}
	}
	return list
}

// Count is the number of trainable numbers. A tensor that goes by two names, as
// tied weights do, counts once.
func Count(m Module) int {
	n := 0
	for _, p := range List(m) {
		n += p.Size()
	}
	return n
}

// Prefix puts "name." before every name of a sequence.
func Prefix(name string, seq iter.Seq2[string, *tensor.Tensor]) iter.Seq2[string, *tensor.Tensor] {
	return func(yield func(string, *tensor.Tensor) bool) {
		for n, p := range seq {
			if !yield(name+"."+n, p) {
				return
			}
		}
	}
}

// Join yields one sequence after the other.
func Join(seqs ...iter.Seq2[string, *tensor.Tensor]) iter.Seq2[string, *tensor.Tensor] {
	return func(yield func(string, *tensor.Tensor) bool) {
		for _, seq := range seqs {
			for n, p := range seq {
				if !yield(n, p) {
					return
				}
			}
		}
	}
}

func none(func(string, *tensor.Tensor) bool) {}

// pair is a named tensor.
type pair struct {
	name  string
	value *tensor.Tensor
}

// named yields the pairs whose value is not nil.
func named(pairs ...pair) iter.Seq2[string, *tensor.Tensor] {
	return func(yield func(string, *tensor.Tensor) bool) {
		for _, p := range pairs {
			if p.value != nil && !yield(p.name, p.value) {
				return
			}
		}
	}
}

// taped puts a parameter on a tape, because operations on parameters alone are
// not recorded.
func taped(tape *tensor.Tape, p *tensor.Tensor) *tensor.Tensor {
	if tape == nil {
		return p
	}
	return tape.Of(p)
}

// constant puts a value on a tape without a way for gradients to reach it.
func constant(tape *tensor.Tape, t *tensor.Tensor) *tensor.Tensor {
	if tape == nil || t.Tape() != nil {
		return t
	}
	tape.NoGrad(func() { t = tape.Of(t) })
	return t
}

// unrecorded runs f without recording; a nil tape records nothing anyway.
func unrecorded(tape *tensor.Tape, f func()) {
	if tape == nil {
		f()
		return
	}
	tape.NoGrad(f)
}

// checkSizes panics unless all sizes given to a constructor are positive.
func checkSizes(op string, sizes ...int) {
	for _, n := range sizes {
		if n <= 0 {
			tensor.Fail(op, "sizes must be positive", "%v", sizes)
		}
	}
}

// checkRate panics unless p is a probability.
func checkRate(op string, p float64) {
	if !(p >= 0 && p <= 1) {
		tensor.Fail(op, "the probability must lie in [0, 1]", "%g", p)
	}
}
