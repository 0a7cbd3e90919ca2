package cpu

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend/cpu/gemm"
)

// Where images have few channels and windows do not lie far apart, the lines that a
// line of windows sees are interleaved in cells, each of the pixels from one window to
// the next, of all lines:
//
//	cells [across/step, down, across%step, channel]
//
// A window is then a few cells, one after the other, and windows are the rows of a
// matrix that a product reads in place, each from a cell further on.

const (
	// cellC is the most channels of images, from which packed patches are nearly as
	// fast: from 3 channels to 64 this gains nine tenths, from 8 a fifth and, of the
	// gradient of weights, half (BenchmarkConv).
	cellC = 8
	// cellsN is the most columns of a tile of the gradient of weights, cellsM its rows.
	cellsN, cellsM = 3 * asm.NR, asm.InPlaceRows48
)

// celled reports whether windows are whole cells.
func (s *sliding) celled() bool {
	return s.groups == 1 && s.C <= cellC && s.KH*s.KW > 1 && s.outs%asm.NR == 0 && s.TapX == 1 && s.KW%s.StepX == 0
}

// cell is how many numbers a cell has, of one line and of all; window how many a window.
func (s *sliding) cellLine() int { return s.StepX * s.C }
func (s *sliding) cell() int     { return s.KH * s.cellLine() }
func (s *sliding) window() int   { return s.KH * s.KW * s.C }

// cellsSize is how many numbers a line of windows sees, and some more that the last
// tile of a gradient of weights reads and nothing depends on.
func (s *sliding) cellsSize() int {
	return (s.Across+s.KW/s.StepX-1)*s.cell() + cellsN
}

// cells interleaves the lines that a line of windows sees, which lie in a band.
func (t *bandTask) cells(dst, band []float32) {
	n, size := t.Across+t.KW/t.StepX-1, t.cellLine()
	for a := range t.KH {
		interleave(dst[a*size:], t.tap(band, 0, a, 0), n, size, t.cell())
	}
}

// interleave copies n pieces of size numbers, one after the other, to every stride-th
// number.
func interleave(dst, src []float32, n, size, stride int) {
	if size < 4 {
		for i := range n {
			for j := range size {
				dst[i*stride+j] = src[i*size+j]
			}
		}
		return
	}
	for i := range n {
		d, s := dst[i*stride:][:size], src[i*size:][:size]
		for j := 0; j+4 <= size; j += 4 {
			*(*[4]float32)(d[j:]) = *(*[4]float32)(s[j:])
		}
		*(*[4]float32)(d[size-4:]) = *(*[4]float32)(s[size-4:])
	}
}

// cellProducts multiplies windows by the weights, packed as [window's number, out].
func (t *bandTask) cellProducts(to, cells []float32) {
	x := asm.InPlaceTiles{
		K: t.window(), ARow: t.cell(), ACol: 1, BRow: t.outs, CRow: t.outs, Accumulate: t.bias != nil,
	}
	for j := 0; j < t.outs; j += 2 * asm.NR {
		x.N, x.A, x.B, x.C = min(2*asm.NR, t.outs-j), cells, t.packed[j:], to[j:]
		gemm.MultiplyInPlace(x, t.Across, 2*asm.MR)
	}
}

// cellTap is where tap (a, b) lies in a window.
func (s *sliding) cellTap(a, b int) int {
	return b/s.StepX*s.cell() + a*s.cellLine() + b%s.StepX*s.C
}

// addCells adds the products of one line to sums [out, window's number], in rows of
// whole tiles.
func (t *bandWeights) addCells(sums, g, cells []float32) {
	row := t.cellRow()
	x := asm.InPlaceTiles{K: t.Across, ARow: 1, ACol: t.outs, BRow: t.cell(), CRow: row, Accumulate: true}
	for j := 0; j < row; j += cellsN {
		x.N, x.A, x.B, x.C = min(cellsN, row-j), g, cells[j:], sums[j:]
		gemm.MultiplyInPlace(x, t.outs, cellsM)
	}
}

// cellRow is how many numbers a row of sums has.
func (s *sliding) cellRow() int { return roundUp(s.window(), asm.NR) }

// fromCells sets the gradient [o, tap, c] from sums.
func (t *bandWeights) fromCells(dst, sums []float32) {
	for o := range t.outs {
		for a := range t.KH {
			for b := range t.KW {
				copy(dst[((o*t.KH+a)*t.KW+b)*t.C:][:t.C], sums[o*t.cellRow()+t.cellTap(a, b):])
			}
		}
	}
}
