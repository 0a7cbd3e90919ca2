package asm

import "math"

// sumGeneric is
//
//	for _, v := range x { s += v }
//
// in four interleaved parts, which is faster, and in float64: four parts of a
// block are longer than the vector paths' 32 and would lose more.
func sumGeneric(x []float32) float32 {
	var s0, s1, s2, s3 float64
	for ; len(x) >= 4; x = x[4:] {
		s0 += float64(x[0])
		s1 += float64(x[1])
		s2 += float64(x[2])
		s3 += float64(x[3])
	}
	for _, v := range x {
		s0 += float64(v)
	}
	return float32((s0 + s1) + (s2 + s3))
}

// sumDevGeneric is
//
//	for _, v := range x { s += (v - mean) * (v - mean) }
func sumDevGeneric(x []float32, mean float32) float32 {
	var s0, s1, s2, s3, m float64
	m = float64(mean)
	for ; len(x) >= 4; x = x[4:] {
		d0, d1, d2, d3 := float64(x[0])-m, float64(x[1])-m, float64(x[2])-m, float64(x[3])-m
		s0 += d0 * d0
		s1 += d1 * d1
		s2 += d2 * d2
		s3 += d3 * d3
	}
	for _, v := range x {
		s0 += (float64(v) - m) * (float64(v) - m)
	}
	return float32((s0 + s1) + (s2 + s3))
}

// dotGeneric is
//
//	for i := range a { s += a[i] * b[i] }
//
// in four interleaved parts, in float64 as sumGeneric.
func dotGeneric(a, b []float32) float32 {
	var s0, s1, s2, s3 float64
	b = b[:len(a)]
	for len(a) >= 4 && len(b) >= 4 {
		s0 += float64(a[0]) * float64(b[0])
		s1 += float64(a[1]) * float64(b[1])
		s2 += float64(a[2]) * float64(b[2])
		s3 += float64(a[3]) * float64(b[3])
		a, b = a[4:], b[4:]
	}
	for i := range a {
		s0 += float64(a[i]) * float64(b[i])
	}
	return float32((s0 + s1) + (s2 + s3))
}

func maxOfGeneric(x []float32) float32 {
	m := float32(math.Inf(-1))
	for _, v := range x {
		m = max(m, v)
	}
	return m
}

func minOfGeneric(x []float32) float32 {
	m := float32(math.Inf(1))
	for _, v := range x {
		m = min(m, v)
	}
	return m
}

// gemvTGeneric is
//
//	for i := range x { for j := range y { y[j] += x[i] * a[i*lda+j] } }
func gemvTGeneric(y, a []float32, lda int, x []float32) {
	for i, v := range x {
		row := a[i*lda:][:len(y)]
		for j := range y {
			y[j] += v * row[j]
		}
	}
}
