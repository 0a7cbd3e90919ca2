package tensor

import (
	"fmt"

	"github.com/org/artnn/backend"
)

// RMSNorm scales along the last axis to a mean square of 1, then by weight:
//
//	y = x/√(mean(x²) + eps) · weight
//
// weight may be nil.
//
// Shape: x [..., D], weight [D] → [..., D].
//
// Panics if the sizes differ.
//
// Reference: Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019.
func RMSNorm(x, weight *Tensor, eps float64) *Tensor {
	if x.view.Rank == 0 {
		Fail("rms norm", "needs at least one axis", "shape %v", x.Shape())
	}
	d := x.Dim(-1)
	ins := append(make([]*Tensor, 0, 2), x)
	if weight != nil {
		if !weight.HasShape(d) {
			Fail("rms norm", fmt.Sprintf("input %v needs a weight [%d]", x.Shape(), d), "%v", weight.Shape())
		}
		ins = append(ins, weight)
	}
	tape, be := common("rms norm", ins...)
	kernel, ok := be.(backend.RMSNormKernel)
	if !ok || x.Size() == 0 {
		return rmsNormComposed(x, weight, eps)
	}
	if x.view.Rank != 2 || !x.view.Contiguous() {
		return RMSNorm(x.Reshape(-1, d).Contiguous(), weight, eps).Reshape(x.view.Dims()...)
	}
	y, rstd := alloc(tape, be, x.view.Dims()), alloc(tape, be, x.view.Dims()[:1])
	args := backend.RMSNormArgs{Y: y.view, RStd: rstd.view, X: x.view, Eps: eps}
	if weight != nil {
		args.Weight = weight.view
	}
	if !kernel.RMSNorm(args) {
		return rmsNormComposed(x, weight, eps)
	}
	if tape.records() {
		pass := rmsNormPass{kernel, x, weight, rstd}
		tape.record("rms norm", y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("eps", eps)
				return
			}
			if b.Creating() || !pass.backward(b, g.Contiguous()) {
				b.Compose(func(ins []*Tensor) []*Tensor {
					var weight *Tensor
					if len(ins) > 1 {
						weight = ins[1]
					}
					return []*Tensor{rmsNormComposed(ins[0], weight, eps)}
				})
			}
		}, ins...).says()
	}
	return y
}

// rmsNormPass is what the backward pass of a fused RMS norm needs from the forward.
type rmsNormPass struct {
	kernel          backend.RMSNormKernel
	x, weight, rstd *Tensor // weight may be nil
}

func (p rmsNormPass) backward(b *Backprop, g *Tensor) bool {
	dx := alloc(g.tape, g.be, p.x.view.Dims())
	args := backend.RMSNormGradArgs{DX: dx.view, DY: g.view, X: p.x.view, RStd: p.rstd.view}
	var dw *Tensor
	if p.weight != nil {
		dw = alloc(g.tape, g.be, p.weight.view.Dims())
		args.DWeight, args.Weight = dw.view, p.weight.view
	}
	if !p.kernel.RMSNormGrad(args) {
		return false
	}
	b.Add(0, dx)
	if dw != nil {
		b.Add(1, dw)
	}
	return true
}

func rmsNormComposed(x, weight *Tensor, eps float64) *Tensor {
	y := x.Mul(x.Square().MeanKeep(-1).AddScalar(eps).Rsqrt())
	if weight != nil {
		y = y.Mul(weight)
	}
	return y
}
