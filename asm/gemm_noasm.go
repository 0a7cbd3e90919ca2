//go:build (!amd64 && !arm64) || purego

package asm

func gemm(k int, a []float32, ars, acs int, b []float32, ldb int, c []float32, ldc, m, n int, accumulate bool) {
	gemmGeneric(k, a, ars, acs, b, ldb, c, ldc, m, n, accumulate)
}

func gemmTiles(tiles, k int, a []float32, as, ars, acs int, b []float32, bs, ldb int, c []float32, cs, ldc, m int, accumulate bool) {
	gemmEach(tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, m, accumulate)
}

// gemmTilesAhead leaves fetching ahead to the processor.
func gemmTilesAhead(tiles, k int, a []float32, as, ars, acs int, b []float32, bs, ldb int, c []float32, cs, ldc, m int, _ []float32, _ int, _ []int32, _ int, accumulate bool) {
	gemmTiles(tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, m, accumulate)
}

func gemmDot(k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc, m, n int, accumulate bool) {
	gemmDotGeneric(k, a, lda, b, ldb, c, ldc, m, n, accumulate)
}

func packTranspose(dst, src []float32, ld, rows, k, width int) {
	packTransposeGeneric(dst, src, ld, rows, k, width)
}

func packCopy(dst, src []float32, ld, cols, k, width int) {
	packCopyGeneric(dst, src, ld, cols, k, width)
}

func packPanels(panels int, dst []float32, ds int, src []float32, ld, k int) {
	packEachPanel(panels, dst, ds, src, ld, k)
}
