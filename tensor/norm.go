package tensor

import (
	"fmt"

	"github.com/org/artnn/backend"
)

// LayerNorm normalises over the last axis, then scales and shifts:
//
//	y = (x − mean)/√(var + eps) · weight + bias
//
// with the plain (uncorrected) variance. weight and bias may be nil.
//
// Shape: x [..., D], weight [D], bias [D] → [..., D].
//
// Reference: Ba, Kiros and Hinton, "Layer Normalization", 2016.
func LayerNorm(x, weight, bias *Tensor, eps float64) *Tensor {
	if x.view.Rank == 0 {
		Fail("layer norm", "needs at least one axis", "shape %v", x.Shape())
	}
	d := x.Dim(-1)
	ins := append(make([]*Tensor, 0, 3), x)
	for _, p := range []*Tensor{weight, bias} {
		if p == nil {
			continue
		}
		if !p.HasShape(d) {
			Fail("layer norm", fmt.Sprintf("input %v needs a weight and bias [%d]", x.Shape(), d), "%v", p.Shape())
		}
		ins = append(ins, p)
	}
	tape, be := common("layer norm", ins...)
	kernel, ok := be.(backend.LayerNormKernel)
	if !ok || d == 0 || x.Size() == 0 || weight == nil && bias != nil {
		return layerNormComposed(x, weight, bias, eps)
	}
	if x.view.Rank != 2 || !x.view.Contiguous() {
		return LayerNorm(x.Reshape(-1, d).Contiguous(), weight, bias, eps).Reshape(x.view.Dims()...)
	}
	y := alloc(tape, be, x.view.Dims())
	rows := [1]int{x.view.Shape[0]}
	mean, rstd := alloc(tape, be, rows[:]), alloc(tape, be, rows[:])
	args := backend.LayerNormArgs{Y: y.view, Mean: mean.view, RStd: rstd.view, X: x.view, Eps: eps}
	if weight != nil {
		args.Weight = weight.view
	}
	if bias != nil {
		args.Bias = bias.view
	}
	if !kernel.LayerNorm(args) {
		return layerNormComposed(x, weight, bias, eps)
	}
	if tape.records() {
		pass := layerNormPass{kernel, x, weight, bias, mean, rstd}
		tape.record("layer norm", y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("eps", eps)
				return
			}
			if b.Creating() || !pass.backward(b, g.Contiguous()) {
				b.Compose(func(ins []*Tensor) []*Tensor {
					ins = append(ins, nil, nil) // what there is not comes last
					return []*Tensor{layerNormComposed(ins[0], ins[1], ins[2], eps)}
				})
			}
		}, ins...).says()
	}
	return y
}

// layerNormPass is what the backward pass of a fused layer norm needs from the forward.
type layerNormPass struct {
	kernel       backend.LayerNormKernel
	x            *Tensor
	weight, bias *Tensor // bias, or both, may be nil
	mean, rstd   *Tensor
}

func (p layerNormPass) backward(b *Backprop, g *Tensor) bool {
	dx := alloc(g.tape, g.be, p.x.view.Dims())
	args := backend.LayerNormGradArgs{DX: dx.view, DY: g.view, X: p.x.view, Mean: p.mean.view, RStd: p.rstd.view}
	var dw, db *Tensor
	if p.weight != nil {
		dw = alloc(g.tape, g.be, p.weight.view.Dims())
		args.DWeight, args.Weight = dw.view, p.weight.view
	}
	if p.bias != nil {
		db = alloc(g.tape, g.be, p.bias.view.Dims())
		args.DBias = db.view
	}
	if !p.kernel.LayerNormGrad(args) {
		return false
	}
	b.Add(0, dx)
	if p.weight != nil {
		b.Add(1, dw)
	}
	if p.bias != nil {
		b.Add(2, db)
	}
	return true
}

func layerNormComposed(x, weight, bias *Tensor, eps float64) *Tensor {
	centred := x.Sub(x.MeanKeep(-1))
	y := centred.Mul(centred.Square().MeanKeep(-1).AddScalar(eps).Rsqrt())
	if weight != nil {
		y = y.Mul(weight)
	}
	if bias != nil {
		y = y.Add(bias)
	}
	return y
}
