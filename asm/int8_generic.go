package asm

// gemmInt8Generic is
//
//	for i := range m { for j := range n {
//		for p := range k { y[i*ldy+j] += scale[j] * x[i*ldx+p] * w[j*ldw+p] }
//	} }
//
// with the scale applied to the sum.
func gemmInt8Generic(k int, x []float32, ldx int, w []int8, ldw int, scale, y []float32, ldy, m, n int, accumulate bool) {
	var tile [DotNR]float32
	for i := range m {
		for j := range n {
			tile[j] = scale[j] * dotInt8Generic(x[i*ldx:][:k], w[j*ldw:][:k])
		}
		storeRow(y[i*ldy:][:n], tile[:n], accumulate)
	}
}

// dotInt8Generic is
//
//	for i := range x { s += x[i] * w[i] }
//
// in four interleaved parts, in float64 as sumGeneric.
func dotInt8Generic(x []float32, w []int8) float32 {
	var s0, s1, s2, s3 float64
	w = w[:len(x)]
	for len(x) >= 4 && len(w) >= 4 {
		s0 += float64(x[0]) * float64(w[0])
		s1 += float64(x[1]) * float64(w[1])
		s2 += float64(x[2]) * float64(w[2])
		s3 += float64(x[3]) * float64(w[3])
		x, w = x[4:], w[4:]
	}
	for i := range x {
		s0 += float64(x[i]) * float64(w[i])
	}
	return float32((s0 + s1) + (s2 + s3))
}
