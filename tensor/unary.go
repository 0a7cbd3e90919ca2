package tensor

import (
	"math"

	"github.com/org/artnn/backend"
)

// unary computes op element by element. Callers record the derivative.
func (x *Tensor) unary(op backend.UnaryOp, p backend.Params) *Tensor {
	x.check(op.String())
	from := x.view
	y, to := allocAs(x.tape, x.be, x.view.Dims(), &from)
	x.be.Unary(op, to, from, p)
	return y
}

// unaryWith is unary with its derivative.
func (x *Tensor) unaryWith(op backend.UnaryOp, p backend.Params, f func(g, y *Tensor) *Tensor) *Tensor {
	y := x.unary(op, p)
	if y.tape.records() {
		y.tape.record(op.String(), y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.sayParams(unaryParams[op], p)
				return
			}
			b.Add(0, f(g, y))
		}, x).says()
	}
	return y
}

// unaryParams are the names of maps' scalar operands.
var unaryParams = [backend.NumUnary][]string{
	backend.LeakyReLU:  {"slope"},
	backend.AddScalar:  {"value"},
	backend.MulScalar:  {"value"},
	backend.RSubScalar: {"value"},
	backend.RDivScalar: {"value"},
	backend.PowScalar:  {"exponent"},
	backend.Clamp:      {"lo", "hi"},
}

// sayParams tells scalar operands.
func (b *Backprop) sayParams(names []string, p backend.Params) {
	for i, name := range names {
		b.say(name, p[i])
	}
}

// none is for maps without scalar operands.
var none backend.Params

// Neg is −x.
func (x *Tensor) Neg() *Tensor {
	return x.unaryWith(backend.Neg, none, func(g, _ *Tensor) *Tensor { return g.Neg() })
}

// Abs is |x|. Its derivative at 0 is 0.
func (x *Tensor) Abs() *Tensor {
	return x.unaryWith(backend.Abs, none, func(g, _ *Tensor) *Tensor { return g.Mul(x.Sign()) })
}

// Sign is −1, 0 or 1. No gradient flows through it.
func (x *Tensor) Sign() *Tensor { return x.unary(backend.Sign, none) }

// Sqrt is √x.
func (x *Tensor) Sqrt() *Tensor {
	return x.unaryWith(backend.Sqrt, none, func(g, y *Tensor) *Tensor { return g.Div(y).MulScalar(0.5) })
}

// Rsqrt is 1/√x.
func (x *Tensor) Rsqrt() *Tensor {
	return x.unaryWith(backend.Rsqrt, none, func(g, y *Tensor) *Tensor {
		return g.Mul(y.Square().Mul(y)).MulScalar(-0.5)
	})
}

// Recip is 1/x.
func (x *Tensor) Recip() *Tensor {
	return x.unaryWith(backend.Recip, none, func(g, y *Tensor) *Tensor { return g.Mul(y.Square()).Neg() })
}

// Square is x².
func (x *Tensor) Square() *Tensor {
	return x.unaryWith(backend.Square, none, func(g, _ *Tensor) *Tensor { return g.Mul(x).MulScalar(2) })
}

// Exp is eˣ.
func (x *Tensor) Exp() *Tensor {
	return x.unaryWith(backend.Exp, none, func(g, y *Tensor) *Tensor { return g.Mul(y) })
}

// Log is the natural logarithm.
func (x *Tensor) Log() *Tensor {
	return x.unaryWith(backend.Log, none, func(g, _ *Tensor) *Tensor { return g.Div(x) })
}

// Sin is the sine of x in radians.
func (x *Tensor) Sin() *Tensor {
	return x.unaryWith(backend.Sin, none, func(g, _ *Tensor) *Tensor { return g.Mul(x.Cos()) })
}

// Cos is the cosine of x in radians.
func (x *Tensor) Cos() *Tensor {
	return x.unaryWith(backend.Cos, none, func(g, _ *Tensor) *Tensor { return g.Mul(x.Sin()).Neg() })
}

// Tanh is the hyperbolic tangent.
func (x *Tensor) Tanh() *Tensor {
	return x.unaryWith(backend.Tanh, none, func(g, y *Tensor) *Tensor { return g.gradMap(backend.TanhGrad, y, none) })
}

// Sigmoid is 1/(1+e⁻ˣ).
func (x *Tensor) Sigmoid() *Tensor {
	return x.unaryWith(backend.Sigmoid, none, func(g, y *Tensor) *Tensor { return g.gradMap(backend.SigmoidGrad, y, none) })
}

// Erf is the error function 2/√π ∫₀ˣ e^(−t²) dt.
func (x *Tensor) Erf() *Tensor {
	return x.unaryWith(backend.Erf, none, func(g, _ *Tensor) *Tensor {
		return g.Mul(x.Square().Neg().Exp()).MulScalar(2 / math.Sqrt(math.Pi))
	})
}

// Softplus is ln(1+eˣ), without overflow.
func (x *Tensor) Softplus() *Tensor {
	return x.unaryWith(backend.Softplus, none, func(g, _ *Tensor) *Tensor { return g.Mul(x.Sigmoid()) })
}

// ReLU is max(x, 0). Its derivative at 0 is 0.
func (x *Tensor) ReLU() *Tensor {
	return x.unaryWith(backend.ReLU, none, func(g, y *Tensor) *Tensor { return g.gradMap(backend.ReLUGrad, y, none) })
}

// LeakyReLU is x for x > 0, else slope·x. Its derivative at 0 is the slope.
func (x *Tensor) LeakyReLU(slope float64) *Tensor {
	p := backend.Params{slope}
	return x.unaryWith(backend.LeakyReLU, p, func(g, _ *Tensor) *Tensor { return g.gradMap(backend.LeakyReLUGrad, x, p) })
}

// GELU is x·Φ(x) with Φ the normal distribution function: the exact form
// (Hendrycks and Gimpel 2016), not the tanh approximation.
func (x *Tensor) GELU() *Tensor {
	return x.unaryWith(backend.GELU, none, func(g, _ *Tensor) *Tensor { return g.gradMap(backend.GELUGrad, x, none) })
}

// GELUTanh is the approximation ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))), which
// GPT-2 was trained with.
func (x *Tensor) GELUTanh() *Tensor {
	return x.unaryWith(backend.GELUTanh, none, func(g, _ *Tensor) *Tensor { return g.gradMap(backend.GELUTanhGrad, x, none) })
}

// SiLU is x·sigmoid(x).
func (x *Tensor) SiLU() *Tensor {
	return x.unaryWith(backend.SiLU, none, func(g, _ *Tensor) *Tensor { return g.gradMap(backend.SiLUGrad, x, none) })
}

// AddScalar is x + c.
func (x *Tensor) AddScalar(c float64) *Tensor {
	return x.unaryWith(backend.AddScalar, backend.Params{c}, func(g, _ *Tensor) *Tensor { return g })
}

// SubScalar is x − c.
func (x *Tensor) SubScalar(c float64) *Tensor { return x.AddScalar(-c) }

// MulScalar is x·c.
func (x *Tensor) MulScalar(c float64) *Tensor {
	return x.unaryWith(backend.MulScalar, backend.Params{c}, func(g, _ *Tensor) *Tensor { return g.MulScalar(c) })
}

// DivScalar is x/c, as the product with 1/c.
func (x *Tensor) DivScalar(c float64) *Tensor { return x.MulScalar(1 / c) }

// RSubScalar is c − x.
func (x *Tensor) RSubScalar(c float64) *Tensor {
	return x.unaryWith(backend.RSubScalar, backend.Params{c}, func(g, _ *Tensor) *Tensor { return g.Neg() })
}

// RDivScalar is c/x.
func (x *Tensor) RDivScalar(c float64) *Tensor {
	return x.unaryWith(backend.RDivScalar, backend.Params{c}, func(g, _ *Tensor) *Tensor {
		return g.Mul(x.Square().RDivScalar(-c))
	})
}

// PowScalar is xᶜ.
func (x *Tensor) PowScalar(c float64) *Tensor {
	return x.unaryWith(backend.PowScalar, backend.Params{c}, func(g, _ *Tensor) *Tensor {
		if c == 0 {
			return g.MulScalar(0)
		}
		return g.Mul(x.PowScalar(c - 1)).MulScalar(c)
	})
}

// Clamp is min(max(x, lo), hi). The gradient passes where lo ≤ x ≤ hi.
func (x *Tensor) Clamp(lo, hi float64) *Tensor {
	return x.unaryWith(backend.Clamp, backend.Params{lo, hi}, func(g, y *Tensor) *Tensor {
		return g.Mul(y.Equal(x))
	})
}
