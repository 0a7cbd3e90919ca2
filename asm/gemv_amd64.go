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

func gemvInt8(v *Int8Gemv) {
	done := 0
	if tiles := len(v.Y) / DotNR; useAVX2 && len(v.X) >= int8Lanes && tiles > 0 {
		gemvInt8x4AVX2(tiles, len(v.X), &v.X[0], &v.W[0], v.WRow, v.ScaleX, &v.Scale[0], &v.Y[0], v.Accumulate)
		done = tiles * DotNR
	}
	gemvInt8Tiles(v, done)
}
