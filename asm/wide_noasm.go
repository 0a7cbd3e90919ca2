//go:build !amd64 || purego

package asm

func wide() bool { return false }

func gemmWide(k int, a, b, c []float32, ldc, m, n int, accumulate bool) {
	gemmQuarters(k, a, b, c, ldc, m, n, accumulate)
}
