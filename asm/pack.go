package asm

// PackTranspose packs rows of k contiguous numbers, at stride ld, into one k-major
// panel with width numbers per step of k and zeros beyond the last row:
//
//	dst[p*width+i] = src[i*ld+p] for i < rows, 0 for rows ≤ i < width
//
// Shape: width is MR or NR, 0 ≤ rows ≤ width, len(dst) ≥ k·width.
func PackTranspose(dst, src []float32, ld, rows, k, width int) {
	checkPack("pack transpose", dst, rows, k, width)
	span("pack transpose", "src", len(src), rows, k, ld)
	if rows == 0 || k == 0 {
		clear(dst[:k*width])
		return
	}
	packTranspose(dst, src, ld, rows, k, width)
}

// PackCopy packs k rows of cols contiguous numbers, at stride ld, into one k-major
// panel with width numbers per step of k and zeros beyond cols:
//
//	dst[p*width+j] = src[p*ld+j] for j < cols, 0 for cols ≤ j < width
//
// Shape: width is MR or NR, 0 ≤ cols ≤ width, len(dst) ≥ k·width.
func PackCopy(dst, src []float32, ld, cols, k, width int) {
	checkPack("pack copy", dst, cols, k, width)
	span("pack copy", "src", len(src), k, cols, ld)
	if cols == 0 || k == 0 {
		clear(dst[:k*width])
		return
	}
	packCopy(dst, src, ld, cols, k, width)
}

// PackPanels packs k rows of panels·width contiguous numbers, at stride ld, into
// panels at stride ds, each as [PackCopy] does:
//
//	for range panels {
//		PackCopy(dst, src, ld, width, k, width)
//		dst, src = dst[ds:], src[width:]
//	}
//
// Shape: width is MR or NR, len(dst) ≥ (panels−1)·ds + k·width,
// len(src) ≥ (k−1)·ld + panels·width.
//
// Panics if a slice is too short, or a count negative.
func PackPanels(panels int, dst []float32, ds int, src []float32, ld, k, width int) {
	if panels < 0 || k < 0 || width != MR && width != NR {
		badSize("pack panels", "panels ≥ 0, k ≥ 0, width 6 or 16", panels, k, width)
	}
	span("pack panels", "dst", len(dst), panels, k*width, ds)
	span("pack panels", "src", len(src), k, panels*width, ld)
	if panels > 0 && k > 0 {
		packPanels(panels, dst, ds, src, ld, k, width)
	}
}

func checkPack(op string, dst []float32, n, k, width int) {
	if width != MR && width != NR || n < 0 || n > width || k < 0 {
		badSize(op, "width 6 or 16, 0 ≤ rows or columns ≤ width, k ≥ 0", width, n, k)
	}
	if len(dst) < k*width {
		badSpan(op, "dst", len(dst), k, width, width)
	}
}
