//go:build !purego

package asm

func gemmInPlace(k int, a []float32, ars, acs int, b []float32, ldb int, c []float32, ldc, m, n int, accumulate bool) {
	if !useAVX512 || m < 4 {
		gemmInPlaceEach(k, a, ars, acs, b, ldb, c, ldc, m, n, accumulate)
		return
	}
	// The kernel with exactly m rows.
	pa, pb, pc := &a[0], &b[0], &c[0]
	if n == NR {
		switch m {
		case 4:
			gemm4x16InPlaceAVX512(k, pa, ars, acs, pb, ldb, pc, ldc, accumulate)
		case 5:
			gemm5x16InPlaceAVX512(k, pa, ars, acs, pb, ldb, pc, ldc, accumulate)
		case 6:
			gemm6x16InPlaceAVX512(k, pa, ars, acs, pb, ldb, pc, ldc, accumulate)
		case 7:
			gemm7x16InPlaceAVX512(k, pa, ars, acs, pb, ldb, pc, ldc, accumulate)
		case 8:
			gemm8x16InPlaceAVX512(k, pa, ars, acs, pb, ldb, pc, ldc, accumulate)
		case 9:
			gemm9x16InPlaceAVX512(k, pa, ars, acs, pb, ldb, pc, ldc, accumulate)
		case 10:
			gemm10x16InPlaceAVX512(k, pa, ars, acs, pb, ldb, pc, ldc, accumulate)
		case 11:
			gemm11x16InPlaceAVX512(k, pa, ars, acs, pb, ldb, pc, ldc, accumulate)
		case 12:
			gemm12x16InPlaceAVX512(k, pa, ars, acs, pb, ldb, pc, ldc, accumulate)
		}
		return
	}
	switch m {
	case 4:
		gemm4x32InPlaceAVX512(k, pa, ars, acs, pb, ldb, pc, ldc, accumulate)
	case 5:
		gemm5x32InPlaceAVX512(k, pa, ars, acs, pb, ldb, pc, ldc, accumulate)
	case 6:
		gemm6x32InPlaceAVX512(k, pa, ars, acs, pb, ldb, pc, ldc, accumulate)
	case 7:
		gemm7x32InPlaceAVX512(k, pa, ars, acs, pb, ldb, pc, ldc, accumulate)
	case 8:
		gemm8x32InPlaceAVX512(k, pa, ars, acs, pb, ldb, pc, ldc, accumulate)
	case 9:
		gemm9x32InPlaceAVX512(k, pa, ars, acs, pb, ldb, pc, ldc, accumulate)
	case 10:
		gemm10x32InPlaceAVX512(k, pa, ars, acs, pb, ldb, pc, ldc, accumulate)
	case 11:
		gemm11x32InPlaceAVX512(k, pa, ars, acs, pb, ldb, pc, ldc, accumulate)
	case 12:
		gemm12x32InPlaceAVX512(k, pa, ars, acs, pb, ldb, pc, ldc, accumulate)
	}
}
