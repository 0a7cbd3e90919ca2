package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// inPlaceTile describes one AVX-512 micro-kernel on operands that are not packed: up
// to twelve rows of A, and sixteen or 32 columns of B, whose rows are contiguous; or
// up to eight rows and 48 columns.
type inPlaceTile struct {
	rows, vecs int
}

func (t inPlaceTile) name() string {
	return fmt.Sprintf("gemm%dx%dInPlaceAVX512", t.rows, panelB*t.vecs)
}

func (t inPlaceTile) doc() string {
	return fmt.Sprintf("is\n\n\tfor i := range count*%d { for j := range %d { for p := range k {\n"+
		"\t\tc[i*ldc+j] += a[i*ars+p*acs] * b[p*ldb+j]\n\t} } }\n\n"+
		"or c[i*ldc+j] = that sum if accumulate is not set.", t.rows, panelB*t.vecs)
}

// emitInPlace emits the tiles 4…12 × {16, 32} and 4…8 × 48, as many rows as leave
// registers for the operands.
func emitInPlace(g *gen) {
	for rows := 2 * panelA; rows > 3; rows-- {
		for vecs := 3; vecs > 0; vecs-- {
			if rows*vecs <= 4*panelA {
				g.inPlace(inPlaceTile{rows, vecs})
			}
		}
	}
}

func (g *gen) inPlace(t inPlaceTile) {
	g.kernel(t.name(), "func(count, k int, a *float32, ars, acs int, b *float32, ldb int, c *float32, ldc int, accumulate bool)", t.doc())
	a := []gp{g.GP64(), g.GP64()} // from rows 0 and 6 on
	top, ars, acs, b, ldb := g.integer("a"), g.stride("ars"), g.stride("acs"), g.GP64(), g.stride("ldb")
	ars3, ldb3 := g.multiple(ars, ars, 2), g.multiple(ldb, ldb, 2)
	ars5 := g.multiple(ars, ars, 4)
	element := func(i int) operand.Mem {
		base := a[i/panelA]
		switch i %= panelA; i {
		case 0:
			return operand.Mem{Base: base}
		case 3:
			return operand.Mem{Base: base, Index: ars3, Scale: 1}
		case 5:
			return operand.Mem{Base: base, Index: ars5, Scale: 1}
		}
		return operand.Mem{Base: base, Index: ars, Scale: uint8(i)}
	}
	row := func(u int) operand.Mem {
		switch u {
		case 0:
			return operand.Mem{Base: b}
		case 3:
			return operand.Mem{Base: b, Index: ldb3, Scale: 1}
		}
		return operand.Mem{Base: b, Index: ldb, Scale: uint8(u)}
	}
	c := g.integer("c")
	next := g.label("next")
	g.Label(next)
	g.MOVQ(top, a[0])
	if t.rows > panelA {
		g.LEAQ(operand.Mem{Base: top, Index: ars3, Scale: 2}, a[1])
	}
	g.Load(g.Param("b"), b)
	acc := make([]reg.VecVirtual, t.rows*t.vecs)
	for i := range acc {
		acc[i] = g.ZMM()
		g.VPXORD(acc[i], acc[i], acc[i])
	}
	av := []reg.VecVirtual{g.ZMM(), g.ZMM(), g.ZMM(), g.ZMM()} // in rotation, so that loads run ahead
	bv := []reg.VecVirtual{g.ZMM(), g.ZMM(), g.ZMM()}
	step := func(u int) {
		for v := range t.vecs {
			g.VMOVUPS(row(u).Offset(64*v), bv[v])
		}
		for i := range t.rows {
			x := av[i%len(av)]
			g.VBROADCASTSS(element(i), x)
			for v := range t.vecs {
				g.VFMADD231PS(bv[v], x, acc[i*t.vecs+v])
			}
		}
		for i := 0; i < t.rows; i += panelA {
			g.ADDQ(acs, a[i/panelA])
		}
	}
	k := g.integer("k")
	main, single, tail, out := g.label("main"), g.label("single"), g.label("tail"), g.label("out")
	g.SUBQ(imm(unrollK), k)
	g.JL(operand.LabelRef(tail))
	g.Label(main)
	for u := range unrollK {
		step(u)
	}
	g.LEAQ(operand.Mem{Base: b, Index: ldb, Scale: unrollK}, b)
	g.SUBQ(imm(unrollK), k)
	g.JGE(operand.LabelRef(main))
	g.Label(tail)
	g.ADDQ(imm(unrollK), k)
	g.JZ(operand.LabelRef(out))
	g.Label(single)
	step(0)
	g.ADDQ(ldb, b)
	g.DECQ(k)
	g.JNZ(operand.LabelRef(single))
	g.Label(out)

	ldc := g.stride("ldc")
	each := func(c gp, f func(at operand.Mem, v reg.VecVirtual)) {
		for i := range t.rows {
			for v := range t.vecs {
				f(operand.Mem{Base: c, Disp: 64 * v}, acc[i*t.vecs+v])
			}
			g.ADDQ(ldc, c)
		}
	}
	store := g.label("store")
	accumulate := g.Load(g.Param("accumulate"), g.GP8())
	g.TESTB(accumulate, accumulate)
	g.JZ(operand.LabelRef(store))
	g.MOVQ(c, a[0])
	each(a[0], func(at operand.Mem, v reg.VecVirtual) { g.VADDPS(at, v, v) })
	g.Label(store)
	each(c, func(at operand.Mem, v reg.VecVirtual) { g.VMOVUPS(v, at) })
	g.IMUL3Q(imm(t.rows), ars, a[0])
	g.ADDQ(a[0], top)
	g.DECQ(g.argument("count"))
	g.JNZ(operand.LabelRef(next))
	g.end()
}
