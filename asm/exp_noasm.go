//go:build (!amd64 && !arm64) || purego

package asm

func exp(dst, x []float32) {
	expGeneric(dst, x)
}

func log(dst, x []float32) {
	logGeneric(dst, x)
}

func tanh(dst, x []float32) {
	tanhGeneric(dst, x)
}

func sigmoid(dst, x []float32) {
	sigmoidGeneric(dst, x)
}

func erf(dst, x []float32) {
	erfGeneric(dst, x)
}

func softplus(dst, x []float32) {
	softplusGeneric(dst, x)
}

func gelu(dst, x []float32) {
	geluGeneric(dst, x)
}

func silu(dst, x []float32) {
	siluGeneric(dst, x)
}

func sumExp(dst, x []float32, max float32) float32 {
	return sumExpGeneric(dst, x, max)
}
