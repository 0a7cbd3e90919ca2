package cpu

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/gemm"
	"github.com/org/artnn/backend/cpu/team"
)

// gru is one call of GRU or GRUGrad. Each step is a product with the recurrent
// weights, cut by columns, and the cells, cut by rows.
type gru struct {
	c           *cpu
	batch, t, h int
	now         int // the step in progress
	grad        bool
	parts       team.Division // rows of its chunks
	prod        gemm.Repeat

	// Row b of step t: gates, dgates and dproducts at (b·T+t)·3H, the others at (b·T+t)·H.
	gates, y, candidates []float32
	first, bias          []float32 // states before the first step; biases of products
	products             []float32 // of this step, [B, 3H]

	dgates, dproducts, before, dy, dh []float32
}

var grus team.Recycler[gru]

// GRU runs the recurrence over gates holding the input projections.
func (c *cpu) GRU(a backend.GRUArgs) bool {
	if a.Gates.Size() == 0 || !a.Gates.Contiguous() || hasNegative(&a.WHH) {
		return false
	}
	l := grus.Get()
	l.init(c, &a.Gates)
	first, s0 := c.flatten(&a.H0)
	step := c.pool.alloc(l.batch * 3 * l.h)
	l.gates, l.y, l.candidates = dense(&a.Gates), dense(&a.Y), dense(&a.Candidates)
	l.first, l.bias, l.products = first, dense(&a.BHH), step.data[:l.batch*3*l.h]
	l.prod.Init(&c.env, transposedMatrix(&a.WHH), l.batch, 3*l.h, l.h, l.t)
	for l.now = range l.t {
		states, ld := first, l.h
		if l.now > 0 {
			states, ld = l.y[(l.now-1)*l.h:], l.t*l.h
		}
		l.prod.Multiply(l.products, 3*l.h, gemm.Matrix{Mem: states, Strides: gemm.Strides{Row: ld, Col: 1}}, 0)
		l.cells()
	}
	l.release(step, s0)
	return true
}

// GRUGrad runs the recurrence backwards.
func (c *cpu) GRUGrad(a backend.GRUGradArgs) bool {
	if a.Gates.Size() == 0 || hasNegative(&a.WHH) {
		return false
	}
	l := grus.Get()
	l.init(c, &a.Gates)
	l.grad = true
	var s0, s1, s2, s3 *buffer
	l.dy, s0 = c.flatten(&a.DY)
	l.gates, s1 = c.flatten(&a.Gates)
	l.candidates, s2 = c.flatten(&a.Candidates)
	l.before, s3 = c.flatten(&a.Before)
	l.dgates, l.dproducts = dense(&a.DGates), dense(&a.DProducts)
	state := c.pool.alloc(l.batch * l.h)
	l.dh = state.data[:l.batch*l.h]
	c.load(l.dh, &a.DHN)
	l.prod.Init(&c.env, matrix(&a.WHH), l.batch, l.h, 3*l.h, l.t)
	for l.now = l.t - 1; l.now >= 0; l.now-- {
		l.cells()
		products := gemm.Matrix{Mem: l.dproducts[l.now*3*l.h:], Strides: gemm.Strides{Row: l.t * 3 * l.h, Col: 1}}
		l.prod.Multiply(l.dh, l.h, products, 1)
	}
	copy(dense(&a.DH0), l.dh)
	l.release(state, s0, s1, s2, s3)
	return true
}

func (l *gru) init(c *cpu, gates *backend.View) {
	l.c, l.batch, l.t, l.h = c, gates.Shape[0], gates.Shape[1], gates.Shape[2]/3
}

func (l *gru) release(scratch ...*buffer) {
	c := l.c
	l.prod.Free()
	*l = gru{}
	grus.Put(l)
	for _, b := range scratch {
		if b != nil {
			c.pool.put(b)
		}
	}
}

func (l *gru) cells() {
	l.parts = team.Divide(l.batch, max(1, lstmCells/l.h), 1)
	l.c.team.Do(l.parts.Count, l)
}

func (l *gru) Chunk(i int) {
	lo, hi := l.parts.Bounds(i)
	for b := lo; b < hi; b++ {
		if l.grad {
			l.backward(b)
		} else {
			l.forward(b)
		}
	}
}

// forward is one row of cells. A row is short enough to stay in the first cache from
// one map to the next.
func (l *gru) forward(b int) {
	h, at := l.h, b*l.t+l.now
	gates, p := l.gates[at*3*h:][:3*h], l.products[b*3*h:][:3*h]
	y, candidates := l.y[at*h:][:h], l.candidates[at*h:][:h]
	before := l.first[b*h:]
	if l.now > 0 {
		before = l.y[(at-1)*h:]
	}
	rz, r, z, n := gates[:2*h], gates[:h], gates[h:][:h], gates[2*h:]
	asm.Add(p, p, l.bias)
	asm.Add(rz, rz, p[:2*h])
	asm.Sigmoid(rz, rz)
	copy(candidates, p[2*h:])
	asm.MulAdd(n, r, candidates, n)
	asm.Tanh(n, n)
	asm.Sub(y, before[:h], n) // n + z·(h − n)
	asm.MulAdd(y, z, y, n)
}

// backward is one row of the gradient. dh, the gradient of the state after the step,
// becomes the part of that before it which does not go through the product.
func (l *gru) backward(b int) {
	h, at := l.h, b*l.t+l.now
	gates, before, candidates := l.gates[at*3*h:][:3*h], l.before[at*h:][:h], l.candidates[at*h:][:h]
	dgates, dp, dh := l.dgates[at*3*h:][:3*h], l.dproducts[at*3*h:][:3*h], l.dh[b*h:][:h]
	r, z, n := gates[:h], gates[h:][:h], gates[2*h:]
	dr, dz, dn := dgates[:h], dgates[h:][:h], dgates[2*h:]
	asm.Add(dh, dh, l.dy[at*h:][:h])
	asm.Sub(dz, before, n)
	asm.Mul(dz, dz, dh)
	asm.SigmoidGrad(dz, dz, z)
	asm.RSubScalar(dn, z, 1)
	asm.Mul(dn, dn, dh)
	asm.TanhGrad(dn, dn, n)
	asm.Mul(dr, dn, candidates)
	asm.SigmoidGrad(dr, dr, r)
	asm.Mul(dh, dh, z)
	copy(dp, dgates[:2*h])
	asm.Mul(dp[2*h:], dn, r)
}
