package main

import (
	"fmt"

	"github.com/org/artnn/asm/_gen/table"
)

// gradFile writes the products of gradients with derivatives.
func gradFile() *program {
	p := newProgram("grad", "gradConsts")
	pool := func() []int { p.usePool(); return nil }
	one := func() []int { p.usePool(); return []int{p.k(1)} }
	p.elementwise("reluGrad", 4, false, nil, func(in, _ []int) int {
		return p.op2("and", in[0], p.op1("fcmgt0", in[1]))
	})
	p.elementwise("leakyReLUGrad", 4, false, nil, func(in, fixed []int) int {
		m, low := p.op1("fcmgt0", in[1]), p.op2("fmul", fixed[0], in[0])
		p.v("bsl", m, in[0], low)
		return m
	})
	p.elementwise("tanhGrad", 2, false, one, func(in, fixed []int) int {
		d := p.oneLessSquare(fixed[0], in[1])
		p.v("fmul", d, in[0], d)
		return d
	})
	p.elementwise("sigmoidGrad", 2, false, one, func(in, fixed []int) int {
		d := p.timesRest(fixed[0], in[1])
		p.v("fmul", d, in[0], d)
		return d
	})
	p.elementwise("softmaxGrad", 2, false, nil, func(in, fixed []int) int {
		d := p.op2("fsub", in[0], fixed[0])
		p.v("fmul", d, d, in[1])
		return d
	})
	p.elementwise("geluGrad", 1, false, pool, func(in, _ []int) int {
		g, x := in[0], in[1]
		d := p.op2("fmul", x, x)
		p.v("fmul", d, d, p.k(-0.5))
		d = p.exp32(d)
		p.v("fmul", d, d, p.k(invSqrt2Pi))
		y := p.fma(x, d, p.phi32(x))
		p.v("fmul", y, g, y)
		return y
	})
	p.elementwise("geluTanhGrad", 1, false, pool, func(in, _ []int) int {
		return p.scoped(func() int {
			g, x := in[0], in[1]
			t, square := p.geluTanhBounded(x)
			w := p.horner(p.k(3*geluTanh3), square, geluTanh1)
			p.v("fmul", w, w, t)
			p.v("fmul", t, t, p.horner(p.k(geluTanh3), square, geluTanh1))
			s, q := p.logistic(t, true)
			d := p.fma(w, q, p.k(1))
			p.v("fmul", d, s, d)
			p.v("fmul", d, g, d)
			return d
		})
	})
	p.elementwise("siluGrad", 1, false, pool, func(in, _ []int) int {
		g, x := in[0], p.mov(in[1])
		s, q := p.logistic(in[1], true)
		d := p.fma(x, q, p.k(1))
		p.v("fmul", d, s, d)
		p.v("fmul", d, g, d)
		return d
	})
	return p
}

// oneLessSquare is 1 − y².
func (p *program) oneLessSquare(one, y int) int {
	d := p.mov(one)
	p.v("fmls", d, y, y)
	return d
}

// timesRest is y·(1 − y).
func (p *program) timesRest(one, y int) int {
	d := p.op2("fsub", one, y)
	p.v("fmul", d, y, d)
	return d
}

// optimFile writes the optimiser steps.
func optimFile() *program {
	p := newProgram("optim", "optimConsts")
	// flushed makes 0 of x if it is subnormal; NaN, which compares false, stays.
	flushed := func(smallest, x int) int {
		p.v("bic", x, x, p.op2("facgt", smallest, x))
		return x
	}
	load := func(at map[string]string, names ...string) {
		p.op("MOVD %s, %s", at[names[0]+"_len"], countReg)
		for i, n := range names {
			p.op("MOVD %s, R%d", at[n+"_base"], i)
		}
	}

	for _, decays := range []bool{false, true} {
		name, about, fields := "adamNEON", "is adamGeneric without decay.", 7
		if decays {
			name, about, fields = "adamDecayNEON", "is adamGeneric with decay.", 9
		}
		at := p.kernel(name, table.Lookup("adam").Signature(), about)
		load(at, "p", "g", "m", "v")
		p.op("MOVD %s, R4", at["c"])
		c := p.spreadFields("R4", fields)
		beta1, beta2, rest1, rest2, step, invRoot2, eps := c[0], c[1], c[2], c[3], c[4], c[5], c[6]
		p.usePool()
		smallest := p.k(0x1p-126)
		p.loop(1, []array{{"R0", true, true}, {"R1", true, false}, {"R2", true, true}, {"R3", true, true}},
			func(in []int) []int {
				x, g, m, v := in[0], in[1], in[2], in[3]
				if decays {
					p.fma(c[7], x, g) // L2
				}
				mi := flushed(smallest, p.fma(beta1, m, p.op2("fmul", rest1, g)))
				vi := p.op2("fmul", g, g)
				p.v("fmul", vi, rest2, vi)
				flushed(smallest, p.fma(beta2, v, vi))
				d := p.fma(p.op1("fsqrt", vi), invRoot2, p.mov(eps))
				p.v("fdiv", d, mi, d)
				if decays {
					p.v("fmul", x, c[8], x) // Keep
				}
				p.v("fmls", x, step, d)
				return []int{x, mi, vi}
			})
	}

	at := p.row("sgd", "")
	load(at, "p", "g")
	lr, decay := p.spreadArg(at["lr"]), p.spreadArg(at["decay"])
	p.loop(4, []array{{"R0", true, true}, {"R1", true, false}}, func(in []int) []int {
		p.fma(decay, in[0], in[1])
		p.v("fmls", in[0], lr, in[1])
		return in[:1]
	})

	at = p.row("sgdMomentum", "")
	load(at, "p", "g", "buf")
	p.op("MOVD %s, R4", at["c"])
	c := p.spreadFields("R4", 6)
	lr, decay = c[0], c[1]
	old, fresh, useGrad, useBuf := c[2], c[3], c[4], c[5]
	p.usePool()
	smallest := p.k(0x1p-126)
	p.loop(2, []array{{"R0", true, true}, {"R1", true, false}, {"R2", true, true}}, func(in []int) []int {
		x, g, buf := in[0], in[1], in[2]
		p.fma(decay, x, g)
		b := flushed(smallest, p.fma(old, buf, p.op2("fmul", fresh, g)))
		u := p.fma(useBuf, b, p.op2("fmul", useGrad, g))
		p.v("fmls", x, lr, u)
		return []int{x, b}
	})
	return p
}

// lstmFile writes the LSTM cell and its gradient.
func lstmFile() *program {
	p := newProgram("lstm", "lstmConsts")
	// quarters points four registers at the parts of a slice of gates.
	quarters := func(base string, first int) {
		p.op("MOVD %s, R%d", base, first)
		for i := first + 1; i < first+4; i++ {
			p.op("ADD %s<<2, R%d, R%d", countReg, i-1, i)
		}
	}
	array4 := func(first int, in, out bool) (a []array) {
		for i := range 4 {
			a = append(a, array{fmt.Sprintf("R%d", first+i), in, out})
		}
		return a
	}

	at := p.row("lstmCell", "")
	p.op("MOVD %s, %s", at["h_len"], countReg)
	quarters(at["gates_base"], 0)
	p.op("MOVD %s, R4", at["cPrev_base"])
	p.op("MOVD %s, R5", at["c_base"])
	p.op("MOVD %s, R6", at["h_base"])
	p.usePool()
	arrays := append(array4(0, true, true),
		array{"R4", true, false}, array{"R5", false, true}, array{"R6", false, true})
	p.loop(1, arrays, func(in []int) []int {
		i, f, g, o := p.sigmoid32(in[0]), p.sigmoid32(in[1]), p.tanh32(in[2]), p.sigmoid32(in[3])
		c := p.fma(f, in[4], p.op2("fmul", i, g))
		h := p.tanh32(p.mov(c))
		p.v("fmul", h, o, h)
		return []int{i, f, g, o, c, h}
	})

	at = p.kernel("lstmCellGradNEON", table.LSTMCellGradKernel, table.Lookup("lstmCellGrad").KernelDoc(""))
	p.op("MOVD %s, %s", at["dcPrev_len"], countReg)
	quarters(at["gates_base"], 0)
	quarters(at["dgates_base"], 4)
	for i, n := range []string{"c", "cPrev", "dh", "dc", "dcPrev"} {
		p.op("MOVD %s, R%d", at[n+"_base"], 8+i)
	}
	p.usePool()
	arrays = append(array4(0, true, false), array4(4, false, true)...)
	arrays = append(arrays, array{"R8", true, false}, array{"R9", true, false}, array{"R10", true, false},
		array{"R11", true, false}, array{"R12", false, true})
	p.loop(1, arrays, func(in []int) []int {
		i, f, g, o, c, cPrev, dh, dc := in[0], in[1], in[2], in[3], in[4], in[5], in[6], in[7]
		t := p.tanh32(c)
		one := p.k(1)
		d := p.fma(p.op2("fmul", dh, o), p.oneLessSquare(one, t), dc)
		product := func(a, b, derivative int) int {
			y := p.op2("fmul", a, b)
			p.v("fmul", y, y, derivative)
			return y
		}
		di := product(d, g, p.timesRest(one, i))
		df := product(d, cPrev, p.timesRest(one, f))
		dg := product(d, i, p.oneLessSquare(one, g))
		do := product(dh, t, p.timesRest(one, o))
		p.v("fmul", d, d, f)
		return []int{di, df, dg, do, d}
	})
	return p
}
