package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
)

// int8Lanes is how many terms a vector of integers of sixteen bits has.
const int8Lanes = 16

// emitInt8 emits the tiles of GemmInt8.
func emitInt8(g *gen) {
	for m := dotRows; m > 0; m-- {
		for n := dotCols; n > 0; n-- {
			g.int8Tile(m, n)
		}
	}
	g.int8Vector()
}

// int8Tile emits m·n dot products at once: each vector of w is widened once
// for m rows of x. The remainder of k after whole vectors is done by loading the last
// sixteen terms, with those added already zeroed in w.
func (g *gen) int8Tile(m, n int) {
	g.kernel(fmt.Sprintf("gemmInt8r%dx%dAVX2", m, n),
		"func(k int, x *int16, ldx int, scaleX *float32, w *int8, ldw int, scale *float32, y *float32, ldy int, accumulate bool)",
		fmt.Sprintf("is, for k ≥ 16,\n\n\tfor i := range %d { for j := range %d { for p := range k {\n"+
			"\t\ty[i*ldy+j] += scale[j]*scaleX[i] * x[i*ldx+p] * w[j*ldw+p]\n\t} } }\n\n"+
			"or y[i*ldy+j] = that sum if accumulate is not set.", m, n))
	ldx := g.integer("ldx")
	g.ADDQ(ldx, ldx)
	x := g.rows(g.integer("x"), ldx, m)
	w := g.rows(g.integer("w"), g.integer("ldw"), n)
	sums := g.int8Dots(x, w, nil)
	row := g.rowStore(n, "y")
	scale, scaleX := row.load(operand.Mem{Base: g.integer("scale")}), g.integer("scaleX")
	for i := range m {
		s := g.XMM()
		g.VBROADCASTSS(operand.Mem{Base: scaleX, Disp: 4 * i}, s)
		g.VMULPS(scale, s, s)
		row.store(g.int8Row(sums[i*n:][:n], s))
	}
	g.end()
}

// int8Row folds the lanes of each sum and multiplies by the scales.
func (g *gen) int8Row(sums []vec, scales vec) vec {
	var col [dotCols]vec
	for j := range col {
		col[j] = sums[min(j, len(sums)-1)]
	}
	low, high := g.YMM(), g.YMM()
	g.VPHADDD(col[1], col[0], low)
	g.VPHADDD(col[3], col[2], high)
	g.VPHADDD(high, low, low)
	half, row := g.XMM(), g.XMM()
	g.VEXTRACTI128(operand.U8(1), low, half)
	g.VPADDD(half, low.AsX(), row)
	g.VCVTDQ2PS(row, row)
	g.VMULPS(scales, row, row)
	return row
}

// int8Vector emits tiles of four rows of w, one after the other, for one x.
func (g *gen) int8Vector() {
	g.kernel("gemvInt8x4AVX2",
		"func(tiles int, k int, x *int16, w *int8, ldw int, scaleX float32, scale *float32, y *float32, accumulate bool)",
		"is, for k ≥ 16 and tiles ≥ 1,\n\n\tfor j := range 4 * tiles { for p := range k {\n"+
			"\t\ty[j] += scale[j]*scaleX * x[p] * w[j*ldw+p]\n\t} }\n\n"+
			"or y[j] = that sum if accumulate is not set.")
	tiles, x, ldw := g.integer("tiles"), g.integer("x"), g.integer("ldw")
	w := g.rows(g.integer("w"), ldw, dotCols)
	scale, y := g.integer("scale"), g.integer("y")
	scaleX := g.XMM()
	g.VBROADCASTSS(g.argument("scaleX"), scaleX)
	accumulate := g.Load(g.Param("accumulate"), g.GP8()).(gp)
	top, store := g.label("tile"), g.label("store")
	g.SHLQ(operand.U8(2), ldw) // from tile to tile
	g.Label(top)
	next := g.multiple(w[0], ldw, 2)
	sums := g.int8Dots([]gp{x}, w, next)
	s := g.XMM()
	g.VMULPS(operand.Mem{Base: scale}, scaleX, s)
	row := g.int8Row(sums, s)
	g.TESTB(accumulate, accumulate)
	g.JZ(operand.LabelRef(store))
	g.VADDPS(operand.Mem{Base: y}, row, row)
	g.Label(store)
	g.VMOVUPS(row, operand.Mem{Base: y})
	for _, r := range w {
		g.ADDQ(ldw, r)
	}
	g.ADDQ(imm(4*dotCols), scale)
	g.ADDQ(imm(4*dotCols), y)
	g.SUBQ(imm(1), tiles)
	g.JNZ(operand.LabelRef(top))
	g.end()
}

// int8Dots sums the products of the rows of x with those of w over k: vectors
// whose lanes are still to be added up. If next is not nil, it prefetches from
// there as many bytes as four rows have.
func (g *gen) int8Dots(x, w []gp, next gp) []vec {
	m, n := len(x), len(w)
	acc := g.accumulators(m*n, g.i32(0))
	k, p := g.integer("k"), g.GP64()
	terms := func(mask op) {
		for j := range n {
			wv := g.YMM()
			g.VPMOVSXBW(operand.Mem{Base: w[j], Index: p, Scale: 1}, wv)
			if mask != nil {
				g.VPAND(mask, wv, wv)
			}
			for i := range m {
				t := g.YMM()
				g.VPMADDWD(operand.Mem{Base: x[i], Index: p, Scale: 2}, wv, t)
				g.VPADDD(t, acc[i*n+j], acc[i*n+j])
			}
		}
	}
	g.XORQ(p, p)
	g.loop(k, p, int8Lanes, func() {
		if next != nil {
			g.PREFETCHT0(operand.Mem{Base: next, Index: p, Scale: 4})
		}
		terms(nil)
	})
	done := g.label("done")
	g.TESTQ(k, k)
	g.JZ(operand.LabelRef(done))
	table := g.GP64()
	g.LEAQ(g.lastMasks(), table)
	// k of the sixteen terms that end at p+k are new.
	g.LEAQ(operand.Mem{Base: p, Index: k, Scale: 1, Disp: -int8Lanes}, p)
	terms(operand.Mem{Base: table, Index: k, Scale: 2})
	g.Label(done)
	return acc
}

// lastMasks is a table whose sixteen entries of sixteen bits from r on have the
// last r set.
func (g *gen) lastMasks() operand.Mem {
	const name = "lastmasks"
	if m, ok := g.consts[name]; ok {
		return m
	}
	m := g.StaticGlobal(name)
	g.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 2 * int8Lanes {
		g.AppendDatum(operand.U16(uint16(0xffff * uint32(i/int8Lanes))))
	}
	g.consts[name] = m
	return m
}
