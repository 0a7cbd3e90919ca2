//go:build (!amd64 && !arm64) || purego

package asm

func reluGrad(dst, g, x []float32) {
	reluGradGeneric(dst, g, x)
}

func leakyReLUGrad(dst, g, x []float32, slope float32) {
	leakyReLUGradGeneric(dst, g, x, slope)
}

func tanhGrad(dst, g, y []float32) {
	tanhGradGeneric(dst, g, y)
}

func sigmoidGrad(dst, g, y []float32) {
	sigmoidGradGeneric(dst, g, y)
}

func geluGrad(dst, g, x []float32) {
	geluGradGeneric(dst, g, x)
}

func siluGrad(dst, g, x []float32) {
	siluGradGeneric(dst, g, x)
}
