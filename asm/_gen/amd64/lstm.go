package main

import "github.com/org/artnn/asm/_gen/table"

// quarters gives pointers to four consecutive runs of n float32.
func (g *gen) quarters(base, n gp) [4]gp {
	p := [4]gp{base}
	for i := 1; i < 4; i++ {
		p[i] = g.multiple(p[i-1], n, 4)
	}
	return p
}

// emitLSTM emits the LSTM cell and its gradient.
func emitLSTM(g *gen) {
	g.row("lstmCell", "")
	n := g.length("h")
	gate := g.quarters(g.pointer("gates"), n)
	h, c, cPrev := g.pointer("h"), g.pointer("c"), g.pointer("cPrev")
	g.sweep(n, 1, func(l lanes) {
		i := g.sigmoid(l.load(gate[0]))
		l.store(i, gate[0])
		t := g.tanh(l.load(gate[2]))
		l.store(t, gate[2])
		cell := g.mul(i, t)
		f := g.sigmoid(l.load(gate[1]))
		l.store(f, gate[1])
		g.VFMADD231PS(l.load(cPrev), f, cell)
		l.store(cell, c)
		o := g.sigmoid(l.load(gate[3]))
		l.store(o, gate[3])
		l.store(g.mul(o, g.tanh(cell)), h)
	})
	g.end()

	g.kernel("lstmCellGrad"+g.suffix, table.LSTMCellGradKernel, table.Lookup("lstmCellGrad").KernelDoc(""))
	n = g.length("dcPrev")
	gate = g.quarters(g.pointer("gates"), n)
	dgates := g.pointer("dgates")
	dcPrev, c, cPrev := g.pointer("dcPrev"), g.pointer("c"), g.pointer("cPrev")
	dh, dc := g.pointer("dh"), g.pointer("dc")
	// There are too few registers for pointers into dgates: the distance in bytes
	// from gates to dgates replaces them.
	distance := g.GP64()
	g.MOVQ(dgates, distance)
	g.SUBQ(gate[0], distance)
	g.sweep(n, 1, func(l lanes) {
		put := func(v vec, k int) {
			l.store(v, g.multiple(gate[k], distance, 1))
		}
		one := g.f32(1)
		slope := func(y vec) vec { return g.mul(y, g.sub(one, y)) } // of sigmoid
		t := g.tanh(l.load(c))
		o, dhj := l.load(gate[3]), l.load(dh)
		d := g.fmaInto(g.mul(dhj, o), g.fnma(t, t, one), l.load(dc))
		i, f, u := l.load(gate[0]), l.load(gate[1]), l.load(gate[2])
		put(g.mul(g.mul(dhj, t), slope(o)), 3)
		put(g.mul(g.mul(d, u), slope(i)), 0)
		put(g.mul(g.mul(d, l.load(cPrev)), slope(f)), 1)
		put(g.mul(g.mul(d, i), g.fnma(u, u, one)), 2)
		l.store(g.mul(d, f), dcPrev)
	})
	g.end()
}
