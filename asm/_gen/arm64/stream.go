package main

import "fmt"

// countReg counts the elements left, spareReg is for addresses.
const (
	countReg = "R19"
	spareReg = "R21"
)

// array is one slice that a kernel walks through.
type array struct {
	ptr     string // register
	in, out bool
}

// loop walks through arrays together. body gets one register per input array and
// returns one per output array. A first loop does wide vectors per iteration, if
// wide is more than 1, and a second one vector; the remainder is one vector whose
// other lanes are zero on input and not stored.
//
// The number of elements is in countReg. Ends with a return.
func (p *program) loop(wide int, arrays []array, body func(in []int) []int) {
	vectors, rest, done := p.label("vectors"), p.label("rest"), p.label("done")
	if wide > 1 {
		again := p.label("wide")
		p.op("SUBS $%d, %s", 4*wide, countReg)
		p.op("BLT %s", vectors)
		p.at(again)
		p.iteration(wide, arrays, body)
		p.op("SUBS $%d, %s", 4*wide, countReg)
		p.op("BGE %s", again)
		p.at(vectors)
		p.op("ADDS $%d, %s", 4*wide-4, countReg)
	} else {
		p.op("SUBS $4, %s", countReg)
	}
	p.op("BLT %s", rest)
	again := p.label("vector")
	p.at(again)
	p.iteration(1, arrays, body)
	p.op("SUBS $4, %s", countReg)
	p.op("BGE %s", again)
	p.at(rest)
	p.op("ADDS $4, %s", countReg)
	p.op("BEQ %s", done)
	before := p.used
	var in []int
	for _, a := range arrays {
		if a.in {
			r := p.tmp()
			p.loadPart(r, a.ptr, countReg)
			in = append(in, r)
		}
	}
	out := body(in)
	for _, a := range arrays {
		if a.out {
			p.storePart(out[0], a.ptr, countReg)
			out = out[1:]
		}
	}
	p.used = before
	p.at(done)
	p.ret()
}

// iteration is one iteration of a loop over n vectors.
func (p *program) iteration(n int, arrays []array, body func(in []int) []int) {
	before := p.used
	in := make([][]int, n)
	for _, a := range arrays {
		if !a.in {
			continue
		}
		for u := range in {
			in[u] = append(in[u], p.tmp())
		}
		for u := 0; u < n; u += 2 {
			i := len(in[u]) - 1
			last := !a.out && u+2 >= n
			p.access("load", access{a.ptr, last, n, u, in[u][i], pick(in, u+1, i)})
		}
	}
	out := make([][]int, n)
	for u := range in {
		taken := p.used
		out[u] = body(in[u])
		p.used = taken
		for _, r := range out[u] {
			p.used[r] = true
		}
	}
	i := 0
	for _, a := range arrays {
		if !a.out {
			continue
		}
		for u := 0; u < n; u += 2 {
			p.access("store", access{a.ptr, u+2 >= n, n, u, out[u][i], pick(out, u+1, i)})
		}
		i++
	}
	p.used = before
}

// pick is regs[u][i], or -1 beyond the last vector.
func pick(regs [][]int, u, i int) int {
	if u >= len(regs) {
		return -1
	}
	return regs[u][i]
}

// access is a load or store of vectors u and u+1 of n.
type access struct {
	ptr    string
	last   bool // move the pointer over all n vectors
	n, u   int
	r0, r1 int // vector registers; r1 < 0: u alone
}

// access loads or stores, as what says.
func (p *program) access(what string, a access) {
	regs, op := fmt.Sprintf("F%d", a.r0), "FMOVQ"
	if a.r1 >= 0 {
		regs = fmt.Sprintf("(F%d, F%d)", a.r0, a.r1)
		op = map[string]string{"load": "FLDPQ", "store": "FSTPQ"}[what]
	}
	mem := fmt.Sprintf("%d(%s)", 16*a.u, a.ptr)
	move := a.last
	if move && a.u == 0 { // the pointer is where this access is: fold the move
		op += ".P"
		mem = fmt.Sprintf("%d(%s)", 16*a.n, a.ptr)
		move = false
	}
	if what == "load" {
		p.op("%s %s, %s", op, mem, regs)
	} else {
		p.op("%s %s, %s", op, regs, mem)
	}
	if move {
		p.op("ADD $%d, %s", 16*a.n, a.ptr)
	}
}

// loadPart loads 1 to 3 numbers and clears the other lanes; count holds how
// many.
func (p *program) loadPart(r int, ptr, count string) {
	one, done := p.label("one"), p.label("loaded")
	p.op("TBZ $1, %s, %s", count, one)
	p.op("FMOVD (%s), F%d", ptr, r)
	p.op("TBZ $0, %s, %s", count, done)
	p.op("ADD $8, %s, %s", ptr, spareReg)
	p.op("VLD1 (%s), V%d.S[2]", spareReg, r)
	p.op("B %s", done)
	p.at(one)
	p.op("FMOVS (%s), F%d", ptr, r)
	p.at(done)
}

// storePart stores the first 1 to 3 lanes.
func (p *program) storePart(r int, ptr, count string) {
	one, done := p.label("one"), p.label("stored")
	p.op("TBZ $1, %s, %s", count, one)
	p.op("FMOVD F%d, (%s)", r, ptr)
	p.op("TBZ $0, %s, %s", count, done)
	p.op("ADD $8, %s, %s", ptr, spareReg)
	p.op("VST1 V%d.S[2], (%s)", r, spareReg)
	p.op("B %s", done)
	p.at(one)
	p.op("FMOVS F%d, (%s)", r, ptr)
	p.at(done)
}

// spreadArg puts a float32 parameter into all lanes of a register that stays
// taken.
func (p *program) spreadArg(place string) int {
	r := p.tmp()
	p.op("FMOVS %s, F%d", place, r)
	p.op("VDUP V%d.S[0], V%d.S4", r, r)
	return r
}

// spreadFields does the same for n consecutive float32 in memory.
func (p *program) spreadFields(ptr string, n int) []int {
	regs := make([]int, n)
	for i := range regs {
		regs[i] = p.tmp()
		p.op("VLD1R.P 4(%s), [V%d.S4]", ptr, regs[i])
	}
	return regs
}
