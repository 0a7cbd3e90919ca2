package cpu

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/gemm"
	"github.com/org/artnn/backend/cpu/team"
)

// lstmCells is how many cells make a chunk worth handing out: about 4 µs.
const lstmCells = 1 << 10

// lstm is one call of LSTM or LSTMGrad. Each step is a product with the
// recurrent weights, cut by columns, and the cells, cut by rows.
type lstm struct {
	c           *cpu
	batch, t, h int
	now         int // the step in progress
	phase       lstmPhase
	parts       team.Division // columns or rows of its chunks

	prod gemm.Repeat // the products of the steps with the weights
	int8 int8Product // instead of them, if the weights are int8

	// Row b of step t: gates and dgates at (b·T+t)·4H, y and cells at (b·T+t)·H.
	gates, y, cells, c0 []float32
	dgates, dy, dh, dc  []float32
}

type lstmPhase uint8

const (
	lstmForward lstmPhase = iota
	lstmBackward
)

var lstms team.Recycler[lstm]

func (l *lstm) loop(phase lstmPhase, n, step, unit int) {
	l.phase, l.parts = phase, team.Divide(n, step, unit)
	l.c.team.Do(l.parts.Count, l)
}

func (l *lstm) Chunk(i int) {
	lo, hi := l.parts.Bounds(i)
	switch l.phase {
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
	l := lstms.Get()
	l.init(c, &gates, y.Shape[2])
	first, s0 := c.flatten(&h0)
	start, s1 := c.flatten(&c0)
	l.gates, l.y, l.cells, l.c0 = dense(&gates), dense(&y), dense(&cells), start
	l.prod.Init(&c.env, transposedMatrix(&whh), l.batch, 4*l.h, l.h, l.t)
	l.run(first)
	l.prod.Free()
	l.release(s0, s1)
	return true
}

// run goes through the steps, from the hidden states first.
func (l *lstm) run(first []float32) {
	for l.now = range l.t {
		gates := l.gates[l.now*4*l.h:]
		states, ld := first, l.h
		if l.now > 0 {
			states, ld = l.y[(l.now-1)*l.h:], l.t*l.h
		}
		if l.int8.w != nil {
			l.int8.y, l.int8.ldy = gates, l.t*4*l.h
			l.int8.run(l.c, states, ld)
		} else {
			l.prod.Multiply(gates, l.t*4*l.h, gemm.Matrix{Mem: states, Strides: gemm.Strides{Row: ld, Col: 1}}, 1)
		}
		l.loop(lstmForward, l.batch, max(1, lstmCells/l.h), 1)
	}
}

// LSTMGrad runs the recurrence backwards.
func (c *cpu) LSTMGrad(a backend.LSTMGradArgs) bool {
	if a.Gates.Size() == 0 || hasNegative(&a.WHH) {
		return false
	}
	l := lstms.Get()
	l.init(c, &a.Gates, a.Cells.Shape[2])
	var s0, s1, s2, s3 *buffer
	l.dy, s0 = c.flatten(&a.DY)
	l.c0, s1 = c.flatten(&a.C0)
	l.gates, s2 = c.flatten(&a.Gates)
	l.cells, s3 = c.flatten(&a.Cells)
	l.dgates = dense(&a.DGates)
	state := c.pool.alloc(2 * l.batch * l.h)
	l.dh, l.dc = state.data[:l.batch*l.h], state.data[l.batch*l.h:]
	c.load(l.dh, &a.DHN)
	c.load(l.dc, &a.DCN)
	l.prod.Init(&c.env, matrix(&a.WHH), l.batch, l.h, 4*l.h, l.t)
	for l.now = l.t - 1; l.now >= 0; l.now-- {
		l.loop(lstmBackward, l.batch, max(1, lstmCells/l.h), 1)
		gates := gemm.Matrix{Mem: l.dgates[l.now*4*l.h:], Strides: gemm.Strides{Row: l.t * 4 * l.h, Col: 1}}
		l.prod.Multiply(l.dh, l.h, gates, 0)
	}
	l.prod.Free()
	if a.DH0.Buf != nil {
		copy(dense(&a.DH0), l.dh)
	}
	if a.DC0.Buf != nil {
		copy(dense(&a.DC0), l.dc)
	}
	l.release(state, s0, s1, s2, s3)
	return true
}

func (l *lstm) init(c *cpu, gates *backend.View, h int) {
	l.c, l.batch, l.t, l.h = c, gates.Shape[0], gates.Shape[1], h
}

func (l *lstm) release(scratch ...*buffer) {
	c := l.c
	*l = lstm{}
	lstms.Put(l)
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

// transposedMatrix is the transpose of a matrix.
func transposedMatrix(v *backend.View) gemm.Matrix {
	m := matrix(v)
	m.Row, m.Col = m.Col, m.Row
	return m
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
		asm.LSTMCellGrad(&asm.LSTMRow{
			DGates: l.dgates[at*4*h:][:4*h], DCPrev: dc,
			Gates: l.gates[at*4*h:][:4*h], C: l.cells[at*h:][:h], CPrev: l.before(b), DH: dh, DC: dc,
		})
	}
}
