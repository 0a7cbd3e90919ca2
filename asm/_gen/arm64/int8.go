package main

// int8File writes the product with weights of eight bits.
//
//	R0         terms of k left
//	R1 … R3    rows of x
//	R4 … R7    rows of w, the last one again beyond n
//	R8, R9     y, bytes per row of y
//	R10, R11   m, n
//	R12        accumulate
//	R16, R17   scale, scaleX
//	V0         w
//	V2 … V4    x
//	V8 …       sums: those of the first four of eight terms, then of the others
func int8File() *program {
	p := newProgram("int8", "int8consts")
	at := p.kernel("gemmInt8NEON",
		"func(k int, x *int16, ldx int, scaleX *float32, w *int8, ldw int, scale, y *float32, ldy, m, n int, accumulate bool)",
		"is gemmInt8Generic with 1 ≤ m ≤ 3, 1 ≤ n ≤ 4 and k ≥ 8.",
		"Eight terms of four rows of w and one of x are 8 SMLAL, 4 to widen w,",
		"5 loads, SUBS and BGE.")
	for _, l := range []struct{ name, reg string }{
		{"k", "R0"}, {"x", "R1"}, {"ldx", "R14"}, {"w", "R4"}, {"ldw", "R15"},
		{"y", "R8"}, {"ldy", "R9"}, {"m", "R10"}, {"n", "R11"}, {"scale", "R16"}, {"scaleX", "R17"},
	} {
		p.op("MOVD %s, %s", at[l.name], l.reg)
	}
	p.op("MOVBU %s, R12", at["accumulate"])
	p.usePool()
	p.op("LSL $1, R14")
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
		int8Rows(p, m)
	}
	return p
}

// int8Rows sums and stores m rows. The remainder of k after whole eights is done by
// loading the last eight terms, with those added already zeroed in x.
func int8Rows(p *program, m int) {
	for r := 8; r < 8+8*m; r++ {
		p.op("VEOR V%d.B16, V%d.B16, V%d.B16", r, r, r)
	}
	multiply := func() {
		for j := range 4 {
			p.op("FMOVD.P 8(R%d), F0", 4+j)
			p.v("sxtl", 0, 0)
			for i := range m {
				p.v("smlal", 8+4*i+j, 0, 2+i)
				p.v("smlal2", 8+4*m+4*i+j, 0, 2+i)
			}
		}
	}
	eights, sums := p.label("eights"), p.label("sums")
	p.op("SUBS $8, R0")
	p.at(eights)
	for i := range m {
		p.op("FMOVQ.P 16(R%d), F%d", 1+i, 2+i)
	}
	multiply()
	p.op("SUBS $8, R0")
	p.op("BGE %s", eights)
	p.op("ADDS $8, R0")
	p.op("BEQ %s", sums)
	p.op("SUB $8, R0, R13") // back by so many terms
	for j := range 4 {
		p.op("ADD R13, R%d", 4+j)
	}
	p.op("LSL $1, R13")
	p.op("ADD R0<<1, %s, %s", poolReg, spareReg)
	p.op("FMOVQ %d(%s), F0", p.lastMasks(), spareReg)
	for i := range m {
		p.op("ADD R13, R%d", 1+i)
		p.op("FMOVQ (R%d), F%d", 1+i, 2+i)
		p.v("and", 2+i, 2+i, 0)
	}
	multiply()
	p.at(sums)
	for r := 8; r < 8+4*m; r++ {
		p.v("add", r, r, r+4*m)
	}
	for i := range m {
		r := 8 + 4*i
		p.v("addp", r, r, r+1)
		p.v("addp", r+2, r+2, r+3)
		p.v("addp", r, r, r+2)
		p.v("scvtf", r, r)
	}
	part := p.label("part")
	p.op("CMP $4, R11")
	p.op("BNE %s", part)
	p.op("FMOVQ (R16), F1")
	int8Store(p, m, func() { p.op("FMOVQ (R8), F0") }, func(r int) { p.op("FMOVQ F%d, (R8)", r) })
	p.at(part)
	p.loadPart(1, "R16", "R11")
	int8Store(p, m, func() { p.loadPart(0, "R8", "R11") }, func(r int) { p.storePart(r, "R8", "R11") })
}

// int8Store scales m rows and stores or adds them. load reads a row of y into
// V0.
func int8Store(p *program, m int, load func(), store func(r int)) {
	for i := range m {
		r := 8 + 4*i
		set := p.label("set")
		p.op("FMOVS.P 4(R17), F2")
		p.v("fmul.e", 2, 1, 2, 0)
		p.v("fmul", r, r, 2)
		p.op("CBZ R12, %s", set)
		load()
		p.v("fadd", r, r, 0)
		p.at(set)
		store(r)
		if i < m-1 {
			p.op("ADD R9, R8")
		}
	}
	p.ret()
}

// lastMasks puts eight lanes of zeros and eight of ones in the pool, sixteen
// bits each: the eight lanes from lane r on have the last r set.
func (p *program) lastMasks() int {
	const on = 0xFFFFFFFF
	if len(p.pool) == 0 {
		p.pool = append(p.pool, [4]uint32{}, [4]uint32{on, on, on, on})
	}
	return 0
}
