package layers

import (
	"fmt"
	"iter"
	"slices"

	"github.com/org/artnn/tensor"
)

// Entry is one part of a module's state.
type Entry struct {
	Value  tensor.Weight // a *tensor.Tensor of any shape, or a matrix in stored form
	Buffer bool          // saved with the module but not trained

	slot *tensor.Weight // where the layer holds the weight; nil if it must be a tensor
}

// Tensor is the value, unless it is a weight in stored form.
func (e Entry) Tensor() (t *tensor.Tensor, ok bool) {
	t, ok = e.Value.(*tensor.Tensor)
	return t, ok
}

// Replaceable reports whether the module takes the value in other forms.
func (e Entry) Replaceable() bool { return e.slot != nil }

// Replace puts another form of a weight in its place in the module. The entry
// itself keeps the old value.
//
// Panics if the entry is not replaceable, or the shape differs.
func (e Entry) Replace(w tensor.Weight) {
	if e.slot == nil {
		tensor.Fail("replace", "needs a weight that may be stored in other forms", "%v, which must stay a tensor", e.Value.Shape())
	}
	if !slices.Equal(w.Shape(), e.Value.Shape()) {
		tensor.Fail("replace", fmt.Sprintf("the weight has shape %v", e.Value.Shape()), "%v", w.Shape())
	}
	*e.slot = w
}

// Part is an entry with its name, for [Entries].
type Part struct {
	name  string
	entry Entry
}

// Param is a tensor that is trained.
func Param(name string, t *tensor.Tensor) Part { return Part{name, Entry{Value: weight(t)}} }

// Buffer is a tensor that is saved but not trained.
func Buffer(name string, t *tensor.Tensor) Part {
	return Part{name, Entry{Value: weight(t), Buffer: true}}
}

// Weight is a matrix that a layer only multiplies by or looks rows up in, so that
// it may be in any form; slot is the layer's field.
func Weight(name string, slot *tensor.Weight) Part {
	if t, ok := (*slot).(*tensor.Tensor); ok {
		return Part{name, Entry{Value: weight(t), slot: slot}}
	}
	return Part{name, Entry{Value: *slot, slot: slot}}
}

// weight is a tensor as a weight: nil if it is nil.
func weight(t *tensor.Tensor) tensor.Weight {
	if t == nil {
		return nil
	}
	return t
}

// Entries yields the parts that are not nil: a layer's State in one line.
//
//	func (l *Linear) State() iter.Seq2[string, Entry] {
//		return Entries(Weight("weight", &l.Weight), Param("bias", l.Bias))
//	}
func Entries(parts ...Part) iter.Seq2[string, Entry] {
	return func(yield func(string, Entry) bool) {
		for _, p := range parts {
			if p.entry.Value != nil && !yield(p.name, p.entry) {
				return
			}
		}
	}
}

// Prefix puts "name." before every name of a sequence.
func Prefix[V any](name string, seq iter.Seq2[string, V]) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for n, v := range seq {
			if !yield(name+"."+n, v) {
				return
			}
		}
	}
}

// Join yields one sequence after the other.
func Join[V any](seqs ...iter.Seq2[string, V]) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, seq := range seqs {
			for n, v := range seq {
				if !yield(n, v) {
					return
				}
			}
		}
	}
}
