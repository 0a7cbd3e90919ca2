//go:build !purego

package asm

func exp(dst, x []float32) {
	if useNEON {
		expNEON(dst, x)
		return
	}
	expGeneric(dst, x)
}

func log(dst, x []float32) {
	if useNEON {
		logNEON(dst, x)
		return
	}
	logGeneric(dst, x)
}

func tanh(dst, x []float32) {
	if useNEON {
		tanhNEON(dst, x)
		return
	}
	tanhGeneric(dst, x)
}

func sigmoid(dst, x []float32) {
	if useNEON {
		sigmoidNEON(dst, x)
		return
	}
	sigmoidGeneric(dst, x)
}

func erf(dst, x []float32) {
	if useNEON {
		erfNEON(dst, x)
		return
	}
	erfGeneric(dst, x)
}

func softplus(dst, x []float32) {
	if useNEON {
		softplusNEON(dst, x)
		return
	}
	softplusGeneric(dst, x)
}

func gelu(dst, x []float32) {
	if useNEON {
		geluNEON(dst, x)
		return
	}
	geluGeneric(dst, x)
}

func silu(dst, x []float32) {
	if useNEON {
		siluNEON(dst, x)
		return
	}
	siluGeneric(dst, x)
}

func sumExp(dst, x []float32, max float32) float32 {
	if !useNEON {
		return sumExpGeneric(dst, x, max)
	}
	return sumExpNEON(dst, x, max)
}

// expNEON is expGeneric.
//
//go:noescape
func expNEON(dst, x []float32)

// logNEON is logGeneric.
//
//go:noescape
func logNEON(dst, x []float32)

// tanhNEON is tanhGeneric.
//
//go:noescape
func tanhNEON(dst, x []float32)

// sigmoidNEON is sigmoidGeneric.
//
//go:noescape
func sigmoidNEON(dst, x []float32)

// erfNEON is erfGeneric.
//
//go:noescape
func erfNEON(dst, x []float32)

// softplusNEON is softplusGeneric.
//
//go:noescape
func softplusNEON(dst, x []float32)

// geluNEON is geluGeneric.
//
//go:noescape
func geluNEON(dst, x []float32)

// siluNEON is siluGeneric.
//
//go:noescape
func siluNEON(dst, x []float32)

// sumExpNEON is sumExpGeneric.
//
//go:noescape
func sumExpNEON(dst, x []float32, max float32) float32
