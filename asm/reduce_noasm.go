//go:build (!amd64 && !arm64) || purego

package asm

func sum(x []float32) float32 {
	return sumGeneric(x)
}

func sumDev(x []float32, mean float32) float32 {
	return sumDevGeneric(x, mean)
}

func dot(a, b []float32) float32 {
	return dotGeneric(a, b)
}

func maxOf(x []float32) float32 {
	return maxOfGeneric(x)
}

func minOf(x []float32) float32 {
	return minOfGeneric(x)
}

func gemv(y, a []float32, lda int, x []float32, accumulate, _ bool) {
	gemvTiles(y, a, lda, x, accumulate)
}

func gemvT(y, a []float32, lda int, x []float32) {
	gemvTGeneric(y, a, lda, x)
}
