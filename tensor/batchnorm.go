package tensor

import (
	"fmt"

	"github.com/org/artnn/backend"
)

// BatchNorm normalises each channel over a batch, then scales and shifts:
//
//	y = (x − mean)/√(var + eps) · weight + bias
//
// with the plain (uncorrected) variance. weight and bias may be nil. It also returns
// mean and variance of each channel, through which no gradient flows.
//
// Shape: x [N, C], [N, C, L] or [N, C, H, W], weight [C], bias [C] → the same,
// mean [C], var [C].
//
// Panics if x has fewer than two axes, or the other sizes differ.
//
// Reference: Ioffe and Szegedy, "Batch Normalization", 2015.
func BatchNorm(x, weight, bias *Tensor, eps float64) (y, mean, variance *Tensor) {
	const op = "batch norm"
	if x.view.Rank < 2 {
		Fail(op, "needs inputs [batch, channels, ...]", "%v", x.Shape())
	}
	c := x.view.Shape[1]
	ins := append(make([]*Tensor, 0, 3), x)
	for _, p := range []*Tensor{weight, bias} {
		if p == nil {
			continue
		}
		if !p.HasShape(c) {
			Fail(op, fmt.Sprintf("input %v needs a weight and bias [%d]", x.Shape(), c), "%v", p.Shape())
		}
		ins = append(ins, p)
	}
	tape, be := common(op, ins...)
	kernel, ok := be.(backend.BatchNormKernel)
	rows, flat := channelRows(x.view)
	if !ok || !flat || x.Size() == 0 || weight == nil != (bias == nil) {
		return batchNormComposed(x, weight, bias, eps)
	}
	y, to := x.allocRows(tape)
	shape := [1]int{c}
	mean, variance = alloc(tape, be, shape[:]), alloc(tape, be, shape[:])
	args := backend.BatchNormArgs{Y: to, Mean: mean.view, Var: variance.view, X: rows, Eps: eps}
	if weight != nil {
		args.Weight, args.Bias = weight.view, bias.view
	}
	if !kernel.BatchNorm(args) {
		return batchNormComposed(x, weight, bias, eps)
	}
	if tape.records() {
		pass := batchNormPass{kernel, x, weight, mean, variance, eps}
		tape.record(op, y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("eps", eps)
				return
			}
			if b.Creating() || !pass.backward(b, g) {
				b.Compose(func(ins []*Tensor) []*Tensor {
					var weight, bias *Tensor
					if len(ins) > 1 {
						weight, bias = ins[1], ins[2]
					}
					y, _, _ := batchNormComposed(ins[0], weight, bias, eps)
					return []*Tensor{y}
				})
			}
		}, ins...).says()
	}
	return y, mean, variance
}

// channelRows is v as rows of channels, one after the other, if it lies so: vectors,
// or pictures in the order of pixels.
func channelRows(v backend.View) (rows backend.View, ok bool) {
	switch v.Rank {
	case 2:
		return v, v.Contiguous()
	case 4:
		if v = pixels(v); !v.Contiguous() {
			return v, false
		}
		c := v.Shape[3]
		rows = backend.NewView(v.Buf, v.Shape[0]*v.Shape[1]*v.Shape[2], c)
		rows.Offset = v.Offset
		return rows, true
	}
	return v, false
}

// allocRows makes a tensor of x's shape with its channels in rows.
func (x *Tensor) allocRows(tape *Tape) (y *Tensor, rows backend.View) {
	s := x.view.Shape
	if x.view.Rank == 4 {
		y = allocPixels(tape, x.be, s[0], s[1], s[2], s[3])
	} else {
		y = alloc(tape, x.be, x.view.Dims())
	}
	rows, _ = channelRows(y.view)
	return y, rows
}

// batchNormPass is what the backward pass of a fused batch norm needs from the forward.
type batchNormPass struct {
	kernel         backend.BatchNormKernel
	x, weight      *Tensor // weight may be nil
	mean, variance *Tensor
	eps            float64
}

func (p batchNormPass) backward(b *Backprop, g *Tensor) bool {
	up, ok := channelRows(g.view)
	if !ok {
		var copied *Tensor
		copied, up = p.x.allocRows(g.tape)
		g.be.Copy(copied.view, g.view)
	}
	dx, to := p.x.allocRows(g.tape)
	dw, db := alloc(g.tape, g.be, p.mean.view.Dims()), alloc(g.tape, g.be, p.mean.view.Dims())
	rows, _ := channelRows(p.x.view)
	args := backend.BatchNormGradArgs{
		DX: to, DWeight: dw.view, DBias: db.view, DY: up, X: rows, Mean: p.mean.view, Var: p.variance.view, Eps: p.eps,
	}
	if p.weight != nil {
		args.Weight = p.weight.view
	}
	if !p.kernel.BatchNormGrad(args) {
		return false
	}
	b.Add(0, dx)
	if p.weight != nil {
		b.Add(1, dw)
		b.Add(2, db)
	}
	return true
}

func batchNormComposed(x, weight, bias *Tensor, eps float64) (y, mean, variance *Tensor) {
	over := []int{0, 2, 3, 4, 5}[:x.view.Rank-1]
	m := x.MeanKeep(over...)
	centred := x.Sub(m)
	v := centred.Square().MeanKeep(over...)
	scale := v.AddScalar(eps).Rsqrt() // [1, C, 1, …]
	if weight != nil {
		scale = scale.Mul(weight.alongChannels(x.view.Rank))
	}
	y = centred.Mul(scale)
	if bias != nil {
		y = y.Add(bias.alongChannels(x.view.Rank))
	}
	c := x.view.Shape[1]
	return y, m.Detach().Reshape(c), v.Detach().Reshape(c)
}

// alongChannels reshapes [C] so that it broadcasts along axis 1 of a value of a rank.
func (t *Tensor) alongChannels(rank int) *Tensor {
	shape := []int{t.Size(), 1, 1, 1, 1}[:rank-1]
	return t.Reshape(shape...)
}
