package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

func gatedChecks() []check {
	return []check{optional("optional/gated", (*suite).gated)}
}

// gateTruth is an activation and its derivative at x.
func gateTruth(act backend.Activation, x float64) (y, slope float64) {
	switch act {
	case backend.ActReLU:
		if x > 0 {
			return x, 1
		}
		return 0, 0
	case backend.ActTanh:
		t := math.Tanh(x)
		return t, 1 - t*t
	case backend.ActSigmoid:
		s := logistic(x)
		return s, s * (1 - s)
	case backend.ActGELU:
		phi := math.Erfc(-x/math.Sqrt2) / 2
		return x * phi, phi + x*math.Exp(-x*x/2)/math.Sqrt(2*math.Pi)
	case backend.ActGELUTanh:
		c := 2 * math.Sqrt(2/math.Pi)
		s := logistic(c * (x + 0.044715*x*x*x))
		return x * s, s + x*c*(1+3*0.044715*x*x)*s*(1-s)
	case backend.ActSiLU:
		s := logistic(x)
		return x * s, s + x*s*(1-s)
	}
	return x, 1
}

// gatedTruth is act(gate)·up.
func gatedTruth(gate, up []float64, act backend.Activation) []float64 {
	y := make([]float64, len(gate))
	for i, x := range gate {
		a, _ := gateTruth(act, x)
		y[i] = a * up[i]
	}
	return y
}

// gatedGradTruth is the gradients of gate and up.
func gatedGradTruth(dy, gate, up []float64, act backend.Activation) (dgate, dup []float64) {
	dgate, dup = make([]float64, len(gate)), make([]float64, len(gate))
	for i, x := range gate {
		a, slope := gateTruth(act, x)
		dgate[i], dup[i] = dy[i]*up[i]*slope, dy[i]*a
	}
	return dgate, dup
}

func (s *suite) gated(k backend.GatedKernel) {
	for _, size := range thin([][2]int{{0, 4}, {1, 1}, {3, 5}, {2, 33}, {1, 513}, {70, 130}}) {
		for act := range backend.NumActivations {
			if act != backend.ActLeakyReLU { // which needs a slope
				s.gatedCase(k, size, act)
			}
		}
	}
}

func (s *suite) gatedCase(k backend.GatedKernel, size [2]int, act backend.Activation) {
	defer s.done()
	shape := size[:]
	in := func() operand { return s.input(contiguous, shape, s.normals()) }
	gate, up, dy := in(), in(), in()
	gates, ups, dys := gate.elements(), up.elements(), dy.elements()
	// GELU is off by 4 ε of x, and no derivative by more than 16 ε of its terms, at most 1.2.
	slack := func(a, b []float64, by float64) tolerance {
		each := make([]float64, len(a))
		for i := range a {
			each[i] = by * math.Abs(a[i]) * max(1, math.Abs(b[i]))
		}
		return s.scaled(each)
	}
	y := s.output(contiguous, shape)
	what := fmt.Sprintf("%v gated by %v", y.be, act)
	if s.took(what, k.Gated(y.be, gate.be, up.be, act), y) {
		s.verifyTruth(what, slack(ups, gates, 8), y, gatedTruth(gates, ups, act))
		s.intact(what, gate, up)
	}
	dgate, dup := s.output(contiguous, shape), s.output(contiguous, shape)
	what = "gradient of " + what
	args := backend.GatedGradArgs{DGate: dgate.be, DUp: dup.be, DY: dy.be, Gate: gate.be, Up: up.be, Act: act}
	if !s.took(what, k.GatedGrad(args), dgate, dup) {
		return
	}
	dgates, dups := gatedGradTruth(dys, gates, ups, act)
	products := make([]float64, len(dys))
	for i := range products {
		products[i] = dys[i] * ups[i]
	}
	s.verifyTruth(what+": gate", slack(products, gates, 20), dgate, dgates)
	s.verifyTruth(what+": up", slack(dys, gates, 8), dup, dups)
	s.intact(what, dy, gate, up)
}
