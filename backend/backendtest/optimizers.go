package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

func optimizerChecks() []check {
	return []check{
		optional("optional/adam", (*suite).adam),
		optional("optional/sgd", (*suite).sgd),
	}
}

// adamTruth is one update of one parameter, and the slacks in ε.
func adamTruth(p, g, m, v float64, c backend.AdamConfig) (p1, m1, v1 float64, slack [3]float64) {
	return adamTruthOf(p, g, math.Abs(g), m, v, c)
}

// adamTruthOf is adamTruth for a gradient that is off by a few ε of size.
func adamTruthOf(p, g, size, m, v float64, c backend.AdamConfig) (p1, m1, v1 float64, slack [3]float64) {
	switch {
	case c.Decoupled:
		p -= c.LR * c.WeightDecay * p
	default:
		g += c.WeightDecay * p
		size += math.Abs(c.WeightDecay * p)
	}
	m1 = c.Beta1*m + (1-c.Beta1)*g
	v1 = c.Beta2*v + (1-c.Beta2)*g*g
	mSlack := 4 * (c.Beta1*math.Abs(m) + (1-c.Beta1)*size)
	vSlack := 4 * (c.Beta2*v + (1-c.Beta2)*(g*g+size*math.Abs(g)))
	root := math.Sqrt(v1/c.BiasCorrection2) + c.Eps
	rate := c.LR / c.BiasCorrection1 / root
	p1 = p - rate*m1
	slack = [3]float64{
		3*math.Abs(p) + rate*(mSlack+8*math.Abs(m1)) + math.Abs(rate*m1)*vSlack/max(v1, math.SmallestNonzeroFloat64),
		mSlack, vSlack,
	}
	return p1, m1, v1, slack
}

func (s *suite) adam(k backend.OptimizerKernel) {
	corrected := func(c backend.AdamConfig, step int) backend.AdamConfig {
		c.BiasCorrection1 = 1 - math.Pow(c.Beta1, float64(step))
		c.BiasCorrection2 = 1 - math.Pow(c.Beta2, float64(step))
		return c
	}
	plain := backend.AdamConfig{LR: 2e-4, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8}
	decayed := backend.AdamConfig{LR: 0.01, Beta1: 0.9, Beta2: 0.99, Eps: 1e-6, WeightDecay: 0.1}
	decoupled := decayed
	decoupled.Decoupled = true
	for _, c := range []backend.AdamConfig{corrected(plain, 1), corrected(plain, 1000), corrected(decayed, 3), corrected(decoupled, 3)} {
		for _, n := range append(lengths(), large) {
			s.adamCase(k, n, c)
		}
	}
}

func (s *suite) adamCase(k backend.OptimizerKernel, n int, c backend.AdamConfig) {
	defer s.done()
	shape := []int{n}
	some := func(value func(int) float64) func(int) float64 { // zeros among the rest: rows of an embedding
		return func(i int) float64 {
			if i%7 == 3 {
				return 0
			}
			return value(i)
		}
	}
	g := s.input(contiguous, shape, some(s.normals()))
	p, m := s.inout(contiguous, shape, s.normals()), s.inout(contiguous, shape, some(s.normals()))
	v := s.inout(contiguous, shape, some(func(int) float64 { return s.rng.Float64() }))
	what := fmt.Sprintf("adam of %d, %+v", n, c)
	if !s.took(what, k.AdamStep(p.be, g.be, m.be, v.be, c), p, m, v) {
		return
	}
	ps, gs, ms, vs := p.elements(), g.elements(), m.elements(), v.elements()
	slack := [3][]float64{make([]float64, n), make([]float64, n), make([]float64, n)}
	for i := range ps {
		var e [3]float64
		ps[i], ms[i], vs[i], e = adamTruth(ps[i], gs[i], ms[i], vs[i], c)
		slack[0][i], slack[1][i], slack[2][i] = e[0], e[1], e[2]
	}
	s.verifyTruth(what, s.scaled(slack[0]), p, ps)
	s.verifyTruth(what+": first moment", s.scaled(slack[1]), m, ms)
	s.verifyTruth(what+": second moment", s.scaled(slack[2]), v, vs)
	s.intact(what, g)
}

// sgdTruth is one update of one parameter, and the slacks in ε.
func sgdTruth(p, g, b float64, c backend.SGDConfig) (p1, b1 float64, slack [2]float64) {
	size := math.Abs(g) + math.Abs(c.WeightDecay*p)
	g += c.WeightDecay * p
	if c.Momentum != 0 {
		if b1 = c.Momentum*b + (1-c.Dampening)*g; c.First {
			b1 = g
		}
		size += math.Abs(c.Momentum * b)
		if c.Nesterov {
			g += c.Momentum * b1
			size += math.Abs(c.Momentum * b1)
		} else {
			g = b1
		}
	}
	return p - c.LR*g, b1, [2]float64{3*math.Abs(p) + c.LR*8*size, 6 * size}
}

func (s *suite) sgd(k backend.OptimizerKernel) {
	for _, c := range []backend.SGDConfig{
		{LR: 0.1}, {LR: 0.1, WeightDecay: 0.01},
		{LR: 0.05, Momentum: 0.9, First: true}, {LR: 0.05, Momentum: 0.9},
		{LR: 0.05, Momentum: 0.9, Dampening: 0.25, WeightDecay: 0.1, First: true},
		{LR: 0.05, Momentum: 0.9, Dampening: 0.25, WeightDecay: 0.1},
		{LR: 0.05, Momentum: 0.9, Nesterov: true, First: true}, {LR: 0.05, Momentum: 0.9, WeightDecay: 0.1, Nesterov: true},
	} {
		for _, n := range append(lengths(), large) {
			s.sgdCase(k, n, c)
		}
	}
}

func (s *suite) sgdCase(k backend.OptimizerKernel, n int, c backend.SGDConfig) {
	defer s.done()
	shape := []int{n}
	p, g := s.inout(contiguous, shape, s.normals()), s.input(contiguous, shape, s.normals())
	var buf operand
	switch {
	case c.Momentum != 0 && c.First:
		buf = s.output(contiguous, shape) // holds nothing yet
	case c.Momentum != 0:
		buf = s.inout(contiguous, shape, s.normals())
	}
	what := fmt.Sprintf("sgd of %d, %+v", n, c)
	if !s.took(what, k.SGDStep(p.be, g.be, buf.be, c), p, buf) {
		return
	}
	ps, gs, bs := p.elements(), g.elements(), make([]float64, n)
	if buf.be.Buf != nil && !c.First {
		bs = buf.elements()
	}
	slack := [2][]float64{make([]float64, n), make([]float64, n)}
	for i := range ps {
		var e [2]float64
		ps[i], bs[i], e = sgdTruth(ps[i], gs[i], bs[i], c)
		slack[0][i], slack[1][i] = e[0], e[1]
	}
	s.verifyTruth(what, s.scaled(slack[0]), p, ps)
	if buf.be.Buf != nil {
		s.verifyTruth(what+": momentum", s.scaled(slack[1]), buf, bs)
	}
	s.intact(what, g)
}
