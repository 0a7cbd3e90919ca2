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
			return lstmFloat(x, wih, whh, bias, h0, c0)
		}
	}
	if be != wih.Backend() || be != whh.Backend() {
		panic(&UseError{"lstm", fmt.Sprintf("operands on backend %q, weights on %q and %q", be.Name(), wih.Backend().Name(), whh.Backend().Name())})
	}
	if tape.records() { // widened for this pass, so that gradients can go back
		return lstmFloat(x, onTape(tape, wih), onTape(tape, whh), bias, h0, c0)
	}
	return lstmStored(x, wih, whh, bias, h0, c0)
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

// lstmStored is [LSTM] without derivatives, of weights that are not all tensors.
func lstmStored(x *Tensor, wih, whh Weight, bias, h0, c0 *Tensor) (y, hn, cn *Tensor) {
	gates := Linear(x, wih, bias)
	tape, be := common("lstm", gates, h0, c0)
	batch, steps, hidden := x.view.Shape[0], x.view.Shape[1], whh.Dim(-1)
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

// lstmFloat is [LSTM] of tensors that fit.
func lstmFloat(x, wih, whh, bias, h0, c0 *Tensor) (y, hn, cn *Tensor) {
	tape, be := common("lstm", x, wih, whh, bias, h0, c0)
	batch, steps, in := x.view.Shape[0], x.view.Shape[1], x.view.Shape[2]
	hidden := whh.view.Shape[1]
	kernel, ok := be.(backend.LSTMKernel)
	if !ok {
		return lstmComposed(x, wih, whh, bias, h0, c0)
	}
	flat := x.Reshape(batch*steps, in)
	gates := alloc(tape, be, []int{batch, steps, 4 * hidden})
	be.Gemm(backend.NewView(gates.view.Buf, batch*steps, 4*hidden), flat.view, transposed(wih.view), 1, 0, backend.Epilogue{Bias: bias.view})
	y = alloc(tape, be, []int{batch, steps, hidden})
	cells := alloc(tape, be, []int{batch, steps, hidden})
	if !kernel.LSTM(y.view, cells.view, gates.view, whh.view, h0.view, c0.view) {
		return lstmComposed(x, wih, whh, bias, h0, c0)
	}
	hn, cn = lastStep(y), lastStep(cells)
	if tape.records() {
		l := &lstmPass{kernel, gates, cells, y}
		tape.recordMany("lstm", []*Tensor{y, hn, cn}, func(b *Backprop, _ *Tensor) {
			if b.Creating() || !l.backward(b, flat, wih, whh, h0, c0) {
				b.Compose(func(ins []*Tensor) []*Tensor {
					y, hn, cn := lstmComposed(ins[0].Reshape(batch, steps, in), ins[1], ins[2], ins[3], ins[4], ins[5])
					return []*Tensor{y, hn, cn}
				})
			}
		}, flat, wih, whh, bias, h0, c0)
	}
	return y, hn, cn
}

// lastStep copies [B, T, H] at T−1.
func lastStep(t *Tensor) *Tensor {
	y := alloc2(t.tape, t.be, t.view.Shape[0], t.view.Shape[2])
	t.be.Copy(y.view, dropAxes(place(t.view, 1, t.view.Shape[1]-1, 1), 1<<1))
	return y
}

// lstmPass is what the backward pass of a fused LSTM needs from the forward.
type lstmPass struct {
	kernel          backend.LSTMKernel
	gates, cells, y *Tensor
}

func (l *lstmPass) backward(b *Backprop, x, wih, whh, h0, c0 *Tensor) bool {
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
	if b.Needs(0) {
		b.AddMatMul(0, dgates, wih)
	}
	if b.Needs(1) {
		b.AddMatMul(1, dgates.T(), x)
	}
	if b.Needs(2) {
		b.AddMatMul(2, dgates.T(), l.before(h0))
	}
	if b.Needs(3) {
		b.Add(3, dgates.Sum(0))
	}
	b.Add(4, dh0)
	b.Add(5, dc0)
	return true
}

// before is the hidden state that each step started from, as rows [B·T, H].
func (l *lstmPass) before(h0 *Tensor) *Tensor {
	batch, steps, hidden := l.y.view.Shape[0], l.y.view.Shape[1], l.y.view.Shape[2]
	be := l.y.be
	prev := alloc2(l.y.tape, be, batch*steps, hidden)
	v := backend.NewView(prev.view.Buf, batch, steps, hidden)
	be.Copy(dropAxes(place(v, 1, 0, 1), 1<<1), h0.view)
	be.Copy(place(v, 1, 1, steps-1), place(l.y.view, 1, 0, steps-1))
	return prev
}

func lstmComposed(x, wih, whh, bias, h0, c0 *Tensor) (y, hn, cn *Tensor) {
	return lstmSteps(Linear(x, wih, bias), whh, h0, c0)
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
