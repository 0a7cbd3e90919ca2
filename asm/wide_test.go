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
						func(a, b, c []float32) {
							GemmWide(&WideTile{K: k, M: m, N: n, A: a, B: b, C: c, CRow: ldc, Accumulate: accumulate})
						})
				}
			}
		}
	})
}

func TestGemmWideEdges(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		c := []float32{7, 7, canary, 7, 7}
		GemmWide(&WideTile{M: 2, N: 2, C: c, CRow: 3, Accumulate: true})
		wantSame(t, "adding nothing", c, []float32{7, 7, canary, 7, 7})
		GemmWide(&WideTile{M: 2, N: 2, C: c, CRow: 3})
		wantSame(t, "the empty sum", c, []float32{0, 0, canary, 0, 0})
		GemmWide(&WideTile{K: 3, N: 5, CRow: 3})
	})
	x := make([]float32, 100)
	tile := func(k, m, n, cRow int) func() {
		return func() { GemmWide(&WideTile{K: k, M: m, N: n, A: x, B: x, C: x, CRow: cRow}) }
	}
	mustPanic(t, "gemm wide: expected K", tile(1, 13, 1, 1))
	mustPanic(t, "gemm wide: A", tile(9, 7, 1, 1))
	mustPanic(t, "gemm wide: B", tile(4, 1, 17, 17))
	mustPanic(t, "gemm wide: C", tile(1, 3, 1, 51))
}

func BenchmarkGemmWide(b *testing.B) {
	for _, k := range []int{64, 256} {
		a, bb, c := make([]float32, 2*k*MR), make([]float32, 2*k*NR), make([]float32, 4*MR*NR)
		for _, p := range Paths() {
			b.Run(fmt.Sprintf("k=%d/impl=%s", k, p), func(b *testing.B) {
				defer Use(p)()
				for b.Loop() {
					GemmWide(&WideTile{K: k, M: 2 * MR, N: 2 * NR, A: a, B: bb, C: c, CRow: 2 * NR, Accumulate: true})
				}
				b.ReportMetric(float64(b.N)*8*MR*NR*float64(k)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
