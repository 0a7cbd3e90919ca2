package asm

import (
	"math"
	"testing"
)

// elementwise is a map of up to three slices, its truth in float64, and how
// far from it a result may lie: relative bound in units of ε, 0 for the
// correctly rounded truth, < 0 where another test states the bound.
type elementwise struct {
	name  string
	arity int
	run   func(dst, a, b, c []float32)
	truth func(a, b, c float64) float64
	eps   float64
}

func one(name string, f func(dst, x []float32), truth func(float64) float64, eps float64) elementwise {
	return elementwise{name, 1, func(dst, a, _, _ []float32) { f(dst, a) },
		func(a, _, _ float64) float64 { return truth(a) }, eps}
}

func two(name string, f func(dst, a, b []float32), truth func(a, b float64) float64, eps float64) elementwise {
	return elementwise{name, 2, func(dst, a, b, _ []float32) { f(dst, a, b) },
		func(a, b, _ float64) float64 { return truth(a, b) }, eps}
}

func bool64(t bool) float64 {
	if t {
		return 1
	}
	return 0
}

func where(t bool, a, b float64) float64 {
	if t {
		return a
	}
	return b
}

// slope is a scalar operand that float32 and float64 both hold.
const slope = -0.375

// maps are all elementwise functions of the package.
var maps = []elementwise{
	two("Add", Add, func(a, b float64) float64 { return a + b }, 0),
	two("Sub", Sub, func(a, b float64) float64 { return a - b }, 0),
	two("Mul", Mul, func(a, b float64) float64 { return a * b }, 0),
	two("Div", Div, func(a, b float64) float64 { return a / b }, 0),
	two("Maximum", Maximum, func(a, b float64) float64 { return max(a, b) }, 0),
	two("Minimum", Minimum, func(a, b float64) float64 { return min(a, b) }, 0),
	two("Equal", Equal, func(a, b float64) float64 { return bool64(a == b) }, 0),
	two("NotEqual", NotEqual, func(a, b float64) float64 { return bool64(a != b) }, 0),
	two("Less", Less, func(a, b float64) float64 { return bool64(a < b) }, 0),
	two("LessEqual", LessEqual, func(a, b float64) float64 { return bool64(a <= b) }, 0),
	two("Greater", Greater, func(a, b float64) float64 { return bool64(a > b) }, 0),
	two("GreaterEqual", GreaterEqual, func(a, b float64) float64 { return bool64(a >= b) }, 0),
	{"MulAdd", 3, MulAdd, func(a, b, c float64) float64 { return float64(a*b) + c }, 1.01},
	{"Select", 3, Select, func(a, b, c float64) float64 { return where(a != 0, b, c) }, 0},

	one("Neg", Neg, func(x float64) float64 { return -x }, 0),
	one("Abs", Abs, math.Abs, 0),
	one("Sign", Sign, func(x float64) float64 { return where(x > 0, 1, where(x < 0, -1, x)) }, 0),
	one("Sqrt", Sqrt, math.Sqrt, 0),
	one("Rsqrt", Rsqrt, func(x float64) float64 { return 1 / math.Sqrt(x) }, 3),
	one("Recip", Recip, func(x float64) float64 { return 1 / x }, 0),
	one("Square", Square, func(x float64) float64 { return x * x }, 0),
	one("ReLU", ReLU, func(x float64) float64 { return where(x <= 0, 0, x) }, 0),
	one("LeakyReLU", func(dst, x []float32) { LeakyReLU(dst, x, slope) },
		func(x float64) float64 { return where(x > 0, x, slope*x) }, 0),
	one("Clamp", func(dst, x []float32) { Clamp(dst, x, -2, 0.5) },
		func(x float64) float64 { return where(x < -2, -2, where(x > 0.5, 0.5, x)) }, 0),
	one("AddScalar", func(dst, x []float32) { AddScalar(dst, x, slope) }, func(x float64) float64 { return x + slope }, 0),
	one("MulScalar", func(dst, x []float32) { MulScalar(dst, x, slope) }, func(x float64) float64 { return x * slope }, 0),
	one("RSubScalar", func(dst, x []float32) { RSubScalar(dst, x, slope) }, func(x float64) float64 { return slope - x }, 0),
	one("RDivScalar", func(dst, x []float32) { RDivScalar(dst, x, slope) }, func(x float64) float64 { return slope / x }, 0),

	one("Exp", Exp, math.Exp, -1),
	one("Log", Log, math.Log, -1),
	one("Tanh", Tanh, math.Tanh, -1),
	one("Sigmoid", Sigmoid, logistic, -1),
	one("Erf", Erf, math.Erf, -1),
	one("Softplus", Softplus, nil, -1),
	one("GELU", GELU, nil, -1),
	one("GELUTanh", GELUTanh, nil, -1),
	one("SiLU", SiLU, nil, -1),
	one("Sin", Sin, math.Sin, 0),
	one("Cos", Cos, math.Cos, 0),

	two("ReLUGrad", ReLUGrad, func(g, x float64) float64 { return where(x > 0, g, 0) }, 0),
	two("LeakyReLUGrad", func(dst, g, x []float32) { LeakyReLUGrad(dst, g, x, slope) },
		func(g, x float64) float64 { return where(x > 0, g, slope*g) }, 0),
	two("TanhGrad", TanhGrad, func(g, y float64) float64 { return g * (1 - y*y) }, 4),
	two("SigmoidGrad", SigmoidGrad, func(g, y float64) float64 { return g * y * (1 - y) }, 4),
	two("SoftmaxGrad", func(dst, g, y []float32) { SoftmaxGrad(dst, g, y, slope) },
		func(g, y float64) float64 { return (g - slope) * y }, 2),
	two("GELUGrad", GELUGrad, nil, -1),
	two("GELUTanhGrad", GELUTanhGrad, nil, -1),
	two("SiLUGrad", SiLUGrad, nil, -1),
}

// TestMapsSameBits holds every path against generic code: every length, at the
// ends of pages and off alignment, in place, on all kinds of numbers.
func TestMapsSameBits(t *testing.T) {
	var dst, in0, in1, in2 arena
	for _, m := range maps {
		t.Run(m.name, func(t *testing.T) {
			eachPath(t, func(t *testing.T) {
				for _, n := range lengths() {
					r := newRand(uint64(n))
					src := [3][]float32{wild(r, n), wild(r, n), wild(r, n)}
					want := make([]float32, n)
					onGeneric(func() { m.run(want, src[0], src[1], src[2]) })
					for i, where := range placements {
						if n > 300 && i > 1 {
							break
						}
						a, b, c := in0.take(n, where, src[0]), in1.take(n, where, src[1]), in2.take(n, where, src[2])
						out := dst.take(n, where, nil)
						m.run(out, a, b, c)
						wantSame(t, where.String(), out, want)
						dst.check(t, where.String())
						wantSame(t, "input", a, src[0])
						for k, alias := range [][]float32{a, b, c}[:m.arity] {
							m.run(alias, a, b, c)
							wantSame(t, "in place", alias, want)
							copy(alias, src[k])
						}
					}
				}
			})
		})
	}
}

// TestMapsTruth holds all paths against float64: maps that round once on all
// kinds of numbers, others between 0 and 1, where they lose nothing to range.
func TestMapsTruth(t *testing.T) {
	const n = 20000
	for _, m := range maps {
		if m.eps < 0 {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			eachPath(t, func(t *testing.T) {
				r := newRand(7)
				in := [3][]float32{wild(r, n), wild(r, n), wild(r, n)}
				if m.eps > 0 {
					for _, x := range in {
						for i := range x {
							x[i] = r.Float32()
						}
					}
				}
				got := make([]float32, n)
				m.run(got, in[0], in[1], in[2])
				for i := range got {
					want := m.truth(float64(in[0][i]), float64(in[1][i]), float64(in[2][i]))
					if m.eps == 0 {
						wantSame(t, "", got[i:i+1], []float32{float32(want)})
					} else {
						within(t, m.name, got[i], want, m.eps*eps*math.Abs(want))
					}
				}
			})
		})
	}
}

// TestAxpy checks dst += alpha·x on every path, length and placement.
func TestAxpy(t *testing.T) {
	var dst, in arena
	eachPath(t, func(t *testing.T) {
		for _, n := range lengths() {
			r := newRand(uint64(n))
			x, y := wild(r, n), wild(r, n)
			want := make([]float32, n)
			for i := range want {
				want[i] = fma32(1.7, x[i], y[i])
			}
			for _, where := range placements {
				out := dst.take(n, where, y)
				Axpy(out, 1.7, in.take(n, where, x))
				wantSame(t, where.String(), out, want)
				dst.check(t, "axpy")
			}
		}
	})
}

func TestLengthsThatDiffer(t *testing.T) {
	x := make([]float32, 9)
	for _, m := range maps {
		mustPanic(t, "expected inputs of length 9", func() { m.run(x, x[:8], x, x) })
		if m.arity > 1 {
			mustPanic(t, "expected inputs of length 9", func() { m.run(x, x, x[:8], x) })
		}
		if m.arity > 2 {
			mustPanic(t, "expected inputs of length 9", func() { m.run(x, x, x, x[:8]) })
		}
	}
	mustPanic(t, "axpy", func() { Axpy(x, 1, x[:1]) })
}
