package gemm

import "github.com/org/artnn/asm"

// packRun is how many steps of K are packed for all slivers in turn. The rows of a
// matrix that is packed along its rows are then read in runs, not in pieces of one
// sliver's width a page apart.
const packRun = 8

// tilesOfA is what packA packs: tiles [t0, t1) of a cut of rows, k steps of K.
type tilesOfA struct {
	a      Matrix // from the first row of the cut and the first step of K
	rows   Cut
	t0, t1 int
	k      int
	alpha  float32 // factor
}

// packA packs slivers of width MR one after the other, each k-major and padded with
// zeros.
func packA(dst []float32, x tilesOfA) {
	first := x.t0
	if x.a.Row == 1 && x.a.Patches == nil {
		first = max(first, min(x.t1, x.rows.whole()))
		packWhole(dst, x.a.From(x.t0*asm.MR, 0), first-x.t0, x.k)
	}
	for t := first; t < x.t1; t++ {
		start, n := x.rows.At(t)
		packSliver(dst[(t-x.t0)*x.k*asm.MR:], x.a.From(start, 0), n, x.k, asm.MR)
	}
	if x.alpha != 1 {
		dst = dst[:(x.t1-x.t0)*x.k*asm.MR]
		asm.MulScalar(dst, dst, x.alpha)
	}
}

// packWhole packs tiles of MR contiguous columns of Aᵀ.
func packWhole(dst []float32, a Matrix, tiles, k int) {
	for p := 0; tiles > 0 && p < k; p += packRun {
		asm.PackPanels(tiles, dst[p*asm.MR:], k*asm.MR, a.From(0, p).Mem, a.Col, min(packRun, k-p), asm.MR)
	}
}

// PackColumns packs k rows and n columns of b into slivers of NR columns.
func PackColumns(dst []float32, b Matrix, n, k int) {
	if b.Patches != nil {
		b.Patches.packColumns(dst, b.row, b.col, n, k)
		return
	}
	if b.Col != 1 {
		PackRows(dst, b.transposed(), n, k, asm.NR)
		return
	}
	whole := n / asm.NR
	for p := 0; p < k; p += packRun {
		to, row, steps := dst[p*asm.NR:], b.From(p, 0).Mem, min(packRun, k-p)
		asm.PackPanels(whole, to, k*asm.NR, row, b.Row, steps, asm.NR)
		if n := n % asm.NR; n > 0 {
			asm.PackCopy(to[whole*k*asm.NR:], row[whole*asm.NR:], b.Row, n, steps, asm.NR)
		}
	}
}

// PackRows packs the rows of x into slivers of a width, MR or NR, k-major.
func PackRows(dst []float32, x Matrix, rows, k, width int) {
	for i := 0; i < rows; i += width {
		packSliver(dst[i*k:], x.From(i, 0), min(width, rows-i), k, width)
	}
}

// packSliver packs the first rows and k columns of x.
func packSliver(dst []float32, x Matrix, rows, k, width int) {
	switch {
	case x.Patches != nil:
		x.Patches.packRows(dst, x.row, x.col, rows, k, width)
	case x.Col == 1:
		asm.PackTranspose(dst, x.Mem, x.Row, rows, k, width)
	case x.Row == 1:
		asm.PackCopy(dst, x.Mem, x.Col, rows, k, width)
	default:
		at := 0
		for out := dst[:k*width]; len(out) > 0; out = out[width:] {
			for i := range rows {
				out[i] = x.Mem[at+i*x.Row]
			}
			clear(out[rows:width])
			at += x.Col
		}
	}
}
