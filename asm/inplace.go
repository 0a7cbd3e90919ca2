package asm

// GemmInPlace computes one tile of a product of operands that are not packed, for
// i < m and j < n:
//
//	c[i*ldc+j] (+)= Σ_p a[i*ars+p*acs] · b[p*ldb+j],  p = 0 … k−1
//
// It adds to c if accumulate is set, else it does not read c. Where [Wide] holds and
// m ≥ 4 it is one kernel, about twice as fast as as many tiles of [GemmTiles].
//
// Shape: 0 ≤ m ≤ 2·MR, n is 0, NR or 2·NR, k ≥ 0. Panics if a slice is too short.
func GemmInPlace(k int, a []float32, ars, acs int, b []float32, ldb int, c []float32, ldc, m, n int, accumulate bool) {
	if k < 0 || m < 0 || m > 2*MR || n != 0 && n != NR && n != 2*NR {
		badSize("gemm in place", "k ≥ 0, 0 ≤ m ≤ 12, n of 0, 16 or 32", k, m, n)
	}
	if m == 0 || n == 0 {
		return
	}
	if !fits(len(c), m, n, ldc) {
		badSpan("gemm in place", "c", len(c), m, n, ldc)
	}
	if k == 0 {
		clearTile(c, ldc, m, n, accumulate)
		return
	}
	if ars < 0 || !fits(len(a), k, (m-1)*ars+1, acs) {
		badSpan("gemm in place", "a", len(a), k, (m-1)*ars+1, acs)
	}
	if !fits(len(b), k, n, ldb) {
		badSpan("gemm in place", "b", len(b), k, n, ldb)
	}
	gemmInPlace(k, a, ars, acs, b, ldb, c, ldc, m, n, accumulate)
}

// gemmInPlaceEach is gemmInPlace by the kernel that every path has.
func gemmInPlaceEach(k int, a []float32, ars, acs int, b []float32, ldb int, c []float32, ldc, m, n int, accumulate bool) {
	for i := 0; i < m; i += MR {
		for j := 0; j < n; j += NR {
			gemmTiles(&Tiles{
				Count: 1, K: k, M: min(MR, m-i), N: NR, A: a[i*ars:], ARow: ars, ACol: acs,
				B: b[j:], BRow: ldb, C: c[i*ldc+j:], CRow: ldc, Accumulate: accumulate,
			})
		}
	}
}
