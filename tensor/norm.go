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
	if !ok || d == 0 || x.Size() == 0 || weight == nil != (bias == nil) {
		return layerNormComposed(x, weight, bias, eps)
	}
	if x.view.Rank != 2 || !x.view.Contiguous() {
		return LayerNorm(x.Reshape(-1, d).Contiguous(), weight, bias, eps).Reshape(x.view.Dims()...)
	}
	y := alloc(tape, be, x.view.Dims())
	rows := [1]int{x.view.Shape[0]}
	mean, rstd := alloc(tape, be, rows[:]), alloc(tape, be, rows[:])
	var wv, bv backend.View
	if weight != nil {
		wv, bv = weight.view, bias.view
	}
	if !kernel.LayerNorm(y.view, mean.view, rstd.view, x.view, wv, bv, eps) {
		return layerNormComposed(x, weight, bias, eps)
	}
	if tape.records() {
		tape.record("layer norm", y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("eps", eps)
				return
			}
			if b.Creating() || !layerNormGrad(b, kernel, g.Contiguous(), x, mean, rstd, weight) {
				b.Compose(func(ins []*Tensor) []*Tensor {
					if len(ins) == 1 {
						return []*Tensor{layerNormComposed(ins[0], nil, nil, eps)}
					}
					return []*Tensor{layerNormComposed(ins[0], ins[1], ins[2], eps)}
				})
			}
		}, ins...).says()
	}
	return y
}

func layerNormGrad(b *Backprop, kernel backend.LayerNormKernel, g, x, mean, rstd, weight *Tensor) bool {
	dx := alloc(g.tape, g.be, x.view.Dims())
	if weight == nil {
		ok := kernel.LayerNormGrad(dx.view, backend.View{}, backend.View{}, g.view, x.view, mean.view, rstd.view, backend.View{})
		if ok {
			b.Add(0, dx)
		}
		return ok
	}
	dw, db := alloc(g.tape, g.be, weight.view.Dims()), alloc(g.tape, g.be, weight.view.Dims())
	if !kernel.LayerNormGrad(dx.view, dw.view, db.view, g.view, x.view, mean.view, rstd.view, weight.view) {
		return false
	}
	b.Add(0, dx)
	b.Add(1, dw)
	b.Add(2, db)
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
