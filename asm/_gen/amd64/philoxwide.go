package main

import (
	"github.com/mmcloughlin/avo/operand"

	"github.com/org/artnn/asm/_gen/table"
)

// emitPhiloxWide emits the mask of Philox's words by vectors of eight blocks, a group
// each. An exclusive or of three operands, one of them a number in memory, and no copies:
// half the instructions of AVX2 for twice the numbers.
func emitPhiloxWide(g *gen) {
	const (
		highToLow = 0xF5 // of VPSHUFD: the high half of 64 bits in both
		lowToHigh = 0xA0
		odd       = 0xAAAA // lanes that are high halves
		xor       = 0x96   // of VPTERNLOGD
		less      = 1      // of VPCMPUD
	)
	g.kernel("philoxMaskAVX512", table.PhiloxMaskKernel, table.PhiloxMaskDoc)
	groups, keys, dst := g.integer("groups"), g.integer("keys"), g.integer("dst")
	top := g.label("group")

	counter, step := g.ZMM(), g.ZMM()
	g.VPBROADCASTQ(g.argument("counter"), counter)
	// Unpacking takes every second block: this order leaves them as they are counted.
	g.VPADDQ(g.quads("order", 0, 4, 1, 5, 2, 6, 3, 7), counter, counter)
	g.VPBROADCASTQ(g.quads("step", 8), step)
	mul0, mul1, below, scale := g.ZMM(), g.ZMM(), g.ZMM(), g.ZMM()
	g.VPBROADCASTD(g.bits("mul0", philoxMul0), mul0)
	g.VPBROADCASTD(g.bits("mul1", philoxMul1), mul1)
	g.VBROADCASTSS(g.argument("below"), below)
	g.VBROADCASTSS(g.argument("scale"), scale)
	bits, high := g.GP32(), g.K()
	g.MOVL(operand.U32(odd), bits)
	g.KMOVW(bits, high)

	g.Label(top)
	var c [4]vec
	for w := range c {
		c[w] = g.ZMM()
	}
	g.VMOVDQA32(counter, c[0])
	g.VPSHUFD(operand.U8(highToLow), counter, c[1])
	g.VPXORD(c[2], c[2], c[2])
	g.VPXORD(c[3], c[3], c[3])
	g.VPADDQ(step, counter, counter)
	for r := range philoxRounds {
		p, q := g.ZMM(), g.ZMM()
		g.VPMULUDQ(mul0, c[0], p)
		g.VPMULUDQ(mul1, c[2], q)
		g.VPSHUFD(operand.U8(highToLow), q, c[0])
		g.VPSHUFD(operand.U8(highToLow), p, c[2])
		g.VPTERNLOGD_BCST(operand.U8(xor), operand.Mem{Base: keys, Disp: 8 * r}, c[1], c[0])
		g.VPTERNLOGD_BCST(operand.U8(xor), operand.Mem{Base: keys, Disp: 8*r + 4}, c[3], c[2])
		c[1], c[3] = q, p
	}
	g.VPSHUFD(operand.U8(lowToHigh), c[1], high, c[0])
	g.VPSHUFD(operand.U8(lowToHigh), c[3], high, c[2])
	g.VPUNPCKLQDQ(c[2], c[0], c[1])
	g.VPUNPCKHQDQ(c[2], c[0], c[3])
	for half, w := range []int{1, 3} {
		kept := g.K()
		g.VPCMPUD(operand.U8(less), below, c[w], kept)
		g.VMOVUPS_Z(scale, kept, c[w])
		g.VMOVUPS(c[w], operand.Mem{Base: dst, Disp: 64 * half})
	}
	g.ADDQ(imm(4*32), dst)
	g.SUBQ(imm(1), groups)
	g.JNZ(operand.LabelRef(top))
	g.end()
}
