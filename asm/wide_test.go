package asm

import (
	"fmt"
	"testing"
)

// TestGemmWide checks every tile size round every edge of the loop over k.
func TestGemmWide(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		var o operands
		r := newRand(3)
		for _, k := range []int{1, 2, 3, 4, 5, 7, 8, 9, 13, 33} {
			for m := 1; m <= 2*MR; m++ {
				for n := 1; n <= 2*NR; n++ {
					ldc, accumulate := n+(m+k)%7, (m+n+k)%2 == 0
					lenA, lenB := (m+MR-1)/MR*k*MR, (n+NR-1)/NR*k*NR
					o.checkTile(t, r, placements[(m+n)%2], k, m, n, lenA, lenB, ldc, accumulate,
						func(i, j, p int) (int, int) { return (i/MR*k+p)*MR + i%MR, (j/NR*k+p)*NR + j%NR },
						func(a, b, c []float32) { GemmWide(k, a, b, c, ldc, m, n, accumulate) })
				}
			}
		}
	})
}

func TestGemmWideEdges(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		c := []float32{7, 7, canary, 7, 7}
		GemmWide(0, nil, nil, c, 3, 2, 2, true)
		wantSame(t, "adding nothing", c, []float32{7, 7, canary, 7, 7})
		GemmWide(0, nil, nil, c, 3, 2, 2, false)
		wantSame(t, "the empty sum", c, []float32{0, 0, canary, 0, 0})
		GemmWide(3, nil, nil, nil, 3, 0, 5, false)
	})
	x := make([]float32, 100)
	mustPanic(t, "gemm wide: expected k", func() { GemmWide(1, x, x, x, 1, 13, 1, false) })
	mustPanic(t, "gemm wide: a", func() { GemmWide(9, x, x, x, 1, 7, 1, false) })
	mustPanic(t, "gemm wide: b", func() { GemmWide(4, x, x, x, 17, 1, 17, false) })
	mustPanic(t, "gemm wide: c", func() { GemmWide(1, x, x, x, 51, 3, 1, false) })
}

func BenchmarkGemmWide(b *testing.B) {
	for _, k := range []int{64, 256} {
		a, bb, c := make([]float32, 2*k*MR), make([]float32, 2*k*NR), make([]float32, 4*MR*NR)
		for _, p := range Paths() {
			b.Run(fmt.Sprintf("k=%d/impl=%s", k, p), func(b *testing.B) {
				defer Use(p)()
				for b.Loop() {
					GemmWide(k, a, bb, c, 2*NR, 2*MR, 2*NR, true)
				}
				b.ReportMetric(float64(b.N)*8*MR*NR*float64(k)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
