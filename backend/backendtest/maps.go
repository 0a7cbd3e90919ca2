package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

func mapChecks() []check {
	var all []check
	for op := range backend.NumUnary {
		all = append(all, check{"unary/" + op.String(), func(s *suite) { s.unary(op, unaryCases()[op]) }})
	}
	for op := range backend.NumBinary {
		all = append(all, check{"binary/" + op.String(), func(s *suite) { s.binary(op, binaryCases()[op]) }})
	}
	return append(all, check{"where", (*suite).where})
}

func (s *suite) unary(op backend.UnaryOp, c unaryCase) {
	value := s.kept(s.mixed(), c.domain)
	for i, p := range thin(c.params) {
		for _, n := range lengths() {
			s.unaryCase(op, c, p, s.input(contiguous, []int{n}, value), n%3 == 1)
		}
		special := s.keep(s.special(), c.domain)
		s.unaryCase(op, c, p, s.input(contiguous, []int{len(special)}, listed(special)), true)
		for _, l := range inputLayouts {
			for _, shape := range shapes {
				s.unaryCase(op, c, p, s.input(l, shape, value), false)
			}
			if i == 0 {
				s.unaryCase(op, c, p, s.input(l, []int{67, 129}, value), l == contiguous)
			}
		}
		if i == 0 {
			s.unaryCase(op, c, p, s.input(contiguous, []int{large}, s.kept(s.wide(), c.domain)), true)
		}
	}
}

// keep is the part of a list inside a domain.
func (s *suite) keep(x []float64, domain func(float64) bool) []float64 {
	var kept []float64
	for _, v := range x {
		if domain == nil || domain(v) {
			kept = append(kept, v)
		}
	}
	return kept
}

// unaryCase runs one call, and the same again in place if x allows it.
func (s *suite) unaryCase(op backend.UnaryOp, c unaryCase, p backend.Params, x operand, inPlace bool) {
	s.Helper()
	tol := c.tol
	if c.slack != nil {
		tol.each = make([]float64, len(x.at))
		for i, v := range x.elements() {
			if tol.each[i] = s.eps * c.slack(v, p); math.IsNaN(tol.each[i]) {
				tol.each[i] = 0
			}
		}
	}
	what := fmt.Sprintf("%v%v of %v", op, p, x.be)
	out := s.output(contiguous, x.be.Dims())
	s.be.Unary(op, out.be, x.be, p)
	s.ref.Unary(op, out.ref, x.ref, p)
	s.verify(what, tol, out, x)
	if inPlace {
		s.be.Unary(op, x.be, x.be, p)
		s.ref.Unary(op, x.ref, x.ref, p)
		s.verify(what+" in place", tol, x)
	}
	s.done()
}

func (s *suite) binary(op backend.BinaryOp, c binaryCase) {
	a, b := s.kept(s.mixed(), c.keepA), s.kept(s.mixed(), c.keepB)
	for _, p := range thin(c.params) {
		for i, n := range lengths() {
			shape := []int{n}
			s.binaryCase(op, c, p, s.input(contiguous, shape, a), s.input(contiguous, shape, b), i%4)
		}
		// Every special number meets every other.
		left, right := s.keep(s.special(), c.keepA), s.keep(s.special(), c.keepB)
		s.binaryCase(op, c, p,
			s.input(contiguous, []int{len(left), len(right)}, func(i int) float64 { return left[i/len(right)] }),
			s.input(contiguous, []int{len(left), len(right)}, listed(right)), 3)
		for i, shape := range shapes {
			for j, la := range inputLayouts {
				lb := inputLayouts[(j*(i%len(inputLayouts)+1)+i)%len(inputLayouts)]
				s.binaryCase(op, c, p, s.input(la, shape, a), s.input(lb, shape, b), 0)
			}
		}
	}
	p := c.params[0]
	for _, l := range inputLayouts {
		shape := []int{67, 129}
		s.binaryCase(op, c, p, s.input(contiguous, shape, a), s.input(l, shape, b), 1)
		s.binaryCase(op, c, p, s.input(l, shape, a), s.input(contiguous, shape, b), 2)
	}
	s.binaryCase(op, c, p, s.input(contiguous, []int{large}, a), s.input(contiguous, []int{large}, b), 0)
}

// binaryCase runs one call, and the same with dst equal to a (inPlace 1), to b
// (2), or both operands and dst being one view (3).
func (s *suite) binaryCase(op backend.BinaryOp, c binaryCase, p backend.Params, a, b operand, inPlace int) {
	s.Helper()
	tol := c.tol
	if c.terms != nil {
		tol.each = make([]float64, len(a.at))
		as, bs := a.elements(), b.elements()
		for i := range as {
			if tol.each[i] = 8 * s.eps * c.terms(as[i], bs[i]); math.IsNaN(tol.each[i]) {
				tol.each[i] = 0
			}
		}
	}
	what := fmt.Sprintf("%v%v of %v and %v", op, p, a.be, b.be)
	out := s.output(contiguous, a.be.Dims())
	s.be.Binary(op, out.be, a.be, b.be, p)
	s.ref.Binary(op, out.ref, a.ref, b.ref, p)
	s.verify(what, tol, out, a, b)
	switch inPlace {
	case 1:
		s.be.Binary(op, a.be, a.be, b.be, p)
		s.ref.Binary(op, a.ref, a.ref, b.ref, p)
		s.verify(what+" into the first", tol, a, b)
	case 2:
		s.be.Binary(op, b.be, a.be, b.be, p)
		s.ref.Binary(op, b.ref, a.ref, b.ref, p)
		s.verify(what+" into the second", tol, b, a)
	case 3:
		if c.keepB == nil { // x op x: a is in the domain of b
			tol.each = nil
			s.be.Binary(op, a.be, a.be, a.be, p)
			s.ref.Binary(op, a.ref, a.ref, a.ref, p)
			s.verify(what+" with all three one", tol, a)
		}
	}
	s.done()
}

func (s *suite) where() {
	cond := func(int) float64 {
		return [...]float64{0, 1, math.Copysign(0, -1), math.NaN(), -2, s.format().tiny}[s.rng.IntN(6)]
	}
	run := func(cond, a, b operand, inPlace int) {
		what := fmt.Sprintf("where %v, %v, %v", cond.be, a.be, b.be)
		out := s.output(contiguous, cond.be.Dims())
		s.be.Where(out.be, cond.be, a.be, b.be)
		s.ref.Where(out.ref, cond.ref, a.ref, b.ref)
		s.verify(what, moved, out, cond, a, b)
		if inPlace > 0 {
			target := []operand{cond, a, b}[inPlace-1]
			s.be.Where(target.be, cond.be, a.be, b.be)
			s.ref.Where(target.ref, cond.ref, a.ref, b.ref)
			s.verify(fmt.Sprintf("%s into operand %d", what, inPlace), moved, target, cond, a, b)
		}
		s.done()
	}
	for i, n := range append(lengths(), large) {
		shape := []int{n}
		run(s.input(contiguous, shape, cond), s.input(contiguous, shape, s.mixed()), s.input(contiguous, shape, s.mixed()), i%4)
	}
	n := len(inputLayouts)
	for _, shape := range append(shapes, []int{67, 129}) {
		for i, l := range inputLayouts {
			run(s.input(l, shape, cond), s.input(inputLayouts[(2*i+1)%n], shape, s.mixed()),
				s.input(inputLayouts[(4*i+3)%n], shape, s.mixed()), 0)
		}
	}
}
