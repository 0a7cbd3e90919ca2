package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"

	"github.com/org/artnn/asm/_gen/table"
)

const (
	philoxRounds = 10
	philoxMul0   = 0xD2511F53
	philoxMul1   = 0xCD9E8D57
)

// emitPhilox emits the mask of Philox's words. A vector has a word of four blocks, each
// in the low half of 64 bits: VPMULUDQ reads no more, and leaves a product's two halves
// in place. What the high halves of the others hold does not matter. Two vectors go
// side by side, so that one is multiplied while the other waits.
func emitPhilox(g *gen) {
	g.kernel("philoxMaskAVX2", table.PhiloxMaskKernel, table.PhiloxMaskDoc)
	groups, keys, dst := g.integer("groups"), g.integer("keys"), g.integer("dst")
	const bytes = 4 * 32 // of a group
	top := g.label("group")

	var counter [2]vec
	for i := range counter {
		counter[i] = g.YMM()
		g.VPBROADCASTQ(g.argument("counter"), counter[i])
		g.VPADDQ(g.philoxOrder(i), counter[i], counter[i])
	}
	below := g.YMM()
	g.VBROADCASTSS(g.argument("below"), below)
	g.VPXOR(g.bits("signs", 1<<31), below, below) // comparisons are of signed numbers

	g.Label(top)
	type words [4]vec
	var x [2]words
	for i := range x {
		for w := range x[i] {
			x[i][w] = g.YMM()
		}
		g.VMOVDQA(counter[i], x[i][0])
		g.VPSRLQ(operand.U8(32), counter[i], x[i][1])
		g.VPXOR(x[i][2], x[i][2], x[i][2])
		g.VPXOR(x[i][3], x[i][3], x[i][3])
		g.VPADDQ(g.philoxStep(), counter[i], counter[i])
	}
	for r := range philoxRounds {
		for i := range x {
			c := &x[i]
			p, q, key := g.YMM(), g.YMM(), g.YMM()
			g.VPMULUDQ(g.bits("mul0", philoxMul0), c[0], p)
			g.VPMULUDQ(g.bits("mul1", philoxMul1), c[2], q)
			// c0, c1, c2, c3 = high(q) ^ c1 ^ k0, q, high(p) ^ c3 ^ k1, p
			g.VPSRLQ(operand.U8(32), q, c[0])
			g.VPXOR(c[1], c[0], c[0])
			g.VPBROADCASTD(operand.Mem{Base: keys, Disp: 8 * r}, key)
			g.VPXOR(key, c[0], c[0])
			g.VPSRLQ(operand.U8(32), p, c[2])
			g.VPXOR(c[3], c[2], c[2])
			g.VPBROADCASTD(operand.Mem{Base: keys, Disp: 8*r + 4}, key)
			g.VPXOR(key, c[2], c[2])
			c[1], c[3] = q, p
		}
	}
	scale := g.YMM()
	g.VBROADCASTSS(g.argument("scale"), scale)
	for i := range x {
		c := &x[i]
		for w := 0; w < 4; w += 2 {
			g.VPSLLQ(operand.U8(32), c[w+1], c[w+1])
			g.VPBLENDD(operand.U8(0xAA), c[w+1], c[w], c[w])
		}
		g.VPUNPCKLQDQ(c[2], c[0], c[1])
		g.VPUNPCKHQDQ(c[2], c[0], c[3])
		for half, w := range []int{1, 3} {
			g.VPXOR(g.bits("signs", 1<<31), c[w], c[w])
			g.VPCMPGTD(c[w], below, c[w])
			g.VANDPS(scale, c[w], c[w])
			g.VMOVUPS(c[w], operand.Mem{Base: dst, Disp: 64*i + 32*half})
		}
	}
	g.ADDQ(imm(bytes), dst)
	g.SUBQ(imm(1), groups)
	g.JNZ(operand.LabelRef(top))
	g.end()
}

// philoxOrder is what is added to the first counter for the lanes of vector i. The middle
// two are exchanged, so that unpacking leaves the blocks in order.
func (g *gen) philoxOrder(i int) operand.Mem {
	return g.quads("order"+string(rune('0'+i)), uint64(4*i), uint64(4*i+2), uint64(4*i+1), uint64(4*i+3))
}

// philoxStep is what is added from group to group.
func (g *gen) philoxStep() operand.Mem { return g.quads("step", 8, 8, 8, 8) }

// quads is a constant vector of four numbers of 64 bits, kept in memory.
func (g *gen) quads(name string, u ...uint64) operand.Mem {
	if m, ok := g.consts[name]; ok {
		return m
	}
	m := g.StaticGlobal(name)
	g.DataAttributes(attr.RODATA | attr.NOPTR)
	for _, x := range u {
		g.AppendDatum(operand.U64(x))
	}
	g.consts[name] = m
	return m
}
