package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/org/artnn/asm/_gen/table"
)

// squares emits the kernels of one map of squares.
type squares struct {
	*gen
	matrix [][]float32
	half   vec // 1/2, if a factor is
}

// emitWinograd emits the maps of Winograd's convolutions.
func emitWinograd(g *gen) {
	for _, m := range table.WinogradMaps() {
		s := squares{gen: g, matrix: m.Matrix}
		g.kernel(m.Kernel()+g.suffix, table.WinogradKernel, m.Doc())
		s.emit(m)
	}
}

// slice is the size of a slice in memory, in bytes.
const slice = 24

func (s *squares) emit(m table.WinogradMap) {
	g := s.gen
	in, out := len(s.matrix[0]), len(s.matrix)
	dst, src, groups := g.integer("dst"), g.integer("src"), g.integer("groups")
	dstStep, srcStep := g.stride("dstStep"), g.stride("srcStep")
	from, to := g.GP64(), g.GP64() // bytes
	g.XORQ(from, from)
	g.XORQ(to, to)
	if m.Halves() {
		s.half = g.value(g.f32(.5))
	}
	top := g.label("group")
	g.Label(top)
	for disp := 0; disp < 64; disp += 4 * s.lanes {
		load := func(i int) vec {
			p, v := g.GP64(), s.vector()
			g.MOVQ(operand.Mem{Base: src, Disp: slice * i}, p)
			g.VMOVUPS(operand.Mem{Base: p, Index: from, Scale: 1, Disp: disp}, v)
			return v
		}
		// Inputs stay in registers if there are enough.
		if in*in+in+3 <= s.registers {
			var held []vec
			for i := range in * in {
				held = append(held, load(i))
			}
			load = func(i int) vec { return held[i] }
		}
		for i := range out {
			var row []vec
			for b := range in {
				row = append(row, s.combine(s.matrix[i], func(a int) vec { return load(a*in + b) }))
			}
			for j := range out {
				p := g.GP64()
				g.MOVQ(operand.Mem{Base: dst, Disp: slice * (i*out + j)}, p)
				g.VMOVUPS(s.combine(s.matrix[j], func(b int) vec { return row[b] }), operand.Mem{Base: p, Index: to, Scale: 1, Disp: disp})
			}
		}
	}
	g.ADDQ(srcStep, from)
	g.ADDQ(dstStep, to)
	g.DECQ(groups)
	g.JNZ(operand.LabelRef(top))
	g.end()
}

// combine is the sum of factors times vectors, in order. It changes no vector.
func (s *squares) combine(factors []float32, x func(int) vec) (sum vec) {
	minus := false // the sum is still −1 times what it should be
	for i, f := range factors {
		if f == 0 {
			continue
		}
		v := x(i)
		if f == .5 || f == -.5 {
			w := s.vector()
			s.VMULPS(s.half, v, w)
			v = w
		}
		if sum == nil {
			sum, minus = v, f < 0
			continue
		}
		r := s.vector()
		switch {
		case minus && f > 0:
			s.VSUBPS(sum, v, r)
			minus = false
		case f < 0:
			s.VSUBPS(v, sum, r)
		default:
			s.VADDPS(v, sum, r)
		}
		sum = r
	}
	if minus {
		panic("a row of one negative factor")
	}
	return sum
}
