//go:build (!amd64 && !arm64) || purego

package asm

func adam(p, g, m, v []float32, c *Adam) {
	adamGeneric(p, g, m, v, c)
}

func sgd(p, g []float32, lr, decay float32) {
	sgdGeneric(p, g, lr, decay)
}

func sgdMomentum(p, g, buf []float32, c *sgdConsts) {
	sgdMomentumGeneric(p, g, buf, c)
}
