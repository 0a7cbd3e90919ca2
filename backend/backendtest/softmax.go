package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

// took reports whether an optional kernel accepted a call; one that declined
// must have written nothing.
func (s *suite) took(what string, ok bool, outputs ...operand) bool {
	s.Helper()
	if !ok {
		for _, o := range outputs {
			if o.be.Buf != nil {
				s.untouched(what+" was declined, yet", o)
			}
		}
	}
	return ok
}

// intact checks that the inputs of an accepted call are as they were.
func (s *suite) intact(what string, inputs ...operand) {
	s.Helper()
	for _, o := range inputs {
		if o.be.Buf != nil {
			s.untouched(what+": input", o)
		}
	}
}

// optional is a check of a kernel that the backend may not have.
func optional[K any](name string, run func(s *suite, k K)) check {
	return check{name, func(s *suite) {
		if k, ok := s.be.(K); ok {
			run(s, k)
		}
	}}
}

func softmaxChecks() []check {
	return []check{
		optional("optional/softmax", (*suite).softmax),
		optional("optional/softmax_grad", (*suite).softmaxGrad),
	}
}

// softmaxTruth is the softmax of one line, or its logarithm, and how far a
// rounded computation may be off in ε.
func softmaxTruth(x []float64, logarithm bool) (y, slack []float64) {
	largest := math.Inf(-1)
	for _, v := range x {
		largest = max(largest, v)
	}
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v - largest)
	}
	y, slack = make([]float64, len(x)), make([]float64, len(x))
	for i, v := range x {
		if y[i] = v - largest - math.Log(sum); logarithm {
			slack[i] = 2*math.Abs(v-largest) + 2*math.Log(sum) + sumFactor(len(x)) + 4
		} else {
			// Rounding the difference is a relative error of its exponential.
			y[i] = math.Exp(v-largest) / sum
			slack[i] = y[i] * (math.Abs(v-largest) + sumFactor(len(x)) + 8)
		}
	}
	return y, slack
}

// softmaxGradTruth is the gradient at one line.
func softmaxGradTruth(g, y []float64, logarithm bool) (dx, slack []float64) {
	dx, slack = make([]float64, len(y)), make([]float64, len(y))
	dot, size := 0.0, 0.0
	for i := range y {
		term := g[i]
		if !logarithm {
			term *= y[i]
		}
		dot += term
		size += math.Abs(term)
	}
	factor := sumFactor(len(y)) + 8
	for i := range y {
		if logarithm {
			e := math.Exp(y[i])
			dx[i] = g[i] - e*dot
			slack[i] = math.Abs(g[i]) + e*size*(factor+math.Abs(y[i]))
		} else {
			dx[i] = y[i] * (g[i] - dot)
			slack[i] = y[i] * (2*math.Abs(g[i]) + size*factor)
		}
	}
	return dx, slack
}

// lines calls f on each line of n numbers with its place in the whole.
func lines(total, n int, f func(from, to int)) {
	if n == 0 {
		return
	}
	for i := 0; i < total; i += n {
		f(i, i+n)
	}
}

// scaled turns slack in ε into a tolerance; what is not finite must be exact.
func (s *suite) scaled(slack []float64) tolerance {
	tol := tolerance{ulp: 1, flush: true, each: make([]float64, len(slack))}
	for i, v := range slack {
		if v-v == 0 {
			tol.each[i] = v * s.eps
		}
	}
	return tol
}

func (s *suite) softmax(k backend.SoftmaxKernel) {
	run := func(x operand) {
		s.Helper()
		shape := x.be.Dims()
		n := shape[len(shape)-1]
		for _, logarithm := range []bool{false, true} {
			what := fmt.Sprintf("softmax (logarithm %t) of %v", logarithm, x.be)
			out := s.output(contiguous, shape)
			if !s.took(what, k.Softmax(out.be, x.be, logarithm), out) {
				continue
			}
			var want, slack []float64
			all := x.elements()
			lines(len(all), n, func(from, to int) {
				y, e := softmaxTruth(all[from:to], logarithm)
				want, slack = append(want, y...), append(slack, e...)
			})
			s.verifyTruth(what, s.scaled(slack), out, want)
			s.intact(what, x)
		}
		s.done()
	}
	for _, n := range lengths() {
		run(s.input(contiguous, []int{3, n}, s.normals()))
	}
	for _, l := range []layout{contiguous, padded, broadcastFirst} {
		for _, shape := range [][]int{{7}, {0, 5}, {4, 1}, {2, 3, 17}, {2, 1, 3, 40}, {300, 65}, {2, 10_000}} {
			run(s.input(l, shape, func(int) float64 { return 10 * s.rng.NormFloat64() }))
		}
	}
	inf := math.Inf(1)
	for _, n := range []int{1, 2, 9, 17, 64} {
		for _, v := range []float64{1e4, -1e4, s.format().max, 100, -inf, inf, math.NaN()} {
			at := s.rng.IntN(n)
			run(s.input(contiguous, []int{2, n}, placed(at, v, s.normals())))
			run(s.input(contiguous, []int{2, n}, placed(at, 3, constant(v))))
			run(s.input(contiguous, []int{2, n}, constant(v)))
		}
	}
}

func (s *suite) softmaxGrad(k backend.SoftmaxKernel) {
	for _, logarithm := range []bool{false, true} {
		for _, shape := range [][]int{{1, 1}, {7}, {0, 5}, {3, 2}, {3, 8}, {5, 17}, {2, 3, 33}, {300, 65}, {2, 10_000}, {9, 64}, {9, 31}} {
			n := shape[len(shape)-1]
			x := make([]float64, backendSize(shape))
			for i := range x {
				x[i] = 3 * s.rng.NormFloat64()
			}
			var forward []float64
			lines(len(x), n, func(from, to int) {
				y, _ := softmaxTruth(x[from:to], logarithm)
				forward = append(forward, y...)
			})
			g, y := s.input(contiguous, shape, s.normals()), s.input(contiguous, shape, listed(forward))
			out := s.output(contiguous, shape)
			what := fmt.Sprintf("softmax gradient (logarithm %t) of %v", logarithm, y.be)
			if s.took(what, k.SoftmaxGrad(out.be, g.be, y.be, logarithm), out) {
				var want, slack []float64
				gs, ys := g.elements(), y.elements()
				lines(len(gs), n, func(from, to int) {
					d, e := softmaxGradTruth(gs[from:to], ys[from:to], logarithm)
					want, slack = append(want, d...), append(slack, e...)
				})
				s.verifyTruth(what, s.scaled(slack), out, want)
				s.intact(what, g, y)
			}
			s.done()
		}
	}
}

func backendSize(shape []int) int {
	v := backend.NewView(nil, shape...)
	return v.Size()
}
