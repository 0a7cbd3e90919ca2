package cpu

import "github.com/org/artnn/asm"

// packRun is how many steps of K are packed for all slivers in turn. The rows
// of a matrix that is packed along its rows are then read in runs, not in
// pieces of one sliver's width a page apart.
const packRun = 8

// cut divides rows into tiles.
type cut struct{ rows, tiles, small, larger int }

// cutRows makes as few tiles of at most so many rows as possible, as equal as
// possible: 32 rows are 6+6+5+5+5+5, since a tile of 2 would cost as much as
// one of 4.
func cutRows(rows, most int) cut {
	tiles := ceilDiv(rows, most)
	return cut{rows, tiles, rows / tiles, rows % tiles}
}

// cutPacked is the cut for packed slivers. A wide kernel takes tiles by twos and
// wants the first one whole: 6+6, 6+6, 6+2.
func cutPacked(rows int) cut {
	if asm.Wide() {
		return cut{rows, ceilDiv(rows, asm.MR), asm.MR, 0}
	}
	return cutRows(rows, asm.MR)
}

// at is the first row of a tile and how many rows it has.
func (c cut) at(tile int) (start, rows int) {
	if tile < c.larger {
		return tile * (c.small + 1), c.small + 1
	}
	start = tile*c.small + c.larger
	return start, min(c.small, c.rows-start)
}

// runs calls f for each run of tiles with as many rows: their number, the first
// tile, its first row and how many rows each has.
func (c cut) runs(f func(tile, tiles, start, rows int)) {
	if c.larger > 0 {
		f(0, c.larger, 0, c.small+1)
	}
	if c.tiles > c.larger {
		f(c.larger, c.tiles-c.larger, c.larger*(c.small+1), c.small)
	}
}

// packA packs tiles [t0, t1) of the cut of rows that begins at row i0, columns
// [p0, p1) of A, times alpha: slivers of width MR one after the other, each
// k-major and padded with zeros.
func (g *gemm) packA(dst []float32, rows cut, i0, t0, t1, p0, p1 int) {
	k := p1 - p0
	for t := t0; t < t1; t++ {
		start, n := rows.at(t)
		packSliver(dst[(t-t0)*k*asm.MR:], g.a, i0+start, n, p0, p1, asm.MR)
	}
	if g.alpha != 1 {
		dst = dst[:(t1-t0)*k*asm.MR]
		asm.MulScalar(dst, dst, g.alpha)
	}
}

// packB packs columns [j0, j1) and rows [p0, p1) of b into slivers of NR columns.
func packB(dst []float32, b matrix, j0, j1, p0, p1 int) {
	k := p1 - p0
	if b.cs != 1 {
		packSlivers(dst, matrix{b.at(p0, 0), b.cs, b.rs}, j0, j1, k, asm.NR)
		return
	}
	for p := p0; p < p1; p += packRun {
		q := min(p1, p+packRun)
		to, row, whole := dst[(p-p0)*asm.NR:], b.at(p, j0), (j1-j0)/asm.NR
		asm.PackPanels(whole, to, k*asm.NR, row, b.rs, q-p)
		if n := (j1 - j0) % asm.NR; n > 0 {
			asm.PackCopy(to[whole*k*asm.NR:], row[whole*asm.NR:], b.rs, n, q-p, asm.NR)
		}
	}
}

// packSlivers packs rows [lo, hi) of x into slivers of a width.
func packSlivers(dst []float32, x matrix, lo, hi, k, width int) {
	for i := lo; i < hi; i += width {
		packSliver(dst[(i-lo)*k:], x, i, min(width, hi-i), 0, k, width)
	}
}

// packSliver packs rows [i, i+rows) and columns [p0, p1) of x.
func packSliver(dst []float32, x matrix, i, rows, p0, p1, width int) {
	k := p1 - p0
	switch {
	case x.cs == 1:
		asm.PackTranspose(dst, x.at(i, p0), x.rs, rows, k, width)
	case x.rs == 1:
		asm.PackCopy(dst, x.at(i, p0), x.cs, rows, k, width)
	default:
		at := i*x.rs + p0*x.cs
		for out := dst[:k*width]; len(out) > 0; out = out[width:] {
			loadStrided(out[:rows], x.mem, at, x.rs)
			clear(out[rows:width])
			at += x.cs
		}
	}
}
