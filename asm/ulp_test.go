package asm

import (
	"math"
	"testing"
)

// ulps is the distance of got from want in units of the last place that want
// has as a float32.
func ulps(got float32, want float64) float64 {
	g := float64(got)
	switch {
	case math.IsNaN(want) || math.IsNaN(g):
		if math.IsNaN(want) && math.IsNaN(g) {
			return 0
		}
		return math.Inf(1)
	case g == want:
		return 0
	case math.IsInf(g, 0) || math.IsInf(want, 0):
		if float32(want) == got {
			return 0
		}
		return math.Inf(1)
	}
	_, e := math.Frexp(want)
	return math.Abs(g-want) / math.Ldexp(1, max(e-24, -149))
}

func logistic(x float64) float64 {
	if x < 0 {
		return math.Exp(x) / (1 + math.Exp(x))
	}
	return 1 / (1 + math.Exp(-x))
}

func normal(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// geluTanhTruth is what the tanh form of GELU is the sigmoid of, and its derivative.
func geluTanhTruth(x float64) (t, slope float64) {
	c := 2 * math.Sqrt(2/math.Pi)
	return c * (x + 0.044715*x*x*x), c * (1 + 3*0.044715*x*x)
}

// exact lists the transcendental maps with their truth and stated bounds.
var exact = []struct {
	name   string
	f      func(dst, x []float32)
	truth  func(float64) float64
	lo, hi float64 // where the bound holds
	ulp    float64
}{
	{"exp", Exp, math.Exp, -math.MaxFloat32, math.MaxFloat32, 1},
	{"log", Log, math.Log, 0, math.MaxFloat32, 1},
	{"tanh", Tanh, math.Tanh, -math.MaxFloat32, math.MaxFloat32, 1.5},
	{"sigmoid", Sigmoid, logistic, -math.MaxFloat32, math.MaxFloat32, 2.5},
	{"erf", Erf, math.Erf, -math.MaxFloat32, math.MaxFloat32, 1},
	{"softplus", Softplus, func(x float64) float64 {
		return math.Max(x, 0) + math.Log1p(math.Exp(-math.Abs(x)))
	}, -math.MaxFloat32, math.MaxFloat32, 2},
	{"gelu", GELU, func(x float64) float64 { return x * normal(x) }, -1, math.MaxFloat32, 4},
	{"gelu tanh", GELUTanh, func(x float64) float64 { t, _ := geluTanhTruth(x); return x * logistic(t) }, -1, math.MaxFloat32, 6},
	{"silu", SiLU, func(x float64) float64 { return x * logistic(x) }, -87, math.MaxFloat32, 3},
}

// TestULP walks the float32 numbers of both signs in steps, on every path.
func TestULP(t *testing.T) {
	stride := uint64(5003)
	if testing.Short() {
		stride = 65537
	}
	x := make([]float32, 0, 4096)
	y := make([]float32, 4096)
	for _, c := range exact {
		t.Run(c.name, func(t *testing.T) {
			eachPath(t, func(t *testing.T) {
				worst, at := 0.0, float32(0)
				check := func() {
					c.f(y[:len(x)], x)
					for i, v := range x {
						if u := ulps(y[i], c.truth(float64(v))); u > worst {
							worst, at = u, v
						}
					}
					x = x[:0]
				}
				for u := uint64(0); u < 1<<32; u += stride {
					v := math.Float32frombits(uint32(u))
					if float64(v) >= c.lo && float64(v) <= c.hi {
						if x = append(x, v); len(x) == cap(x) {
							check()
						}
					}
				}
				check()
				t.Logf("%.3f ulp at %g", worst, at)
				if worst > c.ulp {
					t.Errorf("%.3f ulp at %g, want at most %g", worst, at, c.ulp)
				}
			})
		})
	}
}

// TestAbsoluteBounds checks the maps whose error is bounded in absolute terms
// where they cancel: the tails of GELU and SiLU and their derivatives.
func TestAbsoluteBounds(t *testing.T) {
	density := func(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }
	ones := make([]float32, 4096)
	for i := range ones {
		ones[i] = 1
	}
	for _, c := range []struct {
		name   string
		f      func(dst, x []float32)
		truth  func(float64) float64
		lo, hi float64
		bound  float64
	}{
		{"GELU", GELU, func(x float64) float64 { return x * normal(x) }, -100, -1, 0x1p-22},
		{"GELUTanh", GELUTanh, func(x float64) float64 { t, _ := geluTanhTruth(x); return x * logistic(t) }, -100, -1, 0x1p-23},
		{"SiLU", SiLU, func(x float64) float64 { return x * logistic(x) }, -200, -87, 0x1p-142},
		{"GELUGrad", func(dst, x []float32) { GELUGrad(dst, ones[:len(x)], x) },
			func(x float64) float64 { return normal(x) + x*density(x) }, -12, 12, 0x1p-21},
		{"GELUTanhGrad", func(dst, x []float32) { GELUTanhGrad(dst, ones[:len(x)], x) },
			func(x float64) float64 {
				t, slope := geluTanhTruth(x)
				return logistic(t) * (1 + x*slope*logistic(-t))
			}, -100, 100, 0x1p-21},
		{"SiLUGrad", func(dst, x []float32) { SiLUGrad(dst, ones[:len(x)], x) },
			func(x float64) float64 { s := logistic(x); return s * (1 + x*logistic(-x)) }, -80, 80, 0x1p-22},
	} {
		t.Run(c.name, func(t *testing.T) {
			eachPath(t, func(t *testing.T) {
				const n = 4096
				x, y := make([]float32, n), make([]float32, n)
				for i := range x {
					x[i] = float32(c.lo + (c.hi-c.lo)*float64(i)/(n-1))
				}
				c.f(y, x)
				for i := range x {
					within(t, c.name, y[i], c.truth(float64(x[i])), c.bound)
				}
			})
		})
	}
}

// TestSpecialValues pins what NaN, infinities and zeros give.
func TestSpecialValues(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	minus := float32(math.Copysign(0, -1))
	in := []float32{nan, inf, -inf, 0, minus}
	for _, c := range []struct {
		name string
		f    func(dst, x []float32)
		want []float32
	}{
		{"Exp", Exp, []float32{nan, inf, 0, 1, 1}},
		{"Log", Log, []float32{nan, inf, nan, -inf, -inf}},
		{"Tanh", Tanh, []float32{nan, 1, -1, 0, minus}},
		{"Sigmoid", Sigmoid, []float32{nan, 1, 0, 0.5, 0.5}},
		{"Erf", Erf, []float32{nan, 1, -1, 0, minus}},
		{"Softplus", Softplus, []float32{nan, inf, 0, math.Ln2, math.Ln2}},
		{"GELU", GELU, []float32{nan, inf, nan, 0, minus}},
		{"GELUTanh", GELUTanh, []float32{nan, inf, nan, 0, minus}},
		{"GELUTanhGrad", func(dst, x []float32) { GELUTanhGrad(dst, []float32{1, 1, 1, 1, 1}, x) }, []float32{nan, 1, minus, 0.5, 0.5}},
		{"SiLU", SiLU, []float32{nan, inf, nan, 0, minus}},
		{"ReLU", ReLU, []float32{nan, inf, 0, 0, 0}},
		{"Sign", Sign, []float32{nan, 1, -1, 0, minus}},
		{"Sqrt", Sqrt, []float32{nan, inf, nan, 0, minus}},
		{"Rsqrt", Rsqrt, []float32{nan, 0, nan, inf, -inf}},
		{"Recip", Recip, []float32{nan, 0, minus, inf, -inf}},
		{"Clamp", func(dst, x []float32) { Clamp(dst, x, -1, 1) }, []float32{nan, 1, -1, 0, minus}},
		{"Maximum with NaN", func(dst, x []float32) { Maximum(dst, x, []float32{0, nan, nan, minus, 0}) }, []float32{nan, nan, nan, 0, 0}},
		{"Minimum with NaN", func(dst, x []float32) { Minimum(dst, x, []float32{0, nan, nan, minus, 0}) }, []float32{nan, nan, nan, minus, minus}},
	} {
		t.Run(c.name, func(t *testing.T) {
			eachPath(t, func(t *testing.T) {
				got := make([]float32, len(in))
				c.f(got, in)
				wantSame(t, c.name, got, c.want)
			})
		})
	}
}
