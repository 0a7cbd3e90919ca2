package reference

import (
	"fmt"

	"github.com/org/artnn/backend"
)

// walker visits the elements of a view in row-major index order.
type walker struct {
	view  *backend.View
	index [backend.MaxRank]int
	pos   int // of the element in the buffer
}

func walk(v *backend.View) walker { return walker{view: v, pos: v.Offset} }

func (w *walker) next() {
	for k := w.view.Rank - 1; k >= 0; k-- {
		w.index[k]++
		w.pos += w.view.Strides[k]
		if w.index[k] < w.view.Shape[k] {
			return
		}
		w.pos -= w.index[k] * w.view.Strides[k]
		w.index[k] = 0
	}
}

// without is the view with axis taken out, and that axis' size and stride.
func without(v backend.View, axis int) (rest backend.View, size, stride int) {
	rest = v
	size, stride = v.Shape[axis], v.Strides[axis]
	copy(rest.Shape[axis:], v.Shape[axis+1:])
	copy(rest.Strides[axis:], v.Strides[axis+1:])
	rest.Rank--
	return rest, size, stride
}

// source checks that an input lies inside its buffer.
func source(op string, v backend.View) []float64 {
	d := data(op, v.Buf)
	if v.Size() == 0 {
		return d
	}
	if lo, hi := extent(&v); lo < 0 || hi >= len(d) {
		panic(fmt.Sprintf("reference: %s: %v at offset %d reaches from %d to %d, expected inside a buffer of %d",
			op, v, v.Offset, lo, hi, len(d)))
	}
	return d
}

// destination checks that an output lies inside its buffer, shares no element
// with itself, and with no input except one that is the very same view.
func destination(op string, dst backend.View, inputs ...backend.View) []float64 {
	d := source(op, dst)
	if dst.Size() == 0 {
		return d
	}
	for k := range dst.Rank {
		if dst.Shape[k] > 1 && dst.Strides[k] == 0 {
			panic(fmt.Sprintf("reference: %s: expected distinct elements in the destination, got %v", op, dst))
		}
	}
	for i := range inputs {
		if in := &inputs[i]; in.Buf == dst.Buf && !in.SameElements(&dst) && overlap(&dst, in) {
			panic(fmt.Sprintf("reference: %s: destination %v overlaps input %v", op, dst, *in))
		}
	}
	return d
}

// contiguous is destination for the operations that need a row-major one.
func contiguous(op string, dst backend.View, inputs ...backend.View) []float64 {
	if !dst.Contiguous() {
		panic(fmt.Sprintf("reference: %s: expected a contiguous destination, got %v", op, dst))
	}
	return destination(op, dst, inputs...)
}

// separate is contiguous without the leave to compute in place.
func separate(op string, dst backend.View, inputs ...backend.View) []float64 {
	apart(op, dst, inputs...)
	return contiguous(op, dst, inputs...)
}

func apart(op string, dst backend.View, inputs ...backend.View) {
	for i := range inputs {
		if dst.Size() > 0 && inputs[i].SameElements(&dst) {
			panic(fmt.Sprintf("reference: %s: expected a destination apart from its input, got %v for both", op, dst))
		}
	}
}

// extent is the range of buffer positions of a view that is not empty.
func extent(v *backend.View) (lo, hi int) {
	lo, hi = v.Offset, v.Offset
	for k := range v.Rank {
		if reach := (v.Shape[k] - 1) * v.Strides[k]; reach < 0 {
			lo += reach
		} else {
			hi += reach
		}
	}
	return lo, hi
}

func overlap(a, b *backend.View) bool {
	if a.Size() == 0 || b.Size() == 0 {
		return false
	}
	alo, ahi := extent(a)
	blo, bhi := extent(b)
	if ahi < blo || bhi < alo {
		return false
	}
	// The ranges meet, but columns of one matrix may still interleave.
	taken := make(map[int]bool, a.Size())
	at := walk(a)
	for range a.Size() {
		taken[at.pos] = true
		at.next()
	}
	at = walk(b)
	for range b.Size() {
		if taken[at.pos] {
			return true
		}
		at.next()
	}
	return false
}

func sameShape(op string, dst backend.View, inputs ...backend.View) {
	for i := range inputs {
		if !inputs[i].SameShape(&dst) {
			panic(fmt.Sprintf("reference: %s: expected shape %v, got %v", op, dst.Dims(), inputs[i].Dims()))
		}
	}
}
