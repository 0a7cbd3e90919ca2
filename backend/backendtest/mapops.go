package backendtest

import (
	"math"

	"github.com/org/artnn/backend"
)

// unaryCase is how an operation is tested: its scalars, its domain (nil: every
// number) and its tolerance. slack is an extra absolute error at x, in ε.
type unaryCase struct {
	params []backend.Params
	domain func(x float64) bool
	tol    tolerance
	slack  func(x float64, p backend.Params) float64
}

var transcendental = tolerance{ulp: 4, flush: true}

var noParams = []backend.Params{{}}

func unaryCases() [backend.NumUnary]unaryCase {
	inf := math.Inf(1)
	var c [backend.NumUnary]unaryCase
	for op := range c {
		c[op] = unaryCase{params: noParams, tol: transcendental}
	}
	for _, op := range []backend.UnaryOp{
		backend.Sign, backend.Sqrt, backend.Recip, backend.Square, backend.ReLU, backend.LeakyReLU,
		backend.AddScalar, backend.MulScalar, backend.RSubScalar, backend.RDivScalar, backend.Clamp,
	} {
		c[op].tol = exact
	}
	c[backend.Neg].tol, c[backend.Abs].tol = moved, moved
	c[backend.Rsqrt].tol = tolerance{ulp: 2}
	small := func(x float64) bool { return math.Abs(x) <= 1e4 || x-x != 0 }
	one := func(float64, backend.Params) float64 { return 1 }
	c[backend.Sin].domain, c[backend.Sin].slack = small, one
	c[backend.Cos].domain, c[backend.Cos].slack = small, one
	// x·f(x) where f is computed as 1 + g(x): the slack is in f. At −∞ the
	// product is NaN by the formula and 0 in the limit; either will do.
	c[backend.GELU].slack = func(x float64, _ backend.Params) float64 { return 4 * min(math.Abs(x), 1e3) }
	c[backend.GELU].domain = func(x float64) bool { return x > -1e30 || x != x }
	// An error of t in the last place is one of sigmoid(t) in its |t|-th.
	c[backend.GELUTanh].slack = func(x float64, _ backend.Params) float64 { return 4 * min(math.Abs(x), 1) }
	c[backend.GELUTanh].domain = c[backend.GELU].domain
	c[backend.GELUTanh].tol.ulp = 8
	c[backend.SiLU].domain = c[backend.GELU].domain
	c[backend.SiLU].tol.ulp = 8

	c[backend.LeakyReLU].params = []backend.Params{{0.25}, {0}, {1}, {2}, {-0.5}}
	c[backend.AddScalar].params = []backend.Params{{0.5}, {-3e6}, {0}, {inf}}
	c[backend.MulScalar].params = []backend.Params{{0.75}, {0}, {-2}, {0x1p100}}
	c[backend.RSubScalar].params = []backend.Params{{1}, {0.25}, {-inf}}
	c[backend.RDivScalar].params = []backend.Params{{1}, {-3}, {0}}
	c[backend.PowScalar].params = []backend.Params{{2}, {3}, {-1}, {0.5}, {-0.5}, {0}, {1}, {-1.5}, {2.75}, {7}, {-2}, {4}, {math.NaN()}, {inf}}
	c[backend.Clamp].params = []backend.Params{{-1, 1}, {0, 6}, {0, inf}, {-inf, 0.5}, {2, 2}}
	return c
}

// binaryCase is the same for maps of two numbers. terms is the sum of the
// absolute terms of a result with cancellation: it carries 8 ε.
type binaryCase struct {
	params []backend.Params
	keepA  func(float64) bool
	keepB  func(float64) bool
	tol    tolerance
	terms  func(a, b float64) float64
}

func binaryCases() [backend.NumBinary]binaryCase {
	var c [backend.NumBinary]binaryCase
	for op := range c {
		c[op] = binaryCase{params: noParams, tol: exact}
	}
	c[backend.Pow].tol = transcendental
	c[backend.LeakyReLUGrad].params = []backend.Params{{0.25}, {0}, {2}, {-0.5}}

	// b is the output of the function, and NaN if that was. The limits on a keep
	// the order of the products out of it.
	modest := func(a float64) bool { return math.Abs(a) <= 1e18 || a != a }
	unit := func(lo float64) func(float64) bool {
		return func(b float64) bool { return lo <= b && b <= 1 || b != b }
	}
	c[backend.TanhGrad] = binaryCase{noParams, modest, unit(-1), tolerance{flush: true},
		func(a, b float64) float64 { return math.Abs(a) * (1 + b*b) }}
	c[backend.SigmoidGrad] = binaryCase{noParams, modest, unit(0), transcendental, nil}

	tame := func(a float64) bool { return math.Abs(a) <= 1e3 || a != a }
	finite := func(b float64) bool { return math.Abs(b) <= 1e10 || b != b }
	c[backend.GELUGrad] = binaryCase{noParams, tame, finite, tolerance{ulp: 8, abs: 0x1p-116, flush: true},
		func(a, b float64) float64 {
			return math.Abs(a) * (1 + math.Abs(b)*math.Exp(-b*b/2))
		}}
	c[backend.GELUTanhGrad] = c[backend.GELUGrad]
	c[backend.SiLUGrad] = binaryCase{noParams, tame, finite, tolerance{ulp: 8, abs: 0x1p-116, flush: true},
		func(a, b float64) float64 {
			s := 1 / (1 + math.Exp(-b))
			return math.Abs(a) * s * (1 + math.Abs(b)*(1-s))
		}}
	return c
}
