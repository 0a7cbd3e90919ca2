package main

// rotateFile writes the rotation of pairs whose numbers lie half a vector apart.
func rotateFile() *program {
	p := newProgram("rotate", "")
	at := p.row("rotateHalves", "")
	p.op("MOVD %s, %s", at["cos_len"], countReg)
	for i, n := range []string{"dst", "x", "cos", "sin"} {
		p.op("MOVD %s, R%d", at[n+"_base"], 2*i)
	}
	p.op("ADD %s<<2, R0, R1", countReg)
	p.op("ADD %s<<2, R2, R3", countReg)
	sign := p.spreadArg(at["sign"])
	p.loop(1, []array{{"R0", false, true}, {"R1", false, true}, {"R2", true, false}, {"R3", true, false}, {"R4", true, false}, {"R6", true, false}},
		func(in []int) []int {
			a, b, c := in[0], in[1], in[2]
			s := p.op2("fmul", in[3], sign)
			low, high := p.op2("fmul", a, c), p.op2("fmul", b, c)
			p.v("fsub", low, low, p.op2("fmul", b, s))
			p.v("fadd", high, high, p.op2("fmul", a, s))
			return []int{low, high}
		})
	return p
}
