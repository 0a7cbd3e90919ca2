package table

import (
	"fmt"
	"strings"
)

// byRows calls the kernel with exactly as many rows as a variable says, so that a
// narrow tile costs what it computes.
func byRows(variable string, least, most int, kernel, args string) string {
	var s strings.Builder
	s.WriteString("switch " + variable + " {\n")
	for m := least; m <= most; m++ {
		fmt.Fprintf(&s, "case %d:\n\t"+kernel+"(%s)\n", m, m, args)
	}
	return s.String() + "}"
}

// byTile calls the kernel of exactly t.M rows and t.N columns.
func byTile(rows, cols int, kernel, args string) string {
	var s strings.Builder
	s.WriteString("switch t.M<<4 | t.N {\n")
	for m := 1; m <= rows; m++ {
		for n := 1; n <= cols; n++ {
			fmt.Fprintf(&s, "case 0x%d%d:\n\t"+kernel+"(%s)\n", m, n, m, n, args)
		}
	}
	return s.String() + "}"
}

func gemm() Family {
	const (
		tiles  = "t.Count, t.K, a, t.ATile, t.ARow, t.ACol, b, t.BTile, t.BRow, c, t.CTile, t.CRow, "
		masked = "t.K, a, t.ARow, t.ACol, b, t.BRow, c, t.CRow, t.N, whole, t.Accumulate"
	)
	edge := func(width int) string {
		return fmt.Sprintf("whole := wholeRows(t.K, t.BRow, t.N, %d)\nfor i := range t.Count {\na, b, c := &t.A[i*t.ATile], &t.B[i*t.BTile], &t.C[i*t.CTile]\n", width) +
			byRows("t.M", 1, 6, fmt.Sprintf("gemm%%dx%dMaskAVX2", width), masked) + "\n}"
	}
	return Family{"gemm", []Func{
		{Name: "gemmTiles", Params: "t *Tiles",
			AVX2: Choice{Do: `switch {
case t.N <= 8:
	gemmMask8(t)
case t.N < NR:
	gemmMask16(t)
case t.prefetches():
	gemmPrefetch(t)
default:
	gemmFull(t)
}`},
			NEON: Choice{Do: `for i := range t.Count {
	a, b, c := t.tile(i)
	if t.N == NR {
		gemm6x16NEON(t.K, &a[0], t.ARow, t.ACol, &b[0], t.BRow, &c[0], t.CRow, t.M, t.Accumulate)
		continue
	}
	j := 0
	for ; t.N-j >= 4; j += 4 {
		gemm6x4NEON(t.K, &a[0], t.ARow, t.ACol, &b[j], t.BRow, &c[j], t.CRow, t.M, t.Accumulate)
	}
	if j < t.N {
		gemm6x3NEON(t.K, &a[0], t.ARow, t.ACol, &b[j], t.BRow, &c[j], t.CRow, t.M, t.N-j, t.Accumulate)
	}
}`}},
		{Name: "gemmFull", Params: "t *Tiles", Gated: true,
			AVX2: Choice{Doc: "gemmFull, gemmPrefetch, gemmMask16 and gemmMask8 call the kernel with exactly M\n" +
				"rows, so that a narrow tile costs what it computes.",
				Do: "a, b, c := &t.A[0], &t.B[0], &t.C[0]\n" + byRows("t.M", 1, 6, "gemm%dx16AVX2", tiles+"t.Accumulate")}},
		{Name: "gemmPrefetch", Params: "t *Tiles", Gated: true,
			AVX2: Choice{Do: "a, b, c, p := &t.A[0], &t.B[0], &t.C[0], t.Prefetch\nnext, offsets := &p.Next[0], &p.Offsets[0]\n" +
				byRows("t.M", 1, 6, "gemm%dx16PrefetchAVX2", tiles+"next, p.NextTile, offsets, p.OffsetsTile, t.Accumulate")}},
		{Name: "gemmMask16", Params: "t *Tiles", Gated: true, AVX2: Choice{Do: edge(16)}},
		{Name: "gemmMask8", Params: "t *Tiles", Gated: true, AVX2: Choice{Do: edge(8)}},
		{Name: "gemmDot", Params: "t *DotTile",
			AVX2: Choice{Do: "a, b, c := &t.A[0], &t.B[0], &t.C[0]\n" +
				byTile(3, 4, "gemmDot%dx%dAVX2", "t.K, a, t.ARow, b, t.BRow, c, t.CRow, t.Accumulate")},
			NEON: Choice{Do: "gemmDotNEON(t.K, &t.A[0], t.ARow, &t.B[0], t.BRow, &t.C[0], t.CRow, t.M, t.N, t.Accumulate)"}},
	}}
}

func wide() Family {
	const args = "t.K, a, b, c, t.CRow, mask, t.Accumulate"
	return Family{"wide", []Func{
		{Name: "gemmWide", Params: "t *WideTile",
			Plain: "gemmQuarters(t)", AVX2: none, NEON: none,
			AVX512: &Choice{If: "t.M >= 4", Do: "a, b, c, mask := &t.A[0], &t.B[0], &t.C[0], uint32(1<<t.N-1)\n" +
				"if t.N <= NR {\n" + byRows("t.M", 4, 12, "gemm%dx16AVX512", args) + "\nreturn\n}\n" +
				byRows("t.M", 4, 12, "gemm%dx32AVX512", args)}},
	}}
}

func inPlace() Family {
	const args = "t.Count, t.K, a, t.ARow, t.ACol, b, t.BRow, c, t.CRow, t.Accumulate"
	return Family{"inplace", []Func{
		{Name: "gemmInPlace", Params: "t *InPlaceTiles",
			Plain: "gemmInPlaceEach(t)", AVX2: none, NEON: none,
			AVX512: &Choice{If: "t.M >= 4", Do: "a, b, c := &t.A[0], &t.B[0], &t.C[0]\n" +
				"switch t.N {\ncase NR:\n" + byRows("t.M", 4, 12, "gemm%dx16InPlaceAVX512", args) +
				"\ncase 2*NR:\n" + byRows("t.M", 4, 12, "gemm%dx32InPlaceAVX512", args) +
				"\ncase 3*NR:\n" + byRows("t.M", 4, 8, "gemm%dx48InPlaceAVX512", args) + "\n}"}},
	}}
}

func int8() Family {
	return Family{"int8", []Func{
		{Name: "gemmInt8", Params: "t *Int8Tile",
			AVX2: Choice{If: "t.K >= 16", Doc: "gemmInt8: the kernels take 16 terms at a time, and no fewer.",
				Do: "x, scaleX, w, scale, y := &t.X[0], &t.ScaleX[0], &t.W[0], &t.Scale[0], &t.Y[0]\n" +
					byTile(3, 4, "gemmInt8r%dx%dAVX2", "t.K, x, t.XRow, scaleX, w, t.WRow, scale, y, t.YRow, t.Accumulate")},
			NEON: Choice{If: "t.K >= 8", Doc: "gemmInt8: the kernel takes eight terms at a time, and no fewer.",
				Do: "gemmInt8NEON(t.K, &t.X[0], t.XRow, &t.ScaleX[0], &t.W[0], t.WRow, &t.Scale[0], &t.Y[0], t.YRow, t.M, t.N, t.Accumulate)"}},
		{Name: "gemvInt8", Params: "v *Int8Gemv",
			Plain: "gemvInt8Tiles(v, 0)", NEON: none,
			AVX2: Choice{If: "len(v.X) >= 16 && len(v.Y) >= DotNR", Doc: "gemvInt8: the kernel takes 16 terms at a time, and no fewer.",
				Do: `tiles := len(v.Y) / DotNR
gemvInt8x4AVX2(tiles, len(v.X), &v.X[0], &v.W[0], v.WRow, v.ScaleX, &v.Scale[0], &v.Y[0], v.Accumulate)
gemvInt8Tiles(v, tiles*DotNR)`}},
	}}
}
