package cpu

import (
	"math"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/team"
)

// rmsNorm is one call of RMSNorm or RMSNormGrad, cut into groups of rows.
type rmsNorm struct {
	c      *cpu
	rows   rows // y, x or dx, dy, x
	grad   bool
	rstd   backend.View
	weight []float32
	eps    float64
	dw     []float32
	parts  []float32 // per chunk: a sum for dw
	step   int
}

var rmsNorms team.Recycler[rmsNorm]

// RMSNorm computes Y = X·RStd·Weight row by row.
func (c *cpu) RMSNorm(a backend.RMSNormArgs) bool {
	w, okW := contiguousVector(&a.Weight)
	if !okW || a.Y.Size() == 0 {
		return false
	}
	t := rmsNorms.Get()
	ok := t.rows.init(&a.Y, &a.X)
	if ok {
		t.rstd, t.weight, t.eps = a.RStd, w, a.Eps
		t.step = max(1, expensiveChunk/t.rows.n)
		c.team.Do(ceilDiv(t.rows.count(), t.step), t)
	}
	*t = rmsNorm{}
	rmsNorms.Put(t)
	return ok
}

// RMSNormGrad computes DX, and DWeight unless it has no memory.
func (c *cpu) RMSNormGrad(a backend.RMSNormGradArgs) bool {
	w, okW := contiguousVector(&a.Weight)
	dw, okDW := contiguousVector(&a.DWeight)
	if !okW || !okDW || a.DX.Size() == 0 {
		return false
	}
	t := rmsNorms.Get()
	ok := t.rows.init(&a.DX, &a.DY, &a.X)
	if ok {
		t.c, t.grad, t.rstd, t.weight, t.dw = c, true, a.RStd, w, dw
		n, count := t.rows.n, t.rows.count()
		t.step = max(ceilDiv(count, layerNormParts), expensiveChunk/n, 1)
		chunks := ceilDiv(count, t.step)
		scratch := c.pool.alloc(chunks * n)
		t.parts = scratch.data
		c.team.Do(chunks, t)
		if dw != nil {
			copy(dw, t.parts)
			for i := 1; i < chunks; i++ {
				asm.Add(dw, dw, t.parts[n*i:][:n])
			}
		}
		c.pool.put(scratch)
	}
	*t = rmsNorm{}
	rmsNorms.Put(t)
	return ok
}

func (t *rmsNorm) Chunk(i int) {
	lo := i * t.step
	hi := min(t.rows.count(), lo+t.step)
	if t.grad {
		t.gradRows(lo, hi, t.parts[t.rows.n*i:][:t.rows.n])
		return
	}
	cur := t.rows.nest.seek(lo)
	for ; lo < hi; lo++ {
		y, x := t.rows.row(0, &cur), t.rows.row(1, &cur)
		rstd := float32(1 / math.Sqrt(float64(asm.Dot(x, x))/float64(len(x))+t.eps))
		*element(&t.rstd, lo) = rstd
		asm.MulScalar(y, x, rstd)
		if t.weight != nil {
			asm.Mul(y, y, t.weight)
		}
		t.rows.nest.advance(&cur, 1)
	}
}

// gradRows computes, with x̂ the normalised row and u = dy·weight,
// dx = rstd·(u − x̂·mean(u·x̂)), and sums dy·x̂ into dw.
func (t *rmsNorm) gradRows(lo, hi int, dw []float32) {
	n := t.rows.n
	clear(dw)
	scratch := t.c.pool.alloc(2 * n)
	norm, u := scratch.data[:n], scratch.data[n:2*n]
	cur := t.rows.nest.seek(lo)
	for ; lo < hi; lo++ {
		dx, dy, x := t.rows.row(0, &cur), t.rows.row(1, &cur), t.rows.row(2, &cur)
		rstd := *element(&t.rstd, lo)
		asm.MulScalar(norm, x, rstd)
		if t.dw != nil {
			asm.MulAdd(dw, dy, norm, dw)
		}
		if t.weight != nil {
			asm.Mul(u, dy, t.weight)
		} else {
			copy(u, dy)
		}
		asm.Axpy(u, -asm.Dot(u, norm)/float32(n), norm)
		asm.MulScalar(dx, u, rstd)
		t.rows.nest.advance(&cur, 1)
	}
	t.c.pool.put(scratch)
}
