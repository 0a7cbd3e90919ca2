package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// horizontal folds the lanes of a vector into the first.
func (g *gen) horizontal(v vec, fold func(a, b, out op)) reg.VecVirtual {
	if g.wide() {
		half := g.YMM()
		g.VEXTRACTF64X4(operand.U8(1), v, half)
		fold(half, v.AsY(), half)
		v = half
	}
	h, low := g.XMM(), v.AsX()
	g.VEXTRACTF128(operand.U8(1), v, h)
	out := g.XMM()
	fold(h, low, out)
	g.VMOVHLPS(out, out, h)
	fold(h, out, out)
	g.VMOVSHDUP(out, h)
	fold(h, out, out)
	return out
}

// returnSum returns the sum of the lanes.
func (g *gen) returnSum(v vec) {
	s := g.horizontal(v, func(a, b, out op) { g.VADDPS(a, b, out) })
	g.returnFirst(s)
}

// returnFirst returns the first lane. MOVSS, which avo's Store would print,
// is expensive on some processors while upper halves are dirty.
func (g *gen) returnFirst(v reg.VecVirtual) {
	r, err := g.ReturnIndex(0).Resolve()
	if err != nil {
		panic(err)
	}
	g.VMOVSS(v, r.Addr)
	g.end()
}

// accumulators are n vectors of a start value; each step of a sweep takes the next.
func (g *gen) accumulators(n int, start op) []vec {
	acc := make([]vec, n)
	for i := range acc {
		acc[i] = g.YMM()
		g.VMOVUPS(start, acc[i])
	}
	return acc
}

// merge adds all accumulators to the first, in pairs.
func (g *gen) merge(acc []vec, fold func(a, b, out op)) vec {
	for n := len(acc); n > 1; n /= 2 {
		for i := range n / 2 {
			fold(acc[i+n/2], acc[i], acc[i])
		}
	}
	return acc[0]
}

// sumOf emits a kernel that sums over slices, the first of which is length, in
// 8·unroll interleaved parts. Terms of masked lanes must be 0.
func (g *gen) sumOf(name, length string, unroll int, setup func() (accumulate func(l lanes, acc vec))) {
	g.row(name, fmt.Sprintf("in %d interleaved parts.", 8*unroll))
	accumulate := setup()
	acc := g.accumulators(unroll, g.f32(0))
	g.sweep(g.length(length), unroll, func(l lanes) { accumulate(l, acc[l.disp/32]) })
	g.returnSum(g.merge(acc, func(a, b, out op) { g.VADDPS(a, b, out) }))
}

// emitReduce emits the reductions.
func emitReduce(g *gen) {
	g.sumOf("sum", "x", 8, func() func(lanes, vec) {
		x := g.pointer("x")
		return func(l lanes, acc vec) { g.VADDPS(l.load(x), acc, acc) }
	})
	g.sumOf("sumDev", "x", 8, func() func(lanes, vec) {
		x, mean := g.pointer("x"), g.scalar("mean")
		return func(l lanes, acc vec) {
			d := g.sub(l.load(x), mean)
			if l.mask != nil {
				d = g.where(l.mask, d)
			}
			g.VFMADD231PS(d, d, acc)
		}
	})
	g.sumOf("dot", "a", 8, func() func(lanes, vec) {
		a, b := g.pointer("a"), g.pointer("b")
		return func(l lanes, acc vec) { g.VFMADD231PS(l.load(b), l.load(a), acc) }
	})
	g.extreme("maxOf", math.Inf(-1), func(a, b, out op) { g.VMAXPS(a, b, out) })
	g.extreme("minOf", math.Inf(1), func(a, b, out op) { g.VMINPS(a, b, out) })
	g.gemvT()
}

// extreme emits a kernel for the largest or smallest element. VMAXPS drops NaN,
// so NaNs are collected separately.
func (g *gen) extreme(name string, start float64, f func(a, b, out op)) {
	const unroll = 4
	g.row(name, "")
	x := g.pointer("x")
	first := g.f32(float32(start))
	acc, nan := g.accumulators(unroll, first), g.zero()
	g.sweep(g.length("x"), unroll, func(l lanes) {
		v := l.load(x)
		if l.mask != nil {
			v = g.choose(l.mask, v, first)
		}
		a := acc[l.disp/32]
		f(v, a, a)
		g.VORPS(g.compare(isUnordered, v, v), nan, nan)
	})
	m := g.merge(acc, f)
	any := g.horizontal(nan, func(a, b, out op) { g.VORPS(a, b, out) })
	best := g.horizontal(m, f)
	g.VORPS(any, best, best)
	g.returnFirst(best)
}

// gemvT emits y += aᵀ·x, four rows of a for each pass over y.
func (g *gen) gemvT() {
	g.row("gemvT", "")
	y, a, x := g.pointer("y"), g.pointer("a"), g.pointer("x")
	lda, rows := g.stride("lda"), g.length("x")
	for _, block := range []int{4, 1} {
		top, out := g.label("rows"), g.label("rowsout")
		g.Label(top)
		g.CMPQ(rows, imm(block))
		g.JL(operand.LabelRef(out))
		row := []gp{a}
		coeff := []vec{}
		for r := range block {
			if r > 0 {
				row = append(row, g.multiple(row[r-1], lda, 1))
			}
			c := g.YMM()
			g.VBROADCASTSS(operand.Mem{Base: x, Disp: 4 * r}, c)
			coeff = append(coeff, c)
		}
		g.sweep(g.length("y"), 2, func(l lanes) {
			v := l.load(y)
			for r := range block {
				g.VFMADD231PS(l.load(row[r]), coeff[r], v)
			}
			l.store(v, y)
		})
		g.LEAQ(operand.Mem{Base: row[block-1], Index: lda, Scale: 1}, a)
		g.ADDQ(imm(4*block), x)
		g.SUBQ(imm(block), rows)
		g.JMP(operand.LabelRef(top))
		g.Label(out)
	}
	g.end()
}
