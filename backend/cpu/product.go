package cpu

import (
	"math"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/gemm"
	"github.com/org/artnn/backend/cpu/team"
)

const (
	// wantedSize is the fewest numbers of a gradient worth keeping as a product:
	// those that do not fit in cache.
	wantedSize = 1 << 20
	// wantedTerms is the most terms of its sums. Beyond, forming it costs more
	// arithmetic than memory.
	wantedTerms = 128
	// productK is the most terms of a sum for which a product and an update are
	// done as one. Beyond, arithmetic outweighs the memory that this saves.
	productK = 256
	// productN is the most columns of a chunk: a whole page of each row, so that
	// the many rows of memory are read in long runs.
	productN = 1024
	// A chunk is a fourth of the parameters within these bounds, unless a long sum
	// needs few columns to keep its part of B, productB, in the level 2 cache.
	minProductChunk = 16 << 10
	maxProductChunk = 128 << 10
	productB        = 64 << 10
	// productTile is how many numbers of the product make a strip.
	productTile = 6 << 10
)

// productStep is one step of Adam on a matrix whose gradient is a product that
// is never written to memory as a whole.
type productStep struct {
	c          *cpu
	m, n, k    int
	a, b       gemm.Matrix
	p, m1, m2  []float32
	adam       asm.Adam
	rows, cols team.Division // of the chunks
	lines      *lineOffsets  // that the tiles of a third of a strip ask for; nil for none
}

// lineOffsets has room for the lines that the tiles of a third of a strip ask for.
type lineOffsets [(productTile/asm.MR/asm.NR + 2) / 3 * productK / 2]int32

var productLines team.Recycler[lineOffsets]

var productSteps team.Recycler[productStep]

// WantsProduct reports whether the product is large and both factors are small
// beside it.
func (*cpu) WantsProduct(m, k, n int) bool {
	return m*n >= wantedSize && k <= wantedTerms && k*(m+n) <= m*n/2
}

// AdamStepProduct updates p and the moments m and v from the gradient a@b.
//
// Every element of the product is one sum in order of K.
func (c *cpu) AdamStepProduct(p, a, b, m, v backend.View, cfg backend.AdamConfig) bool {
	k := a.Shape[1]
	if k == 0 || k > productK || p.Size() == 0 || !p.Contiguous() || !m.Contiguous() || !v.Contiguous() ||
		hasNegative(&a) || hasNegative(&b) {
		return false
	}
	t := productSteps.Get()
	*t = productStep{
		c: c, m: p.Shape[0], n: p.Shape[1], k: k,
		a: matrix(&a), b: matrix(&b),
		p: dense(&p), m1: dense(&m), m2: dense(&v),
		adam: adamConstants(&cfg),
	}
	width := min(t.n, productN, max(asm.NR, productB/k/asm.NR*asm.NR))
	size := max(minProductChunk, min(maxProductChunk, t.m*t.n/4))
	t.cols, t.rows = team.Divide(t.n, width, asm.NR), team.Divide(t.m, ceilDiv(size, width), stripMR())
	t.spread()
	c.team.Do(t.cols.Count*t.rows.Count, t)
	if t.lines != nil {
		productLines.Put(t.lines)
	}
	*t = productStep{}
	productSteps.Put(t)
	return true
}

// spread sets which lines the tiles of a third of a strip ask for: together those
// of all its rows, or as many as they may, evenly. A few parameters stay in the
// cache, and are not worth it; the wide kernel does not ask.
func (t *productStep) spread() {
	const line = 16 // numbers
	width := min(t.n, ceilDiv(ceilDiv(t.n, asm.NR), t.cols.Count)*asm.NR)
	rows, across := stripRows(width), ceilDiv(width, line)
	if asm.Wide() || t.m*t.n < gemm.PrefetchMin || rows*t.n > math.MaxInt32/8 {
		t.lines = nil
		return
	}
	t.lines = productLines.Get()
	asked := ceilDiv(ceilDiv(rows, asm.MR)*ceilDiv(width, asm.NR), 3) * asm.PrefetchLines(t.k)
	row, j, over := 0, 0, 0
	for s := range t.lines[:asked] {
		t.lines[s] = int32(4 * (row + j))
		for over += rows * across; over >= asked; over -= asked {
			if j += line; j >= width {
				row, j = row+t.n, 0
			}
		}
	}
}

// rectangle is a chunk of the parameters while it is updated.
type rectangle struct {
	*productStep
	i0, i1, j0, cols int
	strip            int       // rows of the product that are kept
	a, b             []float32 // packed
}

// chunk updates one rectangle of the parameters: its columns of B are packed,
// then a few rows of the product at a time, a strip, are formed in cache and
// used. The next strip is formed meanwhile, in parts that ask for the parameters
// that are updated after them, so that neither arithmetic nor memory waits.
func (t *productStep) Chunk(i int) {
	r := rectangle{productStep: t}
	r.i0, r.i1 = t.rows.Bounds(i / t.cols.Count)
	j0, j1 := t.cols.Bounds(i % t.cols.Count)
	r.j0, r.cols = j0, j1-j0
	r.strip = stripRows(r.cols)
	packed, rows := roundUp(r.cols, asm.NR)*t.k, roundUp(r.i1-r.i0, asm.MR)*t.k
	scratch := t.c.pool.alloc(packed + rows + 2*r.strip*r.cols)
	r.b, r.a = scratch.data[:packed], scratch.data[packed:packed+rows]
	g, next := scratch.data[packed+rows:][:r.strip*r.cols], scratch.data[packed+rows+r.strip*r.cols:]
	gemm.PackColumns(r.b, t.b.From(0, r.j0), r.cols, t.k)
	gemm.PackRows(r.a, t.a.From(r.i0, 0), r.i1-r.i0, t.k, asm.MR)
	r.multiply(g, r.i0, 0, r.tiles(r.i0), nil)
	for i := r.i0; i < r.i1; i += r.strip {
		r.update(g, next, i)
		g, next = next, g
	}
	t.c.pool.put(scratch)
}

// stripMR is how many rows the kernel computes at a time.
func stripMR() int {
	if asm.Wide() {
		return 2 * asm.MR
	}
	return asm.MR
}

// stripRows is how many rows a strip has with so many columns.
func stripRows(cols int) int {
	return max(1, productTile/roundUp(cols, asm.NR)/stripMR()) * stripMR()
}

// height is how many rows the strip has that begins at row i.
func (r *rectangle) height(i int) int { return max(0, min(r.strip, r.i1-i)) }

// tiles is how many tiles the strip has that begins at row i.
func (r *rectangle) tiles(i int) int {
	return ceilDiv(r.height(i), stripMR()) * ceilDiv(r.cols, asm.NR)
}

// update forms the strip after the one that begins at row i, and meanwhile asks for
// the parameters and moments of that one, each in a third of the tiles; then it
// updates them from g, a row at a time, or at once if the rows lie one after the
// other.
func (r *rectangle) update(g, next []float32, i int) {
	at, tiles := i*r.n+r.j0, r.tiles(i+r.strip)
	for x, mem := range [...][]float32{r.p, r.m1, r.m2} {
		r.multiply(next, i+r.strip, tiles*x/3, tiles*(x+1)/3, mem[at:])
	}
	rows, size := r.height(i), r.cols
	if r.cols == r.n {
		rows, size = 1, rows*size
	}
	for q := range rows {
		lo, hi := at+q*r.n, at+q*r.n+size
		asm.AdamStep(r.p[lo:hi], g[q*size:(q+1)*size], r.m1[lo:hi], r.m2[lo:hi], r.adam)
	}
}

// multiply forms tiles [u0, u1) of the strip that begins at row i, counted along
// its rows, and meanwhile asks for the lines of mem.
func (r *rectangle) multiply(g []float32, i, u0, u1 int, mem []float32) {
	k, height, across, asked := r.k, r.height(i), ceilDiv(r.cols, asm.NR), asm.PrefetchLines(r.k)
	if r.lines == nil {
		mem = nil
	}
	for u := u0; u < u1; {
		top, j := u/across*stripMR(), u%across*asm.NR
		a, b, d := r.a[(i-r.i0+top)*k:], r.b[j*k:], g[top*r.cols+j:]
		rows, cols := min(stripMR(), height-top), min(r.cols-j, (u1-u)*asm.NR)
		whole := cols / asm.NR
		switch {
		case asm.Wide():
			for j := 0; j < cols; j += 2 * asm.NR {
				asm.GemmWide(&asm.WideTile{K: k, M: rows, N: min(2*asm.NR, cols-j), A: a, B: b[j*k:], C: d[j:], CRow: r.cols})
			}
		default:
			x := asm.Tiles{
				Count: whole, K: k, M: rows, N: asm.NR, A: a, ARow: 1, ACol: asm.MR,
				B: b, BTile: k * asm.NR, BRow: asm.NR, C: d, CTile: asm.NR, CRow: r.cols,
			}
			if mem != nil {
				x.Prefetch = &asm.Prefetch{Next: mem, Offsets: r.lines[(u-u0)*asked:], OffsetsTile: asked}
			}
			asm.GemmTiles(&x)
			if n := cols % asm.NR; n > 0 {
				x.Count, x.N, x.B, x.C = 1, n, b[whole*asm.NR*k:], d[whole*asm.NR:]
				asm.GemmTiles(&x)
			}
		}
		u += ceilDiv(cols, asm.NR)
	}
}
