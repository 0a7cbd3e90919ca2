package tensor

import (
	"fmt"

	"github.com/org/artnn/backend"
)

// GRU runs one layer of gated recurrent units over a batch of sequences:
//
//	r, z = σ(Wᵢₕx + bᵢₕ + Wₕₕh + bₕₕ),  n = tanh(Wᵢₕx + bᵢₕ + r∘(Wₕₕh + bₕₕ))
//	h' = (1 − z)∘n + z∘h
//
// with the gates stacked in the order r, z, n. It returns all hidden states and the
// last one. As in PyTorch, r resets the product of the state, with its bias, and not
// the state.
//
// Shape: x [B, T, I], wih [3H, I], whh [3H, H], bih and bhh [3H], h0 [B, H]
// → y [B, T, H] and hn [B, H].
//
// Panics if sizes differ or T is 0.
//
// Reference: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder",
// 2014.
func GRU(x *Tensor, wih, whh Weight, bih, bhh, h0 *Tensor) (y, hn *Tensor) {
	_, be := common("gru", x, bih, bhh, h0)
	if x.view.Rank != 3 || x.view.Shape[1] == 0 {
		Fail("gru", "needs input [batch, steps, features] with at least one step", "%v", x.Shape())
	}
	batch, in := x.view.Shape[0], x.view.Shape[2]
	hidden := whh.Dim(-1)
	if !isMatrix(wih, 3*hidden, in) || !isMatrix(whh, 3*hidden, hidden) || !bih.HasShape(3*hidden) || !bhh.HasShape(3*hidden) {
		Fail("gru", fmt.Sprintf("input %v and hidden size %d need weights [%d %d], [%d %d] and biases [%d]", x.Shape(), hidden, 3*hidden, in, 3*hidden, hidden, 3*hidden),
			"%v, %v, %v and %v", wih.Shape(), whh.Shape(), bih.Shape(), bhh.Shape())
	}
	if !h0.HasShape(batch, hidden) {
		Fail("gru", fmt.Sprintf("needs a state [%d %d]", batch, hidden), "%v", h0.Shape())
	}
	sameBackend("gru", be, wih, whh)
	if wih, ok := wih.(*Tensor); ok {
		if whh, ok := whh.(*Tensor); ok {
			return gruFused(project("gru", x, wih, bih), whh, bhh, h0)
		}
	}
	return gruSteps(Linear(x, wih, bih), whh, bhh, h0)
}

// GRURows is [GRU] of inputs that are rows of a table, given the rows' products with
// the input weights, projected = table·Wᵢₕᵀ + bᵢₕ; see [LSTMRows].
//
// Shape: projected [N, 3H], len(index) = B·T, whh [3H, H], bhh [3H], h0 [B, H]
// → y [B, T, H] and hn [B, H].
//
// Panics if sizes differ, T is 0 or an index is outside [0, N). index must not
// change before the backward pass has run.
func GRURows(projected *Tensor, index []int32, whh Weight, bhh, h0 *Tensor) (y, hn *Tensor) {
	_, be := common("gru rows", projected, bhh, h0)
	batch := checkRows("gru rows", projected, index, 3, whh, h0)
	if n := projected.view.Shape[1]; !bhh.HasShape(n) {
		Fail("gru rows", fmt.Sprintf("needs a bias [%d]", n), "%v", bhh.Shape())
	}
	sameBackend("gru rows", be, whh)
	if w, ok := whh.(*Tensor); ok {
		return gruFused(projectRows("gru rows", projected, index, batch), w, bhh, h0)
	}
	return gruSteps(takeSteps(projected, index, batch), whh, bhh, h0)
}

// gruFused is the recurrence of tensors, by the backend's kernel if it has one. The
// projection becomes the gates.
func gruFused(p *projection, whh, bhh, h0 *Tensor) (y, hn *Tensor) {
	n := len(p.ins)
	ins := append(p.ins[:n:n], whh, bhh, h0)
	tape, be := common(p.op, ins...)
	kernel, ok := be.(backend.GRUKernel)
	if !ok {
		return gruSteps(p.compose(p.ins), whh, bhh, h0)
	}
	gates := p.make(tape)
	y = alloc(tape, be, []int{gates.view.Shape[0], gates.view.Shape[1], whh.view.Shape[1]})
	candidates := alloc(tape, be, y.view.Dims())
	args := backend.GRUArgs{
		Y: y.view, Candidates: candidates.view, Gates: gates.view,
		WHH: whh.view, BHH: bhh.Contiguous().view, H0: h0.view,
	}
	if !kernel.GRU(args) {
		return gruSteps(p.compose(p.ins), whh, bhh, h0)
	}
	hn = lastStep(y)
	if tape.records() {
		tape.recordMany(p.op, []*Tensor{y, hn}, func(b *Backprop, _ *Tensor) {
			l := gruPass{kernel, gates, candidates, y}
			if b.Creating() || !l.backward(b, p, whh, h0) {
				b.Compose(func(ins []*Tensor) []*Tensor {
					y, hn := gruSteps(p.compose(ins[:n]), ins[n], ins[n+1], ins[n+2])
					return []*Tensor{y, hn}
				})
			}
		}, ins...)
	}
	return y, hn
}

// gruPass is what the backward pass of a fused GRU needs from the forward.
type gruPass struct {
	kernel               backend.GRUKernel
	gates, candidates, y *Tensor
}

func (l *gruPass) backward(b *Backprop, p *projection, whh, h0 *Tensor) bool {
	tape, be := b.tape, b.tape.be
	batch, steps, hidden := l.y.view.Shape[0], l.y.view.Shape[1], l.y.view.Shape[2]
	dy := b.Grad(0)
	if dy == nil {
		dy = tape.Zeros(batch, steps, hidden)
	}
	dgates, dproducts := alloc2(tape, be, batch*steps, 3*hidden), alloc2(tape, be, batch*steps, 3*hidden)
	before := statesBefore(l.y, h0)
	dh0 := alloc2(tape, be, batch, hidden)
	args := backend.GRUGradArgs{
		DGates: backend.NewView(dgates.view.Buf, batch, steps, 3*hidden), DProducts: backend.NewView(dproducts.view.Buf, batch, steps, 3*hidden),
		DH0: dh0.view, DY: dy.Contiguous().view, Gates: l.gates.view, Candidates: l.candidates.view,
		Before: backend.NewView(before.view.Buf, batch, steps, hidden), WHH: whh.view,
	}
	if g := b.Grad(1); g != nil {
		args.DHN = g.Contiguous().view
	}
	if !l.kernel.GRUGrad(args) {
		return false
	}
	p.backward(b, dgates)
	n := len(p.ins)
	if b.Needs(n) {
		b.AddMatMul(n, dproducts.T(), before)
	}
	if b.Needs(n + 1) {
		b.Add(n+1, dproducts.Sum(0))
	}
	b.Add(n+2, dh0)
	return true
}

// gruSteps is the recurrence on input projections pre [B, T, 3H].
func gruSteps(pre *Tensor, whh Weight, bhh, h0 *Tensor) (y, hn *Tensor) {
	steps, hidden := pre.view.Shape[1], whh.Dim(-1)
	h := h0
	ys := make([]*Tensor, steps)
	for t := range steps {
		in, product := pre.Select(1, t), Linear(h, whh, bhh)
		gates := in.Narrow(1, 0, 2*hidden).Add(product.Narrow(1, 0, 2*hidden)).Sigmoid()
		reset, keep := gates.Narrow(1, 0, hidden), gates.Narrow(1, hidden, hidden)
		next := in.Narrow(1, 2*hidden, hidden).Add(reset.Mul(product.Narrow(1, 2*hidden, hidden))).Tanh()
		h = next.Add(keep.Mul(h.Sub(next)))
		ys[t] = h
	}
	return Stack(1, ys...), h
}
