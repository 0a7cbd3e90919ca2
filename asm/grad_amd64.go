//go:build !purego

package asm

func reluGrad(dst, g, x []float32) {
	if useAVX2 {
		reluGradAVX2(dst, g, x)
		return
	}
	reluGradGeneric(dst, g, x)
}

func leakyReLUGrad(dst, g, x []float32, slope float32) {
	if useAVX2 {
		leakyReLUGradAVX2(dst, g, x, slope)
		return
	}
	leakyReLUGradGeneric(dst, g, x, slope)
}

func tanhGrad(dst, g, y []float32) {
	if useAVX2 {
		tanhGradAVX2(dst, g, y)
		return
	}
	tanhGradGeneric(dst, g, y)
}

func sigmoidGrad(dst, g, y []float32) {
	if useAVX2 {
		sigmoidGradAVX2(dst, g, y)
		return
	}
	sigmoidGradGeneric(dst, g, y)
}

func geluGrad(dst, g, x []float32) {
	if useAVX2 {
		geluGradAVX2(dst, g, x)
		return
	}
	geluGradGeneric(dst, g, x)
}

func siluGrad(dst, g, x []float32) {
	if useAVX2 {
		siluGradAVX2(dst, g, x)
		return
	}
	siluGradGeneric(dst, g, x)
}
