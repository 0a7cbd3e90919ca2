package table

import (
	"fmt"
	"strings"
)

// Parameters of the tiles and of the kernels that compute them.
const (
	tileParams  = "k int, a []float32, ars, acs int, b []float32, ldb int, c []float32, ldc, m, n int, accumulate bool"
	tilesParams = "tiles, k int, a []float32, as, ars, acs int, b []float32, bs, ldb int, c []float32, cs, ldc, m int, "
	each16      = "gemmEach(tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, m, accumulate)"
)

// byRows calls the kernel with exactly m rows, from least to most, so that a
// narrow tile costs what it computes.
func byRows(least, most int, kernel, args string) string {
	var s strings.Builder
	s.WriteString("switch m {\n")
	for m := least; m <= most; m++ {
		fmt.Fprintf(&s, "case %d:\n\t"+kernel+"(%s)\n", m, m, args)
	}
	return s.String() + "}"
}

// byTile calls the kernel of exactly m rows and n columns.
func byTile(rows, cols int, kernel, args string) string {
	var s strings.Builder
	s.WriteString("switch m<<4 | n {\n")
	for m := 1; m <= rows; m++ {
		for n := 1; n <= cols; n++ {
			fmt.Fprintf(&s, "case 0x%d%d:\n\t"+kernel+"(%s)\n", m, n, m, n, args)
		}
	}
	return s.String() + "}"
}

func gemm() Family {
	const (
		full   = "tiles, k int, a *float32, as, ars, acs int, b *float32, bs, ldb int, c *float32, cs, ldc, m int, accumulate bool"
		masked = "k int, a *float32, ars, acs int, b *float32, ldb int, c *float32, ldc, m, n int, accumulate bool"
	)
	return Family{"gemm", []Func{
		{Name: "gemm", Params: tileParams,
			AVX2: Choice{Do: `switch {
case n <= 8:
	gemmMask8(k, &a[0], ars, acs, &b[0], ldb, &c[0], ldc, m, n, accumulate)
case n < NR:
	gemmMask16(k, &a[0], ars, acs, &b[0], ldb, &c[0], ldc, m, n, accumulate)
default:
	gemmFull(1, k, &a[0], 0, ars, acs, &b[0], 0, ldb, &c[0], 0, ldc, m, accumulate)
}`},
			NEON: Choice{Do: `if n == NR {
	gemm6x16NEON(k, &a[0], ars, acs, &b[0], ldb, &c[0], ldc, m, accumulate)
	return
}
j := 0
for ; n-j >= 4; j += 4 {
	gemm6x4NEON(k, &a[0], ars, acs, &b[j], ldb, &c[j], ldc, m, accumulate)
}
if j < n {
	gemm6x3NEON(k, &a[0], ars, acs, &b[j], ldb, &c[j], ldc, m, n-j, accumulate)
}`}},
		{Name: "gemmTiles", Params: tilesParams + "accumulate bool", Plain: each16, NEON: none,
			AVX2: Choice{Do: "gemmFull(tiles, k, &a[0], as, ars, acs, &b[0], bs, ldb, &c[0], cs, ldc, m, accumulate)"}},
		{Name: "gemmTilesAhead", Params: tilesParams + "next []float32, ns int, at []int32, ats int, accumulate bool",
			Plain: each16, NEON: none,
			AVX2: Choice{Do: "pa, pb, pc, pn, pt := &a[0], &b[0], &c[0], &next[0], &at[0]\n" + byRows(1, 6, "gemm%dx16AheadAVX2",
				"tiles, k, pa, as, ars, acs, pb, bs, ldb, pc, cs, ldc, pn, ns, pt, ats, accumulate")}},
		{Name: "gemmFull", Params: full, Gated: true,
			AVX2: Choice{Doc: "gemmFull, gemmMask16 and gemmMask8 call the kernel with exactly m rows, so that\na narrow tile costs what it computes.",
				Do: byRows(1, 6, "gemm%dx16AVX2", "tiles, k, a, as, ars, acs, b, bs, ldb, c, cs, ldc, accumulate")}},
		{Name: "gemmMask16", Params: masked, Gated: true,
			AVX2: Choice{Do: "whole := wholeRows(k, ldb, n, 16)\n" +
				byRows(1, 6, "gemm%dx16MaskAVX2", "k, a, ars, acs, b, ldb, c, ldc, n, whole, accumulate")}},
		{Name: "gemmMask8", Params: masked, Gated: true,
			AVX2: Choice{Do: "whole := wholeRows(k, ldb, n, 8)\n" +
				byRows(1, 6, "gemm%dx8MaskAVX2", "k, a, ars, acs, b, ldb, c, ldc, n, whole, accumulate")}},
		{Name: "gemmDot", Params: "k int, a []float32, lda int, b []float32, ldb int, c []float32, ldc, m, n int, accumulate bool",
			AVX2: Choice{Do: "pa, pb, pc := &a[0], &b[0], &c[0]\n" +
				byTile(3, 4, "gemmDot%dx%dAVX2", "k, pa, lda, pb, ldb, pc, ldc, accumulate")},
			NEON: Choice{Do: "gemmDotNEON(k, &a[0], lda, &b[0], ldb, &c[0], ldc, m, n, accumulate)"}},
	}}
}

func wide() Family {
	const args = "k, pa, pb, pc, ldc, mask, accumulate"
	return Family{"wide", []Func{
		{Name: "gemmWide", Params: "k int, a, b, c []float32, ldc, m, n int, accumulate bool",
			Plain: "gemmQuarters(k, a, b, c, ldc, m, n, accumulate)", AVX2: none, NEON: none,
			AVX512: Choice{If: "m >= 4", Do: "pa, pb, pc, mask := &a[0], &b[0], &c[0], uint32(1<<n-1)\n" +
				"if n <= NR {\n" + byRows(4, 12, "gemm%dx16AVX512", args) + "\nreturn\n}\n" +
				byRows(4, 12, "gemm%dx32AVX512", args)}},
	}}
}

func pack() Family {
	return Family{"pack", []Func{
		{Name: "packTranspose", Params: "dst, src []float32, ld, rows, k, width int", AVX2: byHand, NEON: byHand},
		{Name: "packCopy", Params: "dst, src []float32, ld, cols, k, width int", AVX2: byHand, NEON: byHand},
		{Name: "packPanels", Params: "panels int, dst []float32, ds int, src []float32, ld, k int",
			Plain: "packEachPanel(panels, dst, ds, src, ld, k)", AVX2: byHand, NEON: byHand},
	}}
}

func int8() Family {
	return Family{"int8", []Func{
		{Name: "gemmInt8", Params: "k int, x []int16, ldx int, scaleX []float32, w []int8, ldw int, scale, y []float32, ldy, m, n int, accumulate bool",
			AVX2: Choice{If: "k >= 16", Doc: "gemmInt8: the kernels take 16 terms at a time, and no fewer.", Do: "px, psx, pw, ps, py := &x[0], &scaleX[0], &w[0], &scale[0], &y[0]\n" +
				byTile(3, 4, "gemmInt8r%dx%dAVX2", "k, px, ldx, psx, pw, ldw, ps, py, ldy, accumulate")},
			NEON: Choice{If: "k >= 8", Doc: "gemmInt8: the kernel takes eight terms at a time, and no fewer.",
				Do: "gemmInt8NEON(k, &x[0], ldx, &scaleX[0], &w[0], ldw, &scale[0], &y[0], ldy, m, n, accumulate)"}},
		{Name: "gemvInt8", Params: "y []float32, w []int8, ldw int, scale []float32, x []int16, scaleX float32, accumulate bool",
			Plain: "gemvInt8Tiles(y, w, ldw, scale, x, scaleX, accumulate)", AVX2: byHand, NEON: none},
	}}
}
