package cpu

import "github.com/org/artnn/asm"

// sweep is a worker's way through a part of B, block by block: each is packed,
// then multiplied, and meanwhile the lines of the next are asked for. Packing
// alone would wait for memory, line by line, and take as long for a few rows as
// multiplying does.
type sweep struct {
	g      *gemm
	i0, i1 int       // rows of A, at most as many as make a block if A is not packed
	j0, j1 int       // columns of B
	p0, p1 int       // and its rows
	deep   bool      // the block below comes next, not the one to the right
	packed []float32 // A in blocks, if it is packed already
}

// blockSize is the size of a block of B.
type blockSize struct{ k, n int }

// place is where a block of B lies.
type place struct{ j0, j1, p0, p1 int }

// at is the place of block i; after the last ones there is nothing.
func (s *sweep) at(i int) place {
	size := s.g.size
	across, down := ceilDiv(s.j1-s.j0, size.n), ceilDiv(s.p1-s.p0, size.k)
	x, y := i%across, i/across
	if s.deep {
		x, y = i/down, i%down
	}
	if x >= across || y >= down {
		return place{}
	}
	j, p := s.j0+x*size.n, s.p0+y*size.k
	return place{j, min(s.j1, j+size.n), p, min(s.p1, p+size.k)}
}

// run multiplies all blocks.
func (s *sweep) run() {
	g, rows := s.g, cutPacked(s.i1-s.i0)
	size := g.size
	area, height := size.k*min(size.n, roundUp(s.j1-s.j0, asm.NR)), 0
	if s.packed == nil {
		height = rows.tiles * asm.MR
	}
	scratch := g.c.pool.alloc(area + height*size.k)
	b, a := scratch.data[:area], scratch.data[area:]
	done := -1 // the first row of B that the packed block of A belongs to
	for i, at := 0, s.at(0); at.j1 > at.j0; i++ {
		next, k := s.at(i+1), at.p1-at.p0
		var ask ahead
		if next.j1 > 0 {
			ask = g.aheadAt(next.p0, next.j0)
		} else if s.deep {
			ask = g.aheadAt(s.p0, s.j1) // which this worker is likely to do next
		}
		if s.packed != nil {
			a = s.packed[(at.p0-s.p0)*rows.tiles*asm.MR:]
		} else if at.p0 != done {
			g.packA(a, rows, s.i0, 0, rows.tiles, at.p0, at.p1)
			done = at.p0
		}
		acc := at.p0 > 0 || g.start(s.i0, s.i1, at.j0, at.j1)
		packB(b, g.b, at.j0, at.j1, at.p0, at.p1)
		g.block(a, b, rows, s.i0, at.j0, at.j1, k, acc, ask)
		if at.p1 == g.k {
			g.finish(s.i0, s.i1, at.j0, at.j1)
		}
		at = next
	}
	g.c.pool.put(scratch)
}
