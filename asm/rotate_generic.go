package asm

func rotateHalvesGeneric(dst, x, cos, sin []float32, back bool) {
	n := len(cos)
	low, high := x[:n], x[n:][:n]
	dstLow, dstHigh, sin := dst[:n], dst[n:][:n], sin[:n]
	for i, c := range cos {
		s := sin[i]
		if back {
			s = -s
		}
		a, b := low[i], high[i]
		dstLow[i], dstHigh[i] = float32(a*c)-float32(b*s), float32(b*c)+float32(a*s)
	}
}

func rotatePairsGeneric(dst, x, cos, sin []float32, back bool) {
	sin = sin[:len(cos)]
	for i, c := range cos {
		s := sin[i]
		if back {
			s = -s
		}
		a, b := x[2*i], x[2*i+1]
		dst[2*i], dst[2*i+1] = float32(a*c)-float32(b*s), float32(b*c)+float32(a*s)
	}
}
