package asm

import "math"

const (
	// Int8Terms is the most terms of a product with int8 weights: the sum of as
	// many cannot leave the range of int32.
	Int8Terms = 2048
	// int16Max is the largest x of such a product: Int8Terms·128·8191 < 2³¹.
	int16Max = 1<<13 - 1
	// leastMax is the least maximum of numbers that [RoundInt16] scales. Numbers
	// all below it are 0.
	leastMax = 0x1p-100
)

// RoundInt16 rounds numbers to integers and gives their scale:
//
//	scale = max |x| / 8191,  dst[i] = x[i] / scale, ties to even
//
// so that x[i] ≈ scale·dst[i], off by max |x| / 16382 at the most. The scale is
// NaN, and dst is 0, if a number is not finite; both are 0 if all numbers are
// below 2⁻¹⁰⁰.
//
// Panics if lengths differ.
func RoundInt16(dst []int16, x []float32) (scale float32) {
	same("round int16", len(dst), len(x))
	largest := max(Max(x), -Min(x))
	if !(largest >= leastMax && largest <= math.MaxFloat32) {
		clear(dst)
		if largest != largest || largest > math.MaxFloat32 {
			return float32(math.NaN())
		}
		return 0
	}
	roundInt16(dst, x, int16Max/largest)
	return largest / int16Max
}

// roundInt16 rounds by adding a number so large that no bits are left behind
// the point.
func roundInt16(dst []int16, x []float32, scale float32) {
	const shift = 3 << 22
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = int16(math.Float32bits(float32(v*scale) + shift))
	}
}

// GemmInt8 computes one tile of a product with weights of eight bits, each row
// of which has a scale, and rows of x rounded by [RoundInt16], for i < m and
// j < n:
//
//	y[i*ldy+j] (+)= scale[j]·scaleX[i] · Σ_p x[i*ldx+p] · w[j*ldw+p],  p = 0 … k−1
//
// It adds to y if accumulate is set, else it does not read y. The sum is exact,
// so that y is the same on every path.
//
// Shape: 0 ≤ m ≤ DotMR, 0 ≤ n ≤ DotNR, 0 ≤ k ≤ Int8Terms. Units: |x| ≤ 8191.
// Panics if a slice is too short.
func GemmInt8(k int, x []int16, ldx int, scaleX []float32, w []int8, ldw int, scale, y []float32, ldy, m, n int, accumulate bool) {
	if k < 0 || k > Int8Terms || m < 0 || m > DotMR || n < 0 || n > DotNR {
		badSize("gemm int8", "0 ≤ k ≤ 2048, 0 ≤ m ≤ 3, 0 ≤ n ≤ 4", k, m, n)
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
	gemmInt8(k, x, ldx, scaleX[:m], w, ldw, scale[:n], y, ldy, m, n, accumulate)
}

// GemvInt8 computes y[r] (+)= scale[r]·scaleX · Σ_p w[r*ldw+p] · x[p] for
// r < len(y) = len(scale), p < len(x) ≤ Int8Terms. It adds to y if accumulate is
// set, else it does not read y. The bits are those of [GemmInt8].
//
// Panics if w is too short or lengths differ.
func GemvInt8(y []float32, w []int8, ldw int, scale []float32, x []int16, scaleX float32, accumulate bool) {
	k := len(x)
	if k > Int8Terms {
		badSize("gemv int8", "at most 2048 terms", k)
	}
	same("gemv int8", len(y), len(scale))
	span("gemv int8", "w", len(w), len(y), k, ldw)
	switch {
	case len(y) == 0:
	case k > 0:
		gemvInt8(y, w, ldw, scale, x, scaleX, accumulate)
	case !accumulate:
		clear(y)
	}
}

// gemvInt8Tiles is GemvInt8 by tiles, for len(x) ≥ 1.
func gemvInt8Tiles(y []float32, w []int8, ldw int, scale []float32, x []int16, scaleX float32, accumulate bool) {
	for r := 0; r < len(y); r += DotNR {
		gemmInt8(len(x), x, 0, []float32{scaleX}, w[r*ldw:], ldw, scale[r:], y[r:], 0, 1, min(DotNR, len(y)-r), accumulate)
	}
}
