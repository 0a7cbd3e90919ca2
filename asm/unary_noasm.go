//go:build (!amd64 && !arm64) || purego

package asm

func neg(dst, x []float32) {
	negGeneric(dst, x)
}

func abs(dst, x []float32) {
	absGeneric(dst, x)
}

func sign(dst, x []float32) {
	signGeneric(dst, x)
}

func sqrt(dst, x []float32) {
	sqrtGeneric(dst, x)
}

func rsqrt(dst, x []float32) {
	rsqrtGeneric(dst, x)
}

func relu(dst, x []float32) {
	reluGeneric(dst, x)
}

func leakyReLU(dst, x []float32, slope float32) {
	leakyReLUGeneric(dst, x, slope)
}

func clamp(dst, x []float32, lo, hi float32) {
	clampGeneric(dst, x, lo, hi)
}

func addScalar(dst, x []float32, s float32) {
	addScalarGeneric(dst, x, s)
}

func mulScalar(dst, x []float32, s float32) {
	mulScalarGeneric(dst, x, s)
}

func rsubScalar(dst, x []float32, s float32) {
	rsubScalarGeneric(dst, x, s)
}

func rdivScalar(dst, x []float32, s float32) {
	rdivScalarGeneric(dst, x, s)
}
