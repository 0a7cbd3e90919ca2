package asm

import "math"

const (
	// Int8Terms is the most terms of a product with int8 weights: their sum cannot
	// overflow an int32.
	Int8Terms = 2048
	// int16Max is the largest x of such a product: Int8Terms·128·8191 < 2³¹.
	int16Max = 1<<13 - 1
	// leastMax is the least maximum that [RoundInt16] scales; if all numbers are
	// below it, all are 0. It keeps 8191/maximum finite.
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

// roundInt16 rounds by adding a number so large that its sum has no fraction bits.
func roundInt16(dst []int16, x []float32, scale float32) {
	const shift = 3 << 22
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = int16(math.Float32bits(float32(v*scale) + shift))
	}
}

// Int8Tile is a tile of a product of rows of X, rounded by [RoundInt16], with
// weights W of eight bits. Each row has a scale. Strides, from row to row, count
// numbers.
type Int8Tile struct {
	K, M, N    int
	X          []int16 // |X| ≤ 8191
	XRow       int
	ScaleX     []float32
	W          []int8
	WRow       int
	Scale      []float32 // of the rows of W
	Y          []float32
	YRow       int
	Accumulate bool // add to Y; else Y is not read
}

// GemmInt8 computes one tile, for i < M and j < N:
//
//	Y[i*YRow+j] (+)= Scale[j]·ScaleX[i] · Σ_p X[i*XRow+p] · W[j*WRow+p],  p = 0 … K−1
//
// The sum is exact, so that Y is the same on every path.
//
// Shape: 0 ≤ M ≤ DotMR, 0 ≤ N ≤ DotNR, 0 ≤ K ≤ Int8Terms. Panics if a slice is too
// short.
func GemmInt8(t *Int8Tile) {
	if t.K < 0 || t.K > Int8Terms || t.M < 0 || t.M > DotMR || t.N < 0 || t.N > DotNR {
		badSize("gemm int8", "0 ≤ K ≤ 2048, 0 ≤ M ≤ 3, 0 ≤ N ≤ 4", t.K, t.M, t.N)
	}
	if t.M == 0 || t.N == 0 {
		return
	}
	if !fits(len(t.Y), t.M, t.N, t.YRow) {
		badSpan("gemm int8", "Y", len(t.Y), t.M, t.N, t.YRow)
	}
	if t.K == 0 {
		clearTile(t.Y, t.YRow, t.M, t.N, t.Accumulate)
		return
	}
	if !fits(len(t.X), t.M, t.K, t.XRow) {
		badSpan("gemm int8", "X", len(t.X), t.M, t.K, t.XRow)
	}
	if !fits(len(t.W), t.N, t.K, t.WRow) {
		badSpan("gemm int8", "W", len(t.W), t.N, t.K, t.WRow)
	}
	if len(t.ScaleX) < t.M || len(t.Scale) < t.N {
		badSize("gemm int8", "ScaleX of M and Scale of N numbers", len(t.ScaleX), len(t.Scale))
	}
	gemmInt8(t)
}

// Int8Gemv is a product of rows of weights of eight bits with one vector, rounded by
// [RoundInt16].
type Int8Gemv struct {
	Y          []float32
	W          []int8
	WRow       int       // stride from row to row, in numbers
	Scale      []float32 // of the rows of W
	X          []int16   // |X| ≤ 8191
	ScaleX     float32
	Accumulate bool // add to Y; else Y is not read
}

// GemvInt8 computes Y[r] (+)= Scale[r]·ScaleX · Σ_p W[r*WRow+p] · X[p] for
// r < len(Y) = len(Scale), p < len(X) ≤ Int8Terms. The bits are those of [GemmInt8].
//
// Panics if W is too short or lengths differ.
func GemvInt8(v *Int8Gemv) {
	k := len(v.X)
	if k > Int8Terms {
		badSize("gemv int8", "at most 2048 terms", k)
	}
	same("gemv int8", len(v.Y), len(v.Scale))
	span("gemv int8", "W", len(v.W), len(v.Y), k, v.WRow)
	switch {
	case len(v.Y) == 0:
	case k > 0:
		gemvInt8(v)
	case !v.Accumulate:
		clear(v.Y)
	}
}

// gemvInt8Tiles is GemvInt8 by tiles, for r ≥ first and len(X) ≥ 1.
func gemvInt8Tiles(v *Int8Gemv, first int) {
	t := Int8Tile{K: len(v.X), M: 1, X: v.X, ScaleX: []float32{v.ScaleX}, WRow: v.WRow, Accumulate: v.Accumulate}
	for r := first; r < len(v.Y); r += DotNR {
		t.N, t.W, t.Scale, t.Y = min(DotNR, len(v.Y)-r), v.W[r*v.WRow:], v.Scale[r:], v.Y[r:]
		gemmInt8(&t)
	}
}
