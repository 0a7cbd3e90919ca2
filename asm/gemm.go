package asm

// MR and NR are the most rows and columns of a tile of [GemmTiles].
const (
	MR = 6
	NR = 16
)

// Tiles is a run of tiles of a matrix product, along a row or a column of it.
// Strides count numbers.
type Tiles struct {
	Count int // tiles
	K     int // terms of each sum
	M, N  int // rows and columns of each tile, at most MR and NR

	A                 []float32
	ATile, ARow, ACol int // strides from tile to tile, row to row, term to term
	B                 []float32
	BTile, BRow       int // strides from tile to tile, term to term
	C                 []float32
	CTile, CRow       int  // strides from tile to tile, row to row
	Accumulate        bool // add to C; else C is not read

	Prefetch *Prefetch // or nil
}

// Prefetch names memory that is needed after some tiles. It changes no result. A
// product that prefetches its next operands waits for memory less often.
//
// Tile t prefetches the cache lines that hold
//
//	byte Offsets[t*OffsetsTile+i] after Next[t*NextTile],  i < PrefetchLines(K)
//
// Next and NextTile may point anywhere. Nothing is prefetched if Next is empty, if
// N < NR, or on paths without such kernels.
type Prefetch struct {
	Next        []float32
	NextTile    int
	Offsets     []int32
	OffsetsTile int
}

// PrefetchLines is how many cache lines each tile of K = k prefetches.
func PrefetchLines(k int) int { return k / 4 * 2 }

// GemmTiles computes the tiles t < Count of a matrix product, for i < M and j < N:
//
//	C[t*CTile+i*CRow+j] (+)= Σ_p A[t*ATile+i*ARow+p*ACol] · B[t*BTile+p*BRow+j],  p = 0 … K−1
//
// It adds to C if Accumulate is set, else it does not read C. Packed panels have
// ARow = 1, ACol = MR and BRow = NR; operands in place have their own strides.
// Nothing outside the named elements is read or written. Tiles of NR columns
// are the fastest.
//
// Shape: 0 ≤ M ≤ MR, 0 ≤ N ≤ NR; Count, K and all strides ≥ 0. Panics if a slice
// other than Next is too short.
func GemmTiles(t *Tiles) {
	if t.Count < 0 || t.K < 0 || t.M < 0 || t.M > MR || t.N < 0 || t.N > NR {
		badSize("gemm tiles", "Count ≥ 0, K ≥ 0, 0 ≤ M ≤ 6, 0 ≤ N ≤ 16", t.Count, t.K, t.M, t.N)
	}
	if t.Count == 0 || t.M == 0 || t.N == 0 {
		return
	}
	if rows := (t.M-1)*t.CRow + t.N; t.CRow < 0 || !fits(len(t.C), t.Count, rows, t.CTile) {
		badSpan("gemm tiles", "C", len(t.C), t.Count, rows, t.CTile)
	}
	if t.K == 0 {
		for i := range t.Count {
			clearTile(t.C[i*t.CTile:], t.CRow, t.M, t.N, t.Accumulate)
		}
		return
	}
	if rows := (t.M-1)*t.ARow + (t.K-1)*t.ACol + 1; t.ARow < 0 || t.ACol < 0 || !fits(len(t.A), t.Count, rows, t.ATile) {
		badSpan("gemm tiles", "A", len(t.A), t.Count, rows, t.ATile)
	}
	if rows := (t.K-1)*t.BRow + t.N; t.BRow < 0 || !fits(len(t.B), t.Count, rows, t.BTile) {
		badSpan("gemm tiles", "B", len(t.B), t.Count, rows, t.BTile)
	}
	if t.prefetches() {
		if p, lines := t.Prefetch, PrefetchLines(t.K); !fits(len(p.Offsets), t.Count, lines, p.OffsetsTile) {
			badSpan("gemm tiles", "Offsets", len(p.Offsets), t.Count, lines, p.OffsetsTile)
		}
	}
	gemmTiles(t)
}

// prefetches reports whether there is something to prefetch.
func (t *Tiles) prefetches() bool {
	return t.Prefetch != nil && len(t.Prefetch.Next) > 0 && PrefetchLines(t.K) > 0
}

// tile is the operands of tile i.
func (t *Tiles) tile(i int) (a, b, c []float32) {
	return t.A[i*t.ATile:], t.B[i*t.BTile:], t.C[i*t.CTile:]
}

// clearTile is the empty product.
func clearTile(c []float32, ldc, m, n int, accumulate bool) {
	if accumulate {
		return
	}
	for i := range m {
		clear(c[i*ldc:][:n])
	}
}
