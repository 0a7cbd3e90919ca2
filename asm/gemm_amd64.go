//go:build !purego

package asm

func gemm(k int, a []float32, ars, acs int, b []float32, ldb int, c []float32, ldc, m, n int, accumulate bool) {
	switch {
	case !useAVX2:
		gemmGeneric(k, a, ars, acs, b, ldb, c, ldc, m, n, accumulate)
	case n <= 8:
		gemmMask8(k, &a[0], ars, acs, &b[0], ldb, &c[0], ldc, m, n, accumulate)
	case n < NR:
		gemmMask16(k, &a[0], ars, acs, &b[0], ldb, &c[0], ldc, m, n, accumulate)
	default:
		gemmFull(1, k, &a[0], 0, ars, acs, &b[0], 0, ldb, &c[0], 0, ldc, m, accumulate)
	}
}

func gemmTiles(tiles, k int, a []float32, as, ars, acs int, b []float32, bs, ldb int, c []float32, cs, ldc, m int, accumulate bool) {
	if !useAVX2 {
		gemmEach(tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, m, accumulate)
		return
	}
	gemmFull(tiles, k, &a[0], as, ars, acs, &b[0], bs, ldb, &c[0], cs, ldc, m, accumulate)
}

func gemmTilesAhead(tiles, k int, a []float32, as, ars, acs int, b []float32, bs, ldb int, c []float32, cs, ldc, m int, next []float32, ns int, at []int32, ats int, accumulate bool) {
	if !useAVX2 {
		gemmEach(tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, m, accumulate)
		return
	}
	pa, pb, pc, pn, pt := &a[0], &b[0], &c[0], &next[0], &at[0]
	switch m {
	case 1:
		gemm1x16AheadAVX2(tiles, k, pa, as, ars, acs, pb, bs, ldb, pc, cs, ldc, pn, ns, pt, ats, accumulate)
	case 2:
		gemm2x16AheadAVX2(tiles, k, pa, as, ars, acs, pb, bs, ldb, pc, cs, ldc, pn, ns, pt, ats, accumulate)
	case 3:
		gemm3x16AheadAVX2(tiles, k, pa, as, ars, acs, pb, bs, ldb, pc, cs, ldc, pn, ns, pt, ats, accumulate)
	case 4:
		gemm4x16AheadAVX2(tiles, k, pa, as, ars, acs, pb, bs, ldb, pc, cs, ldc, pn, ns, pt, ats, accumulate)
	case 5:
		gemm5x16AheadAVX2(tiles, k, pa, as, ars, acs, pb, bs, ldb, pc, cs, ldc, pn, ns, pt, ats, accumulate)
	case 6:
		gemm6x16AheadAVX2(tiles, k, pa, as, ars, acs, pb, bs, ldb, pc, cs, ldc, pn, ns, pt, ats, accumulate)
	}
}

// gemmFull, gemmMask16 and gemmMask8 pick the kernel with exactly m rows, so
// that a narrow tile costs what it computes.
func gemmFull(tiles, k int, a *float32, as, ars, acs int, b *float32, bs, ldb int, c *float32, cs, ldc, m int, accumulate bool) {
	switch m {
	case 1:
		gemm1x16AVX2(tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, accumulate)
	case 2:
		gemm2x16AVX2(tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, accumulate)
	case 3:
		gemm3x16AVX2(tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, accumulate)
	case 4:
		gemm4x16AVX2(tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, accumulate)
	case 5:
		gemm5x16AVX2(tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, accumulate)
	case 6:
		gemm6x16AVX2(tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, accumulate)
	}
}

func gemmMask16(k int, a *float32, ars, acs int, b *float32, ldb int, c *float32, ldc, m, n int, accumulate bool) {
	whole := wholeRows(k, ldb, n, 16)
	switch m {
	case 1:
		gemm1x16MaskAVX2(k, a, ars, acs, b, ldb, c, ldc, n, whole, accumulate)
	case 2:
		gemm2x16MaskAVX2(k, a, ars, acs, b, ldb, c, ldc, n, whole, accumulate)
	case 3:
		gemm3x16MaskAVX2(k, a, ars, acs, b, ldb, c, ldc, n, whole, accumulate)
	case 4:
		gemm4x16MaskAVX2(k, a, ars, acs, b, ldb, c, ldc, n, whole, accumulate)
	case 5:
		gemm5x16MaskAVX2(k, a, ars, acs, b, ldb, c, ldc, n, whole, accumulate)
	case 6:
		gemm6x16MaskAVX2(k, a, ars, acs, b, ldb, c, ldc, n, whole, accumulate)
	}
}

func gemmMask8(k int, a *float32, ars, acs int, b *float32, ldb int, c *float32, ldc, m, n int, accumulate bool) {
	whole := wholeRows(k, ldb, n, 8)
	switch m {
	case 1:
		gemm1x8MaskAVX2(k, a, ars, acs, b, ldb, c, ldc, n, whole, accumulate)
	case 2:
		gemm2x8MaskAVX2(k, a, ars, acs, b, ldb, c, ldc, n, whole, accumulate)
	case 3:
		gemm3x8MaskAVX2(k, a, ars, acs, b, ldb, c, ldc, n, whole, accumulate)
	case 4:
		gemm4x8MaskAVX2(k, a, ars, acs, b, ldb, c, ldc, n, whole, accumulate)
	case 5:
		gemm5x8MaskAVX2(k, a, ars, acs, b, ldb, c, ldc, n, whole, accumulate)
	case 6:
		gemm6x8MaskAVX2(k, a, ars, acs, b, ldb, c, ldc, n, whole, accumulate)
	}
}

func gemmDot(k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc, m, n int, accumulate bool) {
	if !useAVX2 {
		gemmDotGeneric(k, a, lda, b, ldb, c, ldc, m, n, accumulate)
		return
	}
	pa, pb, pc := &a[0], &b[0], &c[0]
	switch m<<4 | n {
	case 0x11:
		gemmDot1x1AVX2(k, pa, lda, pb, ldb, pc, ldc, accumulate)
	case 0x12:
		gemmDot1x2AVX2(k, pa, lda, pb, ldb, pc, ldc, accumulate)
	case 0x13:
		gemmDot1x3AVX2(k, pa, lda, pb, ldb, pc, ldc, accumulate)
	case 0x14:
		gemmDot1x4AVX2(k, pa, lda, pb, ldb, pc, ldc, accumulate)
	case 0x21:
		gemmDot2x1AVX2(k, pa, lda, pb, ldb, pc, ldc, accumulate)
	case 0x22:
		gemmDot2x2AVX2(k, pa, lda, pb, ldb, pc, ldc, accumulate)
	case 0x23:
		gemmDot2x3AVX2(k, pa, lda, pb, ldb, pc, ldc, accumulate)
	case 0x24:
		gemmDot2x4AVX2(k, pa, lda, pb, ldb, pc, ldc, accumulate)
	case 0x31:
		gemmDot3x1AVX2(k, pa, lda, pb, ldb, pc, ldc, accumulate)
	case 0x32:
		gemmDot3x2AVX2(k, pa, lda, pb, ldb, pc, ldc, accumulate)
	case 0x33:
		gemmDot3x3AVX2(k, pa, lda, pb, ldb, pc, ldc, accumulate)
	case 0x34:
		gemmDot3x4AVX2(k, pa, lda, pb, ldb, pc, ldc, accumulate)
	}
}
