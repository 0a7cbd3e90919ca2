package asm

// GemmInt8 computes one tile of a product with weights of eight bits, each row
// of which has a scale, for i < m and j < n:
//
//	y[i*ldy+j] (+)= scale[j] · Σ_p x[i*ldx+p] · w[j*ldw+p],  p = 0 … k−1
//
// It adds to y if accumulate is set, else it does not read y. The weights are
// widened in registers: memory gives a byte for each multiplication.
//
// Shape: 0 ≤ m ≤ DotMR, 0 ≤ n ≤ DotNR, k ≥ 0. Panics if a slice is too short.
func GemmInt8(k int, x []float32, ldx int, w []int8, ldw int, scale, y []float32, ldy, m, n int, accumulate bool) {
	if k < 0 || m < 0 || m > DotMR || n < 0 || n > DotNR {
		badSize("gemm int8", "k ≥ 0, 0 ≤ m ≤ 3, 0 ≤ n ≤ 4", k, m, n)
	}
	if m == 0 || n == 0 {
		return
	}
	if !fits(len(y), m, n, ldy) {
		badSpan("gemm int8", "y", len(y), m, n, ldy)
	}
	if k == 0 {
		clearTile(y, ldy, m, n, accumulate)
		return
	}
	if !fits(len(x), m, k, ldx) {
		badSpan("gemm int8", "x", len(x), m, k, ldx)
	}
	if !fits(len(w), n, k, ldw) {
		badSpan("gemm int8", "w", len(w), n, k, ldw)
	}
	gemmInt8(k, x, ldx, w, ldw, scale[:n], y, ldy, m, n, accumulate)
}

// GemvInt8 computes y[r] (+)= scale[r] · Σ_k w[r*ldw+k] · x[k] for
// r < len(y) = len(scale), k < len(x). It adds to y if accumulate is set, else
// it does not read y.
//
// Panics if w is too short or lengths differ.
func GemvInt8(y []float32, w []int8, ldw int, scale, x []float32, accumulate bool) {
	k := len(x)
	same("gemv int8", len(y), len(scale))
	span("gemv int8", "w", len(w), len(y), k, ldw)
	if k == 0 && !accumulate {
		clear(y)
	}
	if len(y) == 0 {
		return
	}
	for p := 0; p < k; p += sumBlock {
		gemvInt8(y, w[p:], ldw, scale, x[p:min(k, p+sumBlock)], accumulate || p > 0)
	}
}

// gemvInt8Tiles is GemvInt8 by tiles, for len(x) ≥ 1.
func gemvInt8Tiles(y []float32, w []int8, ldw int, scale, x []float32, accumulate bool) {
	for r := 0; r < len(y); r += DotNR {
		gemmInt8(len(x), x, 0, w[r*ldw:], ldw, scale[r:], y[r:], 0, 1, min(DotNR, len(y)-r), accumulate)
	}
}
