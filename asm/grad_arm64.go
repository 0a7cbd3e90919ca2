//go:build !purego

package asm

func reluGrad(dst, g, x []float32) {
	if useNEON {
		reluGradNEON(dst, g, x)
		return
	}
	reluGradGeneric(dst, g, x)
}

func leakyReLUGrad(dst, g, x []float32, slope float32) {
	if useNEON {
		leakyReLUGradNEON(dst, g, x, slope)
		return
	}
	leakyReLUGradGeneric(dst, g, x, slope)
}

func tanhGrad(dst, g, y []float32) {
	if useNEON {
		tanhGradNEON(dst, g, y)
		return
	}
	tanhGradGeneric(dst, g, y)
}

func sigmoidGrad(dst, g, y []float32) {
	if useNEON {
		sigmoidGradNEON(dst, g, y)
		return
	}
	sigmoidGradGeneric(dst, g, y)
}

func geluGrad(dst, g, x []float32) {
	if useNEON {
		geluGradNEON(dst, g, x)
		return
	}
	geluGradGeneric(dst, g, x)
}

func siluGrad(dst, g, x []float32) {
	if useNEON {
		siluGradNEON(dst, g, x)
		return
	}
	siluGradGeneric(dst, g, x)
}

// reluGradNEON is reluGradGeneric.
//
//go:noescape
func reluGradNEON(dst, g, x []float32)

// leakyReLUGradNEON is leakyReLUGradGeneric.
//
//go:noescape
func leakyReLUGradNEON(dst, g, x []float32, slope float32)

// tanhGradNEON is tanhGradGeneric.
//
//go:noescape
func tanhGradNEON(dst, g, y []float32)

// sigmoidGradNEON is sigmoidGradGeneric.
//
//go:noescape
func sigmoidGradNEON(dst, g, y []float32)

// geluGradNEON is geluGradGeneric.
//
//go:noescape
func geluGradNEON(dst, g, x []float32)

// siluGradNEON is siluGradGeneric.
//
//go:noescape
func siluGradNEON(dst, g, x []float32)
