package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

func productChecks() []check {
	return []check{optional("optional/adam_product", (*suite).adamProduct)}
}

func (s *suite) adamProduct(k backend.ProductAdamKernel) {
	plain := backend.AdamConfig{LR: 2e-4, Beta1: 0.5, Beta2: 0.999, Eps: 1e-8, BiasCorrection1: 0.5, BiasCorrection2: 1e-3}
	decayed := backend.AdamConfig{LR: 0.01, Beta1: 0.9, Beta2: 0.99, Eps: 1e-6, WeightDecay: 0.1, BiasCorrection1: 0.3, BiasCorrection2: 0.03}
	decoupled := decayed
	decoupled.Decoupled = true
	for _, c := range []backend.AdamConfig{plain, decayed, decoupled} {
		for _, shape := range [][3]int{{300, 40, 9}, {40, 300, 9}} {
			s.productCase(k, shape, contiguous, contiguous, c)
		}
	}
	for _, m := range thin([]int{1, 5, 6, 7, 13}) {
		for _, n := range thin([]int{1, 15, 16, 17, 33}) {
			for _, terms := range []int{0, 1, 2, 31} {
				s.productCase(k, [3]int{m, n, terms}, contiguous, contiguous, plain)
			}
		}
	}
	for _, a := range inputLayouts {
		for _, b := range inputLayouts {
			s.productCase(k, [3]int{20, 35, 7}, a, b, plain)
		}
	}
	// Long enough to be cut: in rows, in columns and in both.
	for _, shape := range [][3]int{{600, 260, 3}, {7, 5000, 5}, {140, 1100, 4}, {30, 600, 250}} {
		s.productCase(k, shape, reversed, contiguous, plain)
		s.productCase(k, shape, contiguous, reversed, plain)
	}
}

// productCase is one update of a matrix [m, n] with sums of so many terms.
func (s *suite) productCase(k backend.ProductAdamKernel, shape [3]int, la, lb layout, c backend.AdamConfig) {
	defer s.done()
	m, n, terms := shape[0], shape[1], shape[2]
	a, b := s.input(la, []int{m, terms}, s.normals()), s.input(lb, []int{terms, n}, s.normals())
	p, m1 := s.inout(contiguous, []int{m, n}, s.normals()), s.inout(contiguous, []int{m, n}, s.normals())
	m2 := s.inout(contiguous, []int{m, n}, func(int) float64 { return 0.1 + s.rng.Float64() })
	what := fmt.Sprintf("adam with the product %v @ %v, %+v", a.be, b.be, c)
	if !s.took(what, k.AdamStepProduct(p.be, a.be, b.be, m1.be, m2.be, c), p, m1, m2) {
		return
	}
	as, bs, ps, ms, vs := a.elements(), b.elements(), p.elements(), m1.elements(), m2.elements()
	slack := [3][]float64{make([]float64, m*n), make([]float64, m*n), make([]float64, m*n)}
	roundings := (4 + math.Log2(max(1, float64(terms)))) / 4
	for i := range m {
		for j := range n {
			g, size := 0.0, 0.0
			for t := range terms {
				x := as[i*terms+t] * bs[t*n+j]
				g, size = g+x, size+math.Abs(x)
			}
			var e [3]float64
			at := i*n + j
			ps[at], ms[at], vs[at], e = adamTruthOf(ps[at], g, roundings*size, ms[at], vs[at], c)
			slack[0][at], slack[1][at], slack[2][at] = e[0], e[1], e[2]
		}
	}
	s.verifyTruth(what, s.scaled(slack[0]), p, ps)
	s.verifyTruth(what+": first moment", s.scaled(slack[1]), m1, ms)
	s.verifyTruth(what+": second moment", s.scaled(slack[2]), m2, vs)
	s.intact(what, a, b)
}
