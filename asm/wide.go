package asm

// Wide reports whether the selected path has one kernel for [GemmWide], which
// is then about twice as fast as four tiles of [GemmTiles].
func Wide() bool { return useAVX512 }

// GemmWide computes one tile of a matrix product of packed panels, for i < m
// and j < n:
//
//	c[i*ldc+j] (+)= Σ_p a[(i/MR*k+p)*MR + i%MR] · b[(j/NR*k+p)*NR + j%NR],  p = 0 … k−1
//
// It adds to c if accumulate is set, else it does not read c. The rows come
// from one or two panels of A, the second right after the first, and the
// columns from one or two of B.
//
// Shape: 0 ≤ m ≤ 2·MR, 0 ≤ n ≤ 2·NR, k ≥ 0. Panics if a slice is too short.
func GemmWide(k int, a, b, c []float32, ldc, m, n int, accumulate bool) {
	if k < 0 || m < 0 || m > 2*MR || n < 0 || n > 2*NR {
		badSize("gemm wide", "k ≥ 0, 0 ≤ m ≤ 12, 0 ≤ n ≤ 32", k, m, n)
	}
	if m == 0 || n == 0 {
		return
	}
	if !fits(len(c), m, n, ldc) {
		badSpan("gemm wide", "c", len(c), m, n, ldc)
	}
	if k == 0 {
		clearTile(c, ldc, m, n, accumulate)
		return
	}
	if panels := (m + MR - 1) / MR; len(a) < panels*k*MR {
		badSpan("gemm wide", "a", len(a), panels*k, MR, MR)
	}
	if panels := (n + NR - 1) / NR; len(b) < panels*k*NR {
		badSpan("gemm wide", "b", len(b), panels*k, NR, NR)
	}
	gemmWide(k, a, b, c, ldc, m, n, accumulate)
}

// gemmQuarters is gemmWide by the kernel that every path has.
func gemmQuarters(k int, a, b, c []float32, ldc, m, n int, accumulate bool) {
	for i := 0; i < m; i += MR {
		for j := 0; j < n; j += NR {
			gemmTiles(&Tiles{
				Count: 1, K: k, M: min(MR, m-i), N: min(NR, n-j), A: a[i*k:], ARow: 1, ACol: MR,
				B: b[j*k:], BRow: NR, C: c[i*ldc+j:], CRow: ldc, Accumulate: accumulate,
			})
		}
	}
}
