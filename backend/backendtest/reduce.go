package backendtest

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

func reduceChecks() []check {
	var all []check
	for op := range backend.NumReduce {
		all = append(all,
			check{"reduce/" + op.String() + "/shapes", func(s *suite) { s.reduceShapes(op) }},
			check{"reduce/" + op.String() + "/special", func(s *suite) { s.reduceSpecial(op) }},
			check{"reduce/" + op.String() + "/long", func(s *suite) { s.reduceLong(op) }})
	}
	return append(all,
		check{"argmax/shapes", (*suite).argMaxShapes},
		check{"argmax/special", (*suite).argMaxSpecial})
}

// folded is shape with size 1 in the axes of mask.
func folded(shape []int, mask int) []int {
	out := append([]int{}, shape...)
	for k := range out {
		if mask>>k&1 == 1 {
			out[k] = 1
		}
	}
	return out
}

func (s *suite) reduceCase(op backend.ReduceOp, x operand, mask int) {
	s.Helper()
	s.reduceWithin(sumFactor, op, x, mask)
}

// reduceWithin is reduceCase with a tolerance for sums of n terms.
func (s *suite) reduceWithin(factor func(n int) float64, op backend.ReduceOp, x operand, mask int) {
	s.Helper()
	shape := folded(x.be.Dims(), mask)
	out := s.output(contiguous, shape)
	s.be.Reduce(op, out.be, x.be)
	s.ref.Reduce(op, out.ref, x.ref)
	tol := moved
	tol.zeros = false
	if op == backend.ReduceSum {
		// The reference sums the absolute values too.
		terms, total := s.clone(x), s.output(contiguous, shape)
		abs := make([]float64, len(x.image))
		for i, v := range x.image {
			abs[i] = math.Abs(v)
		}
		s.ref.Write64(terms.ref.Buf, 0, abs)
		s.ref.Reduce(op, total.ref, terms.ref)
		n := x.be.Size() / max(out.be.Size(), 1)
		tol.each = s.want(total)
		for i, v := range tol.each {
			if tol.each[i] = v * s.eps * factor(n); v-v != 0 || n <= 1 {
				tol.each[i] = 0 // not finite: the result is exact too
			}
		}
	}
	s.verify(fmt.Sprintf("%v of %v to %v", op, x.be, shape), tol, out, x)
	s.done()
}

func (s *suite) reduceShapes(op backend.ReduceOp) {
	for _, n := range lengths() {
		s.reduceCase(op, s.input(contiguous, []int{n}, s.wide()), 1)
		s.reduceCase(op, s.input(contiguous, []int{3, n}, s.wide()), 2)
		s.reduceCase(op, s.input(contiguous, []int{n, 3}, s.wide()), 1)
		s.reduceCase(op, s.input(contiguous, []int{5, n}, s.wide()), 1)
		s.reduceCase(op, s.input(contiguous, []int{2, n, 2}, s.wide()), 2)
	}
	for _, shape := range append(shapes, []int{12, 20, 33}) {
		for _, l := range inputLayouts {
			for mask := range 1 << len(shape) {
				if len(shape) < 4 || mask%5 == 0 || mask == 1<<len(shape)-1 {
					s.reduceCase(op, s.input(l, shape, s.wide()), mask)
				}
			}
		}
	}
}

// reduceSpecial puts a special number at every place of a short line.
func (s *suite) reduceSpecial(op backend.ReduceOp) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, n := range thin([]int{1, 2, 7, 8, 9, 16, 31, 33, 64, 65}) {
		for i := range n {
			for _, v := range []float64{nan, inf, -inf} {
				for _, rest := range []float64{1, -1, inf, -inf} {
					place := func(j int) float64 {
						if j == i {
							return v
						}
						return rest
					}
					s.reduceCase(op, s.input(contiguous, []int{n}, place), 1)
					if n < 20 {
						s.reduceCase(op, s.input(contiguous, []int{n, 2}, func(j int) float64 { return place(j / 2) }), 1)
						s.reduceCase(op, s.input(swapped, []int{2, n}, func(j int) float64 { return place(j % n) }), 2)
					}
				}
			}
		}
		// All of one sign, so that a start from 0 shows; all at an end of the format.
		for _, v := range []float64{-3, 3, -s.format().max / 128, s.format().tiny, 0, -inf, inf} {
			s.reduceCase(op, s.input(contiguous, []int{n}, constant(v)), 1)
			s.reduceCase(op, s.input(contiguous, []int{n, 9}, constant(v)), 1)
		}
	}
}

// reduceLong is where one accumulator in float32 loses digits and where work
// is split.
func (s *suite) reduceLong(op backend.ReduceOp) {
	positive := func(int) float64 { return 0.5 + s.rng.Float64() }
	for _, value := range thin([]func(int) float64{positive, s.normals()}) {
		s.reduceCase(op, s.input(contiguous, []int{large}, value), 1)
		s.reduceCase(op, s.input(contiguous, []int{3, 40_001}, value), 2)
		s.reduceCase(op, s.input(contiguous, []int{40_001, 3}, value), 1)
		s.reduceCase(op, s.input(contiguous, []int{1000, 131}, value), 1)
		s.reduceCase(op, s.input(contiguous, []int{131, 1000}, value), 2)
		s.reduceCase(op, s.input(swapped, []int{131, 1000}, value), 2)
		s.reduceCase(op, s.input(contiguous, []int{301, 257}, value), 3)
		// Statistics of BatchNorm: batch and both image axes.
		s.reduceCase(op, s.input(contiguous, []int{16, 12, 23, 23}, value), 1|4|8)
		s.reduceCase(op, s.input(stepped, []int{40, 60, 33}, value), 1|4)
	}
	// The roundings of equal terms all have one sign. A few dozen accumulators
	// keep them small; one does not.
	drift := func(n int) float64 { return 4 + math.Sqrt(float64(n)) }
	s.reduceWithin(drift, op, s.input(contiguous, []int{large}, constant(0.1)), 1)
	s.reduceWithin(drift, op, s.input(contiguous, []int{3, 40_001}, constant(0.1)), 2)
	s.reduceWithin(drift, op, s.input(contiguous, []int{301, 257}, constant(0.1)), 3)
}

func (s *suite) argMaxCase(x operand, axis int) {
	s.Helper()
	n := x.be.Size() / x.be.Shape[axis]
	got, want := make([]int32, n+2), make([]int32, n)
	got[0], got[n+1] = -7, -7 // guards
	s.be.ArgMax(got[1:n+1:n+1], x.be, axis)
	s.ref.ArgMax(want, x.ref, axis)
	for i, w := range want {
		if got[i+1] != w {
			s.failf("argmax of %v along %d: line %d is %d, want %d", x.be, axis, i, got[i+1], w)
			break
		}
	}
	if got[0] != -7 || got[n+1] != -7 {
		s.failf("argmax of %v along %d wrote outside its destination", x.be, axis)
	}
	s.untouched("argmax: input", x)
	s.done()
}

func (s *suite) argMaxShapes() {
	// Few different numbers make many ties.
	few := func(int) float64 { return float64(s.rng.IntN(5) - 7) }
	for _, value := range thin([]func(int) float64{few, s.normals(), constant(-2)}) {
		for _, n := range lengths()[1:] {
			s.argMaxCase(s.input(contiguous, []int{n}, value), 0)
			s.argMaxCase(s.input(contiguous, []int{3, n}, value), 1)
			s.argMaxCase(s.input(contiguous, []int{n, 3}, value), 0)
		}
		for _, shape := range append(shapes, []int{70, 1000}) {
			for _, l := range inputLayouts {
				for axis, size := range shape {
					if size > 0 {
						s.argMaxCase(s.input(l, shape, value), axis)
					}
				}
			}
		}
	}
}

// argMaxSpecial puts a special number, twice, in a line.
func (s *suite) argMaxSpecial() {
	inf := math.Inf(1)
	for _, n := range thin([]int{1, 2, 7, 8, 9, 16, 33, 65}) {
		for i := range n {
			for _, v := range []float64{math.NaN(), inf, 9} {
				for _, rest := range []float64{-1, inf, -inf, math.Copysign(0, -1)} {
					second := i + s.rng.IntN(n-i)
					place := func(j int) float64 {
						switch {
						case j == i || j == second:
							return v
						case j < i && s.rng.IntN(2) == 0:
							return 0
						}
						return rest
					}
					s.argMaxCase(s.input(contiguous, []int{n}, place), 0)
					s.argMaxCase(s.input(stepped, []int{n, 1}, place), 0)
				}
			}
		}
	}
}
