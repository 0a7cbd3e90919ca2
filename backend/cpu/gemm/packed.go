package gemm

import "github.com/org/artnn/asm"

// block is a product of packed slivers that is added to part of C: rows of a cut
// that begins at row i0, columns [j0, j1), k steps of K. Meanwhile the tiles
// prefetch what is needed next.
type block struct {
	a, b          []float32
	rows          Cut
	i0, j0, j1, k int
	accumulate    bool
	next          prefetch
}

// block computes one.
func (j *job) block(b *block) {
	if j.plan.Wide {
		j.blockWide(b)
		return
	}
	n, k := b.j1-b.j0, b.k
	whole := n / asm.NR * asm.NR
	c := j.C[b.i0*j.LdC+b.j0:]
	if alongRows(b.rows.Tiles*asm.MR, n, k) {
		for t := range b.rows.Tiles {
			i, m := b.rows.At(t)
			mem, at := b.next.tile(t, asm.PrefetchLines(k))
			asm.GemmTiles(&asm.Tiles{
				Count: whole / asm.NR, K: k, M: m, N: asm.NR, A: b.a[t*k*asm.MR:], ARow: 1, ACol: asm.MR,
				B: b.b, BTile: k * asm.NR, BRow: asm.NR, C: c[i*j.LdC:], CTile: asm.NR, CRow: j.LdC, Accumulate: b.accumulate,
				Prefetch: &asm.Prefetch{Next: mem, NextTile: b.next.stride, Offsets: at},
			})
		}
	} else {
		for at := 0; at < whole; at += asm.NR {
			j.sliver(b, at, c[at:])
		}
	}
	if n := n - whole; n > 0 {
		for t := range b.rows.Tiles {
			i, m := b.rows.At(t)
			asm.GemmTiles(&asm.Tiles{
				Count: 1, K: k, M: m, N: n, A: b.a[t*k*asm.MR:], ARow: 1, ACol: asm.MR, B: b.b[whole*k:], BRow: asm.NR,
				C: c[i*j.LdC+whole:], CRow: j.LdC, Accumulate: b.accumulate,
			})
		}
	}
}

// sliver is block for the sliver of B at column at, whose part of C begins at c. Its
// first tiles prefetch what comes next, after the group of columns.
func (j *job) sliver(x *block, at int, c []float32) {
	k, ldc, b, mem := x.k, j.LdC, x.b[at*x.k:], x.next.group(at/asm.NR)
	lines, size := asm.PrefetchLines(k), k*asm.MR
	t := asm.Tiles{
		K: k, N: asm.NR, ATile: size, ARow: 1, ACol: asm.MR, B: b, BRow: asm.NR, CRow: ldc, Accumulate: x.accumulate,
	}
	fetch := asm.Prefetch{Next: mem, OffsetsTile: lines}
	for _, r := range x.rows.runs() {
		t.M, t.CTile = r.rows, r.rows*ldc
		if early := min(r.tiles, x.next.tiles-r.tile); early > 0 && mem != nil {
			t.Count, t.A, t.C = early, x.a[r.tile*size:], c[r.start*ldc:]
			t.Prefetch, fetch.Offsets = &fetch, x.next.lines[r.tile*lines:]
			asm.GemmTiles(&t)
			t.Prefetch = nil
			r.tile, r.tiles, r.start = r.tile+early, r.tiles-early, r.start+early*r.rows
		}
		if r.tiles > 0 {
			t.Count, t.A, t.C = r.tiles, x.a[r.tile*size:], c[r.start*ldc:]
			asm.GemmTiles(&t)
		}
	}
}

// blockWide is block by the kernel for two slivers of each operand.
func (j *job) blockWide(b *block) {
	if (b.j1-b.j0)*b.k <= shallow {
		for t := 0; t < b.rows.Tiles; t += 2 {
			for c := b.j0; c < b.j1; c += 2 * asm.NR {
				j.tileWide(b, t, c)
			}
		}
		return
	}
	for c := b.j0; c < b.j1; c += 2 * asm.NR {
		for t := 0; t < b.rows.Tiles; t += 2 {
			j.tileWide(b, t, c)
		}
	}
}

// tileWide is the tiles t and t+1 of a block at column c and NR columns on.
func (j *job) tileWide(b *block, t, c int) {
	i, m := b.rows.At(t)
	if t+1 < b.rows.Tiles {
		_, more := b.rows.At(t + 1)
		m += more
	}
	asm.GemmWide(&asm.WideTile{
		K: b.k, M: m, N: min(2*asm.NR, b.j1-c), A: b.a[t*b.k*asm.MR:], B: b.b[(c-b.j0)*b.k:],
		C: j.C[(b.i0+i)*j.LdC+c:], CRow: j.LdC, Accumulate: b.accumulate,
	})
}

// sweep is a worker's walk through a part of B, block by block: each is packed, then
// multiplied, and meanwhile the lines of the next are prefetched. Packing would
// otherwise wait for memory, line by line, and take as long for a few rows as
// multiplying does.
type sweep struct {
	*job
	size   Size      // of a block
	i0, i1 int       // rows of A, at most blockM if A is not packed
	j0, j1 int       // columns of B
	p0, p1 int       // and its rows
	deep   bool      // the block below comes next, not the one to the right
	packed []float32 // A in blocks, if it is packed already
}

// place is where a block of B lies.
type place struct{ j0, j1, p0, p1 int }

// at is the place of block i; after the last ones there is nothing.
func (s *sweep) at(i int) place {
	across, down := ceilDiv(s.j1-s.j0, s.size.N), ceilDiv(s.p1-s.p0, s.size.K)
	x, y := i%across, i/across
	if s.deep {
		x, y = i/down, i%down
	}
	if x >= across || y >= down {
		return place{}
	}
	j, p := s.j0+x*s.size.N, s.p0+y*s.size.K
	return place{j, min(s.j1, j+s.size.N), p, min(s.p1, p+s.size.K)}
}

// run multiplies all blocks.
func (s *sweep) run() {
	rows := cutPacked(s.i1-s.i0, s.plan.Wide)
	area, height := s.size.K*min(s.size.N, roundUp(s.j1-s.j0, asm.NR)), 0
	if s.packed == nil {
		height = rows.Tiles * asm.MR
	}
	scratch := s.env.Memory.Get(area + height*s.size.K)
	mem := scratch.Floats()
	b, a := mem[:area], mem[area:]
	done := -1 // the first row of B that the packed block of A belongs to
	for i, at := 0, s.at(0); at.j1 > at.j0; i++ {
		next, k := s.at(i+1), at.p1-at.p0
		x := block{b: b, rows: rows, i0: s.i0, j0: at.j0, j1: at.j1, k: k}
		if next.j1 > 0 {
			x.next = s.prefetchAt(next.p0, next.j0)
		} else if s.deep {
			x.next = s.prefetchAt(s.p0, s.j1) // which this worker is likely to do next
		}
		if s.packed != nil {
			a = s.packed[(at.p0-s.p0)*rows.Tiles*asm.MR:]
		} else if at.p0 != done {
			packA(a, tilesOfA{a: s.A.From(s.i0, at.p0), rows: rows, t1: rows.Tiles, k: k, alpha: s.Alpha})
			done = at.p0
		}
		part := rect{s.i0, s.i1, at.j0, at.j1}
		x.a, x.accumulate = a, at.p0 > 0 || s.start(part)
		PackColumns(b, s.B.From(at.p0, at.j0), at.j1-at.j0, k)
		s.block(&x)
		if at.p1 == s.K {
			s.finish(part)
		}
		at = next
	}
	s.env.Memory.Put(scratch)
}
