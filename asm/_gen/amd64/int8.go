package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
)

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
// for m rows of x. What is left of k after whole vectors goes through the last
// eight terms again, with those that have been added zeroed in x.
func (g *gen) int8Tile(m, n int) {
	g.kernel(fmt.Sprintf("gemmInt8r%dx%dAVX2", m, n),
		"func(k int, x *float32, ldx int, w *int8, ldw int, scale *float32, y *float32, ldy int, accumulate bool)",
		fmt.Sprintf("is, for k ≥ 8,\n\n\tfor i := range %d { for j := range %d { for p := range k {\n"+
			"\t\ty[i*ldy+j] += scale[j] * x[i*ldx+p] * w[j*ldw+p]\n\t} } }\n\n"+
			"or y[i*ldy+j] = that sum if accumulate is not set.", m, n))
	x := g.rows(g.integer("x"), g.stride("ldx"), m)
	w := g.rows(g.integer("w"), g.integer("ldw"), n)
	sets := max(1, min(4, 12/(m*n)))
	if sets == 3 {
		sets = 2
	}
	sums := g.int8Dots(x, w, sets, nil)
	g.storeDots(sums, m, n, "y", g.integer("scale"))
	g.end()
}

// int8Vector emits tiles of four rows of w, one after the other, for one x.
func (g *gen) int8Vector() {
	g.kernel("gemvInt8x4AVX2",
		"func(tiles int, k int, x *float32, w *int8, ldw int, scale *float32, y *float32, accumulate bool)",
		"is, for k ≥ 8 and tiles ≥ 1,\n\n\tfor j := range 4 * tiles { for p := range k {\n"+
			"\t\ty[j] += scale[j] * x[p] * w[j*ldw+p]\n\t} }\n\n"+
			"or y[j] = that sum if accumulate is not set.")
	tiles, x, ldw := g.integer("tiles"), g.integer("x"), g.integer("ldw")
	w := g.rows(g.integer("w"), ldw, dotCols)
	scale, y := g.integer("scale"), g.integer("y")
	accumulate := g.Load(g.Param("accumulate"), g.GP8()).(gp)
	top, store := g.label("tile"), g.label("store")
	g.SHLQ(operand.U8(2), ldw) // from tile to tile
	g.Label(top)
	ahead := g.multiple(w[0], ldw, 2)
	sums := g.int8Dots([]gp{x}, w, 2, ahead)
	row := g.foldRow(sums, nil)
	g.VMULPS(operand.Mem{Base: scale}, row, row)
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

// int8Dots sums the products of the rows of x with those of w over k, in sets
// of accumulators, and gives the sum of the sets: vectors whose lanes are still
// to be added up. If ahead is not nil, it prefetches from there as many bytes as
// four rows have.
func (g *gen) int8Dots(x, w []gp, sets int, ahead gp) []vec {
	m, n := len(x), len(w)
	acc := make([][]vec, sets)
	for s := range acc {
		acc[s] = g.accumulators(m*n, g.f32(0))
	}
	k, p := g.integer("k"), g.GP64()
	terms := func(set int, load func(op) vec) {
		var xv []vec
		for i := range m {
			xv = append(xv, load(operand.Mem{Base: x[i], Index: p, Scale: 4, Disp: 32 * set}))
		}
		for j := range n {
			wv := g.YMM()
			g.VPMOVSXBD(operand.Mem{Base: w[j], Index: p, Scale: 1, Disp: 8 * set}, wv)
			g.VCVTDQ2PS(wv, wv)
			for i := range m {
				g.VFMADD231PS(xv[i], wv, acc[set][i*n+j])
			}
		}
	}
	g.XORQ(p, p)
	if sets > 1 {
		g.loop(k, p, 8*sets, func() {
			if ahead != nil {
				g.PREFETCHT0(operand.Mem{Base: ahead, Index: p, Scale: 4})
			}
			for s := range sets {
				terms(s, g.value)
			}
		})
	}
	g.loop(k, p, 8, func() { terms(0, g.value) })
	done := g.label("done")
	g.TESTQ(k, k)
	g.JZ(operand.LabelRef(done))
	table := g.GP64()
	g.LEAQ(g.lastMasks(), table)
	// k of the eight terms that end at p+k are new.
	g.LEAQ(operand.Mem{Base: p, Index: k, Scale: 1, Disp: -8}, p)
	terms(0, func(at op) vec {
		v := g.value(at)
		g.VANDPS(operand.Mem{Base: table, Index: k, Scale: 4}, v, v)
		return v
	})
	g.Label(done)
	for s := sets; s > 1; s /= 2 {
		for t := range s / 2 {
			for i := range acc[t] {
				g.VADDPS(acc[t+s/2][i], acc[t][i], acc[t][i])
			}
		}
	}
	return acc[0]
}

// lastMasks is a table whose eight entries from r on have the last r set.
func (g *gen) lastMasks() operand.Mem {
	const name = "lastmasks"
	if m, ok := g.consts[name]; ok {
		return m
	}
	m := g.StaticGlobal(name)
	g.DataAttributes(attr.RODATA | attr.NOPTR)
	for i := range 16 {
		g.AppendDatum(operand.U32(uint32(0xffffffff * uint64(i/8))))
	}
	g.consts[name] = m
	return m
}
