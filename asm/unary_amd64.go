//go:build !purego

package asm

func neg(dst, x []float32) {
	if useAVX2 {
		negAVX2(dst, x)
		return
	}
	negGeneric(dst, x)
}

func abs(dst, x []float32) {
	if useAVX2 {
		absAVX2(dst, x)
		return
	}
	absGeneric(dst, x)
}

func sign(dst, x []float32) {
	if useAVX2 {
		signAVX2(dst, x)
		return
	}
	signGeneric(dst, x)
}

func sqrt(dst, x []float32) {
	if useAVX2 {
		sqrtAVX2(dst, x)
		return
	}
	sqrtGeneric(dst, x)
}

func rsqrt(dst, x []float32) {
	if useAVX2 {
		rsqrtAVX2(dst, x)
		return
	}
	rsqrtGeneric(dst, x)
}

func relu(dst, x []float32) {
	if useAVX2 {
		reluAVX2(dst, x)
		return
	}
	reluGeneric(dst, x)
}

func leakyReLU(dst, x []float32, slope float32) {
	if useAVX2 {
		leakyReLUAVX2(dst, x, slope)
		return
	}
	leakyReLUGeneric(dst, x, slope)
}

func clamp(dst, x []float32, lo, hi float32) {
	if useAVX2 {
		clampAVX2(dst, x, lo, hi)
		return
	}
	clampGeneric(dst, x, lo, hi)
}

func addScalar(dst, x []float32, s float32) {
	if useAVX2 {
		addScalarAVX2(dst, x, s)
		return
	}
	addScalarGeneric(dst, x, s)
}

func mulScalar(dst, x []float32, s float32) {
	if useAVX2 {
		mulScalarAVX2(dst, x, s)
		return
	}
	mulScalarGeneric(dst, x, s)
}

func rsubScalar(dst, x []float32, s float32) {
	if useAVX2 {
		rsubScalarAVX2(dst, x, s)
		return
	}
	rsubScalarGeneric(dst, x, s)
}

func rdivScalar(dst, x []float32, s float32) {
	if useAVX2 {
		rdivScalarAVX2(dst, x, s)
		return
	}
	rdivScalarGeneric(dst, x, s)
}
