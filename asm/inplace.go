package asm

// InPlaceTile is a tile of a product of operands that are not packed. Strides count
// numbers.
type InPlaceTile struct {
	K, M, N    int // terms of each sum, rows and columns
	A          []float32
	ARow, ACol int // strides from row to row, term to term
	B          []float32
	BRow       int // stride from term to term
	C          []float32
	CRow       int  // stride from row to row
	Accumulate bool // add to C; else C is not read
}

// GemmInPlace computes one tile, for i < M and j < N:
//
//	C[i*CRow+j] (+)= Σ_p A[i*ARow+p*ACol] · B[p*BRow+j],  p = 0 … K−1
//
// Where [Wide] holds and M ≥ 4 it is one kernel, about twice as fast as as many tiles
// of [GemmTiles].
//
// Shape: 0 ≤ M ≤ 2·MR, N is 0, NR or 2·NR, K ≥ 0. Panics if a slice is too short.
func GemmInPlace(t *InPlaceTile) {
	if t.K < 0 || t.M < 0 || t.M > 2*MR || t.N != 0 && t.N != NR && t.N != 2*NR {
		badSize("gemm in place", "K ≥ 0, 0 ≤ M ≤ 12, N of 0, 16 or 32", t.K, t.M, t.N)
	}
	if t.M == 0 || t.N == 0 {
		return
	}
	if !fits(len(t.C), t.M, t.N, t.CRow) {
		badSpan("gemm in place", "C", len(t.C), t.M, t.N, t.CRow)
	}
	if t.K == 0 {
		clearTile(t.C, t.CRow, t.M, t.N, t.Accumulate)
		return
	}
	if t.ARow < 0 || !fits(len(t.A), t.K, (t.M-1)*t.ARow+1, t.ACol) {
		badSpan("gemm in place", "A", len(t.A), t.K, (t.M-1)*t.ARow+1, t.ACol)
	}
	if !fits(len(t.B), t.K, t.N, t.BRow) {
		badSpan("gemm in place", "B", len(t.B), t.K, t.N, t.BRow)
	}
	gemmInPlace(t)
}

// gemmInPlaceEach is gemmInPlace by the kernel that every path has.
func gemmInPlaceEach(t *InPlaceTile) {
	for i := 0; i < t.M; i += MR {
		for j := 0; j < t.N; j += NR {
			gemmTiles(&Tiles{
				Count: 1, K: t.K, M: min(MR, t.M-i), N: NR, A: t.A[i*t.ARow:], ARow: t.ARow, ACol: t.ACol,
				B: t.B[j:], BRow: t.BRow, C: t.C[i*t.CRow+j:], CRow: t.CRow, Accumulate: t.Accumulate,
			})
		}
	}
}
