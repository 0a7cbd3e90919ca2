package asm

// packTransposeGeneric is
//
//	for p := range k { for i := range width { dst[p*width+i] = src[i*ld+p] } }
func packTransposeGeneric(dst, src []float32, ld, rows, k, width int) {
	if rows < width {
		clear(dst[:k*width])
	}
	for i := range rows {
		row := src[i*ld:][:k]
		out := dst[i:]
		for p, x := range row {
			out[p*width] = x
		}
	}
}

// packCopyGeneric is
//
//	for p := range k { for j := range width { dst[p*width+j] = src[p*ld+j] } }
func packCopyGeneric(dst, src []float32, ld, cols, k, width int) {
	for p := range k {
		out := dst[p*width:][:width]
		copy(out, src[p*ld:][:cols])
		clear(out[cols:])
	}
}

// packEachPanel is the loop of [PackPanels].
func packEachPanel(panels int, dst []float32, ds int, src []float32, ld, k, width int) {
	for i := range panels {
		packCopy(dst[i*ds:], src[i*width:], ld, width, k, width)
	}
}
