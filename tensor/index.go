package tensor

import (
	"fmt"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
)

// Take picks rows: y[i, …] = x[index[i], …]. An embedding is Take of its table.
//
// Shape: x [N, ...] → [len(index), ...].
//
// Panics if an index is outside [0, N).
func (x *Tensor) Take(index []int32) *Tensor {
	x.check("take")
	if x.view.Rank == 0 {
		Fail("take", "needs at least one axis", "shape %v", x.Shape())
	}
	checkIndex("take", index, x.view.Shape[0])
	sizes := x.view.Shape
	sizes[0] = len(index)
	y := alloc(x.tape, x.be, sizes[:x.view.Rank])
	x.be.Take(y.view, x.view, index)
	if y.tape.records() {
		y.tape.record("take", y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("index", index)
				return
			}
			b.addTakeAdd(0, g, index)
		}, x).says()
	}
	return y
}

// TakeAdd adds rows to a tensor of zeros with n rows, the transpose of
// [Tensor.Take]: y[index[i], …] += x[i, …].
//
// Shape: x [len(index), ...] → [n, ...].
//
// Panics if index has another length or an index is outside [0, n).
func (x *Tensor) TakeAdd(index []int32, n int) *Tensor {
	x.check("take add")
	if x.view.Rank == 0 || x.view.Shape[0] != len(index) {
		Fail("take add", fmt.Sprintf("%s need as many rows", words.Count(len(index), "index")), "shape %v", x.Shape())
	}
	checkIndex("take add", index, n)
	sizes := x.view.Shape
	sizes[0] = n
	y := filled(x.tape, x.be, 0, sizes[:x.view.Rank])
	x.be.TakeAdd(y.view, x.view, index)
	if y.tape.records() {
		y.tape.record("take add", y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("index", index, "rows", n)
				return
			}
			b.Add(0, g.Take(index))
		}, x).says()
	}
	return y
}

// addTakeAdd sends rows of a gradient to input i. Where it is a parameter they
// are added right to the parameter's gradient.
func (b *Backprop) addTakeAdd(i int, g *Tensor, index []int32) {
	id := b.node.inputs()[i]
	if !b.needs[id] {
		return
	}
	p := b.sinks[id]
	if p == nil {
		b.Add(i, g.TakeAdd(index, b.tape.values[id].view.Shape[0]))
		return
	}
	grad, beta := p.gradBuffer()
	if beta == 0 {
		b.tape.be.Fill(grad.view, 0)
	}
	b.tape.be.TakeAdd(grad.view, g.view, index)
}

// Gather picks along the last axis: y[…, j] = x[…, index[…, j]]. index is
// row-major and holds equally many places for each line of x.
//
// Shape: x [..., C] → [..., J] with J = len(index) / number of lines.
//
// Panics if the lengths do not divide or an index is outside [0, C).
func (x *Tensor) Gather(index []int32) *Tensor {
	x.check("gather")
	sizes := x.lines("gather", len(index))
	checkIndex("gather", index, x.Dim(-1))
	y := alloc(x.tape, x.be, sizes[:x.view.Rank])
	x.be.Gather(y.view, x.view, index)
	if y.tape.records() {
		y.tape.record("gather", y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("index", index)
				return
			}
			b.Add(0, g.ScatterAdd(index, x.Dim(-1)))
		}, x).says()
	}
	return y
}

// ScatterAdd adds along the last axis into zeros, the transpose of
// [Tensor.Gather]: y[…, index[…, j]] += x[…, j].
//
// Shape: x [..., J], len(index) = Size → [..., c].
//
// Panics if index has another length or an index is outside [0, c).
func (x *Tensor) ScatterAdd(index []int32, c int) *Tensor {
	x.check("scatter add")
	if x.view.Rank == 0 || len(index) != x.Size() {
		Fail("scatter add", fmt.Sprintf("shape %v needs %s", x.Shape(), words.Count(x.Size(), "index")), "%d", len(index))
	}
	checkIndex("scatter add", index, c)
	sizes := x.view.Shape
	sizes[x.view.Rank-1] = c
	y := filled(x.tape, x.be, 0, sizes[:x.view.Rank])
	x.be.ScatterAdd(y.view, x.view, index)
	if y.tape.records() {
		y.tape.record("scatter add", y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("index", index, "size", c)
				return
			}
			b.Add(0, g.Gather(index))
		}, x).says()
	}
	return y
}

// lines is x's shape with the last size replaced by n divided evenly among the
// lines along the last axis.
func (x *Tensor) lines(op string, n int) [backend.MaxRank]int {
	if x.view.Rank == 0 {
		Fail(op, "needs at least one axis", "shape %v", x.Shape())
	}
	lines := 1
	for _, d := range x.view.Shape[:x.view.Rank-1] {
		lines *= d
	}
	if lines == 0 && n != 0 || lines != 0 && n%lines != 0 {
		Fail(op, fmt.Sprintf("indices must divide evenly among %s", words.Count(lines, "line")), "%d", n)
	}
	sizes := x.view.Shape
	sizes[x.view.Rank-1] = n / max(lines, 1)
	return sizes
}
