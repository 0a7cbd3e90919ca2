//go:build !purego

package asm

func gemm(k int, a []float32, ars, acs int, b []float32, ldb int, c []float32, ldc, m, n int, accumulate bool) {
	switch {
	case !useNEON:
		gemmGeneric(k, a, ars, acs, b, ldb, c, ldc, m, n, accumulate)
	case n == NR:
		gemm6x16NEON(k, &a[0], ars, acs, &b[0], ldb, &c[0], ldc, m, accumulate)
	default:
		j := 0
		for ; n-j >= 4; j += 4 {
			gemm6x4NEON(k, &a[0], ars, acs, &b[j], ldb, &c[j], ldc, m, accumulate)
		}
		if j < n {
			gemm6x3NEON(k, &a[0], ars, acs, &b[j], ldb, &c[j], ldc, m, n-j, accumulate)
		}
	}
}

func gemmTiles(tiles, k int, a []float32, as, ars, acs int, b []float32, bs, ldb int, c []float32, cs, ldc, m int, accumulate bool) {
	gemmEach(tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, m, accumulate)
}

// gemmTilesAhead leaves fetching ahead to the processor.
func gemmTilesAhead(tiles, k int, a []float32, as, ars, acs int, b []float32, bs, ldb int, c []float32, cs, ldc, m int, _ []float32, _ int, _ []int32, _ int, accumulate bool) {
	gemmTiles(tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, m, accumulate)
}

func gemmDot(k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc, m, n int, accumulate bool) {
	if useNEON {
		gemmDotNEON(k, &a[0], lda, &b[0], ldb, &c[0], ldc, m, n, accumulate)
		return
	}
	gemmDotGeneric(k, a, lda, b, ldb, c, ldc, m, n, accumulate)
}

func packTranspose(dst, src []float32, ld, rows, k, width int) {
	if !useNEON {
		packTransposeGeneric(dst, src, ld, rows, k, width)
		return
	}
	if rows < width {
		clear(dst[:k*width])
	}
	i := 0
	for ; rows-i >= 4; i += 4 {
		packTranspose4NEON(&dst[i], &src[i*ld], ld, k, width)
	}
	if rows-i >= 2 {
		packTranspose2NEON(&dst[i], &src[i*ld], ld, k, width)
		i += 2
	}
	if i < rows {
		for p, x := range src[i*ld:][:k] {
			dst[p*width+i] = x
		}
	}
}

func packCopy(dst, src []float32, ld, cols, k, width int) {
	if useNEON && cols == NR && width == NR {
		packCopy16NEON(&dst[0], &src[0], ld, k)
		return
	}
	packCopyGeneric(dst, src, ld, cols, k, width)
}

func packPanels(panels int, dst []float32, ds int, src []float32, ld, k int) {
	packEachPanel(panels, dst, ds, src, ld, k)
}

// gemm6x16NEON is gemmGeneric with n = 16, 1 ≤ m ≤ 6 and k ≥ 1.
//
//go:noescape
func gemm6x16NEON(k int, a *float32, ars, acs int, b *float32, ldb int, c *float32, ldc, m int, accumulate bool)

// gemm6x4NEON is gemmGeneric with n = 4, 1 ≤ m ≤ 6 and k ≥ 1.
//
//go:noescape
func gemm6x4NEON(k int, a *float32, ars, acs int, b *float32, ldb int, c *float32, ldc, m int, accumulate bool)

// gemm6x3NEON is gemmGeneric with 1 ≤ n ≤ 3, 1 ≤ m ≤ 6 and k ≥ 1.
//
//go:noescape
func gemm6x3NEON(k int, a *float32, ars, acs int, b *float32, ldb int, c *float32, ldc, m, n int, accumulate bool)

// gemmDotNEON is gemmDotGeneric with 1 ≤ m ≤ 3, 1 ≤ n ≤ 4 and k ≥ 1.
//
//go:noescape
func gemmDotNEON(k int, a *float32, lda int, b *float32, ldb int, c *float32, ldc, m, n int, accumulate bool)

// packTranspose4NEON is
//
//	for p := range k { for i := range 4 { dst[p*width+i] = src[i*ld+p] } }
//
//go:noescape
func packTranspose4NEON(dst, src *float32, ld, k, width int)

// packTranspose2NEON is
//
//	for p := range k { for i := range 2 { dst[p*width+i] = src[i*ld+p] } }
//
//go:noescape
func packTranspose2NEON(dst, src *float32, ld, k, width int)

// packCopy16NEON is
//
//	for p := range k { for j := range 16 { dst[p*16+j] = src[p*ld+j] } }
//
// with k ≥ 1.
//
//go:noescape
func packCopy16NEON(dst, src *float32, ld, k int)
