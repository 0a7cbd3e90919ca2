package gemm

import "github.com/org/artnn/asm"

// stageN is the most columns of patches that are copied together before they are
// packed, where windows do not lie evenly in memory: 4 KiB of a few rows.
const stageN = 128

// packRows is packSliver for patches: rows of them from one on, and columns.
func (p *Patches) packRows(dst []float32, row, col, rows, k, width int) {
	var windows [asm.NR]origin
	for i := range rows {
		windows[i] = p.origin(row + i)
	}
	for k > 0 {
		r := p.segmentAt(col, k)
		if src, ld, ok := p.even(windows[:rows], r); ok {
			asm.PackTranspose(dst, p.Mem[src:], ld, rows, r.n, width)
		} else {
			r.n = min(r.n, stageN)
			p.stageRows(dst, windows[:rows], r, width)
		}
		dst, col, k = dst[r.n*width:], col+r.n, k-r.n
	}
}

// even reports whether a segment lies in memory at equal distances for some windows, and
// inside their images.
func (p *Patches) even(windows []origin, r segment) (offset, stride int, ok bool) {
	first, ok := p.inside(windows[0], r)
	if !ok || len(windows) == 1 {
		return first, 0, ok
	}
	for i := 1; i < len(windows); i++ {
		at, ok := p.inside(windows[i], r)
		if i == 1 {
			stride = at - first
		}
		if !ok || stride <= 0 || at != first+i*stride {
			return 0, 0, false
		}
	}
	return first, stride, true
}

// stageRows packs a segment by way of a copy.
func (p *Patches) stageRows(dst []float32, windows []origin, r segment, width int) {
	var stage [asm.NR * stageN]float32
	for i, o := range windows {
		p.read(stage[i*r.n:], o, r)
	}
	asm.PackTranspose(dst, stage[:], r.n, len(windows), r.n, width)
}

// packColumns is PackColumns for patches: k rows of them from row on, and n columns.
func (p *Patches) packColumns(dst []float32, row, col, n, k int) {
	for p0 := 0; p0 < k; {
		steps := min(packRun, k-p0, p.Across-(row+p0)%p.Across) // windows of one line
		o := p.origin(row + p0)
		for j := 0; j < n; {
			r := p.segmentAt(col+j, n-j)
			to := dst[j/asm.NR*k*asm.NR+p0*asm.NR:]
			if whole := r.n / asm.NR; whole > 0 && p.C%asm.NR == 0 && p.linesInside(o, r, steps) {
				src, _ := p.inside(o, r)
				asm.PackPanels(whole, to, k*asm.NR, p.Mem[src:], p.StepX*p.Pixel, steps, asm.NR)
				j += whole * asm.NR
				continue
			}
			j += p.stageColumns(to, o, col+j, min(stageN, n-j), k, steps)
		}
		p0 += steps
	}
}

// linesInside reports whether a segment lies inside the image for some windows of one
// line from o on.
func (p *Patches) linesInside(o origin, r segment, steps int) bool {
	_, first := p.inside(o, r)
	o.x += (steps - 1) * p.StepX
	_, last := p.inside(o, r)
	return first && last
}

// stageColumns packs n columns for some windows of one line by way of a copy, and
// returns how many it has packed: whole panels, or all.
func (p *Patches) stageColumns(dst []float32, o origin, col, n, k, steps int) int {
	var stage [packRun * stageN]float32
	for i := range steps {
		for j := 0; j < n; {
			r := p.segmentAt(col+j, n-j)
			p.read(stage[i*n+j:], o, r)
			j += r.n
		}
		o.x += p.StepX
	}
	whole := n / asm.NR
	asm.PackPanels(whole, dst, k*asm.NR, stage[:], n, steps, asm.NR)
	if rest := n % asm.NR; rest > 0 {
		asm.PackCopy(dst[whole*k*asm.NR:], stage[whole*asm.NR:], n, rest, steps, asm.NR)
	}
	return n
}
