package asm

// Wide reports whether the selected path has one kernel for [GemmWide], which
// is then about twice as fast as four tiles of [GemmTiles].
func Wide() bool { return useAVX512 }

// WideTile is a tile of a product of packed panels: its rows come from one or two
// panels of A, the second right after the first, and its columns from one or two of B.
type WideTile struct {
	K, M, N    int // terms of each sum, rows and columns
	A, B       []float32
	C          []float32
	CRow       int  // stride from row to row, in numbers
	Accumulate bool // add to C; else C is not read
}

// GemmWide computes one tile, for i < M and j < N:
//
//	C[i*CRow+j] (+)= Σ_p A[(i/MR*K+p)*MR + i%MR] · B[(j/NR*K+p)*NR + j%NR],  p = 0 … K−1
//
// Shape: 0 ≤ M ≤ 2·MR, 0 ≤ N ≤ 2·NR, K ≥ 0. Panics if a slice is too short.
func GemmWide(t *WideTile) {
	if t.K < 0 || t.M < 0 || t.M > 2*MR || t.N < 0 || t.N > 2*NR {
		badSize("gemm wide", "K ≥ 0, 0 ≤ M ≤ 12, 0 ≤ N ≤ 32", t.K, t.M, t.N)
	}
	if t.M == 0 || t.N == 0 {
		return
	}
	if !fits(len(t.C), t.M, t.N, t.CRow) {
		badSpan("gemm wide", "C", len(t.C), t.M, t.N, t.CRow)
	}
	if t.K == 0 {
		clearTile(t.C, t.CRow, t.M, t.N, t.Accumulate)
		return
	}
	if panels := (t.M + MR - 1) / MR; len(t.A) < panels*t.K*MR {
		badSpan("gemm wide", "A", len(t.A), panels*t.K, MR, MR)
	}
	if panels := (t.N + NR - 1) / NR; len(t.B) < panels*t.K*NR {
		badSpan("gemm wide", "B", len(t.B), panels*t.K, NR, NR)
	}
	gemmWide(t)
}

// gemmQuarters is gemmWide by the kernel that every path has.
func gemmQuarters(t *WideTile) {
	for i := 0; i < t.M; i += MR {
		for j := 0; j < t.N; j += NR {
			gemmTiles(&Tiles{
				Count: 1, K: t.K, M: min(MR, t.M-i), N: min(NR, t.N-j), A: t.A[i*t.K:], ARow: 1, ACol: MR,
				B: t.B[j*t.K:], BRow: NR, C: t.C[i*t.CRow+j:], CRow: t.CRow, Accumulate: t.Accumulate,
			})
		}
	}
}
