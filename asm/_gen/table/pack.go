package table

import "fmt"

const (
	// prefetchRows is the distance in rows at which packPanels prefetches: as many
	// rows as GEMM packs of one panel before it goes on to the next.
	prefetchRows = 16
	// prefetchWidth is the longest row, in numbers, that it prefetches. Rows at
	// greater strides evict each other from the level 1 cache.
	prefetchWidth = 512
	// narrowRows is that distance for panels of MR columns, into the level 2 cache.
	narrowRows = 8
)

func pack() Family {
	return Family{"pack", []Func{
		{Name: "packTranspose", Params: "dst, src []float32, ld, rows, k, width int",
			AVX2: Choice{If: "k >= 8", Doc: "packTranspose: the kernels take eight steps of k at a time.",
				Do: `whole := k &^ 7
if width == MR {
	packTranspose8x6AVX2(&dst[0], &src[0], ld, rows, whole)
} else {
	packTranspose8x16AVX2(&dst[0], &src[0], ld, min(rows, 8), whole)
	if rows > 8 {
		packTranspose8x16AVX2(&dst[8], &src[8*ld], ld, rows-8, whole)
	} else {
		clearRight(dst, whole)
	}
}
if whole < k {
	packTransposeGeneric(dst[whole*width:], src[whole:], ld, rows, k-whole, width)
}`},
			NEON: Choice{Do: `if rows < width {
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
}`}},
		{Name: "clearRight", Params: "dst []float32, k int", Gated: true,
			AVX2: Choice{Doc: "clearRight zeroes the right half of a panel of width NR.",
				Do: `for p := range k {
	*(*[8]float32)(dst[p*NR+8:]) = [8]float32{}
}`}},
		{Name: "packCopy", Params: "dst, src []float32, ld, cols, k, width int",
			AVX2: Choice{Do: `switch {
case width == MR:
	packCopy6AVX2(&dst[0], &src[0], ld, cols, min(k-1, wholeRows(k, ld, cols, 8)), k)
case cols < NR:
	packCopy16AVX2(&dst[0], &src[0], ld, cols, wholeRows(k, ld, cols, NR), k)
default:
	packPanels(1, dst, 0, src, ld, k, NR)
}`},
			NEON: Choice{If: "cols == NR && width == NR", Do: "packCopy16NEON(&dst[0], &src[0], ld, k)"}},
		{Name: "packPanels", Params: "panels int, dst []float32, ds int, src []float32, ld, k, width int",
			Plain: "packEachPanel(panels, dst, ds, src, ld, k, width)", NEON: none,
			AVX2: Choice{Doc: fmt.Sprintf("packPanels prefetches %d rows ahead, as many as GEMM packs of one panel before it\n"+
				"goes on to the next. Rows over %d numbers apart would evict each other from the\nlevel 1 cache: those of narrow panels it asks for in level 2.", prefetchRows, prefetchWidth),
				Do: fmt.Sprintf(`if width == MR {
	packWhole6AVX2(panels, &dst[0], ds, &src[0], ld, k, %d * ld)
	return
}
distance := 0
if ld <= %d {
	distance = %d * ld
}
packWhole16AVX2(panels, &dst[0], ds, &src[0], ld, k, distance)`, narrowRows, prefetchWidth, prefetchRows)}},
		{Name: "wholeRows", Params: "k, ld, cols, width int", Result: "int", Gated: true,
			AVX2: Choice{Doc: "wholeRows is how many of k rows of cols numbers, at stride ld, can be read to\n" +
				"width numbers without reading beyond the end of the last row.",
				Do: `switch over := width - cols; {
case over == 0:
	return k
case ld >= over:
	return k - 1
case ld == 0:
	return 0
default:
	return max(0, k-(over+ld-1)/ld)
}`}},
	}}
}
