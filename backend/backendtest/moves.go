package backendtest

import (
	"fmt"
	"math"
)

func moveChecks() []check {
	return []check{{"fill", (*suite).fill}, {"copy", (*suite).copy}}
}

func (s *suite) fill() {
	f := s.format()
	values := []float64{0, math.Copysign(0, -1), 1.5, -0.1, math.NaN(), math.Inf(1), math.Inf(-1), f.max, f.tiny}
	run := func(l layout, shape []int, v float64) {
		out := s.output(l, shape)
		s.be.Fill(out.be, v)
		s.ref.Fill(out.ref, v)
		s.verify(fmt.Sprintf("fill %v with %v", out.be, v), moved, out)
		s.done()
	}
	for i, n := range append(lengths(), large) {
		run(contiguous, []int{n}, values[i%len(values)])
	}
	for i, shape := range append(shapes, []int{301, 257}) {
		for j, l := range outputLayouts {
			run(l, shape, values[(i+j)%len(values)])
		}
	}
}

func (s *suite) copy() {
	run := func(to, from layout, shape []int) {
		src, dst := s.input(from, shape, s.mixed()), s.output(to, shape)
		s.be.Copy(dst.be, src.be)
		s.ref.Copy(dst.ref, src.ref)
		s.verify(fmt.Sprintf("copy %v (%v) to %v (%v)", src.be, from, dst.be, to), moved, dst, src)
		s.done()
	}
	for _, n := range append(lengths(), large) {
		run(contiguous, contiguous, []int{n})
	}
	for _, to := range outputLayouts {
		for _, from := range inputLayouts {
			for _, shape := range append(shapes, []int{37, 70}) {
				run(to, from, shape)
			}
		}
		run(to, contiguous, []int{301, 257})
		run(contiguous, to, []int{301, 257})
	}
}
