package tensor

import (
	"fmt"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
)

// projection is what a recurrent layer's inputs contribute to its gates at all
// steps, x·Wᵢₕᵀ + b [B, T, gates]. It is no value of its own on the tape, so that
// kernels can use its memory for the gates.
type projection struct {
	op       string
	ins      []*Tensor                    // what it is made from
	make     func(tape *Tape) *Tensor     // makes it, not recorded
	compose  func(ins []*Tensor) *Tensor  // makes it of public operations
	backward func(b *Backprop, g *Tensor) // takes its gradient [B·T, gates] back to inputs 0, 1, … of the node
}

// project is the projection of inputs x [B, T, I] that fit.
func project(op string, x, w, bias *Tensor) *projection {
	batch, steps, in, n := x.view.Shape[0], x.view.Shape[1], x.view.Shape[2], w.view.Shape[0]
	flat := x.Reshape(batch*steps, in)
	return &projection{
		op: op, ins: []*Tensor{flat, w, bias},
		make: func(tape *Tape) *Tensor {
			y := alloc(tape, x.be, []int{batch, steps, n})
			x.be.Gemm(backend.NewView(y.view.Buf, batch*steps, n), flat.view, transposed(w.view), 1, 0, backend.Epilogue{Bias: bias.view})
			return y
		},
		compose: func(ins []*Tensor) *Tensor { return Linear(ins[0], ins[1], ins[2]).Reshape(batch, steps, n) },
		backward: func(b *Backprop, g *Tensor) {
			if b.Needs(0) {
				b.AddMatMul(0, g, w)
			}
			if b.Needs(1) {
				b.AddMatMul(1, g.T(), flat)
			}
			if b.Needs(2) {
				b.Add(2, g.Sum(0))
			}
		},
	}
}

// projectRows is the projection of inputs that are rows of a table, which has been
// projected: row index[b·T+t] at step t of sequence b.
func projectRows(op string, table *Tensor, index []int32, batch int) *projection {
	steps, n := len(index)/batch, table.view.Shape[1]
	return &projection{
		op: op, ins: []*Tensor{table},
		make: func(tape *Tape) *Tensor {
			y := alloc(tape, table.be, []int{batch, steps, n})
			table.be.Take(backend.NewView(y.view.Buf, batch*steps, n), table.view, index)
			return y
		},
		compose:  func(ins []*Tensor) *Tensor { return takeSteps(ins[0], index, batch) },
		backward: func(b *Backprop, g *Tensor) { b.addTakeAdd(0, g, index) },
	}
}

// takeSteps picks rows of a table as steps of sequences [B, T, ·].
func takeSteps(table *Tensor, index []int32, batch int) *Tensor {
	return table.Take(index).Reshape(batch, len(index)/batch, table.view.Shape[1])
}

// checkRows panics unless a projected table, indices and a hidden state [B, H] fit a
// recurrent layer of so many gates, and returns B.
func checkRows(op string, table *Tensor, index []int32, gates int, whh Weight, h0 *Tensor) (batch int) {
	hidden := whh.Dim(-1)
	if n := gates * hidden; !isMatrix(whh, n, hidden) || table.view.Rank != 2 || table.view.Shape[1] != n {
		Fail(op, fmt.Sprintf("hidden size %d needs a weight [%d %d] and a table [rows %d]", hidden, n, hidden, n), "%v and %v", whh.Shape(), table.Shape())
	}
	if h0.view.Rank != 2 || h0.view.Shape[0] == 0 || h0.view.Shape[1] != hidden {
		Fail(op, fmt.Sprintf("needs states [batch %d]", hidden), "%v", h0.Shape())
	}
	batch = h0.view.Shape[0]
	if len(index) == 0 || len(index)%batch != 0 {
		Fail(op, fmt.Sprintf("needs equally many steps, at least one, of %s", words.Count(batch, "sequence")), "%s", words.Count(len(index), "index"))
	}
	checkIndex(op, index, table.view.Shape[0])
	return batch
}

// sameBackend panics unless weights are where the other operands are.
func sameBackend(op string, be backend.Backend, ws ...Weight) {
	for _, w := range ws {
		if w.Backend() != be {
			panic(&UseError{op, fmt.Sprintf("operands on backend %q, a weight on %q", be.Name(), w.Backend().Name())})
		}
	}
}

func isMatrix(w Weight, rows, cols int) bool {
	r, c, ok := w.dims()
	return ok && r == rows && c == cols
}

// onTape is a weight as a tensor; a stored one is widened for the rest of the
// pass.
func onTape(tape *Tape, w Weight) *Tensor {
	if s, ok := w.(*Stored); ok {
		return s.widen(tape)
	}
	return w.(*Tensor)
}

// lastStep copies [B, T, H] at T−1.
func lastStep(t *Tensor) *Tensor {
	y := alloc2(t.tape, t.be, t.view.Shape[0], t.view.Shape[2])
	t.be.Copy(y.view, dropAxes(place(t.view, 1, t.view.Shape[1]-1, 1), 1<<1))
	return y
}

// statesBefore is the hidden state that each step of y [B, T, H] started from, as
// rows [B·T, H].
func statesBefore(y, h0 *Tensor) *Tensor {
	batch, steps, hidden := y.view.Shape[0], y.view.Shape[1], y.view.Shape[2]
	prev := alloc2(y.tape, y.be, batch*steps, hidden)
	v := backend.NewView(prev.view.Buf, batch, steps, hidden)
	y.be.Copy(dropAxes(place(v, 1, 0, 1), 1<<1), h0.view)
	y.be.Copy(place(v, 1, 1, steps-1), place(y.view, 1, 0, steps-1))
	return prev
}
