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
	// productChunk is how many parameters make a chunk, unless a long sum needs
	// few columns to keep its part of B in the level 2 cache.
	productChunk = 128 << 10
	productB     = 64 << 10
	// productTile is how many numbers of the product are kept at a time.
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
	rows, cols int // of a chunk
	across     int // chunks side by side
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
	t.cols = min(t.n, productN, max(asm.NR, productB/k/asm.NR*asm.NR))
	t.rows = min(t.m, roundUp(ceilDiv(productChunk, t.cols), asm.MR))
	t.across = ceilDiv(t.n, t.cols)
	c.team.do(t.across*ceilDiv(t.m, t.rows), t)
	*t = productStep{}
	productSteps.put(t)
	return true
}

// chunk updates one rectangle of the parameters: its columns of B are packed,
// then a few rows of the product at a time are formed in cache and used.
func (t *productStep) chunk(i int) {
	i0, j0 := i/t.across*t.rows, i%t.across*t.cols
	i1, j1 := min(t.m, i0+t.rows), min(t.n, j0+t.cols)
	cols := j1 - j0
	tile := max(1, productTile/cols/(2*asm.MR)) * 2 * asm.MR
	packed, rows := roundUp(cols, asm.NR)*t.k, roundUp(i1-i0, asm.MR)*t.k
	scratch := t.c.pool.alloc(packed + rows + tile*cols)
	b, a, g := scratch.data[:packed], scratch.data[packed:packed+rows], scratch.data[packed+rows:]
	packSlivers(b, t.b.transposed(), j0, j1, t.k, asm.NR)
	packSlivers(a, t.a, i0, i1, t.k, asm.MR)
	for i := i0; i < i1; i += tile {
		m := min(tile, i1-i)
		t.multiply(g, a[(i-i0)*t.k:], b, m, cols)
		t.update(g, i, j0, m, cols)
	}
	t.c.pool.put(scratch)
}

// packSlivers packs rows [lo, hi) of x into slivers of a width.
func packSlivers(dst []float32, x matrix, lo, hi, k, width int) {
	for i := lo; i < hi; i += width {
		packSliver(dst[(i-lo)*k:], x, i, min(width, hi-i), 0, k, width)
	}
}

// multiply forms rows of the product from packed slivers.
func (t *productStep) multiply(g, a, b []float32, rows, cols int) {
	if asm.Wide() {
		for i := 0; i < rows; i += 2 * asm.MR {
			for j := 0; j < cols; j += 2 * asm.NR {
				asm.GemmWide(t.k, a[i*t.k:], b[j*t.k:], g[i*cols+j:], cols, min(2*asm.MR, rows-i), min(2*asm.NR, cols-j), false)
			}
		}
		return
	}
	for i := 0; i < rows; i += asm.MR {
		for j := 0; j < cols; j += asm.NR {
			asm.GemmKernel(t.k, a[i*t.k:], 1, asm.MR, b[j*t.k:], asm.NR, g[i*cols+j:], cols, min(asm.MR, rows-i), min(asm.NR, cols-j), false)
		}
	}
}

// update uses the rows of the gradient.
func (t *productStep) update(g []float32, i0, j0, rows, cols int) {
	if cols == t.n {
		rows, cols = 1, rows*cols // whole rows lie one after the other
	}
	for i := range rows {
		lo := (i0+i)*t.n + j0
		hi := lo + cols
		asm.AdamStep(t.p[lo:hi], g[i*cols:(i+1)*cols], t.m1[lo:hi], t.m2[lo:hi], t.adam)
	}
}
