package tensor

import (
	"fmt"
	"slices"

	"github.com/org/artnn/backend"
)

// Linear is x·wᵀ + bias. bias may be nil.
//
// A backend may round each row of x to 14 bits or more, by max|x| / 16382, where
// the weights are stored as int8; a 64th of what rounding did to the weights.
//
// Shape: x [..., in], w [out, in], bias [out] → [..., out].
//
// Panics if the sizes differ.
func Linear(x *Tensor, w Weight, bias *Tensor) *Tensor {
	return LinearAct(x, w, bias, backend.ActNone, 0)
}

// LinearAct is act(x·wᵀ + bias), with the activation applied while the result
// is still in cache. slope is that of ActLeakyReLU and must not be negative.
//
// Shape: as [Linear].
func LinearAct(x *Tensor, w Weight, bias *Tensor, act backend.Activation, slope float64) *Tensor {
	out, in, ok := w.dims()
	if !ok || x.view.Rank == 0 || x.Dim(-1) != in {
		Fail("linear", fmt.Sprintf("weight %v needs inputs [..., %d]", w.Shape(), in), "%v", x.Shape())
	}
	if bias != nil && !bias.HasShape(out) {
		Fail("linear", fmt.Sprintf("weight %v needs a bias [%d]", w.Shape(), out), "%v", bias.Shape())
	}
	checkSlope("linear", act, slope)
	if t, _ := w.(*Tensor); apart(act, x, t, bias) {
		return LinearAct(x, w, bias, backend.ActNone, 0).Activate(act, slope)
	}
	if x.view.Rank == 2 {
		return w.linear(x, bias, act, slope)
	}
	shape := shapeOf(&x.view)
	shape[len(shape)-1] = out
	return w.linear(x.Reshape(-1, in), bias, act, slope).Reshape(shape...)
}

func checkSlope(op string, act backend.Activation, slope float64) {
	if act == backend.ActLeakyReLU && slope < 0 {
		Fail(op, "the fused leaky ReLU needs a slope of at least 0", "%g", slope)
	}
}

// LinearT is x·w, [Linear]'s transpose: it takes gradients of Linear's result
// back to its input.
//
// Shape: x [..., out], w [out, in] → [..., in].
//
// Panics if the sizes differ.
func LinearT(x *Tensor, w Weight) *Tensor {
	out, in, ok := w.dims()
	if !ok || x.view.Rank == 0 || x.Dim(-1) != out {
		Fail("linear_t", fmt.Sprintf("weight %v needs inputs [..., %d]", w.Shape(), out), "%v", x.Shape())
	}
	if x.view.Rank == 2 {
		return w.linearT(x)
	}
	shape := shapeOf(&x.view)
	shape[len(shape)-1] = in
	return w.linearT(x.Reshape(-1, out)).Reshape(shape...)
}

// linear is [LinearAct] of a matrix x.
func (w *Tensor) linear(x, bias *Tensor, act backend.Activation, slope float64) *Tensor {
	tape, be := common("linear", x, w)
	ep := backend.Epilogue{Act: act, Slope: slope}
	if bias != nil {
		tape, be = common("linear", x, w, bias)
		ep.Bias = bias.view
	}
	y := alloc2(tape, be, x.view.Shape[0], w.view.Shape[0])
	be.Gemm(y.view, x.view, transposed(w.view), 1, 0, ep)
	if tape.records() {
		f := func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("activation", act.String(), "slope", slope)
				return
			}
			g = activationGrad(act, slope, g, y)
			if b.Needs(0) {
				b.AddMatMul(0, g, w)
			}
			if b.Needs(1) {
				b.AddMatMul(1, g.T(), x)
			}
			if bias != nil && b.Needs(2) {
				b.Add(2, g.Sum(0))
			}
		}
		if bias != nil {
			tape.record("linear", y, f, x, w, bias).says()
		} else {
			tape.record("linear", y, f, x, w).says()
		}
	}
	return y
}

func (w *Tensor) linearT(x *Tensor) *Tensor { return x.MatMul(w) }

// apart reports whether an activation is an operation of its own where it is
// recorded, because its derivative needs what goes into it.
func apart(act backend.Activation, operands ...*Tensor) bool {
	switch act {
	case backend.ActGELU, backend.ActGELUTanh, backend.ActSiLU:
		return slices.ContainsFunc(operands, func(t *Tensor) bool { return t != nil && t.tape.records() })
	}
	return false
}

// Activate applies an activation. slope is that of ActLeakyReLU.
func (x *Tensor) Activate(act backend.Activation, slope float64) *Tensor {
	switch act {
	case backend.ActLeakyReLU:
		return x.LeakyReLU(slope)
	case backend.ActReLU:
		return x.ReLU()
	case backend.ActTanh:
		return x.Tanh()
	case backend.ActSigmoid:
		return x.Sigmoid()
	case backend.ActGELU:
		return x.GELU()
	case backend.ActGELUTanh:
		return x.GELUTanh()
	case backend.ActSiLU:
		return x.SiLU()
	}
	return x
}

// activationGrad takes a gradient back through an activation, given its output.
func activationGrad(act backend.Activation, slope float64, g, y *Tensor) *Tensor {
	switch act {
	case backend.ActReLU:
		return g.gradMap(backend.ReLUGrad, y, none)
	case backend.ActLeakyReLU: // for slopes ≥ 0, y > 0 just where the input is
		return g.gradMap(backend.LeakyReLUGrad, y, backend.Params{slope})
	case backend.ActTanh:
		return g.gradMap(backend.TanhGrad, y, none)
	case backend.ActSigmoid:
		return g.gradMap(backend.SigmoidGrad, y, none)
	}
	return g
}
