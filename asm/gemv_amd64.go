//go:build !purego

package asm

// int8Lanes is how many terms gemvInt8x4AVX2 takes at a time, and the fewest it
// can.
const int8Lanes = 16

func gemv(y, a []float32, lda int, x []float32, accumulate, far bool) {
	if tiles := len(y) / DotNR; useAVX2 && tiles > 0 {
		if far {
			gemvFarAVX2(tiles, len(x), &x[0], &a[0], lda, &y[0], accumulate)
		} else {
			gemvNearAVX2(tiles, len(x), &x[0], &a[0], lda, &y[0], accumulate)
		}
		done := tiles * DotNR
		if y = y[done:]; len(y) == 0 {
			return
		}
		a = a[done*lda:]
	}
	gemvTiles(y, a, lda, x, accumulate)
}

func gemvInt8(y []float32, w []int8, ldw int, scale []float32, x []int16, scaleX float32, accumulate bool) {
	if tiles := len(y) / DotNR; useAVX2 && len(x) >= int8Lanes && tiles > 0 {
		gemvInt8x4AVX2(tiles, len(x), &x[0], &w[0], ldw, scaleX, &scale[0], &y[0], accumulate)
		done := tiles * DotNR
		if y = y[done:]; len(y) == 0 {
			return
		}
		w, scale = w[done*ldw:], scale[done:]
	}
	gemvInt8Tiles(y, w, ldw, scale, x, scaleX, accumulate)
}
