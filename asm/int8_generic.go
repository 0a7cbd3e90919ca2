package asm

// gemmInt8Generic is
//
//	for i := range m { for j := range n {
//		for p := range k { y[i*ldy+j] += scale[j]*scaleX[i] * x[i*ldx+p] * w[j*ldw+p] }
//	} }
//
// with the product of the scales applied to the sum.
func gemmInt8Generic(k int, x []int16, ldx int, scaleX []float32, w []int8, ldw int, scale, y []float32, ldy, m, n int, accumulate bool) {
	var tile [DotNR]float32
	for i := range m {
		for j := range n {
			s := float32(scale[j] * scaleX[i])
			tile[j] = float32(s * float32(dotInt8Generic(x[i*ldx:][:k], w[j*ldw:][:k])))
		}
		storeRow(y[i*ldy:][:n], tile[:n], accumulate)
	}
}

// dotInt8Generic is
//
//	for i := range x { s += x[i] * w[i] }
func dotInt8Generic(x []int16, w []int8) (s int32) {
	w = w[:len(x)]
	var s1, s2, s3 int32
	for len(x) >= 4 && len(w) >= 4 {
		s += int32(x[0]) * int32(w[0])
		s1 += int32(x[1]) * int32(w[1])
		s2 += int32(x[2]) * int32(w[2])
		s3 += int32(x[3]) * int32(w[3])
		x, w = x[4:], w[4:]
	}
	for i := range x {
		s += int32(x[i]) * int32(w[i])
	}
	return s + s1 + s2 + s3
}
