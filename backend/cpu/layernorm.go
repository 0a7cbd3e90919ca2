package cpu

import (
	"math"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/team"
)

// layerNormParts bounds the partial sums of the parameter gradients.
const layerNormParts = 32

// layerNorm is one call of LayerNorm or LayerNormGrad, cut into groups of rows.
type layerNorm struct {
	c            *cpu
	rows         rows // y, x or dx, dy, x
	grad         bool
	mean, rstd   backend.View
	weight, bias []float32
	eps          float64
	dw, db       []float32
	parts        []float32 // per chunk: a sum for dw, one for db
	step         int
}

var layerNorms team.Recycler[layerNorm]

// LayerNorm computes Y = (X−Mean)·RStd·Weight + Bias row by row.
func (c *cpu) LayerNorm(a backend.LayerNormArgs) bool {
	w, okW := contiguousVector(&a.Weight)
	b, okB := contiguousVector(&a.Bias)
	if !okW || !okB || a.Y.Size() == 0 {
		return false
	}
	t := layerNorms.Get()
	ok := t.rows.init(&a.Y, &a.X)
	if ok {
		t.mean, t.rstd, t.weight, t.bias, t.eps = a.Mean, a.RStd, w, b, a.Eps
		t.step = max(1, expensiveChunk/t.rows.n)
		c.team.Do(ceilDiv(t.rows.count(), t.step), t)
	}
	*t = layerNorm{}
	layerNorms.Put(t)
	return ok
}

// LayerNormGrad computes DX, and DWeight and DBias unless they have no memory.
func (c *cpu) LayerNormGrad(a backend.LayerNormGradArgs) bool {
	w, okW := contiguousVector(&a.Weight)
	dw, okDW := contiguousVector(&a.DWeight)
	db, okDB := contiguousVector(&a.DBias)
	if !okW || !okDW || !okDB || a.DX.Size() == 0 {
		return false
	}
	t := layerNorms.Get()
	ok := t.rows.init(&a.DX, &a.DY, &a.X)
	if ok {
		t.c, t.grad, t.mean, t.rstd, t.weight, t.dw, t.db = c, true, a.Mean, a.RStd, w, dw, db
		n, count := t.rows.n, t.rows.count()
		t.step = max(ceilDiv(count, layerNormParts), expensiveChunk/n, 1)
		chunks := ceilDiv(count, t.step)
		scratch := c.pool.alloc(chunks * 2 * n)
		t.parts = scratch.data
		c.team.Do(chunks, t)
		t.join(dw, 0, chunks)
		t.join(db, n, chunks)
		c.pool.put(scratch)
	}
	*t = layerNorm{}
	layerNorms.Put(t)
	return ok
}

// join adds the partial sums of all chunks in order.
func (t *layerNorm) join(dst []float32, offset, chunks int) {
	if dst == nil {
		return
	}
	n := t.rows.n
	copy(dst, t.parts[offset:])
	for i := 1; i < chunks; i++ {
		asm.Add(dst, dst, t.parts[2*n*i+offset:][:n])
	}
}

func (t *layerNorm) Chunk(i int) {
	lo := i * t.step
	hi := min(t.rows.count(), lo+t.step)
	if t.grad {
		t.gradRows(lo, hi, t.parts[2*t.rows.n*i:])
		return
	}
	cur := t.rows.nest.seek(lo)
	for ; lo < hi; lo++ {
		y, x := t.rows.row(0, &cur), t.rows.row(1, &cur)
		mean := asm.Sum(x) / float32(len(x))
		variance := float64(asm.SumSquaredDeviations(x, mean)) / float64(len(x))
		rstd := float32(1 / math.Sqrt(variance+t.eps))
		*element(&t.mean, lo), *element(&t.rstd, lo) = mean, rstd
		asm.AddScalar(y, x, -mean)
		asm.MulScalar(y, y, rstd)
		if t.weight != nil {
			asm.Mul(y, y, t.weight)
		}
		if t.bias != nil {
			asm.Add(y, y, t.bias)
		}
		t.rows.nest.advance(&cur, 1)
	}
}

// gradRows computes, with x̂ the normalised row and u = dy·weight,
// dx = rstd·(u − mean(u) − x̂·mean(u·x̂)), and sums dy·x̂ and dy into parts.
func (t *layerNorm) gradRows(lo, hi int, parts []float32) {
	n := t.rows.n
	dw, db := parts[:n], parts[n:2*n]
	clear(dw)
	clear(db)
	scratch := t.c.pool.alloc(2 * n)
	norm, u := scratch.data[:n], scratch.data[n:]
	cur := t.rows.nest.seek(lo)
	for ; lo < hi; lo++ {
		dx, dy, x := t.rows.row(0, &cur), t.rows.row(1, &cur), t.rows.row(2, &cur)
		rstd := *element(&t.rstd, lo)
		asm.AddScalar(norm, x, -*element(&t.mean, lo))
		asm.MulScalar(norm, norm, rstd)
		if t.dw != nil {
			asm.MulAdd(dw, dy, norm, dw)
		}
		if t.db != nil {
			asm.Add(db, db, dy)
		}
		if t.weight != nil {
			asm.Mul(u, dy, t.weight)
		} else {
			copy(u, dy)
		}
		scale := 1 / float32(n)
		meanU, meanUN := asm.Sum(u)*scale, asm.Dot(u, norm)*scale
		asm.Axpy(u, -meanUN, norm)
		asm.AddScalar(u, u, -meanU)
		asm.MulScalar(dx, u, rstd)
		t.rows.nest.advance(&cur, 1)
	}
	t.c.pool.put(scratch)
}
