package main

// packFile writes the packing of panels.
func packFile() *program {
	p := newProgram("pack", "")
	packTranspose4(p)
	packTranspose2(p)
	packCopy16(p)
	return p
}

// packArgs loads dst into R0, the bytes between its steps into R5, src into R1,
// the bytes between its rows into R6 and k into countReg.
func packArgs(p *program, at map[string]string) {
	p.op("MOVD %s, R0", at["dst"])
	p.op("MOVD %s, R1", at["src"])
	p.op("MOVD %s, R6", at["ld"])
	p.op("MOVD %s, %s", at["k"], countReg)
	p.op("MOVD %s, R5", at["width"])
	p.op("LSL $2, R5")
	p.op("LSL $2, R6")
}

// packTranspose4 transposes four rows, a 4×4 block at a time.
func packTranspose4(p *program) {
	at := p.kernel("packTranspose4NEON", "func(dst, src *float32, ld, k, width int)",
		"is\n\n\tfor p := range k { for i := range 4 { dst[p*width+i] = src[i*ld+p] } }")
	packArgs(p, at)
	for r := 2; r <= 4; r++ {
		p.op("ADD R6, R%d, R%d", r-1, r)
	}
	block, rest, one, done := p.label("block"), p.label("rest"), p.label("one"), p.label("done")
	p.op("SUBS $4, %s", countReg)
	p.op("BLT %s", rest)
	p.at(block)
	for r := range 4 {
		p.op("FMOVQ.P 16(R%d), F%d", 1+r, r)
	}
	p.op("VZIP1 V2.S4, V0.S4, V4.S4") // a0 c0 a1 c1
	p.op("VZIP2 V2.S4, V0.S4, V5.S4") // a2 c2 a3 c3
	p.op("VZIP1 V3.S4, V1.S4, V6.S4") // b0 d0 b1 d1
	p.op("VZIP2 V3.S4, V1.S4, V7.S4") // b2 d2 b3 d3
	p.op("VZIP1 V6.S4, V4.S4, V0.S4")
	p.op("VZIP2 V6.S4, V4.S4, V1.S4")
	p.op("VZIP1 V7.S4, V5.S4, V2.S4")
	p.op("VZIP2 V7.S4, V5.S4, V3.S4")
	for r := range 4 {
		p.op("FMOVQ F%d, (R0)", r)
		p.op("ADD R5, R0")
	}
	p.op("SUBS $4, %s", countReg)
	p.op("BGE %s", block)
	p.at(rest)
	p.op("ADDS $4, %s", countReg)
	p.op("BEQ %s", done)
	p.at(one)
	p.op("FMOVS.P 4(R1), F0")
	for r := 1; r < 4; r++ {
		p.op("VLD1.P 4(R%d), V0.S[%d]", 1+r, r)
	}
	p.op("FMOVQ F0, (R0)")
	p.op("ADD R5, R0")
	p.op("SUBS $1, %s", countReg)
	p.op("BNE %s", one)
	p.at(done)
	p.ret()
}

// packTranspose2 transposes two rows.
func packTranspose2(p *program) {
	at := p.kernel("packTranspose2NEON", "func(dst, src *float32, ld, k, width int)",
		"is\n\n\tfor p := range k { for i := range 2 { dst[p*width+i] = src[i*ld+p] } }")
	packArgs(p, at)
	p.op("ADD R6, R1, R2")
	block, rest, one, done := p.label("block"), p.label("rest"), p.label("one"), p.label("done")
	p.op("SUBS $4, %s", countReg)
	p.op("BLT %s", rest)
	p.at(block)
	p.op("FMOVQ.P 16(R1), F0")
	p.op("FMOVQ.P 16(R2), F1")
	p.op("VZIP1 V1.S4, V0.S4, V2.S4")
	p.op("VZIP2 V1.S4, V0.S4, V3.S4")
	for r := 2; r < 4; r++ {
		p.op("FMOVD F%d, (R0)", r)
		p.op("ADD R5, R0")
		p.op("VST1 V%d.D[1], (R0)", r)
		p.op("ADD R5, R0")
	}
	p.op("SUBS $4, %s", countReg)
	p.op("BGE %s", block)
	p.at(rest)
	p.op("ADDS $4, %s", countReg)
	p.op("BEQ %s", done)
	p.at(one)
	p.op("FMOVS.P 4(R1), F0")
	p.op("VLD1.P 4(R2), V0.S[1]")
	p.op("FMOVD F0, (R0)")
	p.op("ADD R5, R0")
	p.op("SUBS $1, %s", countReg)
	p.op("BNE %s", one)
	p.at(done)
	p.ret()
}

// packCopy16 copies whole rows of a panel.
func packCopy16(p *program) {
	at := p.kernel("packCopy16NEON", "func(dst, src *float32, ld, k int)",
		"is\n\n\tfor p := range k { for j := range 16 { dst[p*16+j] = src[p*ld+j] } }\n\nwith k ≥ 1.")
	p.op("MOVD %s, R0", at["dst"])
	p.op("MOVD %s, R1", at["src"])
	p.op("MOVD %s, R6", at["ld"])
	p.op("MOVD %s, %s", at["k"], countReg)
	p.op("LSL $2, R6")
	row := p.label("row")
	p.at(row)
	p.op("FLDPQ (R1), (F0, F1)")
	p.op("FLDPQ 32(R1), (F2, F3)")
	p.op("ADD R6, R1")
	p.op("FSTPQ.P (F0, F1), 32(R0)")
	p.op("FSTPQ.P (F2, F3), 32(R0)")
	p.op("SUBS $1, %s", countReg)
	p.op("BNE %s", row)
	p.ret()
}
