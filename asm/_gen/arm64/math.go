package main

import "math"

// The functions of this file repeat, operation by operation, those of the same
// names in exp_generic.go of package asm, so that both give the same bits. They
// take a register that they may overwrite and return one with the result.
// Constants are read from the pool where they are used: a load into the
// register that FMLA adds to costs no more than the copy it would need.

const (
	expHigh    = 89
	expLow     = -104
	log2E      = 1.44269504
	ln2        = 0.693147181
	ln2High    = 0.693145752
	ln2Low     = 1.42860677e-6
	roundMagic = 12582912
	invSqrt2   = 0.707106781
	invSqrt2Pi = 0.398942280
	logSplit   = 0x3f2aaaab

	geluTanhEnd = 16
	geluTanh1   = 1.59576912
	geluTanh3   = 0.0713548163

	signBit = 1 << 31
)

// horner is fma(…fma(r, x, c₀)…, x, cₙ), and frees r.
func (p *program) horner(r, x int, coeffs ...float32) int {
	for _, c := range coeffs {
		next := p.fma(r, x, p.k(c))
		p.drop(r)
		r = next
	}
	return r
}

// exp32 is eˣ.
func (p *program) exp32(x int) int {
	return p.scoped(func() int {
		p.v("fmin", x, x, p.k(expHigh))
		p.v("fmax", x, x, p.k(expLow))
		magic := p.k(roundMagic)
		n := p.fma(x, p.k(log2E), p.mov(magic))
		p.v("fsub", n, n, magic)
		r := p.fma(n, p.k(-ln2High), x)
		r = p.fma(n, p.k(-ln2Low), r)
		y := p.horner(p.k(1.37805939e-3), r,
			8.37312452e-3, 4.16695364e-2, 1.66664720e-1, 4.99999851e-1, 1, 1)
		// Two scalings by powers of two reach subnormals and Inf.
		i := p.op1("fcvtzs", n)
		half := p.tmp()
		p.v("sshr", half, i, 1)
		p.v("sub", i, i, half)
		bias := p.kbits(127)
		p.v("add", half, half, bias)
		p.v("shl", half, half, 23)
		p.v("fmul", y, y, half)
		p.v("add", i, i, bias)
		p.v("shl", i, i, 23)
		p.v("fmul", y, y, i)
		return y
	})
}

// log1p32 is ln(1+m) for |m| ≤ 1/3.
func (p *program) log1p32(m int) int {
	return p.scoped(func() int {
		s := p.op2("fmul", m, m)
		r := p.horner(p.k(-0.130310059), s, -0.121484190)
		t := p.horner(p.k(0.140869141), s, 0.139814854)
		r = p.horner(r, s, -0.166846052)
		t = p.horner(t, s, 0.200120345)
		r = p.horner(r, s, -0.249996200)
		r = p.fma(t, m, r)
		r = p.horner(r, m, 0.333331972, -0.5)
		return p.fma(r, s, p.mov(m))
	})
}

// log32 is ln x.
func (p *program) log32(x int) int {
	return p.scoped(func() int {
		low := p.op2("fcmgt", p.k(0x1p-126), x)
		i := p.op2("and", low, p.k(-23))
		y := p.op2("fmul", x, p.k(0x1p23))
		p.v("bif", y, x, low)
		e := p.op2("sub", y, p.kbits(logSplit))
		p.v("bic", e, e, p.kbits(0x7fffff))
		p.v("sub", y, y, e)
		i = p.fma(p.op1("scvtf", e), p.k(0x1p-23), i)
		p.v("fsub", y, y, p.k(1))
		r := p.fma(i, p.k(ln2), p.log1p32(y))
		inf := p.k(float32(math.Inf(1)))
		p.v("bif", r, x, p.op2("fcmgt", inf, x))                      // +Inf and NaN
		p.v("orr", r, r, p.op1("fcmlt0", x))                          // NaN below 0
		p.v("bit", r, p.k(float32(math.Inf(-1))), p.op1("fcmeq0", x)) // −Inf at 0
		return r
	})
}

// withSign gives r, which is not negative, the sign of x.
func (p *program) withSign(r, x int) int {
	p.v("bit", r, x, p.kbits(signBit))
	return r
}

// tanh32 is tanh x.
func (p *program) tanh32(x int) int {
	return p.scoped(func() int {
		t := p.op1("fabs", x)
		large := p.op2("fcmge", t, p.k(0.625))
		e := p.exp32(p.op2("fadd", t, t))
		one := p.k(1)
		p.v("fadd", e, e, one)
		two := p.k(2)
		p.v("fdiv", e, two, e)
		p.v("fsub", e, one, e)
		s := p.op2("fmul", t, t)
		r := p.horner(p.k(-5.70498686e-3), s,
			2.06390880e-2, -5.37397154e-2, 1.33314416e-1, -3.33332807e-1)
		p.v("fmul", r, r, s)
		p.fma(r, t, t)
		p.v("bit", t, e, large)
		return p.withSign(t, x)
	})
}

// logistic is 1/(1+e⁻ˣ), and 1/(1+eˣ) too if both is set.
func (p *program) logistic(x int, both bool) (s, q int) {
	s = p.scoped(func() int {
		below := p.op1("fcmlt0", x)
		e := p.op1("fabs", x)
		p.v("fneg", e, e)
		e = p.exp32(e)
		one := p.k(1)
		d := p.op2("fadd", one, e)
		s := p.mov(one)
		p.v("bit", s, e, below)
		if both {
			p.v("bif", one, e, below)
			p.v("fdiv", x, one, d)
		}
		p.v("fdiv", s, s, d)
		return s
	})
	return s, x
}

func (p *program) sigmoid32(x int) int {
	s, _ := p.logistic(x, false)
	return s
}

// erf32 is erf x.
func (p *program) erf32(x int) int {
	return p.scoped(func() int {
		t, s := p.op1("fabs", x), p.op2("fmul", x, x)
		large := p.op2("fcmgt", t, p.k(0.927734375))
		small := p.horner(p.k(-5.96761703e-4), s,
			4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1)
		p.v("fmin", t, t, p.k(4))
		p.v("fmin", s, s, p.k(16))
		r := p.horner(p.k(-1.72853470e-5), t, 3.83197126e-4)
		u := p.horner(p.k(-3.88396438e-3), t, 2.42546219e-2)
		r = p.fma(r, s, u)
		r = p.horner(r, t, -1.06777877e-1, -6.34846687e-1, -1.28717512e-1)
		r = p.fma(r, t, p.op1("fneg", t))
		r = p.exp32(r)
		p.v("fsub", r, p.k(1), r)
		p.withSign(r, x)
		y := p.fma(small, x, x)
		p.v("bit", y, r, large)
		return y
	})
}

// phi32 is Φ(x), and leaves x as it is.
func (p *program) phi32(x int) int {
	return p.scoped(func() int {
		y := p.erf32(p.op2("fmul", x, p.k(invSqrt2)))
		half := p.k(0.5)
		return p.fma(y, half, p.mov(half))
	})
}

// geluTanhBounded is x within the ends of geluTanh32, and its square.
func (p *program) geluTanhBounded(x int) (c, s int) {
	c = p.mov(x)
	p.v("fmin", c, c, p.k(geluTanhEnd))
	p.v("fmax", c, c, p.k(-geluTanhEnd))
	return c, p.op2("fmul", c, c)
}

// softplus32 is ln(1+eˣ).
func (p *program) softplus32(x int) int {
	return p.scoped(func() int {
		e := p.op1("fabs", x)
		p.v("fneg", e, e)
		e = p.exp32(e)
		large := p.op2("fcmgt", e, p.k(1.0/3))
		one := p.k(1)
		m := p.op2("fsub", e, one)
		p.v("fmul", m, m, p.k(0.5))
		p.v("bif", m, e, large)
		p.v("and", one, one, large)
		l := p.fma(one, p.k(ln2), p.log1p32(m))
		y := p.op2("fadd", x, l)
		p.v("bit", y, l, p.op1("fcmle0", x))
		return y
	})
}

// mathFile writes the transcendental functions.
func mathFile() *program {
	p := newProgram("exp", "expConsts")
	pool := func() []int { p.usePool(); return nil }
	for _, k := range []struct {
		name string
		f    func(x int) int
	}{
		{"exp", p.exp32}, {"log", p.log32}, {"tanh", p.tanh32}, {"sigmoid", p.sigmoid32},
		{"erf", p.erf32}, {"softplus", p.softplus32},
		{"gelu", func(x int) int {
			y := p.phi32(x)
			p.v("fmul", y, x, y)
			return y
		}},
		{"geluTanh", func(x int) int {
			return p.scoped(func() int {
				t, s := p.geluTanhBounded(x)
				p.v("fmul", t, t, p.horner(p.k(geluTanh3), s, geluTanh1))
				y := p.sigmoid32(t)
				p.v("fmul", y, x, y)
				return y
			})
		}},
		{"silu", func(x int) int {
			v := p.mov(x)
			y := p.sigmoid32(x)
			p.v("fmul", y, v, y)
			return y
		}},
	} {
		p.elementwise(k.name, 1, false, pool, func(in, _ []int) int { return k.f(in[0]) })
	}
	p.sumExp()
	return p
}

// sumExp writes exp(x − max) and sums it, in float64 as the generic version: a
// loop of its own, because lanes beyond the end must not count.
func (p *program) sumExp() {
	at := p.row("sumExp", "with the sum in four interleaved parts, in float64.")
	p.op("MOVD %s, R0", at["dst_base"])
	p.op("MOVD %s, %s", at["dst_len"], countReg)
	p.op("MOVD %s, R1", at["x_base"])
	p.usePool()
	most, low, high := p.spreadArg(at["max"]), p.tmp(), p.tmp()
	p.op("VEOR V%d.B16, V%d.B16, V%d.B16", low, low, low)
	p.op("VEOR V%d.B16, V%d.B16, V%d.B16", high, high, high)
	add := func(y int) {
		p.v("fadd.2d", low, low, p.op1("fcvtl", y))
		p.v("fadd.2d", high, high, p.op1("fcvtl2", y))
	}
	before := p.used
	again, rest, done := p.label("vector"), p.label("rest"), p.label("done")
	p.op("SUBS $4, %s", countReg)
	p.op("BLT %s", rest)
	p.at(again)
	x := p.tmp()
	p.op("FMOVQ.P 16(R1), F%d", x)
	p.v("fsub", x, x, most)
	y := p.exp32(x)
	p.op("FMOVQ.P F%d, 16(R0)", y)
	add(y)
	p.used = before
	p.op("SUBS $4, %s", countReg)
	p.op("BGE %s", again)
	p.at(rest)
	p.op("ADDS $4, %s", countReg)
	p.op("BEQ %s", done)
	x = p.tmp()
	p.loadPart(x, "R1", countReg)
	p.v("fsub", x, x, most)
	y = p.exp32(x)
	p.storePart(y, "R0", countReg)
	p.mask(y)
	add(y)
	p.at(done)
	p.v("fadd.2d", low, low, high)
	p.v("faddp.d", low, low)
	p.op("FCVTDS F%d, F%d", low, low)
	p.op("FMOVS F%d, %s", low, at["ret"])
	p.ret()
}

// mask clears the lanes beyond the last countReg of r.
func (p *program) mask(r int) {
	m := p.tmp()
	at := p.laneMasks()
	p.op("ADD %s<<4, %s, %s", countReg, poolReg, spareReg)
	p.op("FMOVQ %d(%s), F%d", at, spareReg, m)
	p.v("and", r, r, m)
	p.drop(m)
}
