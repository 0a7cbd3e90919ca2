package asm

func rotateHalvesGeneric(dst, x, cos, sin []float32, sign float32) {
	n := len(cos)
	low, high := x[:n], x[n:][:n]
	dstLow, dstHigh, sin := dst[:n], dst[n:][:n], sin[:n]
	for i, c := range cos {
		a, b, s := low[i], high[i], sin[i]*sign
		dstLow[i], dstHigh[i] = float32(a*c)-float32(b*s), float32(b*c)+float32(a*s)
	}
}

func rotatePairsGeneric(dst, x, cos, sin []float32, sign float32) {
	sin = sin[:len(cos)]
	for i, c := range cos {
		a, b, s := x[2*i], x[2*i+1], sin[i]*sign
		dst[2*i], dst[2*i+1] = float32(a*c)-float32(b*s), float32(b*c)+float32(a*s)
	}
}
