package cpu

import (
	"fmt"

	"github.com/org/artnn/backend"
)

// matrix is a strided matrix: element (i, j) is mem[i*rs+j*cs].
type matrix struct {
	mem    []float32
	rs, cs int
}

func (m *matrix) at(i, j int) []float32 { return m.mem[i*m.rs+j*m.cs:] }

func (m matrix) transposed() matrix { return matrix{m.mem, m.cs, m.rs} }

// gemm is one call of Gemm, cut into chunks. The rows of the destination have
// unit stride and lie ldd apart.
type gemm struct {
	c       *cpu
	m, n, k int
	a, b    matrix
	d       []float32
	ldd     int
	alpha   float32 // other than 1 only if beta is not 0
	beta    float32
	ep      epilogue

	// Batches: how many matrices, and the distance between them.
	batch      int
	sa, sb, sd int

	// The loop in progress: what its chunks do, and the rows, columns, pieces of K
	// or matrices of each.
	phase gemmPhase
	parts division
	way   gemmWay // of phaseDirect

	packed []float32 // the operand, or a panel of it, that all chunks share
	j0, j1 int       // the columns of the packed panel
	p0, p1 int       // the part of K of the packed panel
	size   blockSize // of B, for few rows of A; not set at first
	look   ahead     // in B, from some place on; without lines if not worth it
	sums   []float32 // partial products of a split sum
	pieces int       // how many
}

type gemmPhase uint8

const (
	phasePackA   gemmPhase = iota // pack tiles of rows of A into packed
	phasePackB                    // pack columns of B into packed
	phaseColumns                  // A is packed: pack some columns of B and multiply
	phaseRows                     // B is packed: pack some rows of A and multiply
	phaseDirect                   // some columns, without packing
	phaseSmall                    // some rows, without packing
	phaseSplit                    // the partial product of a piece of K
	phaseJoin                     // the sum of the partial products of some rows
	phaseBatch                    // some matrices of a batch
)

// chunk runs one chunk of the loop in progress.
func (g *gemm) chunk(i int) {
	lo, hi := g.parts.bounds(i)
	switch g.phase {
	case phasePackA:
		g.packRows(lo, hi)
	case phasePackB:
		g.packColumns(g.j0+lo, g.j0+hi)
	case phaseColumns:
		g.multiplyColumns(lo, hi)
	case phaseRows:
		g.multiplyRows(lo, hi)
	case phaseDirect:
		g.direct(g.way, lo, hi)
	case phaseSmall:
		g.small(lo, hi)
	case phaseSplit:
		g.multiplyPiece(i)
	case phaseJoin:
		g.join(lo, hi)
	case phaseBatch:
		g.multiplyMatrices(lo, hi)
	}
}

// loop runs the phase over n rows, columns or matrices, at most step to a chunk
// and whole units.
func (g *gemm) loop(phase gemmPhase, n, step, unit int) {
	g.phase, g.parts = phase, divide(n, step, unit)
	g.c.team.do(g.parts.count, g)
}

var gemms recycler[gemm]

// Gemm computes dst = act(alpha·a@b + beta·dst + bias).
//
// Every element is a sum of blocks of K in order; their bounds depend on the
// shape and the layout alone.
func (c *cpu) Gemm(dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
	r := dst.Rank
	if r != a.Rank || r != b.Rank || r < 2 || r > 3 ||
		dst.Shape[r-2] != a.Shape[r-2] || dst.Shape[r-1] != b.Shape[r-1] || a.Shape[r-1] != b.Shape[r-2] ||
		r == 3 && (dst.Shape[0] != a.Shape[0] || dst.Shape[0] != b.Shape[0]) {
		panic(fmt.Sprintf("gemm: expected [m n] = [m k]·[k n], got %v = %v · %v", dst, a, b))
	}
	if dst.Size() == 0 {
		return
	}
	if hasNegative(&a) {
		var scratch *buffer
		a, scratch = c.straighten(&a)
		defer c.pool.put(scratch)
	}
	if hasNegative(&b) {
		var scratch *buffer
		b, scratch = c.straighten(&b)
		defer c.pool.put(scratch)
	}
	if hasNegative(&dst) {
		scratch := c.pool.alloc(dst.Size())
		v := backend.NewView(scratch, dst.Dims()...)
		c.Copy(v, dst)
		c.Gemm(v, a, b, alpha, beta, ep)
		c.Copy(dst, v)
		c.pool.put(scratch)
		return
	}
	g := gemms.get()
	*g = gemm{
		c: c, m: dst.Shape[r-2], n: dst.Shape[r-1], k: a.Shape[r-1],
		a:     matrix{from(&a), a.Strides[r-2], a.Strides[r-1]},
		b:     matrix{from(&b), b.Strides[r-2], b.Strides[r-1]},
		alpha: float32(alpha), beta: float32(beta), batch: 1,
	}
	if r == 3 {
		g.batch, g.sa, g.sb, g.sd = dst.Shape[0], a.Strides[0], b.Strides[0], dst.Strides[0]
	}
	bias := g.setEpilogue(&ep)
	if g.orient(matrix{from(&dst), dst.Strides[r-2], dst.Strides[r-1]}) {
		g.multiplyAll()
	} else {
		g.throughScratch(&dst)
	}
	if bias != nil {
		c.pool.put(bias)
	}
	*g = gemm{}
	gemms.put(g)
}

func hasNegative(v *backend.View) bool {
	for i := range v.Rank {
		if v.Strides[i] < 0 && v.Shape[i] > 1 {
			return true
		}
	}
	return false
}

// straighten copies a view to contiguous scratch memory.
func (c *cpu) straighten(v *backend.View) (backend.View, *buffer) {
	scratch := c.pool.alloc(v.Size())
	w := backend.NewView(scratch, v.Dims()...)
	c.Copy(w, *v)
	return w, scratch
}

// orient arranges the product so that the destination d has rows of unit
// stride, and a vector is a row, transposing it if need be. It reports whether
// that was possible.
func (g *gemm) orient(d matrix) bool {
	straight := d.cs == 1 || g.n == 1
	turned := (d.rs == 1 || g.m == 1) && (g.ep.bias == nil || g.n == 1)
	if turned && (!straight || g.n == 1 && g.m > 1) {
		if g.ep.bias != nil {
			g.ep.shift, g.ep.bias = g.ep.bias[0], nil
		}
		g.m, g.n = g.n, g.m
		g.a, g.b = g.b.transposed(), g.a.transposed()
		g.sa, g.sb = g.sb, g.sa
		d = d.transposed()
		straight = true
	}
	if straight {
		g.d, g.ldd = d.mem, d.rs
	}
	return straight
}

// throughScratch computes a destination without unit strides in scratch memory.
func (g *gemm) throughScratch(dst *backend.View) {
	scratch := g.c.pool.alloc(dst.Size())
	v := backend.NewView(scratch, dst.Dims()...)
	if g.beta != 0 {
		g.c.Copy(v, *dst)
	}
	g.d, g.ldd, g.sd = scratch.data, g.n, g.m*g.n
	g.multiplyAll()
	g.c.Copy(*dst, v)
	g.c.pool.put(scratch)
}

// normalise gives meaning to strides that have none: those of axes of size 1.
func (g *gemm) normalise() {
	if g.k == 1 {
		g.a.cs, g.b.rs = 1, g.n
		if g.b.cs != 1 {
			g.b.rs = 1
		}
	}
	if g.m == 1 {
		g.a.rs, g.ldd = max(g.k, 1), g.n
		if g.a.cs != 1 {
			g.a.rs = 1
		}
	}
	if g.n == 1 {
		g.b.cs = 1
		if g.b.rs == 1 {
			g.b.cs = g.k
		}
	}
}

// multiplyAll multiplies the matrices of a batch: small ones in parallel, large
// ones one after the other.
func (g *gemm) multiplyAll() {
	g.normalise()
	if g.alpha != 1 && g.beta == 0 {
		g.ep.scale, g.alpha = g.alpha, 1
	}
	if g.batch == 1 {
		g.multiply()
		return
	}
	if work := g.m * g.n * max(g.k, 1); work <= batchWork {
		g.loop(phaseBatch, g.batch, max(1, grain/work), 1)
		return
	}
	a, b, d := g.a.mem, g.b.mem, g.d
	for i := range g.batch {
		g.a.mem, g.b.mem, g.d = shift(a, i*g.sa), shift(b, i*g.sb), d[i*g.sd:]
		g.multiply()
	}
}

// multiplyMatrices multiplies some matrices of a batch, each by one worker.
func (g *gemm) multiplyMatrices(lo, hi int) {
	one := *g
	for i := lo; i < hi; i++ {
		one.a.mem, one.b.mem, one.d = shift(g.a.mem, i*g.sa), shift(g.b.mem, i*g.sb), g.d[i*g.sd:]
		one.alone()
	}
}

// shift is mem from offset on; an empty operand has no memory.
func shift(mem []float32, offset int) []float32 {
	if len(mem) == 0 {
		return nil
	}
	return mem[offset:]
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

func roundUp(a, b int) int { return ceilDiv(a, b) * b }
