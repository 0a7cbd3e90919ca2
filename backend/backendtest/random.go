package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

func randomChecks() []check {
	return []check{
		{"random/uniform", func(s *suite) {
			s.random(backend.Uniform, backend.Params{0, 1}, backend.Params{-0.5, 0.5}, backend.Params{-3, 100}, backend.Params{0.1, 0.3})
		}},
		{"random/normal", func(s *suite) {
			s.random(backend.Normal, backend.Params{0, 1}, backend.Params{5, 0.02}, backend.Params{-1, 0})
		}},
		{"random/bernoulli", func(s *suite) {
			s.random(backend.Bernoulli, backend.Params{0.5}, backend.Params{0.1}, backend.Params{0}, backend.Params{1})
		}},
	}
}

func (s *suite) random(dist backend.Distribution, params ...backend.Params) {
	draw := func(l layout, shape []int, p backend.Params, st backend.Stream) []float64 {
		out := s.output(l, shape)
		s.be.Random(out.be, dist, p, st)
		s.ref.Random(out.ref, dist, p, st)
		tol := tolerance{ulp: 1, abs: 4 * s.eps * (math.Abs(p[0]) + math.Abs(p[1]))}
		if dist == backend.Bernoulli {
			tol = exact
		}
		what := fmt.Sprintf("random %v of %v to %v (%v)", p, st, out.be, l)
		s.verify(what, tol, out)
		got := s.got(out)
		s.done()
		if dist == backend.Uniform {
			for i, v := range got {
				if !(v >= p[0] && v < p[1]) {
					s.failf("%s: number %d is %v, outside [%v, %v)", what, i, v, p[0], p[1])
					break
				}
			}
		}
		return got
	}
	streams := []backend.Stream{{}, {Key: 1}, {Key: 0xfedcba9876543210, Counter: 77}, {Key: 2, Counter: math.MaxUint32 - 3}}
	for i, p := range thin(params) {
		for _, n := range append(lengths(), large) {
			draw(contiguous, []int{n}, p, streams[(n+i)%len(streams)])
		}
		for j, shape := range append(shapes, []int{301, 257}) {
			for _, l := range outputLayouts {
				draw(l, shape, p, streams[(i+j)%len(streams)])
			}
		}
		// A fill replays, and goes on where a shorter one stopped.
		st := backend.Stream{Key: 99, Counter: 1 << 33}
		whole, again := draw(contiguous, []int{1000}, p, st), draw(contiguous, []int{1000}, p, st)
		for _, cut := range []int{4, 36, 512, 996} {
			rest := st
			rest.Counter += uint64(cut) / 4
			tail := draw(contiguous, []int{1000 - cut}, p, rest)
			for i := range tail {
				if tail[i] != whole[cut+i] {
					s.failf("random: number %d drawn from number %d on is %v, want %v", cut+i, cut, tail[i], whole[cut+i])
					break
				}
			}
		}
		for i := range whole {
			if whole[i] != again[i] {
				s.failf("random: number %d replays as %v, want %v", i, again[i], whole[i])
				break
			}
		}
	}
}
