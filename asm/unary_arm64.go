//go:build !purego

package asm

func neg(dst, x []float32) {
	if useNEON {
		negNEON(dst, x)
		return
	}
	negGeneric(dst, x)
}

func abs(dst, x []float32) {
	if useNEON {
		absNEON(dst, x)
		return
	}
	absGeneric(dst, x)
}

func sign(dst, x []float32) {
	if useNEON {
		signNEON(dst, x)
		return
	}
	signGeneric(dst, x)
}

func sqrt(dst, x []float32) {
	if useNEON {
		sqrtNEON(dst, x)
		return
	}
	sqrtGeneric(dst, x)
}

func rsqrt(dst, x []float32) {
	if useNEON {
		rsqrtNEON(dst, x)
		return
	}
	rsqrtGeneric(dst, x)
}

func relu(dst, x []float32) {
	if useNEON {
		reluNEON(dst, x)
		return
	}
	reluGeneric(dst, x)
}

func leakyReLU(dst, x []float32, slope float32) {
	if useNEON {
		leakyReLUNEON(dst, x, slope)
		return
	}
	leakyReLUGeneric(dst, x, slope)
}

func clamp(dst, x []float32, lo, hi float32) {
	if useNEON {
		clampNEON(dst, x, lo, hi)
		return
	}
	clampGeneric(dst, x, lo, hi)
}

func addScalar(dst, x []float32, s float32) {
	if useNEON {
		addScalarNEON(dst, x, s)
		return
	}
	addScalarGeneric(dst, x, s)
}

func mulScalar(dst, x []float32, s float32) {
	if useNEON {
		mulScalarNEON(dst, x, s)
		return
	}
	mulScalarGeneric(dst, x, s)
}

func rsubScalar(dst, x []float32, s float32) {
	if useNEON {
		rsubScalarNEON(dst, x, s)
		return
	}
	rsubScalarGeneric(dst, x, s)
}

func rdivScalar(dst, x []float32, s float32) {
	if useNEON {
		rdivScalarNEON(dst, x, s)
		return
	}
	rdivScalarGeneric(dst, x, s)
}

// negNEON is negGeneric.
//
//go:noescape
func negNEON(dst, x []float32)

// absNEON is absGeneric.
//
//go:noescape
func absNEON(dst, x []float32)

// signNEON is signGeneric.
//
//go:noescape
func signNEON(dst, x []float32)

// sqrtNEON is sqrtGeneric.
//
//go:noescape
func sqrtNEON(dst, x []float32)

// rsqrtNEON is rsqrtGeneric.
//
//go:noescape
func rsqrtNEON(dst, x []float32)

// reluNEON is reluGeneric.
//
//go:noescape
func reluNEON(dst, x []float32)

// leakyReLUNEON is leakyReLUGeneric.
//
//go:noescape
func leakyReLUNEON(dst, x []float32, slope float32)

// clampNEON is clampGeneric.
//
//go:noescape
func clampNEON(dst, x []float32, lo, hi float32)

// addScalarNEON is addScalarGeneric.
//
//go:noescape
func addScalarNEON(dst, x []float32, s float32)

// mulScalarNEON is mulScalarGeneric.
//
//go:noescape
func mulScalarNEON(dst, x []float32, s float32)

// rsubScalarNEON is rsubScalarGeneric.
//
//go:noescape
func rsubScalarNEON(dst, x []float32, s float32)

// rdivScalarNEON is rdivScalarGeneric.
//
//go:noescape
func rdivScalarNEON(dst, x []float32, s float32)
