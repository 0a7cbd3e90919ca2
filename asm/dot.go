package asm

// DotMR and DotNR are the most rows and columns of a tile of [GemmDot].
const (
	DotMR = 3
	DotNR = 4
)

// DotTile is a tile of a matrix product whose operands both have K contiguous.
// Strides, from row to row, count numbers.
type DotTile struct {
	K, M, N    int
	A          []float32
	ARow       int
	B          []float32
	BRow       int
	C          []float32
	CRow       int
	Accumulate bool // add to C; else C is not read
}

// GemmDot computes one tile, for i < M and j < N:
//
//	C[i*CRow+j] (+)= Σ_p A[i*ARow+p] · B[j*BRow+p],  p = 0 … K−1
//
// Shape: 0 ≤ M ≤ DotMR, 0 ≤ N ≤ DotNR, K ≥ 0. Panics if a slice is too short.
func GemmDot(t *DotTile) {
	if t.K < 0 || t.M < 0 || t.M > DotMR || t.N < 0 || t.N > DotNR {
		badSize("gemm dot", "K ≥ 0, 0 ≤ M ≤ 3, 0 ≤ N ≤ 4", t.K, t.M, t.N)
	}
	if t.M == 0 || t.N == 0 {
		return
	}
	if !fits(len(t.C), t.M, t.N, t.CRow) {
		badSpan("gemm dot", "C", len(t.C), t.M, t.N, t.CRow)
	}
	if t.K == 0 {
		clearTile(t.C, t.CRow, t.M, t.N, t.Accumulate)
		return
	}
	if !fits(len(t.A), t.M, t.K, t.ARow) {
		badSpan("gemm dot", "A", len(t.A), t.M, t.K, t.ARow)
	}
	if !fits(len(t.B), t.N, t.K, t.BRow) {
		badSpan("gemm dot", "B", len(t.B), t.N, t.K, t.BRow)
	}
	gemmDot(t)
}
