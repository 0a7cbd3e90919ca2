package main

import "fmt"

// reduceFile writes the sums and extremes of slices.
func reduceFile() *program {
	p := newProgram("reduce", "reduceConsts")
	reduction(p, "sum", []string{"x"}, func(acc int, in []int) { p.v("fadd", acc, acc, in[0]) })
	reduction(p, "dot", []string{"a", "b"}, func(acc int, in []int) { p.v("fmla", acc, in[0], in[1]) })
	p.reduceMasked()
	extreme(p, "maxOf", "fmax", "fmaxv")
	extreme(p, "minOf", "fmin", "fminv")
	gemvT(p)
	return p
}

// reduction sums one or two slices; zeros beyond the end add nothing.
func reduction(p *program, name string, slices []string, add func(acc int, in []int)) {
	at := p.row(name, interleaved)
	var ptrs []string
	for i, q := range slices {
		ptrs = append(ptrs, fmt.Sprintf("R%d", i))
		p.op("MOVD %s, R%d", at[q+"_base"], i)
		if i == 0 {
			p.op("MOVD %s, %s", at[q+"_len"], countReg)
		}
	}
	p.sumLoop(ptrs, func(acc int, in []int, _ bool) { add(acc, in) })
	p.op("FMOVS F0, %s", at["ret"])
	p.ret()
}

// reduceMasked sums (x − mean)², where zeros beyond the end would count.
func (p *program) reduceMasked() {
	at := p.row("sumDev", interleaved)
	p.op("MOVD %s, R0", at["x_base"])
	p.op("MOVD %s, %s", at["x_len"], countReg)
	p.usePool()
	for r := range sums {
		p.used[r] = true
	}
	mean := p.spreadArg(at["mean"])
	p.sumLoop([]string{"R0"}, func(acc int, in []int, rest bool) {
		p.v("fsub", in[0], in[0], mean)
		if rest {
			p.mask(in[0])
		}
		p.v("fmla", acc, in[0], in[0])
	})
	p.op("FMOVS F0, %s", at["ret"])
	p.ret()
}

// sums is how many vectors a reduction accumulates into: enough for the latency
// of two pipes, and 32 short sums in place of one long one.
const sums = 8

// interleaved ends the comments of reductions: four lanes in each of the sums.
const interleaved = "in 32 interleaved parts."

// sumLoop accumulates into V0 … V7 and leaves their sum in F0.
func (p *program) sumLoop(ptrs []string, add func(acc int, in []int, rest bool)) {
	for r := range sums {
		p.used[r] = true
		p.op("VEOR V%d.B16, V%d.B16, V%d.B16", r, r, r)
	}
	before := p.used
	wide, vectors, vector, rest, sum := p.label("wide"), p.label("vectors"), p.label("vector"), p.label("rest"), p.label("sum")
	p.op("SUBS $%d, %s", 4*sums, countReg)
	p.op("BLT %s", vectors)
	p.at(wide)
	for u := 0; u < sums; u += 2 {
		var in, next []int
		for _, ptr := range ptrs {
			in, next = append(in, p.tmp()), append(next, p.tmp())
			p.op("FLDPQ.P 32(%s), (F%d, F%d)", ptr, in[len(in)-1], next[len(next)-1])
		}
		add(u, in, false)
		add(u+1, next, false)
		p.used = before
	}
	p.op("SUBS $%d, %s", 4*sums, countReg)
	p.op("BGE %s", wide)
	p.at(vectors)
	p.op("ADDS $%d, %s", 4*sums-4, countReg)
	p.op("BLT %s", rest)
	p.at(vector)
	in := make([]int, len(ptrs))
	for i, ptr := range ptrs {
		in[i] = p.tmp()
		p.op("FMOVQ.P 16(%s), F%d", ptr, in[i])
	}
	add(0, in, false)
	p.op("SUBS $4, %s", countReg)
	p.op("BGE %s", vector)
	p.at(rest)
	p.op("ADDS $4, %s", countReg)
	p.op("BEQ %s", sum)
	for i, ptr := range ptrs {
		p.loadPart(in[i], ptr, countReg)
	}
	add(1, in, true)
	p.used = before
	p.at(sum)
	for n := sums / 2; n >= 1; n /= 2 {
		for r := range n {
			p.v("fadd", r, r, r+n)
		}
	}
	p.v("faddp", 0, 0, 0)
	p.v("faddp.s", 0, 0)
}

// extreme writes the largest or smallest of at least one number.
func extreme(p *program, name, op, across string) {
	at := p.row(name, "for len(x) ≥ 1.", "Starts from the first number, so x must not be empty.")
	p.op("MOVD %s, R0", at["x_base"])
	p.op("MOVD %s, %s", at["x_len"], countReg)
	for r := range 4 {
		p.op("VLD1R (R0), [V%d.S4]", r)
	}
	wide, vectors, vector, rest, one, done := p.label("wide"), p.label("vectors"), p.label("vector"), p.label("rest"), p.label("one"), p.label("done")
	p.op("SUBS $16, %s", countReg)
	p.op("BLT %s", vectors)
	p.at(wide)
	p.op("FLDPQ.P 32(R0), (F4, F5)")
	p.op("FLDPQ.P 32(R0), (F6, F7)")
	for r := range 4 {
		p.v(op, r, r, 4+r)
	}
	p.op("SUBS $16, %s", countReg)
	p.op("BGE %s", wide)
	p.at(vectors)
	p.op("ADDS $12, %s", countReg)
	p.op("BLT %s", rest)
	p.at(vector)
	p.op("FMOVQ.P 16(R0), F4")
	p.v(op, 0, 0, 4)
	p.op("SUBS $4, %s", countReg)
	p.op("BGE %s", vector)
	p.at(rest)
	p.op("ADDS $4, %s", countReg)
	p.op("BEQ %s", done)
	p.at(one)
	p.op("VLD1R.P 4(R0), [V4.S4]")
	p.v(op, 1, 1, 4)
	p.op("SUBS $1, %s", countReg)
	p.op("BNE %s", one)
	p.at(done)
	p.v(op, 0, 0, 1)
	p.v(op, 2, 2, 3)
	p.v(op, 0, 0, 2)
	p.v(across, 0, 0)
	p.op("FMOVS F0, %s", at["ret"])
	p.ret()
}

// gemvT adds four rows at a time to y.
func gemvT(p *program) {
	at := p.kernel("gemvT4NEON", "func(y []float32, a *float32, lda int, x *float32)", "is gemvTGeneric with len(x) = 4.")
	p.op("MOVD %s, R0", at["y_base"])
	p.op("MOVD %s, %s", at["y_len"], countReg)
	p.op("MOVD %s, R1", at["a"])
	p.op("MOVD %s, R5", at["lda"])
	p.op("MOVD %s, R6", at["x"])
	p.op("LSL $2, R5")
	arrays := []array{{"R0", true, true}, {"R1", true, false}}
	for i := 2; i <= 4; i++ {
		p.op("ADD R5, R%d, R%d", i-1, i)
		arrays = append(arrays, array{fmt.Sprintf("R%d", i), true, false})
	}
	x := p.spreadFields("R6", 4)
	p.loop(4, arrays, func(in []int) []int {
		for i, v := range x {
			p.fma(v, in[1+i], in[0])
		}
		return in[:1]
	})
}
