package cpu

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
)

const (
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
	a, b       matrix
	p, m1, m2  []float32
	adam       asm.Adam
	rows, cols division            // of the chunks
	lines      [productK / 2]int32 // that each tile asks for
}

var productSteps recycler[productStep]

// AdamStepProduct updates p and the moments m and v from the gradient a@b.
//
// Every element of the product is one sum in order of K.
func (c *cpu) AdamStepProduct(p, a, b, m, v backend.View, cfg backend.AdamConfig) bool {
	k := a.Shape[1]
	if k == 0 || k > productK || p.Size() == 0 || !p.Contiguous() || !m.Contiguous() || !v.Contiguous() ||
		hasNegative(&a) || hasNegative(&b) {
		return false
	}
	t := productSteps.get()
	*t = productStep{
		c: c, m: p.Shape[0], n: p.Shape[1], k: k,
		a: matrix{from(&a), a.Strides[0], a.Strides[1]},
		b: matrix{from(&b), b.Strides[0], b.Strides[1]},
		p: dense(&p), m1: dense(&m), m2: dense(&v),
		adam: asm.NewAdam(cfg.LR, cfg.Beta1, cfg.Beta2, cfg.Eps, cfg.WeightDecay, cfg.Decoupled,
			cfg.BiasCorrection1, cfg.BiasCorrection2),
	}
	width := min(t.n, productN, max(asm.NR, productB/k/asm.NR*asm.NR))
	size := max(minProductChunk, min(maxProductChunk, t.m*t.n/4))
	t.cols, t.rows = divide(t.n, width, asm.NR), divide(t.m, ceilDiv(size, width), stripMR())
	t.spread()
	c.team.do(t.cols.count*t.rows.count, t)
	*t = productStep{}
	productSteps.put(t)
	return true
}

// spread sets which lines a tile asks for, so that those of a part of a strip
// cover a part of the parameters: three numbers for each of the product.
func (t *productStep) spread() {
	const line = 16
	for i, n := 0, asm.AheadLines(t.k); i < n; i++ {
		t.lines[i] = int32(4 * line * (i * 3 * asm.MR / n))
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
func (t *productStep) chunk(i int) {
	r := rectangle{productStep: t}
	r.i0, r.i1 = t.rows.bounds(i / t.cols.count)
	j0, j1 := t.cols.bounds(i % t.cols.count)
	r.j0, r.cols = j0, j1-j0
	r.strip = max(1, productTile/r.cols/stripMR()) * stripMR()
	packed, rows := roundUp(r.cols, asm.NR)*t.k, roundUp(r.i1-r.i0, asm.MR)*t.k
	scratch := t.c.pool.alloc(packed + rows + 2*r.strip*r.cols)
	r.b, r.a = scratch.data[:packed], scratch.data[packed:packed+rows]
	g, next := scratch.data[packed+rows:][:r.strip*r.cols], scratch.data[packed+rows+r.strip*r.cols:]
	packB(r.b, t.b, r.j0, r.j0+r.cols, 0, t.k)
	packSlivers(r.a, t.a, r.i0, r.i1, t.k, asm.MR)
	r.multiply(g, r.i0, 0, r.tiles(r.i0), nil, 0)
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

// height is how many rows the strip has that begins at row i.
func (r *rectangle) height(i int) int { return max(0, min(r.strip, r.i1-i)) }

// tiles is how many tiles the strip has that begins at row i.
func (r *rectangle) tiles(i int) int {
	return ceilDiv(r.height(i), stripMR()) * ceilDiv(r.cols, asm.NR)
}

// update uses g, the strip that begins at row i, and forms the next one: a row
// at a time, or all at once if its rows lie one after the other.
func (r *rectangle) update(g, next []float32, i int) {
	rows, size := r.height(i), r.cols
	if r.cols == r.n {
		rows, size = 1, rows*size
	}
	tiles, done, parts := r.tiles(i+r.strip), 0, 3*rows
	for q := range rows {
		lo := (i+q)*r.n + r.j0
		hi := lo + size
		for x, mem := range [...][]float32{r.p, r.m1, r.m2} {
			upTo := tiles * (3*q + x + 1) / parts
			if upTo > done {
				r.multiply(next, i+r.strip, done, upTo, mem[lo:hi], size/(upTo-done))
			}
			done = upTo
		}
		asm.AdamStep(r.p[lo:hi], g[q*size:(q+1)*size], r.m1[lo:hi], r.m2[lo:hi], r.adam)
	}
}

// multiply forms tiles [u0, u1) of the strip that begins at row i, counted along
// its rows, and meanwhile asks for mem, so much of it in each tile.
func (r *rectangle) multiply(g []float32, i, u0, u1 int, mem []float32, each int) {
	k, height, across := r.k, r.height(i), ceilDiv(r.cols, asm.NR)
	for u := u0; u < u1; {
		top, j := u/across*stripMR(), u%across*asm.NR
		a, b, d := r.a[(i-r.i0+top)*k:], r.b[j*k:], g[top*r.cols+j:]
		rows, cols := min(stripMR(), height-top), min(r.cols-j, (u1-u)*asm.NR)
		u += ceilDiv(cols, asm.NR)
		if asm.Wide() {
			for j := 0; j < cols; j += 2 * asm.NR {
				asm.GemmWide(k, a, b[j*k:], d[j:], r.cols, rows, min(2*asm.NR, cols-j), false)
			}
			continue
		}
		whole := cols / asm.NR
		asm.GemmTilesAhead(whole, k, a, 0, 1, asm.MR, b, k*asm.NR, asm.NR, d, asm.NR, r.cols, rows,
			mem, each, r.lines[:], 0, false)
		if n := cols % asm.NR; n > 0 {
			asm.GemmKernel(k, a, 1, asm.MR, b[whole*asm.NR*k:], asm.NR, d[whole*asm.NR:], r.cols, rows, n, false)
		}
		mem = mem[min(len(mem), whole*each):]
	}
}
