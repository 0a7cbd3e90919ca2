//go:build !purego

package asm

func wide() bool { return useAVX512 }

func gemmWide(k int, a, b, c []float32, ldc, m, n int, accumulate bool) {
	if !useAVX512 || m < 4 {
		gemmQuarters(k, a, b, c, ldc, m, n, accumulate)
		return
	}
	// The kernel with exactly m rows, and 32 columns if there are more than 16.
	pa, pb, pc, mask := &a[0], &b[0], &c[0], uint32(1<<n-1)
	if n <= NR {
		switch m {
		case 4:
			gemm4x16AVX512(k, pa, pb, pc, ldc, mask, accumulate)
		case 5:
			gemm5x16AVX512(k, pa, pb, pc, ldc, mask, accumulate)
		case 6:
			gemm6x16AVX512(k, pa, pb, pc, ldc, mask, accumulate)
		case 7:
			gemm7x16AVX512(k, pa, pb, pc, ldc, mask, accumulate)
		case 8:
			gemm8x16AVX512(k, pa, pb, pc, ldc, mask, accumulate)
		case 9:
			gemm9x16AVX512(k, pa, pb, pc, ldc, mask, accumulate)
		case 10:
			gemm10x16AVX512(k, pa, pb, pc, ldc, mask, accumulate)
		case 11:
			gemm11x16AVX512(k, pa, pb, pc, ldc, mask, accumulate)
		case 12:
			gemm12x16AVX512(k, pa, pb, pc, ldc, mask, accumulate)
		}
		return
	}
	switch m {
	case 4:
		gemm4x32AVX512(k, pa, pb, pc, ldc, mask, accumulate)
	case 5:
		gemm5x32AVX512(k, pa, pb, pc, ldc, mask, accumulate)
	case 6:
		gemm6x32AVX512(k, pa, pb, pc, ldc, mask, accumulate)
	case 7:
		gemm7x32AVX512(k, pa, pb, pc, ldc, mask, accumulate)
	case 8:
		gemm8x32AVX512(k, pa, pb, pc, ldc, mask, accumulate)
	case 9:
		gemm9x32AVX512(k, pa, pb, pc, ldc, mask, accumulate)
	case 10:
		gemm10x32AVX512(k, pa, pb, pc, ldc, mask, accumulate)
	case 11:
		gemm11x32AVX512(k, pa, pb, pc, ldc, mask, accumulate)
	case 12:
		gemm12x32AVX512(k, pa, pb, pc, ldc, mask, accumulate)
	}
}
