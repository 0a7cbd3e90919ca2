package cpu

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
)

const (
	// lstmCells is how many cells make a chunk worth handing out.
	lstmCells = 1 << 10
	// lstmColumns is the most columns of the product of a step that make a chunk.
	lstmColumns = 512
	// lstmDirect is the batch up to which the recurrent weights are used in
	// place: packing pays only if every pass over them serves several rows.
	lstmDirect = asm.MR
)

// lstm is one call of LSTM or LSTMGrad. Each step is a product with the
// recurrent weights, cut by columns, and the cells, cut by rows.
type lstm struct {
	c           *cpu
	batch, t, h int
	now         int // the step in progress
	phase       lstmPhase
	parts       division // columns or rows of its chunks

	prod   gemm        // the product of one step
	int8   int8Product // instead of it, if the weights are int8
	packed []float32   // the weights in slivers, block by block of K; nil if in place
	states []float32   // the states of a step in slivers likewise

	// Row b of step t: gates and dgates at (b·T+t)·4H, y and cells at (b·T+t)·H.
	gates, y, cells, c0 []float32
	dgates, dy, dh, dc  []float32
}

type lstmPhase uint8

const (
	lstmPack lstmPhase = iota
	lstmStates
	lstmProduct
	lstmForward
	lstmBackward
)

var lstms recycler[lstm]

func (l *lstm) loop(phase lstmPhase, n, step, unit int) {
	l.phase, l.parts = phase, divide(n, step, unit)
	l.c.team.do(l.parts.count, l)
}

func (l *lstm) chunk(i int) {
	lo, hi := l.parts.bounds(i)
	switch l.phase {
	case lstmPack:
		l.packColumns(lo, hi)
	case lstmStates:
		l.packStates(lo, hi)
	case lstmProduct:
		l.product(lo, hi)
	case lstmForward:
		l.forward(lo, hi)
	case lstmBackward:
		l.backward(lo, hi)
	}
}

// LSTM runs the recurrence over gates holding the input projections.
func (c *cpu) LSTM(y, cells, gates, whh, h0, c0 backend.View) bool {
	if gates.Size() == 0 || !gates.Contiguous() || hasNegative(&whh) {
		return false
	}
	l := lstms.get()
	l.init(c, &gates, y.Shape[2])
	first, s0 := c.flatten(&h0)
	start, s1 := c.flatten(&c0)
	l.gates, l.y, l.cells, l.c0 = dense(&gates), dense(&y), dense(&cells), start
	scratch := l.weights(matrix{from(&whh), whh.Strides[1], whh.Strides[0]}, 4*l.h, l.h)
	l.run(first)
	l.release(scratch, s0, s1)
	return true
}

// run goes through the steps, from the hidden states first.
func (l *lstm) run(first []float32) {
	l.prod.beta, l.prod.ldd = 1, l.t*4*l.h
	for l.now = range l.t {
		l.prod.d = l.gates[l.now*4*l.h:]
		l.prod.a = matrix{first, l.h, 1}
		if l.now > 0 {
			l.prod.a = matrix{l.y[(l.now-1)*l.h:], l.t * l.h, 1}
		}
		l.multiply()
		l.loop(lstmForward, l.batch, max(1, lstmCells/l.h), 1)
	}
}

// LSTMGrad runs the recurrence backwards.
func (c *cpu) LSTMGrad(dgates, dh0, dc0, dy, dhn, dcn, gates, cells, whh, c0 backend.View) bool {
	if gates.Size() == 0 || hasNegative(&whh) {
		return false
	}
	l := lstms.get()
	l.init(c, &gates, cells.Shape[2])
	var s0, s1, s2, s3 *buffer
	l.dy, s0 = c.flatten(&dy)
	l.c0, s1 = c.flatten(&c0)
	l.gates, s2 = c.flatten(&gates)
	l.cells, s3 = c.flatten(&cells)
	l.dgates = dense(&dgates)
	state := c.pool.alloc(2 * l.batch * l.h)
	l.dh, l.dc = state.data[:l.batch*l.h], state.data[l.batch*l.h:]
	c.load(l.dh, &dhn)
	c.load(l.dc, &dcn)
	scratch := l.weights(matrix{from(&whh), whh.Strides[0], whh.Strides[1]}, l.h, 4*l.h)
	l.prod.d, l.prod.ldd = l.dh, l.h
	for l.now = l.t - 1; l.now >= 0; l.now-- {
		l.loop(lstmBackward, l.batch, max(1, lstmCells/l.h), 1)
		l.prod.a = matrix{l.dgates[l.now*4*l.h:], l.t * 4 * l.h, 1}
		l.multiply()
	}
	if dh0.Buf != nil {
		copy(dense(&dh0), l.dh)
	}
	if dc0.Buf != nil {
		copy(dense(&dc0), l.dc)
	}
	l.release(scratch, state, s0, s1, s2, s3)
	return true
}

func (l *lstm) init(c *cpu, gates *backend.View, h int) {
	l.c, l.batch, l.t, l.h = c, gates.Shape[0], gates.Shape[1], h
}

func (l *lstm) release(scratch ...*buffer) {
	c := l.c
	*l = lstm{}
	lstms.put(l)
	for _, b := range scratch {
		if b != nil {
			c.pool.put(b)
		}
	}
}

// flatten is the memory of a view, through a scratch buffer if it is not
// contiguous.
func (c *cpu) flatten(v *backend.View) ([]float32, *buffer) {
	if v.Contiguous() {
		return dense(v), nil
	}
	w, scratch := c.straighten(v)
	return dense(&w), scratch
}

// load copies a view, or zeros if it has no memory.
func (c *cpu) load(dst []float32, v *backend.View) {
	if v.Buf == nil {
		clear(dst)
		return
	}
	mem, scratch := c.flatten(v)
	copy(dst, mem)
	if scratch != nil {
		c.pool.put(scratch)
	}
}

// weights sets the product with b, K×N, up and packs b if that pays.
func (l *lstm) weights(b matrix, n, k int) *buffer {
	l.prod = gemm{c: l.c, m: l.batch, n: n, k: k, b: b, alpha: 1, ep: epilogue{scale: 1}, batch: 1}
	if l.batch <= lstmDirect || l.t == 1 {
		return nil
	}
	size := roundUp(n, asm.NR) * k
	scratch := l.c.pool.alloc(size + ceilDiv(l.batch, asm.MR)*asm.MR*k)
	l.packed, l.states = scratch.data[:size], scratch.data[size:]
	l.loop(lstmPack, n, roundUp(max(1, grain/8/k), asm.NR), asm.NR)
	return scratch
}

func (l *lstm) packColumns(j0, j1 int) {
	g := &l.prod
	cols, kc := roundUp(g.n, asm.NR), cutK(g.k, blockK)
	for p := 0; p < g.k; p += kc {
		q := min(g.k, p+kc)
		packB(l.packed[p*cols+j0*(q-p):], g.b, j0, j1, p, q)
	}
}

// multiply computes the product of one step.
func (l *lstm) multiply() {
	g := &l.prod
	if l.int8.w != nil {
		l.int8.y, l.int8.ldy = g.d, g.ldd
		l.int8.run(l.c, g.a.mem, g.a.rs)
		return
	}
	if l.packed == nil {
		b := g.b
		g.normalise()
		g.multiply()
		g.b = b
		return
	}
	// Rows of states lie a power of two apart as a rule, and would drive each other
	// out of the cache between one group of columns and the next.
	l.loop(lstmStates, ceilDiv(g.m, asm.MR), ceilDiv(grain/8/asm.MR, g.k), 1)
	step := max(ceilDiv(grain, g.m*g.k), ceilDiv(g.n, 16), 2*asm.NR)
	l.loop(lstmProduct, g.n, min(roundUp(step, asm.NR), lstmColumns), asm.NR)
}

// packStates packs tiles [t0, t1) of the left operand of a step's product.
func (l *lstm) packStates(t0, t1 int) {
	g := &l.prod
	rows, kc := cutPacked(g.m), cutK(g.k, blockK)
	for p := 0; p < g.k; p += kc {
		q := min(g.k, p+kc)
		g.packA(l.states[(p*rows.tiles+t0*(q-p))*asm.MR:], rows, 0, t0, t1, p, q)
	}
}

// product multiplies the states by columns [j0, j1) of the weights.
func (l *lstm) product(j0, j1 int) {
	g := &l.prod
	rows, cols, kc := cutPacked(g.m), roundUp(g.n, asm.NR), cutK(g.k, blockK)
	acc := g.beta != 0
	for p := 0; p < g.k; p += kc {
		k := min(kc, g.k-p)
		b := l.packed[p*cols+j0*k:]
		g.block(l.states[p*rows.tiles*asm.MR:], b, rows, 0, j0, j1, k, acc, aheadPacked(b, k, g.n))
		acc = true
	}
}

// before is row b of the cell state before the step in progress.
func (l *lstm) before(b int) []float32 {
	if l.now == 0 {
		return l.c0[b*l.h:][:l.h]
	}
	return l.cells[(b*l.t+l.now-1)*l.h:][:l.h]
}

func (l *lstm) forward(lo, hi int) {
	h := l.h
	for b := lo; b < hi; b++ {
		at := b*l.t + l.now
		asm.LSTMCell(l.y[at*h:][:h], l.cells[at*h:][:h], l.gates[at*4*h:][:4*h], l.before(b))
	}
}

func (l *lstm) backward(lo, hi int) {
	h := l.h
	for b := lo; b < hi; b++ {
		at := b*l.t + l.now
		dh, dc := l.dh[b*h:][:h], l.dc[b*h:][:h]
		asm.Add(dh, dh, l.dy[at*h:][:h])
		asm.LSTMCellGrad(l.dgates[at*4*h:][:4*h], dc, l.gates[at*4*h:][:4*h], l.cells[at*h:][:h],
			l.before(b), dh, dc)
	}
}
