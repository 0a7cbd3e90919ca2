package asm

// InPlaceTiles are tiles, one below the other, of a product of operands that are not
// packed. Strides count numbers.
type InPlaceTiles struct {
	Count      int // tiles
	K, M, N    int // terms of each sum, rows and columns of a tile
	A          []float32
	ARow, ACol int // strides from row to row, term to term
	B          []float32
	BRow       int // stride from term to term
	C          []float32
	CRow       int  // stride from row to row
	Accumulate bool // add to C; else C is not read
}

// GemmInPlace computes tiles, for i < Count·M and j < N:
//
//	C[i*CRow+j] (+)= Σ_p A[i*ARow+p*ACol] · B[p*BRow+j],  p = 0 … K−1
//
// Where [Wide] holds and M ≥ 4 it is one kernel, about twice as fast as as many tiles
// of [GemmTiles].
//
// Shape: Count ≥ 0, 0 ≤ M ≤ 2·MR, N is 0, NR, 2·NR or, for M ≤ [InPlaceRows48], 3·NR,
// K ≥ 0. Panics if a slice is too short.
func GemmInPlace(t *InPlaceTiles) {
	if t.Count < 0 || t.K < 0 || t.M < 0 || t.M > 2*MR || t.N != 0 && t.N != NR && t.N != 2*NR && (t.N != 3*NR || t.M > InPlaceRows48) {
		badSize("gemm in place", "K ≥ 0, 0 ≤ M ≤ 12, N of 0, 16 or 32, or M ≤ 8 and N of 48, and not", t.K, t.M, t.N)
	}
	rows := t.Count * t.M
	if rows == 0 || t.N == 0 {
		return
	}
	if !fits(len(t.C), rows, t.N, t.CRow) {
		badSpan("gemm in place", "C", len(t.C), rows, t.N, t.CRow)
	}
	if t.K == 0 {
		clearTile(t.C, t.CRow, rows, t.N, t.Accumulate)
		return
	}
	if t.ARow < 0 || !fits(len(t.A), t.K, (rows-1)*t.ARow+1, t.ACol) {
		badSpan("gemm in place", "A", len(t.A), t.K, (rows-1)*t.ARow+1, t.ACol)
	}
	if !fits(len(t.B), t.K, t.N, t.BRow) {
		badSpan("gemm in place", "B", len(t.B), t.K, t.N, t.BRow)
	}
	gemmInPlace(t)
}

// InPlaceRows48 is the most rows of a tile of 3·NR columns.
const InPlaceRows48 = 8

// gemmInPlaceEach is gemmInPlace by the kernel that every path has.
func gemmInPlaceEach(t *InPlaceTiles) {
	for tile := range t.Count {
		for i := 0; i < t.M; i += MR {
			row := tile*t.M + i
			for j := 0; j < t.N; j += NR {
				gemmTiles(&Tiles{
					Count: 1, K: t.K, M: min(MR, t.M-i), N: NR, A: t.A[row*t.ARow:], ARow: t.ARow, ACol: t.ACol,
					B: t.B[j:], BRow: t.BRow, C: t.C[row*t.CRow+j:], CRow: t.CRow, Accumulate: t.Accumulate,
				})
			}
		}
	}
}
