package backendtest

import (
	"fmt"
)

func indexChecks() []check {
	return []check{
		{"take", (*suite).take},
		{"take_add", (*suite).takeAdd},
		{"gather", (*suite).gather},
		{"scatter_add", (*suite).scatterAdd},
	}
}

// indices draws n of them below size: the ends, runs of one index, any.
func (s *suite) indices(n, size int) []int32 {
	index := make([]int32, n)
	for i := range index {
		switch s.rng.IntN(5) {
		case 0:
			index[i] = int32(size - 1)
		case 1:
			index[i] = 0
		case 2:
			index[i] = index[max(i-1, 0)]
		default:
			index[i] = int32(s.rng.IntN(size))
		}
	}
	return index
}

// rowShapes are the shapes of one row.
var rowShapes = [][]int{{}, {1}, {0}, {3}, {8}, {17}, {64}, {100}, {3, 5}, {1, 9}, {2, 3, 4}}

func prepend(n int, shape []int) []int { return append([]int{n}, shape...) }

func (s *suite) eachTake(run func(l layout, rows int, row []int, index []int32)) {
	for _, row := range thin(rowShapes) {
		for _, rows := range []int{1, 2, 5, 40} {
			for _, n := range []int{0, 1, 2, 7, 40} {
				for _, l := range []layout{contiguous, inputLayouts[s.rng.IntN(len(inputLayouts))]} {
					run(l, rows, row, s.indices(n, rows))
				}
			}
		}
	}
	for _, l := range inputLayouts {
		run(l, 6, []int{5, 3}, s.indices(9, 6))
	}
	run(contiguous, 1000, []int{96}, s.indices(2000, 1000)) // an embedding
	run(contiguous, 3, []int{257}, s.indices(700, 3))
	run(contiguous, 100, []int{6, 7, 8}, s.indices(90, 100))
}

func (s *suite) take() {
	s.eachTake(func(l layout, rows int, row []int, index []int32) {
		x, out := s.input(l, prepend(rows, row), s.mixed()), s.output(contiguous, prepend(len(index), row))
		kept := append([]int32{}, index...)
		s.be.Take(out.be, x.be, index)
		s.ref.Take(out.ref, x.ref, index)
		s.verify(fmt.Sprintf("take %d rows of %v", len(index), x.be), moved, out, x)
		s.sameIndex("take", kept, index)
		s.done()
	})
}

func (s *suite) sameIndex(op string, want, got []int32) {
	s.Helper()
	for i := range want {
		if want[i] != got[i] {
			s.failf("%s changed index %d from %d to %d", op, i, want[i], got[i])
			return
		}
	}
}

// takeAdd asks for the sums in order of i, rounded at each step.
func (s *suite) takeAdd() {
	s.eachTake(func(l layout, rows int, row []int, index []int32) {
		dst := s.inout(contiguous, prepend(rows, row), s.wide())
		src := s.input(l, prepend(len(index), row), s.wide())
		kept := append([]int32{}, index...)
		s.be.TakeAdd(dst.be, src.be, index)

		want, add := dst.elements(), src.elements()
		n := len(want) / rows
		for i, r := range index {
			for j := range n {
				at := int(r)*n + j
				want[at] = s.round(want[at] + add[i*n+j])
			}
		}
		what := fmt.Sprintf("take_add %v to %d rows", src.be, rows)
		s.verifyTruth(what, exact, dst, want)
		s.untouched(what+": input", src)
		s.sameIndex("take_add", kept, index)
		s.done()
	})
}

// lineShapes are all axes but the last.
var lineShapes = [][]int{{}, {1}, {0}, {5}, {40}, {3, 2}, {2, 3, 2}}

func appended(shape []int, n int) []int { return append(append([]int{}, shape...), n) }

func (s *suite) eachGather(run func(l layout, lines []int, size, picks int, index []int32)) {
	count := func(shape []int, n int) int {
		for _, k := range shape {
			n *= k
		}
		return n
	}
	for _, lines := range thin(lineShapes) {
		for _, size := range []int{1, 2, 9, 65} {
			for _, picks := range []int{0, 1, 2, 9, 33} {
				for _, l := range []layout{contiguous, inputLayouts[s.rng.IntN(len(inputLayouts))]} {
					run(l, lines, size, picks, s.indices(count(lines, picks), size))
				}
			}
		}
	}
	for _, l := range inputLayouts {
		run(l, []int{6, 4}, 7, 5, s.indices(6*4*5, 7))
	}
	run(contiguous, []int{500}, 65, 1, s.indices(500, 65)) // cross-entropy
	run(contiguous, []int{64}, 300, 310, s.indices(64*310, 300))
}

func (s *suite) gather() {
	s.eachGather(func(l layout, lines []int, size, picks int, index []int32) {
		x, out := s.input(l, appended(lines, size), s.mixed()), s.output(contiguous, appended(lines, picks))
		kept := append([]int32{}, index...)
		s.be.Gather(out.be, x.be, index)
		s.ref.Gather(out.ref, x.ref, index)
		s.verify(fmt.Sprintf("gather %d of each line of %v", picks, x.be), moved, out, x)
		s.sameIndex("gather", kept, index)
		s.done()
	})
}

func (s *suite) scatterAdd() {
	s.eachGather(func(l layout, lines []int, size, picks int, index []int32) {
		dst := s.inout(contiguous, appended(lines, size), s.wide())
		src := s.input(l, appended(lines, picks), s.wide())
		kept := append([]int32{}, index...)
		s.be.ScatterAdd(dst.be, src.be, index)
		s.ref.ScatterAdd(dst.ref, src.ref, index)

		// A place that is added to k times may be rounded k times, by ε/2 each:
		// there is no room for a second accumulator.
		terms, counts := dst.elements(), make([]int, len(dst.at))
		for i, v := range terms {
			terms[i] = max(v, -v)
		}
		for i, v := range src.elements() {
			at := i/picks*size + int(index[i])
			terms[at] += max(v, -v)
			counts[at]++
		}
		tol := tolerance{each: terms}
		for i, k := range counts {
			if k < 2 {
				tol.each[i] = 0
				continue
			}
			tol.each[i] *= s.eps * (2 + float64(k)/2)
		}
		s.verify(fmt.Sprintf("scatter_add %v to lines of %d", src.be, size), tol, dst, src)
		s.sameIndex("scatter_add", kept, index)
		s.done()
	})
}
