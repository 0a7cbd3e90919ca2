package asm

import (
	"fmt"
	"testing"
)

// TestRotate compares every path with the Go version, to the bit: every length, at the
// ends of pages and in place.
func TestRotate(t *testing.T) {
	var dst, in, cosines, sines arena
	for _, f := range []struct {
		name string
		run  func(dst, x, cos, sin []float32, back bool)
		pair func(r, n int) (a, b int)
	}{
		{"halves", RotateHalves, func(r, n int) (a, b int) { return r, n + r }},
		{"pairs", RotatePairs, func(r, _ int) (a, b int) { return 2 * r, 2*r + 1 }},
	} {
		t.Run(f.name, func(t *testing.T) {
			eachPath(t, func(t *testing.T) {
				for _, n := range lengths() {
					if n > 300 {
						break
					}
					r := newRand(uint64(n))
					x, c, s := wild(r, 2*n), wild(r, n), wild(r, n)
					for _, back := range []bool{false, true} {
						sign := turn(back)
						want := make([]float32, 2*n)
						for i := range n {
							a, b := f.pair(i, n)
							want[a] = float32(x[a]*c[i]) - float32(x[b]*(s[i]*sign))
							want[b] = float32(x[b]*c[i]) + float32(x[a]*(s[i]*sign))
						}
						for _, where := range placements {
							what := fmt.Sprintf("n=%d, back %t, %v", n, back, where)
							xs, cs, ss := in.take(2*n, where, x), cosines.take(n, where, c), sines.take(n, where, s)
							out := dst.take(2*n, where, nil)
							f.run(out, xs, cs, ss, back)
							wantSame(t, what, out, want)
							dst.check(t, what)
							wantSame(t, what+": input", xs, x)
							f.run(xs, xs, cs, ss, back)
							wantSame(t, what+": in place", xs, want)
							in.check(t, what)
						}
					}
				}
			})
		})
	}
}
