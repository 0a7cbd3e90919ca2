//go:build !purego

package asm

func sum(x []float32) float32 {
	if useNEON {
		return sumNEON(x)
	}
	return sumGeneric(x)
}

func sumDev(x []float32, mean float32) float32 {
	if useNEON {
		return sumDevNEON(x, mean)
	}
	return sumDevGeneric(x, mean)
}

func dot(a, b []float32) float32 {
	if useNEON {
		return dotNEON(a, b)
	}
	return dotGeneric(a, b)
}

func maxOf(x []float32) float32 {
	if useNEON && len(x) > 0 {
		return maxOfNEON(x)
	}
	return maxOfGeneric(x)
}

func minOf(x []float32) float32 {
	if useNEON && len(x) > 0 {
		return minOfNEON(x)
	}
	return minOfGeneric(x)
}

func gemv(y, a []float32, lda int, x []float32, accumulate, _ bool) {
	gemvTiles(y, a, lda, x, accumulate)
}

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

// sumNEON is sumGeneric, in another order.
//
//go:noescape
func sumNEON(x []float32) float32

// sumDevNEON is sumDevGeneric, in another order.
//
//go:noescape
func sumDevNEON(x []float32, mean float32) float32

// dotNEON is dotGeneric, in another order.
//
//go:noescape
func dotNEON(a, b []float32) float32

// maxOfNEON is maxOfGeneric for len(x) ≥ 1.
//
//go:noescape
func maxOfNEON(x []float32) float32

// minOfNEON is minOfGeneric for len(x) ≥ 1.
//
//go:noescape
func minOfNEON(x []float32) float32

// gemvT4NEON is gemvTGeneric with len(x) = 4.
//
//go:noescape
func gemvT4NEON(y []float32, a *float32, lda int, x *float32)
