package tensor

import (
	"fmt"
	"slices"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
)

// Cat joins tensors along an axis they may differ in.
//
// Shape: [..., a, ...], [..., b, ...] → [..., a+b, ...].
//
// Panics if there is none, or if other sizes differ.
func Cat(axis int, parts ...*Tensor) *Tensor {
	if len(parts) == 0 {
		Fail("cat", "needs at least one tensor", "none")
	}
	tape, be := common("cat", parts...)
	first := parts[0]
	axis = first.axis("cat", axis)
	sizes := first.view.Shape
	sizes[axis] = 0
	for _, p := range parts {
		v := p.view
		v.Shape[axis] = first.view.Shape[axis]
		if !v.SameShape(&first.view) {
			Fail("cat", fmt.Sprintf("shapes must equal %v but for axis %d", first.Shape(), axis), "%v", p.Shape())
		}
		sizes[axis] += p.view.Shape[axis]
	}
	y := first.allocBeside(tape, sizes[:first.view.Rank])
	at := 0
	for _, p := range parts {
		n := p.view.Shape[axis]
		be.Copy(place(y.view, axis, at, n), p.view)
		at += n
	}
	if tape.records() {
		tape.record("cat", y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("axis", axis)
				return
			}
			at := 0
			for i, p := range parts {
				n := p.view.Shape[axis]
				if b.Needs(i) {
					b.Add(i, g.Narrow(axis, at, n))
				}
				at += n
			}
		}, parts...).says()
	}
	return y
}

// place is the view on n places of an axis from start on.
func place(v backend.View, axis, start, n int) backend.View {
	v.Offset += start * v.Strides[axis]
	v.Shape[axis] = n
	return v
}

// Stack joins tensors of one shape along a new axis.
//
// Shape: n times [a, b] on axis 0 → [n, a, b].
func Stack(axis int, parts ...*Tensor) *Tensor {
	if len(parts) == 0 {
		Fail("stack", "needs at least one tensor", "none")
	}
	rows := make([]*Tensor, len(parts))
	for i, p := range parts {
		rows[i] = p.Unsqueeze(axis)
	}
	return Cat(axis, rows...)
}

// Split cuts an axis into pieces of the given sizes, as views.
//
// Panics if the sizes do not add up to the axis.
func (t *Tensor) Split(axis int, sizes ...int) []*Tensor {
	t.check("split")
	axis = t.axis("split", axis)
	total := 0
	for _, n := range sizes {
		total += n
	}
	if total != t.view.Shape[axis] {
		Fail("split", fmt.Sprintf("pieces must add up to %d, the size of axis %d", t.view.Shape[axis], axis), "%v", slices.Clone(sizes))
	}
	out := make([]*Tensor, len(sizes))
	at := 0
	for i, n := range sizes {
		out[i] = t.alias(t.tape, place(t.view, axis, at, n))
		at += n
	}
	if t.tape.records() {
		pieces := slices.Clone(sizes)
		t.tape.recordMany("split", out, func(b *Backprop, _ *Tensor) {
			if b.asked() {
				b.say("axis", axis, "sizes", pieces)
				return
			}
			b.Add(0, joined(b, t, axis, pieces))
		}, t).says()
	}
	return out
}

// joined is the gradient of what was split, from those of the pieces. It copies
// nothing if they are the pieces of one tensor already.
func joined(b *Backprop, t *Tensor, axis int, sizes []int) *Tensor {
	var first *Tensor // of those that there are
	zeros, at, start := false, 0, 0
	for i, n := range sizes {
		g := b.Grad(i)
		zeros = zeros || g == nil && n > 0
		if g != nil && first == nil {
			first, start = g, at
		}
		at += n
	}
	if !zeros && !b.Creating() && start == 0 {
		whole := backend.NewView(first.view.Buf, t.view.Dims()...)
		whole.Offset = first.view.Offset
		same, at := true, 0
		for i, n := range sizes {
			piece := place(whole, axis, at, n)
			same = same && (n == 0 || b.Grad(i).view.SameElements(&piece))
			at += n
		}
		if same {
			return first.alias(t.tape, whole)
		}
	}
	parts := make([]*Tensor, len(sizes))
	for i, n := range sizes {
		if parts[i] = b.Grad(i); parts[i] == nil {
			shape := shapeOf(&t.view)
			shape[axis] = n
			parts[i] = first.expandedZero(shape)
		}
	}
	return Cat(axis, parts...)
}

// expandedZero is zeros beside t: one number, seen as many.
func (t *Tensor) expandedZero(shape []int) *Tensor {
	z := filled(t.tape, t.be, 0, nil)
	z.view = mustExpand(z.view, backend.NewView(nil, shape...))
	return z
}

// Chunk cuts an axis into n equal pieces, as views.
//
// Panics if n does not divide the axis.
func (t *Tensor) Chunk(axis, n int) []*Tensor {
	size := t.Dim(axis)
	if n <= 0 || size%n != 0 {
		Fail("chunk", fmt.Sprintf("axis %d of %v must divide evenly", axis, t.Shape()), "%s", words.Count(n, "piece"))
	}
	sizes := make([]int, n)
	for i := range sizes {
		sizes[i] = size / n
	}
	return t.Split(axis, sizes...)
}

// Pad adds zeros before and after along an axis.
//
// Panics if a count is negative.
func (t *Tensor) Pad(axis, before, after int) *Tensor {
	t.check("pad")
	axis = t.axis("pad", axis)
	if before < 0 || after < 0 {
		Fail("pad", "counts must not be negative", "%d before, %d after", before, after)
	}
	n := t.view.Shape[axis]
	sizes := t.view.Shape
	sizes[axis] = before + n + after
	y := t.allocBeside(t.tape, sizes[:t.view.Rank])
	if before > 0 {
		t.be.Fill(place(y.view, axis, 0, before), 0)
	}
	if after > 0 {
		t.be.Fill(place(y.view, axis, before+n, after), 0)
	}
	t.be.Copy(place(y.view, axis, before, n), t.view)
	if t.tape.records() {
		t.tape.record("pad", y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("axis", axis, "before", before, "after", after)
				return
			}
			b.Add(0, g.Narrow(axis, before, n))
		}, t).says()
	}
	return y
}
