package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// wideTile describes one AVX-512 micro-kernel on packed operands: up to twelve rows
// from two panels of A, and one or two panels of sixteen columns of B.
type wideTile struct {
	rows, vecs int
}

// Numbers in one step of k of a packed panel.
const (
	panelA = 6
	panelB = 16
)

func (t wideTile) name() string { return fmt.Sprintf("gemm%dx%dAVX512", t.rows, panelB*t.vecs) }

func (t wideTile) doc() string {
	return fmt.Sprintf("is\n\n\tfor i := range %d { for j := range %d { for p := range k {\n"+
		"\t\tc[i*ldc+j] += a[(i/6*k+p)*6+i%%6] * b[(j/16*k+p)*16+j%%16]\n\t} } }\n\n"+
		"for the columns whose bit in mask is set, or c[i*ldc+j] = that sum if\n"+
		"accumulate is not set.", t.rows, panelB*t.vecs)
}

// emitWide emits the tiles 4…12 × {16, 32}. Lower ones have too few sums in flight to
// be worth a kernel.
func emitWide(g *gen) {
	for rows := 2 * panelA; rows > 3; rows-- {
		for vecs := 2; vecs > 0; vecs-- {
			g.packed(wideTile{rows, vecs})
		}
	}
}

func (g *gen) packed(t wideTile) {
	g.kernel(t.name(), "func(k int, a, b, c *float32, ldc int, mask uint32, accumulate bool)", t.doc())
	k, c, ldc := g.integer("k"), g.integer("c"), g.stride("ldc")
	a, b := g.panels(g.integer("a"), k, panelA), g.panels(g.integer("b"), k, panelB)

	for i, at := 0, g.integer("c"); i < t.rows; i++ {
		for v := range t.vecs {
			g.PREFETCHT0(operand.Mem{Base: at, Disp: 64 * v})
		}
		if i < t.rows-1 {
			g.ADDQ(ldc, at)
		}
	}
	acc := make([]reg.VecVirtual, t.rows*t.vecs)
	for i := range acc {
		acc[i] = g.ZMM()
		g.VPXORD(acc[i], acc[i], acc[i])
	}
	av := []reg.VecVirtual{g.ZMM(), g.ZMM(), g.ZMM(), g.ZMM()} // in rotation, so that loads start early
	bv := []reg.VecVirtual{g.ZMM(), g.ZMM()}
	step := func(u int) {
		for v := range t.vecs {
			g.VMOVUPS(operand.Mem{Base: b[v], Disp: 4 * panelB * u}, bv[v])
		}
		for i := range t.rows {
			x := av[i%len(av)]
			g.VBROADCASTSS(operand.Mem{Base: a[i/panelA], Disp: 4 * (panelA*u + i%panelA)}, x)
			for v := range t.vecs {
				g.VFMADD231PS(bv[v], x, acc[i*t.vecs+v])
			}
		}
	}
	next := func(n int) {
		for i := 0; i < t.rows; i += panelA {
			g.ADDQ(operand.U32(4*panelA*n), a[i/panelA])
		}
		for v := range t.vecs {
			g.ADDQ(operand.U32(4*panelB*n), b[v])
		}
	}
	main, single, tail, out := g.label("main"), g.label("single"), g.label("tail"), g.label("out")
	g.SUBQ(imm(unrollK), k)
	g.JL(operand.LabelRef(tail))
	g.Label(main)
	for u := range unrollK {
		step(u)
	}
	next(unrollK)
	g.SUBQ(imm(unrollK), k)
	g.JGE(operand.LabelRef(main))
	g.Label(tail)
	g.ADDQ(imm(unrollK), k)
	g.JZ(operand.LabelRef(out))
	g.Label(single)
	step(0)
	next(1)
	g.DECQ(k)
	g.JNZ(operand.LabelRef(single))
	g.Label(out)

	mask := g.Load(g.Param("mask"), g.GP32())
	var masks []reg.OpmaskVirtual
	for v := range t.vecs {
		masks = append(masks, g.K())
		if v > 0 {
			g.SHRL(operand.U8(panelB), mask)
		}
		g.KMOVW(mask, masks[v])
	}
	store := g.label("store")
	accumulate := g.Load(g.Param("accumulate"), g.GP8())
	g.TESTB(accumulate, accumulate)
	g.JZ(operand.LabelRef(store))
	at := g.GP64()
	each := func(f func(at operand.Mem, v reg.VecVirtual, m reg.OpmaskVirtual)) {
		g.MOVQ(c, at)
		for i := range t.rows {
			for v := range t.vecs {
				f(operand.Mem{Base: at, Disp: 64 * v}, acc[i*t.vecs+v], masks[v])
			}
			if i < t.rows-1 {
				g.ADDQ(ldc, at)
			}
		}
	}
	each(func(at operand.Mem, v reg.VecVirtual, m reg.OpmaskVirtual) {
		g.VMOVUPS_Z(at, m, av[0])
		g.VADDPS(av[0], v, v)
	})
	g.Label(store)
	each(func(at operand.Mem, v reg.VecVirtual, m reg.OpmaskVirtual) {
		g.VMOVUPS(v, m, at)
	})
	g.end()
}

// panels are the beginnings of two panels one after the other, k steps long.
func (g *gen) panels(first, k gp, width int) [2]gp {
	second := g.GP64()
	g.IMUL3Q(operand.U8(4*width), k, second)
	g.ADDQ(first, second)
	return [2]gp{first, second}
}
