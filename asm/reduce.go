package asm

// Sums have one order for each path and length. Different paths add in different
// orders, so they agree to ε·Σ|terms|, not in every bit. Long sums add blocks in
// float64, which limits the error to that of one block.

// sumBlock is the most numbers summed in float32. With 64 partial sums, as on AVX2,
// the error of a block is about 32·2⁻²⁴·Σ|x|.
const sumBlock = 2048

// Sum returns Σ x[i]; 0 if x is empty.
func Sum(x []float32) float32 {
	var s float64
	for len(x) > sumBlock {
		s += float64(sum(x[:sumBlock]))
		x = x[sumBlock:]
	}
	return float32(s + float64(sum(x)))
}

// SumSquares returns Σ x[i]².
func SumSquares(x []float32) float32 { return Dot(x, x) }

// SumSquaredDeviations returns Σ (x[i] − mean)².
func SumSquaredDeviations(x []float32, mean float32) float32 {
	var s float64
	for len(x) > sumBlock {
		s += float64(sumDev(x[:sumBlock], mean))
		x = x[sumBlock:]
	}
	return float32(s + float64(sumDev(x, mean)))
}

// Dot returns Σ a[i]·b[i]. Panics if lengths differ.
func Dot(a, b []float32) float32 {
	same("dot", len(a), len(b))
	var s float64
	for len(a) > sumBlock {
		s += float64(dot(a[:sumBlock], b[:sumBlock]))
		a, b = a[sumBlock:], b[sumBlock:]
	}
	return float32(s + float64(dot(a, b)))
}

// Max returns the largest x[i], NaN if any is NaN, −Inf if x is empty. The sign
// of a zero is unspecified.
func Max(x []float32) float32 { return maxOf(x) }

// Min returns the smallest x[i], NaN if any is NaN, +Inf if x is empty. The
// sign of a zero is unspecified.
func Min(x []float32) float32 { return minOf(x) }

// Gemv computes y[i] (+)= Σ_j a[i*lda+j] · x[j] for i < m = len(y), j < len(x).
// It adds to y if accumulate is set, else it does not read y. It reads a row by
// row. Set far if a is larger than the last-level cache: the kernel then asks for it
// earlier, or tries to keep it out of that cache. The bits are the same.
//
// Panics if a is too short.
func Gemv(y, a []float32, lda int, x []float32, accumulate, far bool) {
	k := len(x)
	span("gemv", "a", len(a), len(y), k, lda)
	if k == 0 {
		if !accumulate {
			clear(y)
		}
		return
	}
	if len(y) > 0 {
		gemv(y, a, lda, x, accumulate, far)
	}
}

// gemvTiles is Gemv by tiles of dot products, for len(x) and len(y) ≥ 1.
func gemvTiles(y, a []float32, lda int, x []float32, accumulate bool) {
	t := DotTile{K: len(x), M: 1, A: x, BRow: lda, Accumulate: accumulate}
	for i := 0; i < len(y); i += DotNR {
		t.N, t.B, t.C = min(DotNR, len(y)-i), a[i*lda:], y[i:]
		gemmDot(&t)
	}
}

// GemvT computes y[j] += Σ_i x[i] · a[i*lda+j] for i < len(x), j < len(y), row
// by row of a, in order of i.
//
// Panics if a is too short.
func GemvT(y, a []float32, lda int, x []float32) {
	span("gemvT", "a", len(a), len(x), len(y), lda)
	if len(x) > 0 && len(y) > 0 {
		gemvT(y, a, lda, x)
	}
}
