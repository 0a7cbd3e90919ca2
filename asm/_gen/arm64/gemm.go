package main

// Register plan of the GEMM kernels. R18 belongs to the operating system, R27
// and R28 to Go, so none of them appears anywhere.
//
//	R0        steps of k left
//	R1 … R6   rows of a
//	R7, R8    bytes per step of k in a, bytes gone so far
//	R9, R10   row of b, bytes per row of b
//	R11, R12  row of c, bytes per row of c
//	R13       rows left
//	R14       accumulate
//	V0 … V3   b
//	V4 … V7   a
//	V8 …      sums, row by row
const firstSum = 8

// gemmFile writes the kernel of full width.
func gemmFile() *program {
	p := newProgram("gemm", "")
	gemmTile(p, "gemm6x16NEON", "is gemmGeneric with n = 16, 1 ≤ m ≤ 6 and k ≥ 1.", 4, 0,
		"Where both operands are packed panels of six rows, two steps of k are 48 FMLA",
		"and ten other instructions (four LDP of b, an LDP and an LDR of a, two ADD,",
		"SUBS, BNE): 1.21 instructions per FMLA. Elsewhere one step of six rows is",
		"24 FMLA and twelve others (two LDP of b, six LDR of a, two ADD, SUBS, BNE):",
		"1.50. A core with two FMLA pipes needs 12 cycles for 24 FMLA, so four-wide",
		"decode (9 cycles) and two loads a cycle (5 cycles) hide the rest.")
	return p
}

// gemmEdgeFile writes the kernels of fewer columns.
func gemmEdgeFile() *program {
	p := newProgram("gemmedge", "")
	gemmTile(p, "gemm6x4NEON", "is gemmGeneric with n = 4, 1 ≤ m ≤ 6 and k ≥ 1.", 1, 0,
		"One step of six rows is 6 FMLA and eleven others: an edge, bound by decode.")
	gemmTile(p, "gemm6x3NEON", "is gemmGeneric with 1 ≤ n ≤ 3, 1 ≤ m ≤ 6 and k ≥ 1.", 1, 3,
		"Takes 1 to 3 columns. Lanes beyond the last column repeat it, so that nothing",
		"beside the named columns is touched.")
	return p
}

// gemmTile writes a kernel of 1 to 6 rows by cols vectors of four columns. If
// lanes is not zero, the columns are 1 to lanes, at run time, of one vector.
func gemmTile(p *program, name, about string, cols, lanes int, doc ...string) {
	size := "m"
	if lanes > 0 {
		size = "m, n"
	}
	at := p.kernel(name, "func(k int, a *float32, ars, acs int, b *float32, ldb int, c *float32, ldc, "+size+" int, accumulate bool)",
		about, doc...)
	for _, l := range []struct{ name, reg string }{
		{"k", "R0"}, {"a", "R1"}, {"ars", "R15"}, {"acs", "R7"}, {"b", "R9"}, {"ldb", "R10"},
		{"c", "R11"}, {"ldc", "R12"}, {"m", "R13"},
	} {
		p.op("MOVD %s, %s", at[l.name], l.reg)
	}
	if lanes > 0 {
		p.op("MOVD %s, R16", at["n"])
	}
	p.op("MOVBU %s, R14", at["accumulate"])
	p.op("LSL $2, R10")
	p.op("LSL $2, R12")
	for r := firstSum; r < firstSum+6*cols; r++ {
		p.op("VEOR V%d.B16, V%d.B16, V%d.B16", r, r, r)
	}
	if lanes > 0 {
		p.note("R17, R19: bytes to the second and the third column, or to the last")
		p.op("SUB $1, R16, R19")
		p.op("LSL $2, R19")
		p.op("MOVD $4, R17")
		p.op("CMP R17, R19")
		p.op("CSEL LT, R19, R17, R17")
	}
	store := p.label("store")
	if cols == 4 {
		gemmPacked(p, store)
	}
	p.op("LSL $2, R15")
	p.op("LSL $2, R7")
	p.op("MOVD $0, R8")
	for r := 2; r <= 6; r++ {
		p.op("ADD R15, R%d, R%d", r-1, r)
	}
	loops := make([]string, 7)
	for m := 6; m >= 1; m-- {
		loops[m] = p.label("rows")
		if m > 1 {
			p.op("CMP $%d, R13", m)
			p.op("BEQ %s", loops[m])
		}
	}
	for m := 1; m <= 6; m++ {
		if m == 6 {
			p.op("PCALIGN $16")
		}
		p.at(loops[m])
		gemmLoadB(p, cols, lanes)
		for i := range m {
			p.op("FMOVS (R%d)(R8), F%d", 1+i, 4+i%4)
			for j := range cols {
				p.v("fmla.e", firstSum+i*cols+j, j, 4+i%4, 0)
			}
		}
		p.op("ADD R10, R9")
		p.op("ADD R7, R8")
		p.op("SUBS $1, R0")
		p.op("BNE %s", loops[m])
		if m < 6 {
			p.op("B %s", store)
		}
	}
	gemmStore(p, store, cols, lanes)
}

// gemmPacked writes the loop for a packed panel of six rows, two steps of k at
// a time. An odd last step is left to the loop for any strides.
func gemmPacked(p *program, store string) {
	strided, loop := p.label("strided"), p.label("packed")
	p.op("CMP $6, R13")
	p.op("BNE %s", strided)
	p.op("CMP $6, R7")
	p.op("BNE %s", strided)
	p.op("CMP $1, R15")
	p.op("BNE %s", strided)
	p.op("LSR $1, R0, R8")
	p.op("CBZ R8, %s", strided)
	p.op("PCALIGN $16")
	p.at(loop)
	for step := range 2 {
		gemmLoadB(p, 4, 0)
		if step == 0 {
			p.op("FLDPQ.P 32(R1), (F4, F5)")
			p.op("FMOVQ.P 16(R1), F6")
		}
		p.op("ADD R10, R9")
		for i := range 6 {
			lane := 6*step + i
			for j := range 4 {
				p.v("fmla.e", firstSum+4*i+j, j, 4+lane/4, lane%4)
			}
		}
	}
	p.op("SUBS $1, R8")
	p.op("BNE %s", loop)
	p.op("AND $1, R0")
	p.op("CBZ R0, %s", store)
	p.at(strided)
}

// gemmLoadB loads the columns of one row of b into V0 ….
func gemmLoadB(p *program, cols, lanes int) {
	switch {
	case lanes > 0:
		p.op("FMOVS (R9), F0")
		p.op("ADD R17, R9, R20")
		p.op("VLD1 (R20), V0.S[1]")
		p.op("ADD R19, R9, R20")
		p.op("VLD1 (R20), V0.S[2]")
	case cols == 1:
		p.op("FMOVQ (R9), F0")
	default:
		p.op("FLDPQ (R9), (F0, F1)")
		p.op("FLDPQ 32(R9), (F2, F3)")
	}
}

// gemmStore writes the sums to c, row by row until no row is left.
func gemmStore(p *program, store string, cols, lanes int) {
	set := p.label("set")
	done := p.label("done")
	p.at(store)
	p.op("CBZ R14, %s", set)
	p.op("MOVD R11, R1")
	p.op("MOVD R13, R2")
	for i := range 6 {
		s := firstSum + i*cols
		switch {
		case lanes > 0:
			p.op("FMOVS (R1), F0")
			p.op("ADD R17, R1, R20")
			p.op("VLD1 (R20), V0.S[1]")
			p.op("ADD R19, R1, R20")
			p.op("VLD1 (R20), V0.S[2]")
			p.v("fadd", s, s, 0)
		case cols == 1:
			p.op("FMOVQ (R1), F0")
			p.v("fadd", s, s, 0)
		default:
			p.op("FLDPQ (R1), (F0, F1)")
			p.op("FLDPQ 32(R1), (F2, F3)")
			for j := range cols {
				p.v("fadd", s+j, s+j, j)
			}
		}
		if i < 5 {
			p.op("ADD R12, R1")
			p.op("SUBS $1, R2")
			p.op("BEQ %s", set)
		}
	}
	p.at(set)
	for i := range 6 {
		s := firstSum + i*cols
		switch {
		case lanes > 0:
			// From the last lane down: where lanes repeat a column, the
			// lane that holds it comes last. They are equal anyway.
			p.op("ADD R19, R11, R20")
			p.op("VST1 V%d.S[2], (R20)", s)
			p.op("ADD R17, R11, R20")
			p.op("VST1 V%d.S[1], (R20)", s)
			p.op("FMOVS F%d, (R11)", s)
		case cols == 1:
			p.op("FMOVQ F%d, (R11)", s)
		default:
			p.op("FSTPQ (F%d, F%d), (R11)", s, s+1)
			p.op("FSTPQ (F%d, F%d), 32(R11)", s+2, s+3)
		}
		if i < 5 {
			p.op("ADD R12, R11")
			p.op("SUBS $1, R13")
			p.op("BEQ %s", done)
		}
	}
	p.at(done)
	p.ret()
}
