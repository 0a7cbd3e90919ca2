package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
	"github.com/org/artnn/asm/_gen/table"
)

// wideConst is a constant in all sixteen lanes of a register.
func (g *gen) wideConst(x float32) reg.VecVirtual {
	v := g.ZMM()
	g.VBROADCASTSS(g.f32(x), v)
	return v
}

// emitExpWide emits sumExp, which is what attention spends most of its time on beside
// products: sixteen numbers at a time are twice as fast.
func emitExpWide(g *gen) {
	f := table.Lookup("sumExp")
	g.kernel("sumExpAVX512", f.Signature(), f.KernelDoc("in sixteen interleaved parts."))
	dst, x, n := g.pointer("dst"), g.pointer("x"), g.length("dst")
	top := g.ZMM()
	g.VBROADCASTSS(g.argument("max"), top)
	high, low := g.wideConst(89), g.wideConst(-104)
	scale, magic := g.wideConst(log2E), g.wideConst(roundMagic)
	ln2a, ln2b := g.wideConst(-ln2High), g.wideConst(-ln2Low)
	var c []reg.VecVirtual
	for _, v := range []float32{1.37805939e-3, 8.37312452e-3, 4.16695364e-2, 1.66664720e-1, 4.99999851e-1, 1} {
		c = append(c, g.wideConst(v))
	}
	c = append(c, c[5])
	sum := g.ZMM()
	g.VPXORD(sum, sum, sum)

	// exp is exp32 of v − max, in v, with one scaling that rounds as its two do.
	exp := func(v reg.VecVirtual) {
		n, p := g.ZMM(), g.ZMM()
		g.VSUBPS(top, v, v)
		g.VMINPS(v, high, v)
		g.VMAXPS(v, low, v)
		g.VMOVAPS(v, n)
		g.VFMADD213PS(magic, scale, n)
		g.VSUBPS(magic, n, n)
		g.VFMADD231PS(ln2a, n, v)
		g.VFMADD231PS(ln2b, n, v)
		g.VMOVAPS(c[0], p)
		for _, ci := range c[1:] {
			g.VFMADD213PS(ci, v, p)
		}
		g.VSCALEFPS(n, p, v)
	}
	i := g.GP64()
	g.XORQ(i, i)
	at := func(base gp) operand.Mem { return operand.Mem{Base: base, Index: i, Scale: 4} }
	g.loop(n, i, 16, func() {
		v := g.ZMM()
		g.VMOVUPS(at(x), v)
		exp(v)
		g.VMOVUPS(v, at(dst))
		g.VADDPS(v, sum, sum)
	})
	done := g.label("done")
	g.TESTQ(n, n)
	g.JZ(operand.LabelRef(done))
	all, mask, v := g.GP32(), g.K(), g.ZMM()
	g.MOVL(operand.U32(1<<16-1), all)
	g.MOVL(n.As32(), reg.ECX)
	g.SHLL(reg.CL, all)
	g.NOTL(all)
	g.KMOVW(all, mask)
	g.VMOVUPS_Z(at(x), mask, v)
	exp(v)
	g.VMOVUPS(v, mask, at(dst))
	g.VADDPS(v, sum, mask, sum)
	g.Label(done)

	half := g.YMM()
	g.VEXTRACTF64X4(operand.U8(1), sum, half)
	folded := sum.AsY()
	g.VADDPS(half, folded, folded)
	total := g.YMM()
	g.VMOVAPS(folded, total)
	g.returnSum(total)
}
