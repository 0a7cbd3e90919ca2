package asm

import (
	"math"
	"testing"
)

// folds are the sums, as sums of terms.
var folds = []struct {
	name string
	run  func(a, b []float32) float32
	term func(a, b float64) float64
}{
	{"Sum", func(a, _ []float32) float32 { return Sum(a) }, func(a, _ float64) float64 { return a }},
	{"SumSquares", func(a, _ []float32) float32 { return SumSquares(a) }, func(a, _ float64) float64 { return a * a }},
	{"SumSquaredDeviations", func(a, _ []float32) float32 { return SumSquaredDeviations(a, 0.25) },
		func(a, _ float64) float64 { return (a - 0.25) * (a - 0.25) }},
	{"Dot", Dot, func(a, b float64) float64 { return a * b }},
}

// TestFolds checks every sum to ε·Σ|terms| for every length and placement, and
// that the place of the data does not change a bit.
func TestFolds(t *testing.T) {
	var arenaA, arenaB arena
	for _, f := range folds {
		t.Run(f.name, func(t *testing.T) {
			eachPath(t, func(t *testing.T) {
				for _, n := range append(lengths(), 6001) {
					r := newRand(uint64(n))
					a, b := tame(r, n), tame(r, n)
					first := f.run(a, b)
					var sum, size float64
					for i := range a {
						term := f.term(float64(a[i]), float64(b[i]))
						sum += term
						size += math.Abs(term)
					}
					within(t, f.name, first, sum, float64(min(n, sumBlock)+3)*eps*size)
					for _, where := range placements {
						got := f.run(arenaA.take(n, where, a), arenaB.take(n, where, b))
						if !sameBits(got, first) {
							t.Fatalf("n=%d %v: %g, elsewhere %g", n, where, got, first)
						}
					}
				}
			})
		})
	}
}

// TestLongSum checks that the error does not grow with the length.
func TestLongSum(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		x := make([]float32, 1<<20)
		for i := range x {
			x[i] = 0.1
		}
		want := float64(x[0]) * float64(len(x))
		within(t, "sum", Sum(x), want, 1e-5*want)
		within(t, "dot", Dot(x, x), want*float64(x[0]), 1e-6*want)
	})
}

func TestSumsOfSpecialValues(t *testing.T) {
	inf := float32(math.Inf(1))
	eachPath(t, func(t *testing.T) {
		for _, n := range []int{1, 5, 40, 300, 3000} {
			for _, at := range []int{0, n / 2, n - 1} {
				x := make([]float32, n)
				x[at] = inf
				if got := Sum(x); got != inf {
					t.Errorf("n=%d: sum %g, want +Inf", n, got)
				}
				if n > 1 {
					x[(at+1)%n] = -inf
					if got := Sum(x); got == got {
						t.Errorf("n=%d: sum %g, want NaN", n, got)
					}
				}
			}
		}
	})
}

// TestExtremes puts the extreme, and NaN, at every place of every length.
func TestExtremes(t *testing.T) {
	var in arena
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	eachPath(t, func(t *testing.T) {
		if Max(nil) != -inf || Min(nil) != inf {
			t.Fatalf("of nothing: %g and %g", Max(nil), Min(nil))
		}
		for n := 1; n < 140; n++ {
			base := tame(newRand(uint64(n)), n)
			for at := range n {
				x := in.take(n, placements[at%len(placements)], base)
				for _, v := range []float32{100, inf, -inf, -100} {
					x[at] = v
					hi, lo := x[0], x[0]
					for _, u := range x {
						hi, lo = max(hi, u), min(lo, u)
					}
					if Max(x) != hi || Min(x) != lo {
						t.Fatalf("n=%d, %g at %d: %g and %g, want %g and %g", n, v, at, Max(x), Min(x), hi, lo)
					}
				}
				x[at] = nan
				if a, b := Max(x), Min(x); a == a || b == b {
					t.Fatalf("n=%d, NaN at %d: %g and %g", n, at, a, b)
				}
			}
			for i := range base {
				base[i] = -inf
			}
			if Max(base) != -inf {
				t.Fatalf("n=%d of −Inf: %g", n, Max(base))
			}
		}
	})
}

func TestSumExp(t *testing.T) {
	var dst, in arena
	eachPath(t, func(t *testing.T) {
		for _, n := range append(lengths(), 6001) {
			src := tame(newRand(uint64(n)), n)
			top := Max(src)
			want := make([]float32, n)
			var sum float64
			for i, v := range src {
				want[i] = exp32(v - top)
				sum += float64(want[i])
			}
			for i, where := range placements {
				if n > 300 && i > 1 {
					break
				}
				x, y := in.take(n, where, src), dst.take(n, where, nil)
				got := SumExp(y, x, top)
				wantSame(t, where.String(), y, want)
				dst.check(t, "sum exp")
				within(t, "sum", got, sum, float64(min(n, sumBlock)+2)*eps*sum)
				if again := SumExp(x, x, top); again != got {
					t.Fatalf("n=%d in place: %g, apart %g", n, again, got)
				}
				wantSame(t, "in place", x, want)
			}
			// Results below the smallest normal number, infinities and NaN.
			strange := wild(newRand(uint64(n)), n)
			for i, v := range strange {
				want[i] = exp32(v - 3)
			}
			y := dst.take(n, placements[0], nil)
			SumExp(y, strange, 3)
			wantSame(t, "strange", y, want)
		}
	})
}

// TestGemv checks y (+)= a·x and y += aᵀ·x for all small sizes.
func TestGemv(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		var o operands
		r := newRand(3)
		for _, rows := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 13} {
			for _, cols := range []int{1, 2, 7, 8, 9, 15, 16, 17, 24, 31, 33, 64, 70} {
				lda := cols + rows%3
				where := placements[(rows+cols)%2]
				accumulate := cols%2 == 0
				o.checkTile(t, r, where, cols, rows, 1, (rows-1)*lda+cols, cols, 1, accumulate,
					func(i, _, p int) (int, int) { return i*lda + p, p },
					func(a, x, y []float32) { Gemv(y, a, lda, x, accumulate, rows%2 == 0) })
				o.checkTile(t, r, where, rows, 1, cols, (rows-1)*lda+cols, rows, cols, true,
					func(_, j, p int) (int, int) { return p*lda + j, p },
					func(a, x, y []float32) { GemvT(y, a, lda, x) })
			}
		}
		a, x := tame(r, 7*33), tame(r, 33)
		got, want := make([]float32, 7), make([]float32, 7)
		Gemv(got, a, 33, x, false, false)
		Gemv(want, a, 33, x, false, true)
		wantSame(t, "near and far", got, want)
		y := []float32{1, 2}
		GemvT(y, nil, 5, nil)
		Gemv(y, nil, 5, nil, true, false)
		wantSame(t, "nothing added", y, []float32{1, 2})
		Gemv(y, nil, 5, nil, false, false)
		wantSame(t, "empty product", y, []float32{0, 0})
		Gemv(nil, nil, 5, y, false, false)
		GemvT(nil, nil, 5, y)
	})
}
