//go:build !purego

package asm

func gemvT(y, a []float32, lda int, x []float32) {
	if !useNEON {
		gemvTGeneric(y, a, lda, x)
		return
	}
	for len(x) >= 4 {
		gemvT4NEON(y, &a[0], lda, &x[0])
		x = x[4:]
		if len(x) > 0 {
			a = a[4*lda:]
		}
	}
	for i, v := range x {
		axpyNEON(y, v, a[i*lda:][:len(y)])
	}
}
