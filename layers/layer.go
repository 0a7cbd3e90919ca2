package layers

import (
	"iter"

	"github.com/org/artnn/tensor"
)

// Module is anything with state: parameters, weights in any form, buffers.
type Module interface {
	// State yields name and value of all that a file of the module must hold, in a
	// fixed order; see [Entries].
	State() iter.Seq2[string, Entry]
}

// Layer is a module that maps one value to one value.
type Layer interface {
	Module
	Forward(x *tensor.Tensor) *tensor.Tensor
}

// Params yields the parameters of a module: what can be trained. Buffers and
// weights in stored form are not among them.
func Params(m Module) iter.Seq2[string, *tensor.Tensor] { return tensors(m, false) }

// Buffers yields the buffers of a module: what is saved with it but not trained,
// such as running statistics.
func Buffers(m Module) iter.Seq2[string, *tensor.Tensor] { return tensors(m, true) }

func tensors(m Module, buffers bool) iter.Seq2[string, *tensor.Tensor] {
	return func(yield func(string, *tensor.Tensor) bool) {
		for name, e := range m.State() {
			if t, ok := e.Tensor(); ok && e.Buffer == buffers && !yield(name, t) {
				return
			}
		}
	}
}

// List collects the parameters of a module, each tensor once, for
// [tensor.Tape.Backward].
func List(m Module) []*tensor.Tensor {
	var list []*tensor.Tensor
	seen := map[*tensor.Tensor]bool{}
	for _, p := range Params(m) {
		if !seen[p] {
			seen[p] = true
			list = append(list, p)
		}
	}
	return list
}

// Count is how many numbers a module has, buffers left out. A stored weight
// counts as many as the tensor it replaces, and a weight that goes by two names,
// as tied weights do, counts once.
func Count(m Module) int {
	n := 0
	seen := map[tensor.Weight]bool{}
	for _, e := range m.State() {
		if !e.Buffer && !seen[e.Value] {
			seen[e.Value] = true
			n += e.Value.Size()
		}
	}
	return n
}
