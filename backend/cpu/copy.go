package cpu

import "github.com/org/artnn/backend"

// tile is the side of the squares in which a transposed copy runs: a cache
// line of each of its rows and columns, four times over.
const tile = 64

// Copy copies src to dst, element by element in index order.
func (c *cpu) Copy(dst, src backend.View) {
	n := dst.Size()
	if n == 0 {
		return
	}
	if n <= cheapChunk && dst.Contiguous() && src.Contiguous() {
		copy(dense(&dst), dense(&src))
		return
	}
	t := mappings.Get()
	t.kind = mapCopy
	t.add(&dst)
	t.add(&src)
	t.nest.collapseAnyOrder()
	t.nest.pairTranspose()
	step, unit := copyChunk(&t.nest)
	t.do(c, step, unit)
}

// pairTranspose moves the axis along which operand 1 is contiguous next to the
// innermost one, where operand 0 is, so that copy can work in squares.
func (s *nest) pairTranspose() {
	if s.rank < 3 || s.step(1) == 1 {
		return
	}
	for k := range s.rank - 2 {
		if s.strides[1][k] == 1 {
			for ; k < s.rank-2; k++ {
				s.swap(k, k+1)
			}
			return
		}
	}
}

// transposed reports whether the two innermost axes are to be copied in
// squares, because each operand is contiguous along another of them.
func (s *nest) transposed() bool {
	return s.rank >= 2 && s.step(0) == 1 && s.strides[1][s.rank-2] == 1 &&
		s.inner() >= 8 && s.shape[s.rank-2] >= 8
}

// copyChunk is how many elements a chunk has and a unit of one: whole bands of
// squares of a transposed copy.
func copyChunk(s *nest) (step, unit int) {
	if s.transposed() {
		return tile * s.inner(), tile * s.inner()
	}
	return cheapChunk, alignFloats
}

func (t *mapping) copy(lo, hi int) {
	s := &t.nest
	switch {
	case s.flat(0) && s.flat(1):
		copy(t.flat(0, lo, hi), t.flat(1, lo, hi))
		return
	case s.transposed():
		t.copySquares(lo, hi)
		return
	}
	var buf [blockLen]float32
	cur := s.seek(lo)
	for lo < hi {
		n := min(hi-lo, s.inner()-cur.index[s.rank-1])
		d, x := cur.offset[0], cur.offset[1]
		switch {
		case s.step(0) == 1:
			loadStrided(t.mem[0][d:d+n], t.mem[1], x, s.step(1))
		case s.step(1) == 1:
			storeStrided(t.mem[0], d, s.step(0), t.mem[1][x:x+n])
		default:
			n = min(n, blockLen)
			loadStrided(buf[:n], t.mem[1], x, s.step(1))
			storeStrided(t.mem[0], d, s.step(0), buf[:n])
		}
		s.advance(&cur, n)
		lo += n
	}
}

// copySquares copies whole rows of the innermost axis, in bands that do not
// cross the axis next to it.
func (t *mapping) copySquares(lo, hi int) {
	s := &t.nest
	cols := s.inner()
	for lo < hi {
		cur := s.seek(lo)
		rows := min((hi-lo)/cols, s.shape[s.rank-2]-cur.index[s.rank-2])
		dst, src := t.mem[0][cur.offset[0]:], t.mem[1][cur.offset[1]:]
		ld, ls := s.strides[0][s.rank-2], s.strides[1][s.rank-1]
		for i0 := 0; i0 < rows; i0 += tile {
			for j0 := 0; j0 < cols; j0 += tile {
				transposeSquare(dst[i0*ld+j0:], src[j0*ls+i0:], ld, ls, min(tile, rows-i0), min(tile, cols-j0))
			}
		}
		lo += rows * cols
	}
}

// transposeSquare is dst[i*ld+j] = src[j*ls+i] for i < rows, j < cols.
func transposeSquare(dst, src []float32, ld, ls, rows, cols int) {
	for j := range cols {
		row := src[j*ls:][:rows]
		at := j
		for _, x := range row {
			dst[at] = x
			at += ld
		}
	}
}
