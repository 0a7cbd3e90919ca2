//go:build !purego

package asm

func sum(x []float32) float32 {
	if useAVX2 {
		return sumAVX2(x)
	}
	return sumGeneric(x)
}

func sumDev(x []float32, mean float32) float32 {
	if useAVX2 {
		return sumDevAVX2(x, mean)
	}
	return sumDevGeneric(x, mean)
}

func dot(a, b []float32) float32 {
	if useAVX2 {
		return dotAVX2(a, b)
	}
	return dotGeneric(a, b)
}

func maxOf(x []float32) float32 {
	if useAVX2 {
		return maxOfAVX2(x)
	}
	return maxOfGeneric(x)
}

func minOf(x []float32) float32 {
	if useAVX2 {
		return minOfAVX2(x)
	}
	return minOfGeneric(x)
}

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

func gemvT(y, a []float32, lda int, x []float32) {
	if useAVX2 {
		gemvTAVX2(y, a, lda, x)
		return
	}
	gemvTGeneric(y, a, lda, x)
}
