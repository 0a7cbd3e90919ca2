package cpu

import (
	"fmt"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/gemm"
	"github.com/org/artnn/internal/words"
)

// Gemm computes dst = act(alpha·a@b + beta·dst + bias).
//
// Every element is a sum of blocks of K in order; their bounds depend only on the
// shape and the layout.
//
// Panics if the shapes do not fit.
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
	// Fields are set one by one: copies of structs would take a tenth of the time of
	// a product of 32³.
	var p gemm.Product
	p.M, p.N, p.K = dst.Shape[r-2], dst.Shape[r-1], a.Shape[r-1]
	p.Alpha, p.Beta = float32(alpha), float32(beta)
	setMatrix(&p.A, &a)
	setMatrix(&p.B, &b)
	if r == 3 {
		p.Batch, p.StepA, p.StepB, p.StepC = dst.Shape[0], a.Strides[0], b.Strides[0], dst.Strides[0]
	}
	bias := c.epilogue(&p.Epilogue, &ep, p.N)
	if p.SetC(from(&dst), gemm.Strides{Row: dst.Strides[r-2], Col: dst.Strides[r-1]}) {
		gemm.Multiply(&c.env, &p)
	} else {
		c.throughScratch(&p, &dst)
	}
	if bias != nil {
		c.pool.put(bias)
	}
}

// matrix is the matrix of the last two axes of a view.
func matrix(v *backend.View) (m gemm.Matrix) {
	setMatrix(&m, v)
	return m
}

// setMatrix makes a zero m the matrix of the last two axes of a view.
func setMatrix(m *gemm.Matrix, v *backend.View) {
	m.Mem, m.Row, m.Col = from(v), v.Strides[v.Rank-2], v.Strides[v.Rank-1]
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

// epilogue sets a zero e to ep for n columns. A bias that is not contiguous is copied
// to scratch memory, which is returned.
func (c *cpu) epilogue(e *gemm.Epilogue, ep *backend.Epilogue, n int) *buffer {
	e.Act, e.Slope = ep.Act, float32(ep.Slope)
	if ep.Bias.Buf == nil {
		return nil
	}
	if ep.Bias.Size() != n {
		panic(fmt.Sprintf("gemm: expected a bias of %s, got %v", words.Count(n, "number"), ep.Bias))
	}
	if ep.Bias.Contiguous() {
		e.Bias = dense(&ep.Bias)
		return nil
	}
	scratch := c.pool.alloc(n)
	var s nest
	s.push(&ep.Bias)
	s.collapse()
	s.gather(scratch.data, data(ep.Bias.Buf), 0, s.seek(0))
	e.Bias = scratch.data
	return scratch
}

// throughScratch computes a destination without unit strides in scratch memory.
func (c *cpu) throughScratch(p *gemm.Product, dst *backend.View) {
	scratch := c.pool.alloc(dst.Size())
	v := backend.NewView(scratch, dst.Dims()...)
	if p.Beta != 0 {
		c.Copy(v, *dst)
	}
	p.C, p.LdC, p.StepC = scratch.data, p.N, p.M*p.N
	gemm.Multiply(&c.env, p)
	c.Copy(*dst, v)
	c.pool.put(scratch)
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

func roundUp(a, b int) int { return ceilDiv(a, b) * b }
