package tensor

import (
	"fmt"

	"github.com/org/artnn/backend"
)

// LSTM runs one long short-term memory layer over a batch of sequences:
//
//	i, f, o = σ(Wᵢₕx + Wₕₕh + b),  g = tanh(Wᵢₕx + Wₕₕh + b)
//	c' = f∘c + i∘g,  h' = o∘tanh(c')
//
// with the gates stacked in the order i, f, g, o. It returns all hidden states
// and the last hidden and cell state. bias is the sum of PyTorch's two. With int8
// weights, inputs and states may be rounded as by [Linear].
//
// Shape: x [B, T, I], wih [4H, I], whh [4H, H], bias [4H], h0 and c0 [B, H]
// → y [B, T, H], hn and cn [B, H].
//
// Panics if sizes differ or T is 0.
//
// Reference: Hochreiter and Schmidhuber 1997, with the forget gate of Gers et
// al. 2000.
func LSTM(x *Tensor, wih, whh Weight, bias, h0, c0 *Tensor) (y, hn, cn *Tensor) {
	tape, be := common("lstm", x, bias, h0, c0)
	if x.view.Rank != 3 || x.view.Shape[1] == 0 {
		Fail("lstm", "needs input [batch, steps, features] with at least one step", "%v", x.Shape())
	}
	batch, in := x.view.Shape[0], x.view.Shape[2]
	hidden := whh.Dim(-1)
	if !isMatrix(wih, 4*hidden, in) || !isMatrix(whh, 4*hidden, hidden) || !bias.HasShape(4*hidden) {
		Fail("lstm", fmt.Sprintf("input %v and hidden size %d need weights [%d %d], [%d %d] and bias [%d]", x.Shape(), hidden, 4*hidden, in, 4*hidden, hidden, 4*hidden),
			"%v, %v and %v", wih.Shape(), whh.Shape(), bias.Shape())
	}
	if !h0.HasShape(batch, hidden) || !c0.HasShape(batch, hidden) {
		Fail("lstm", fmt.Sprintf("needs states [%d %d]", batch, hidden), "%v and %v", h0.Shape(), c0.Shape())
	}
	if wih, ok := wih.(*Tensor); ok {
		if whh, ok := whh.(*Tensor); ok {
			return lstmFused(project("lstm", x, wih, bias), whh, h0, c0)
		}
	}
	sameBackend("lstm", be, wih, whh)
	if tape.records() { // widened for this pass, so that gradients can go back
		return lstmFused(project("lstm", x, onTape(tape, wih), bias), onTape(tape, whh), h0, c0)
	}
	return lstmStoredSteps(Linear(x, wih, bias), whh, h0, c0)
}

// LSTMRows is [LSTM] of inputs that are rows of a table, such as an embedding, given
// the rows' products with the input weights, projected = table·Wᵢₕᵀ + b: the input
// at step t of sequence b is row index[b·T+t]. That is less work where the table has
// fewer rows than there are steps, as one of characters has.
//
// Shape: projected [N, 4H], len(index) = B·T, whh [4H, H], h0 and c0 [B, H]
// → y [B, T, H], hn and cn [B, H].
//
// Panics if sizes differ, T is 0 or an index is outside [0, N). index must not
// change before the backward pass has run.
func LSTMRows(projected *Tensor, index []int32, whh Weight, h0, c0 *Tensor) (y, hn, cn *Tensor) {
	tape, be := common("lstm rows", projected, h0, c0)
	batch := checkRows("lstm rows", projected, index, 4, whh, h0)
	if !c0.view.SameShape(&h0.view) {
		Fail("lstm rows", fmt.Sprintf("needs a cell state %v", h0.Shape()), "%v", c0.Shape())
	}
	sameBackend("lstm rows", be, whh)
	w, ok := whh.(*Tensor)
	if !ok && !tape.records() {
		return lstmStoredSteps(takeSteps(projected, index, batch), whh, h0, c0)
	}
	if !ok {
		w = onTape(tape, whh)
	}
	return lstmFused(projectRows("lstm rows", projected, index, batch), w, h0, c0)
}

// lstmStoredSteps is the recurrence without derivatives, by recurrent weights in any
// form. It takes gates, which hold the input projections, for its own.
func lstmStoredSteps(gates *Tensor, whh Weight, h0, c0 *Tensor) (y, hn, cn *Tensor) {
	tape, be := common("lstm", gates, h0, c0)
	batch, steps, hidden := gates.view.Shape[0], gates.view.Shape[1], whh.Dim(-1)
	y = alloc(tape, be, []int{batch, steps, hidden})
	cells := alloc(tape, be, []int{batch, steps, hidden})
	stored, ok := whh.(*Stored)
	if ok && stored.recurrence(y.view, cells.view, gates.view, h0.view, c0.view) {
		return y, lastStep(y), lastStep(cells)
	}
	wide, ok := whh.(*Tensor)
	if !ok {
		wide = stored.Widen()
		defer wide.Release()
	}
	if k, ok := be.(backend.LSTMKernel); ok && k.LSTM(y.view, cells.view, gates.view, wide.view, h0.view, c0.view) {
		return y, lastStep(y), lastStep(cells)
	}
	return lstmSteps(gates, wide, h0, c0)
}

// recurrence runs an LSTM's steps by the backend's kernel for the format of its
// recurrent weights, if it has one.
func (w *Stored) recurrence(y, cells, gates, h0, c0 backend.View) bool {
	if m, ok := w.matrix.(*backend.Int8Matrix); ok {
		k, ok := w.be.(backend.LSTMInt8Kernel)
		return ok && k.LSTMInt8(y, cells, gates, m, h0, c0)
	}
	return false
}

// lstmFused is the recurrence of tensors, by the backend's kernel if it has one. The
// projection becomes the gates.
func lstmFused(p *projection, whh, h0, c0 *Tensor) (y, hn, cn *Tensor) {
	n := len(p.ins)
	ins := append(p.ins[:n:n], whh, h0, c0)
	tape, be := common(p.op, ins...)
	kernel, ok := be.(backend.LSTMKernel)
	if !ok {
		return lstmSteps(p.compose(p.ins), whh, h0, c0)
	}
	gates := p.make(tape)
	y = alloc(tape, be, []int{gates.view.Shape[0], gates.view.Shape[1], whh.view.Shape[1]})
	cells := alloc(tape, be, y.view.Dims())
	if !kernel.LSTM(y.view, cells.view, gates.view, whh.view, h0.view, c0.view) {
		return lstmSteps(p.compose(p.ins), whh, h0, c0)
	}
	hn, cn = lastStep(y), lastStep(cells)
	if tape.records() {
		tape.recordMany(p.op, []*Tensor{y, hn, cn}, func(b *Backprop, _ *Tensor) {
			l := lstmPass{kernel, gates, cells, y}
			if b.Creating() || !l.backward(b, p, whh, h0, c0) {
				b.Compose(func(ins []*Tensor) []*Tensor {
					y, hn, cn := lstmSteps(p.compose(ins[:n]), ins[n], ins[n+1], ins[n+2])
					return []*Tensor{y, hn, cn}
				})
			}
		}, ins...)
	}
	return y, hn, cn
}

// lstmPass is what the backward pass of a fused LSTM needs from the forward.
type lstmPass struct {
	kernel          backend.LSTMKernel
	gates, cells, y *Tensor
}

func (l *lstmPass) backward(b *Backprop, p *projection, whh, h0, c0 *Tensor) bool {
	tape, be := b.tape, b.tape.be
	batch, steps, hidden := l.y.view.Shape[0], l.y.view.Shape[1], l.y.view.Shape[2]
	dy := b.Grad(0)
	if dy == nil {
		dy = tape.Zeros(batch, steps, hidden)
	}
	dgates := alloc(tape, be, []int{batch * steps, 4 * hidden})
	dh0, dc0 := alloc2(tape, be, batch, hidden), alloc2(tape, be, batch, hidden)
	args := backend.LSTMGradArgs{
		DGates: backend.NewView(dgates.view.Buf, batch, steps, 4*hidden), DH0: dh0.view, DC0: dc0.view,
		DY: dy.Contiguous().view, Gates: l.gates.view, Cells: l.cells.view, WHH: whh.view, C0: c0.view,
	}
	if g := b.Grad(1); g != nil {
		args.DHN = g.Contiguous().view
	}
	if g := b.Grad(2); g != nil {
		args.DCN = g.Contiguous().view
	}
	if !l.kernel.LSTMGrad(args) {
		return false
	}
	p.backward(b, dgates)
	n := len(p.ins)
	if b.Needs(n) {
		b.AddMatMul(n, dgates.T(), statesBefore(l.y, h0))
	}
	b.Add(n+1, dh0)
	b.Add(n+2, dc0)
	return true
}

// lstmSteps is the recurrence on input projections pre [B, T, 4H].
func lstmSteps(pre, whh, h0, c0 *Tensor) (y, hn, cn *Tensor) {
	steps := pre.view.Shape[1]
	h, c := h0, c0
	ys := make([]*Tensor, steps)
	for t := range steps {
		gates := pre.Select(1, t).Add(Linear(h, whh, nil)).Chunk(1, 4)
		in, forget, cell, out := gates[0].Sigmoid(), gates[1].Sigmoid(), gates[2].Tanh(), gates[3].Sigmoid()
		c = forget.Mul(c).Add(in.Mul(cell))
		h = out.Mul(c.Tanh())
		ys[t] = h
	}
	return Stack(1, ys...), h, c
}
