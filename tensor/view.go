package tensor

import (
	"fmt"
	"slices"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
)

// Reshape gives the same elements, in row-major order, another shape. One size
// may be −1 and is then worked out. Contiguous memory is shared; a strided view
// is copied first.
//
// Panics if the sizes do not multiply to Size.
func (t *Tensor) Reshape(shape ...int) *Tensor {
	t.check("reshape")
	var sizes [backend.MaxRank]int
	if len(shape) > len(sizes) {
		Fail("reshape", fmt.Sprintf("at most %d axes are supported", backend.MaxRank), "%v", slices.Clone(shape))
	}
	known, open := 1, -1
	for i, d := range shape {
		sizes[i] = d
		if d == -1 && open < 0 {
			open = i
		} else {
			known *= d
		}
	}
	if open >= 0 && known > 0 {
		sizes[open] = t.Size() / known
		known *= sizes[open]
	}
	if known != t.Size() || slices.Min(append([]int{0}, sizes[:len(shape)]...)) < 0 {
		Fail("reshape", fmt.Sprintf("%v has %s", t.Shape(), words.Count(t.Size(), "element")), "shape %v", slices.Clone(shape))
	}
	x := t.Contiguous()
	view := backend.NewView(x.view.Buf, sizes[:len(shape)]...)
	view.Offset = x.view.Offset
	return x.viewAs("reshape", view, func(b *Backprop, g *Tensor) {
		if b.asked() {
			b.say("shape", b.outShape())
			return
		}
		b.Add(0, g.Reshape(x.view.Dims()...))
	})
}

// viewAs makes a recorded view on t, whose derivative says its attributes.
func (t *Tensor) viewAs(op string, view backend.View, f vjp) *Tensor {
	y := t.alias(t.tape, view)
	if t.tape.records() {
		t.tape.record(op, y, f, t).says()
	}
	return y
}

// Flatten merges the axes from start on into one.
//
// Shape: [a, b, c, d] with start 1 → [a, b·c·d].
func (t *Tensor) Flatten(start int) *Tensor {
	start = t.axis("flatten", start)
	shape := append(shapeOf(&t.view)[:start], 1)
	for _, d := range t.view.Dims()[start:] {
		shape[start] *= d
	}
	return t.Reshape(shape...)
}

// Transpose swaps two axes.
func (t *Tensor) Transpose(a, b int) *Tensor {
	t.check("transpose")
	a, b = t.axis("transpose", a), t.axis("transpose", b)
	v := t.view
	v.Shape[a], v.Shape[b] = v.Shape[b], v.Shape[a]
	v.Strides[a], v.Strides[b] = v.Strides[b], v.Strides[a]
	return t.viewAs("transpose", v, func(p *Backprop, g *Tensor) {
		if p.asked() {
			p.say("axes", []int{a, b})
			return
		}
		p.Add(0, g.Transpose(a, b))
	})
}

// T swaps the last two axes: the matrix transpose.
func (t *Tensor) T() *Tensor { return t.Transpose(-1, -2) }

// Permute reorders the axes: axis i of the result is axis axes[i] of t.
//
// Panics if axes is not a permutation of all axes.
func (t *Tensor) Permute(axes ...int) *Tensor {
	t.check("permute")
	v := t.view
	inverse := make([]int, len(axes))
	seen := 0
	for i, a := range axes {
		a = t.axis("permute", a)
		seen |= 1 << a
		inverse[a] = i
		v.Shape[i], v.Strides[i] = t.view.Shape[a], t.view.Strides[a]
	}
	if len(axes) != v.Rank || seen != 1<<v.Rank-1 {
		Fail("permute", fmt.Sprintf("needs each of %d axes once", v.Rank), "%v", slices.Clone(axes))
	}
	return t.viewAs("permute", v, func(b *Backprop, g *Tensor) {
		if b.asked() {
			b.say("axes", inverted(inverse))
			return
		}
		b.Add(0, g.Permute(inverse...))
	})
}

// inverted is the inverse of a permutation.
func inverted(axes []int) []int {
	out := make([]int, len(axes))
	for i, a := range axes {
		out[a] = i
	}
	return out
}

// Narrow keeps length places of an axis from start on.
//
// Panics if they are not all there.
func (t *Tensor) Narrow(axis, start, length int) *Tensor {
	t.check("narrow")
	axis = t.axis("narrow", axis)
	size := t.view.Shape[axis]
	if start < 0 || length < 0 || start+length > size {
		Fail("narrow", fmt.Sprintf("axis %d of %v has places [0, %d)", axis, t.Shape(), size), "[%d, %d)", start, start+length)
	}
	v := t.view
	v.Offset += start * v.Strides[axis]
	v.Shape[axis] = length
	return t.viewAs("narrow", v, func(b *Backprop, g *Tensor) {
		if b.asked() {
			b.say("axis", axis, "start", start, "length", length)
			return
		}
		b.Add(0, g.Pad(axis, start, size-start-length))
	})
}

// Flip reverses the order along an axis.
func (t *Tensor) Flip(axis int) *Tensor {
	t.check("flip")
	axis = t.axis("flip", axis)
	v := t.view
	v.Offset += max(0, v.Shape[axis]-1) * v.Strides[axis]
	v.Strides[axis] = -v.Strides[axis]
	return t.viewAs("flip", v, func(b *Backprop, g *Tensor) {
		if b.asked() {
			b.say("axis", axis)
			return
		}
		b.Add(0, g.Flip(axis))
	})
}

// Select picks one place of an axis and drops the axis; negative places count
// from the end.
func (t *Tensor) Select(axis, place int) *Tensor {
	axis = t.axis("select", axis)
	if place < 0 {
		place += t.view.Shape[axis]
	}
	return t.Narrow(axis, place, 1).Squeeze(axis)
}

// Squeeze drops axes of size 1; with none named, all of them.
//
// Panics if a named axis has another size.
func (t *Tensor) Squeeze(axes ...int) *Tensor {
	t.check("squeeze")
	drop := t.axisSet("squeeze", axes)
	v := t.view
	v.Rank = 0
	dropped := 0
	for i, d := range t.view.Dims() {
		if drop&(1<<i) != 0 && (d == 1 || len(axes) > 0) {
			if d != 1 {
				Fail("squeeze", fmt.Sprintf("axis %d must have size 1", i), "shape %v", t.Shape())
			}
			dropped |= 1 << i
			continue
		}
		v.Shape[v.Rank], v.Strides[v.Rank] = d, t.view.Strides[i]
		v.Rank++
	}
	gone := dropped // not assigned again, so that the closure holds a copy
	clear(v.Shape[v.Rank:])
	clear(v.Strides[v.Rank:])
	return t.viewAs("squeeze", v, func(b *Backprop, g *Tensor) {
		if b.asked() {
			b.say("axes", axisList(gone))
			return
		}
		b.Add(0, g.Reshape(t.view.Dims()...))
	})
}

// Unsqueeze inserts an axis of size 1 before the given one; −1 appends it.
func (t *Tensor) Unsqueeze(axis int) *Tensor {
	t.check("unsqueeze")
	at := normAxis("unsqueeze", axis, t.view.Rank+1)
	if t.view.Rank == backend.MaxRank {
		Fail("unsqueeze", fmt.Sprintf("at most %d axes are supported", backend.MaxRank), "%v", t.Shape())
	}
	v := t.view
	copy(v.Shape[at+1:], t.view.Shape[at:])
	copy(v.Strides[at+1:], t.view.Strides[at:])
	v.Shape[at], v.Strides[at] = 1, 0
	v.Rank++
	return t.viewAs("unsqueeze", v, func(b *Backprop, g *Tensor) {
		if b.asked() {
			b.say("axis", at)
			return
		}
		b.Add(0, g.Reshape(t.view.Dims()...))
	})
}

// Expand repeats axes of size 1, and adds leading axes, without copying.
//
// Panics if an axis of another size would have to change.
func (t *Tensor) Expand(shape ...int) *Tensor {
	t.check("expand")
	v, ok := expanded(t.view, shape)
	if !ok {
		Fail("expand", fmt.Sprintf("%v broadcasts only along axes of size 1", t.Shape()), "shape %v", slices.Clone(shape))
	}
	return t.viewAs("expand", v, func(b *Backprop, g *Tensor) {
		if b.asked() {
			b.say("shape", b.outShape())
			return
		}
		b.Add(0, g)
	})
}

// Contiguous is t itself if its elements lie in row-major order, else a copy.
func (t *Tensor) Contiguous() *Tensor {
	t.check("contiguous")
	if t.view.Contiguous() {
		return t
	}
	y := alloc(t.tape, t.be, t.view.Dims())
	t.be.Copy(y.view, t.view)
	if t.tape.records() {
		t.tape.record("contiguous", y, func(b *Backprop, g *Tensor) { b.Add(0, g) }, t)
	}
	return y
}

// axisSet is a bit set of axes; none named means all.
func (t *Tensor) axisSet(op string, axes []int) int {
	if len(axes) == 0 {
		return 1<<t.view.Rank - 1
	}
	set := 0
	for _, a := range axes {
		set |= 1 << t.axis(op, a)
	}
	return set
}

// expanded is v broadcast to shape, aligned at the last axis.
func expanded(v backend.View, shape []int) (backend.View, bool) {
	shift := len(shape) - v.Rank
	if shift < 0 || len(shape) > backend.MaxRank {
		return v, false
	}
	out := backend.View{Buf: v.Buf, Offset: v.Offset, Rank: len(shape)}
	for i, d := range shape {
		out.Shape[i] = d
		if i < shift {
			continue
		}
		switch s := v.Shape[i-shift]; {
		case s == d:
			out.Strides[i] = v.Strides[i-shift]
		case s != 1:
			return v, false
		}
	}
	return out, true
}
