package main

import "github.com/org/artnn/asm/_gen/table"

// winogradFile writes the maps of squares, a quarter of a group at a time.
func winogradFile() *program {
	p := newProgram("winograd", "winogradConsts")
	for _, m := range table.WinogradMaps() {
		p.squares(m)
	}
	return p
}

// squares writes the kernel of one map. R5 and R6 are how many bytes of the slices of
// src and dst are done.
func (p *program) squares(m table.WinogradMap) {
	const slice = 24 // bytes of a slice in memory
	x := m.Matrix
	in, out := len(x[0]), len(x)
	at := p.kernel(m.Kernel()+"NEON", table.WinogradKernel, m.Doc())
	for i, name := range []string{"dst", "src", "dstStep", "srcStep"} {
		p.op("MOVD %s, R%d", at[name], i)
	}
	p.op("MOVD %s, %s", at["groups"], countReg)
	p.op("LSL $2, R2")
	p.op("LSL $2, R3")
	p.op("MOVD $0, R5")
	p.op("MOVD $0, R6")
	half := -1
	if m.Halves() {
		p.usePool()
		half = p.k(.5)
	}
	group := p.label("group")
	p.at(group)
	for disp := 0; disp < 64; disp += 16 {
		var held []int
		for i := range in * in {
			held = append(held, p.tmp())
			p.op("MOVD %d(R1), R7", slice*i)
			p.op("ADD R5, R7")
			p.op("FMOVQ %d(R7), F%d", disp, held[i])
		}
		for i := range out {
			before := p.used
			var row []int
			for b := range in {
				row = append(row, p.scoped(func() int {
					return p.combine(x[i], half, func(a int) int { return held[a*in+b] })
				}))
			}
			for j := range out {
				p.op("MOVD %d(R0), R7", slice*(i*out+j))
				p.op("ADD R6, R7")
				kept := p.used
				p.op("FMOVQ F%d, %d(R7)", p.combine(x[j], half, func(b int) int { return row[b] }), disp)
				p.used = kept
			}
			p.used = before
		}
		p.drop(held...)
	}
	p.op("ADD R3, R5")
	p.op("ADD R2, R6")
	p.op("SUBS $1, %s", countReg)
	p.op("BNE %s", group)
	p.ret()
}

// combine is the sum of factors times vectors, in order, in a new register or, if it is
// one of them, in theirs. It changes none of them.
func (p *program) combine(factors []float32, half int, x func(int) int) int {
	sum, minus := -1, false // minus: the sum is still −1 times what it should be
	for i, f := range factors {
		if f == 0 {
			continue
		}
		v := x(i)
		if f == .5 || f == -.5 {
			v = p.op2("fmul", v, half)
		}
		switch {
		case sum < 0:
			sum, minus = v, f < 0
		case minus && f > 0:
			sum, minus = p.op2("fsub", v, sum), false
		case f < 0:
			sum = p.op2("fsub", sum, v)
		default:
			sum = p.op2("fadd", sum, v)
		}
	}
	if minus {
		panic("combine: a row of one negative factor")
	}
	return sum
}
