package asm

// gemmInt8Generic is
//
//	for i := range M { for j := range N {
//		for p := range K { Y[i*YRow+j] += Scale[j]*ScaleX[i] * X[i*XRow+p] * W[j*WRow+p] }
//	} }
//
// with the product of the scales applied to the sum.
func gemmInt8Generic(t *Int8Tile) {
	var tile [DotNR]float32
	for i := range t.M {
		for j := range t.N {
			s := float32(t.Scale[j] * t.ScaleX[i])
			tile[j] = float32(s * float32(dotInt8Generic(t.X[i*t.XRow:][:t.K], t.W[j*t.WRow:][:t.K])))
		}
		storeRow(t.Y[i*t.YRow:][:t.N], tile[:t.N], t.Accumulate)
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
