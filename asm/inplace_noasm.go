//go:build !amd64 || purego

package asm

func gemmInPlace(k int, a []float32, ars, acs int, b []float32, ldb int, c []float32, ldc, m, n int, accumulate bool) {
	gemmInPlaceEach(k, a, ars, acs, b, ldb, c, ldc, m, n, accumulate)
}
