//go:build !purego

package asm

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
