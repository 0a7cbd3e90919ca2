//go:build !purego

package asm

func exp(dst, x []float32) {
	if useAVX2 {
		expAVX2(dst, x)
		return
	}
	expGeneric(dst, x)
}

func log(dst, x []float32) {
	if useAVX2 {
		logAVX2(dst, x)
		return
	}
	logGeneric(dst, x)
}

func tanh(dst, x []float32) {
	if useAVX2 {
		tanhAVX2(dst, x)
		return
	}
	tanhGeneric(dst, x)
}

func sigmoid(dst, x []float32) {
	if useAVX2 {
		sigmoidAVX2(dst, x)
		return
	}
	sigmoidGeneric(dst, x)
}

func erf(dst, x []float32) {
	if useAVX2 {
		erfAVX2(dst, x)
		return
	}
	erfGeneric(dst, x)
}

func softplus(dst, x []float32) {
	if useAVX2 {
		softplusAVX2(dst, x)
		return
	}
	softplusGeneric(dst, x)
}

func gelu(dst, x []float32) {
	if useAVX2 {
		geluAVX2(dst, x)
		return
	}
	geluGeneric(dst, x)
}

func silu(dst, x []float32) {
	if useAVX2 {
		siluAVX2(dst, x)
		return
	}
	siluGeneric(dst, x)
}

func sumExp(dst, x []float32, max float32) float32 {
	if useAVX2 {
		return sumExpAVX2(dst, x, max)
	}
	return sumExpGeneric(dst, x, max)
}
