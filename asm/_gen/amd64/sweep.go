package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
	"github.com/org/artnn/asm/_gen/table"
)

// lanes are the places of one vector in the slices that a sweep walks along together: a
// whole vector at index plus disp, or the tail that mask covers.
type lanes struct {
	g     *gen
	index gp
	disp  int
	mask  mask // nil for a whole vector
}

func (l lanes) at(base gp) operand.Mem {
	return operand.Mem{Base: base, Index: l.index, Scale: 4, Disp: l.disp}
}

// load reads the lanes of a slice; masked lanes are +0.
func (l lanes) load(base gp) vec {
	v := l.g.vector()
	switch {
	case l.mask == nil:
		l.g.VMOVUPS(l.at(base), v)
	case l.g.wide():
		l.g.VMOVUPS_Z(l.at(base), l.mask, v)
	default:
		l.g.VMASKMOVPS(l.at(base), l.mask, v)
	}
	return v
}

// operand is what load reads, in memory if it can be used there.
func (l lanes) operand(base gp) op {
	if l.mask == nil {
		return l.at(base)
	}
	return l.load(base)
}

// store writes the lanes of a slice, and nothing where they are masked.
func (l lanes) store(v vec, base gp) {
	switch {
	case l.mask == nil:
		l.g.VMOVUPS(v, l.at(base))
	case l.g.wide():
		l.g.VMOVUPS(v, l.mask, l.at(base))
	default:
		l.g.VMASKMOVPS(v, l.mask, l.at(base))
	}
}

// sweep emits a loop over n elements: unroll vectors at a time, then one, then
// the masked tail. It overwrites n.
func (g *gen) sweep(n gp, unroll int, body func(lanes)) {
	i := g.GP64()
	g.XORQ(i, i)
	g.hold(func() { body(lanes{g: g, index: i}) })
	if unroll > 1 {
		g.loop(n, i, g.lanes*unroll, func() {
			for u := range unroll {
				body(lanes{g: g, index: i, disp: 4 * g.lanes * u})
			}
		})
	}
	g.loop(n, i, g.lanes, func() { body(lanes{g: g, index: i}) })
	done := g.label("done")
	g.TESTQ(n, n)
	g.JZ(operand.LabelRef(done))
	body(lanes{g: g, index: i, mask: g.tail(n)})
	g.Label(done)
}

// tail is the mask of the first n lanes, 0 < n < g.lanes. It overwrites n.
func (g *gen) tail(n gp) mask {
	if !g.wide() {
		return g.tailMask(n)
	}
	bits, k := g.GP32(), g.K()
	g.MOVL(operand.U32(1<<g.lanes-1), bits)
	g.MOVL(n.As32(), reg.ECX)
	g.SHLL(reg.CL, bits)
	g.NOTL(bits)
	g.KMOVW(bits, k)
	return k
}

// loop runs body while n ≥ step, counting i up and n down.
func (g *gen) loop(n, i gp, step int, body func()) {
	top, out := g.label("loop"), g.label("rest")
	g.SUBQ(imm(step), n)
	g.JL(operand.LabelRef(out))
	g.Label(top)
	body()
	g.ADDQ(imm(step), i)
	g.SUBQ(imm(step), n)
	g.JGE(operand.LabelRef(top))
	g.Label(out)
	g.ADDQ(imm(step), n)
}

// mapping emits the kernel dst[i] = f(inputs[i], scalars) of a row of the table, if the
// table asks for it.
func (g *gen) mapping(name string, unroll int, f func(in, s []vec) vec) {
	if g.wide() && table.Lookup(name).AVX512 == nil {
		return
	}
	g.row(name, "")
	dst := g.pointer("dst")
	var in []gp
	var s []vec
	for _, p := range table.ParamsOf(table.Lookup(name).Signature())[1:] {
		if p.Type == "float32" {
			s = append(s, g.scalar(p.Name))
		} else {
			in = append(in, g.pointer(p.Name))
		}
	}
	g.sweep(g.length("dst"), unroll, func(l lanes) {
		var v []vec
		for _, p := range in {
			v = append(v, l.load(p))
		}
		l.store(f(v, s), dst)
	})
	g.end()
}
