package asm

import (
	"fmt"
	"testing"
)

// TestGemmInPlace checks every tile size, with rows or columns of A contiguous,
// round every edge of the loop over k.
func TestGemmInPlace(t *testing.T) {
	eachPath(t, func(t *testing.T) {
		var o operands
		r := newRand(4)
		for _, k := range []int{1, 2, 3, 4, 5, 7, 8, 9, 13, 33} {
			for m := 1; m <= 2*MR; m++ {
				for _, n := range []int{NR, 2 * NR, 3 * NR} {
					if n == 3*NR && m > InPlaceRows48 {
						continue
					}
					count := 1 + (k+m)%3
					rows := count * m
					ars, acs, ldb := k+m%3, 1, n+k%5
					if (m+k)%2 == 0 {
						ars, acs = 1, rows+n%3
					}
					ldc, accumulate := n+(m+k)%7, (m+n/NR+k)%2 == 0
					o.checkTile(t, r, placements[(m+k)%2], k, rows, n, (rows-1)*ars+(k-1)*acs+1, (k-1)*ldb+n, ldc, accumulate,
						func(i, j, p int) (int, int) { return i*ars + p*acs, p*ldb + j },
						func(a, b, c []float32) {
							GemmInPlace(&InPlaceTiles{Count: count, K: k, M: m, N: n, A: a, ARow: ars, ACol: acs, B: b, BRow: ldb, C: c, CRow: ldc, Accumulate: accumulate})
						})
				}
			}
		}
	})
}

func TestGemmInPlaceEdges(t *testing.T) {
	c := make([]float32, 2*NR)
	c[3] = 7
	GemmInPlace(&InPlaceTiles{Count: 1, M: 2, N: NR, C: c, CRow: NR, Accumulate: true})
	wantSame(t, "adding nothing", c[3:4], []float32{7})
	GemmInPlace(&InPlaceTiles{Count: 1, M: 2, N: NR, C: c, CRow: NR})
	wantSame(t, "the empty sum", c[3:4], []float32{0})
	x := make([]float32, 100)
	tile := func(k, m, n, aRow, bRow, cRow int) func() {
		return func() {
			GemmInPlace(&InPlaceTiles{Count: 1, K: k, M: m, N: n, A: x, ARow: aRow, ACol: 1, B: x, BRow: bRow, C: x, CRow: cRow})
		}
	}
	mustPanic(t, "gemm in place: expected K", tile(1, 13, NR, 1, 1, 1))
	mustPanic(t, "gemm in place: expected K", tile(1, 1, 17, 1, 1, 1))
	mustPanic(t, "gemm in place: expected K", tile(1, InPlaceRows48+1, 3*NR, 1, 1, 1))
	mustPanic(t, "gemm in place: A", tile(9, 6, NR, 20, 1, 1))
	mustPanic(t, "gemm in place: B", tile(9, 1, NR, 1, 17, 1))
	mustPanic(t, "gemm in place: C", tile(1, 3, NR, 1, 1, 51))
}

func BenchmarkGemmInPlace(b *testing.B) {
	for _, k := range []int{32, 128} {
		a, bb, c := make([]float32, 2*k*MR), make([]float32, 2*k*NR), make([]float32, 4*MR*NR)
		for _, p := range Paths() {
			b.Run(fmt.Sprintf("k=%d/impl=%s", k, p), func(b *testing.B) {
				defer Use(p)()
				for b.Loop() {
					GemmInPlace(&InPlaceTiles{Count: 1, K: k, M: 2 * MR, N: 2 * NR, A: a, ARow: k, ACol: 1, B: bb, BRow: 2 * NR, C: c, CRow: 2 * NR})
				}
				b.ReportMetric(float64(b.N)*8*MR*NR*float64(k)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
