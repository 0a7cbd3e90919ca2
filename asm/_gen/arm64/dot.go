package main

// gemmDotFile writes the product of operands that both have K contiguous.
//
//	R0         steps of k left
//	R1 … R3    rows of a
//	R4 … R7    rows of b, the last one again beyond n
//	R8, R9     c, bytes per row of c
//	R10, R11   m, n
//	R12        accumulate
//	V0 … V3    b
//	V4 … V6    a
//	V8 …       sums, two sets of them
func gemmDotFile() *program {
	p := newProgram("gemmdot", "")
	at := p.kernel("gemmDotNEON",
		"func(k int, a *float32, lda int, b *float32, ldb int, c *float32, ldc, m, n int, accumulate bool)",
		"is gemmDotGeneric with 1 ≤ m ≤ 3, 1 ≤ n ≤ 4 and k ≥ 1.",
		"Eight steps of k of three rows are 24 FMLA, 14 loads, SUBS and BNE.")
	for _, l := range []struct{ name, reg string }{
		{"k", "R0"}, {"a", "R1"}, {"lda", "R14"}, {"b", "R4"}, {"ldb", "R15"},
		{"c", "R8"}, {"ldc", "R9"}, {"m", "R10"}, {"n", "R11"},
	} {
		p.op("MOVD %s, %s", at[l.name], l.reg)
	}
	p.op("MOVBU %s, R12", at["accumulate"])
	p.op("LSL $2, R14")
	p.op("LSL $2, R15")
	p.op("LSL $2, R9")
	p.op("ADD R14, R1, R2")
	p.op("ADD R14, R2, R3")
	for j := 1; j < 4; j++ {
		p.op("ADD R15, R%d, R%d", 3+j, 4+j)
		p.op("CMP $%d, R11", j)
		p.op("CSEL GT, R%d, R%d, R%d", 4+j, 3+j, 4+j)
	}
	rows := []string{"", p.label("rows"), p.label("rows"), p.label("rows")}
	p.op("CMP $2, R10")
	p.op("BEQ %s", rows[2])
	p.op("BGT %s", rows[3])
	for m := 1; m <= 3; m++ {
		p.at(rows[m])
		gemmDotRows(p, m)
	}
	return p
}

// gemmDotRows sums and stores m rows.
func gemmDotRows(p *program, m int) {
	for r := 8; r < 8+8*m; r++ {
		p.op("VEOR V%d.B16, V%d.B16, V%d.B16", r, r, r)
	}
	eights, four, left, ones, sums := p.label("eights"), p.label("four"), p.label("left"), p.label("ones"), p.label("sums")
	step := func(load string, set int) {
		for j := range 4 {
			p.op(load, 4+j, j)
		}
		for i := range m {
			p.op(load, 1+i, 4+i)
			for j := range 4 {
				p.v("fmla", 8+4*m*set+4*i+j, 4+i, j)
			}
		}
	}
	const vector, scalar = "FMOVQ.P 16(R%d), F%d", "FMOVS.P 4(R%d), F%d"
	p.op("LSR $3, R0, R13")
	p.op("CBZ R13, %s", four)
	p.at(eights)
	step(vector, 0)
	step(vector, 1)
	p.op("SUBS $1, R13")
	p.op("BNE %s", eights)
	p.at(four)
	p.op("AND $3, R0, R13")
	p.op("TBZ $2, R0, %s", left)
	step(vector, 0)
	p.at(left)
	p.op("CBZ R13, %s", sums)
	p.at(ones)
	step(scalar, 0)
	p.op("SUBS $1, R13")
	p.op("BNE %s", ones)
	p.at(sums)
	for r := 8; r < 8+4*m; r++ {
		p.v("fadd", r, r, r+4*m)
	}
	part := p.label("part")
	for i := range m {
		r := 8 + 4*i
		p.v("faddp", r, r, r+1)
		p.v("faddp", r+2, r+2, r+3)
		p.v("faddp", r, r, r+2)
	}
	p.op("CMP $4, R11")
	p.op("BNE %s", part)
	set := p.label("set")
	p.op("CBZ R12, %s", set)
	p.op("MOVD R8, R13")
	for i := range m {
		p.op("FMOVQ (R13), F0")
		p.v("fadd", 8+4*i, 8+4*i, 0)
		p.op("ADD R9, R13")
	}
	p.at(set)
	for i := range m {
		p.op("FMOVQ F%d, (R8)", 8+4*i)
		p.op("ADD R9, R8")
	}
	p.ret()
	p.at(part)
	for i := range m {
		set := p.label("set")
		p.op("CBZ R12, %s", set)
		p.loadPart(0, "R8", "R11")
		p.v("fadd", 8+4*i, 8+4*i, 0)
		p.at(set)
		p.storePart(8+4*i, "R8", "R11")
		if i < m-1 {
			p.op("ADD R9, R8")
		}
	}
	p.ret()
}
