package tensor

import (
	"fmt"

	"github.com/org/artnn/backend"
)

// Rotary turns pairs of numbers of each vector by the angles of its place:
//
//	(a, b) → (a·cos θ − b·sin θ, b·cos θ + a·sin θ)
//
// for the first 2R numbers of a vector; the rest stays. Pairs are (x[r], x[R+r]), as in
// GPT-NeoX and in Hugging Face's models, or, interleaved, (x[2r], x[2r+1]), as in GPT-J
// and in Meta's. The tables are constants.
//
// Shape: x [B, T, H, D], cos and sin [T, R] with 2R ≤ D → [B, T, H, D].
//
// Panics if sizes differ.
//
// Reference: Su et al., "RoFormer: Enhanced Transformer with Rotary Position
// Embedding", 2021.
func (x *Tensor) Rotary(cos, sin *Tensor, interleaved bool) *Tensor {
	common("rotary", x, cos, sin)
	if x.view.Rank != 4 {
		Fail("rotary", "needs an input [batch, places, heads, size]", "%v", x.Shape())
	}
	places, d := x.view.Shape[1], x.view.Shape[3]
	if cos.view.Rank != 2 || !cos.view.SameShape(&sin.view) || cos.view.Shape[0] != places || 2*cos.view.Shape[1] > d {
		Fail("rotary", fmt.Sprintf("input %v needs cosines and sines [%d, at most %d]", x.Shape(), places, d/2), "%v and %v", cos.Shape(), sin.Shape())
	}
	return x.rotary(cos, sin, interleaved, false)
}

// rotary is Rotary, or with back its transpose, which turns the other way.
func (x *Tensor) rotary(cos, sin *Tensor, interleaved, back bool) *Tensor {
	y := alloc(x.tape, x.be, x.view.Dims())
	kernel, ok := x.be.(backend.RotaryKernel)
	if !ok || !kernel.Rotary(backend.RotaryArgs{Dst: y.view, X: x.view, Cos: cos.view, Sin: sin.view, Interleaved: interleaved, Back: back}) {
		x.rotaryInto(y, cos, sin, interleaved, back)
	}
	if x.tape.records() {
		x.tape.record("rotary", y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("cos", cos, "sin", sin, "interleaved", interleaved, "back", back)
				return
			}
			b.Add(0, g.rotary(cos, sin, interleaved, !back))
		}, x).says()
	}
	return y
}

// rotaryInto composes the forward pass of mandatory operations, unrecorded: the
// derivative needs no result.
func (x *Tensor) rotaryInto(y, cos, sin *Tensor, interleaved, back bool) {
	be, pairs := x.be, cos.view.Shape[1]
	half := func(v backend.View, which int) backend.View { // [B, T, H, R]
		v = place(v, 3, which*pairs, pairs)
		if interleaved {
			v.Offset += which * (1 - pairs) * v.Strides[3]
			v.Strides[3] *= 2
		}
		return v
	}
	table := func(t *Tensor) backend.View { // [1, T, 1, R], expanded
		v := backend.View{Buf: t.view.Buf, Offset: t.view.Offset, Rank: 4}
		v.Shape = [backend.MaxRank]int{1, t.view.Shape[0], 1, pairs}
		v.Strides = [backend.MaxRank]int{0, t.view.Strides[0], 0, t.view.Strides[1]}
		return mustExpand(v, half(x.view, 0))
	}
	plus, minus := backend.Add, backend.Sub
	if back {
		plus, minus = minus, plus
	}
	shape := []int{x.view.Shape[0], x.view.Shape[1], x.view.Shape[2], pairs}
	whole, part := alloc(nil, be, shape), alloc(nil, be, shape)
	for which, op := range []backend.BinaryOp{minus, plus} {
		be.Binary(backend.Mul, whole.view, half(x.view, which), table(cos), none)
		be.Binary(backend.Mul, part.view, half(x.view, 1-which), table(sin), none)
		be.Binary(op, whole.view, whole.view, part.view, none)
		be.Copy(half(y.view, which), whole.view)
	}
	whole.drop()
	part.drop()
	if rest := x.view.Shape[3] - 2*pairs; rest > 0 {
		be.Copy(place(y.view, 3, 2*pairs, rest), place(x.view, 3, 2*pairs, rest))
	}
}
