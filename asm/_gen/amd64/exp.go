package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/operand"
)

// The methods of this file are the scalar functions of asm/exp_generic.go, line
// by line. What they say there is not said again here.

const (
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
)

// exp is exp32.
func (g *gen) exp(x vec) vec { return g.expBelow(g.min(g.f32(89), x)) }

// expBelow is exp32 for x ≤ 89.
func (g *gen) expBelow(x vec) vec {
	p, n := g.expParts(g.max(g.f32(-104), x))
	if g.wide() {
		return g.scaled(p, n)
	}
	i := g.YMM()
	g.VCVTTPS2DQ(n, i)
	half, rest := g.YMM(), g.YMM()
	g.VPSRAD(operand.U8(1), i, half)
	g.VPSUBD(half, i, rest)
	return g.mul(g.mul(p, g.pow2(half)), g.pow2(rest))
}

// expNormal is exp32 for −87 ≤ x ≤ 88, where one scaling is enough. It overwrites x.
func (g *gen) expNormal(x vec) vec {
	p, n := g.expParts(x)
	if g.wide() {
		return g.scaled(p, n)
	}
	i := g.YMM()
	g.VCVTTPS2DQ(n, i)
	return g.mul(p, g.pow2(i))
}

// scaled is p·2ⁿ, in AVX-512. It rounds as two scalings do of which one is exact.
func (g *gen) scaled(p, n vec) vec {
	v := g.vector()
	g.VSCALEFPS(n, p, v)
	return v
}

// expParts gives p and n with eˣ = p·2ⁿ. It overwrites x.
func (g *gen) expParts(x vec) (p, n vec) {
	n = g.fma(x, g.f32(log2E), g.f32(roundMagic))
	n = g.sub(n, g.f32(roundMagic))
	g.addProduct(x, n, g.f32(-ln2High))
	g.addProduct(x, n, g.f32(-ln2Low))
	p = g.polynomial(x, 1.37805939e-3, 8.37312452e-3, 4.16695364e-2, 1.66664720e-1, 4.99999851e-1, 1, 1)
	return p, n
}

func (g *gen) pow2(i vec) vec {
	v := g.YMM()
	g.VPADDD(g.i32(127), i, v)
	return g.shiftLeft(v, 23)
}

// log is log32.
func (g *gen) log(x vec) vec {
	tiny := g.compare(isLess, x, g.f32(0x1p-126))
	y := g.choose(tiny, g.mul(x, g.f32(0x1p23)), x)
	i := g.where(tiny, g.f32(-23))
	e := g.and(g.subInt(y, g.i32(logSplit)), g.i32(-0x800000))
	m := g.subInt(y, e)
	f := g.vector()
	g.VCVTDQ2PS(e, f)
	g.addProduct(i, f, g.f32(0x1p-23))
	r := g.log1p(g.sub(m, g.f32(1)))
	g.addProduct(r, i, g.f32(ln2))

	zero := g.zero()
	r = g.choose(g.compare(isEqual, x, zero), g.f32(float32(math.Inf(-1))), r)
	r = g.nanWhere(g.compare(isLess, x, zero), r)
	return g.choose(g.compare(isGreaterOrNaN, x, g.f32(math.MaxFloat32)), x, r)
}

// log1p is log1p32.
func (g *gen) log1p(m vec) vec {
	s := g.mul(m, m)
	t := g.polynomial(s, 0.140869141, 0.139814854, 0.200120345)
	r := g.polynomial(s, -0.130310059, -0.121484190, -0.166846052, -0.249996200)
	r = g.fmaInto(t, m, r)
	r = g.extend(r, m, 0.333331972, -0.5)
	return g.fmaInto(r, s, m)
}

// tanh is tanh32. Beyond 10 it is 1, where the power stays normal.
func (g *gen) tanh(x vec) vec {
	t := g.abs(x)
	s := g.mul(t, t)
	r := g.polynomial(s, -5.70498686e-3, 2.06390880e-2, -5.37397154e-2, 1.33314416e-1, -3.33332807e-1)
	small := g.fmaInto(g.mul(r, s), t, t)

	u := g.min(g.f32(10), t)
	e := g.expNormal(g.add(u, u))
	large := g.sub(g.f32(1), g.div(g.f32(2), g.add(e, g.f32(1))))
	return g.withSign(g.choose(g.compare(isLess, t, g.f32(0.625)), small, large), x)
}

// negExp is e⁻ˡˣˡ.
func (g *gen) negExp(x vec) vec { return g.expBelow(g.or(x, g.i32(signBit))) }

// sigmoid is sigmoid32. The sign of x chooses, which for −0 is as good.
func (g *gen) sigmoid(x vec) vec {
	e := g.negExp(x)
	return g.div(g.choose(g.negative(x), e, g.f32(1)), g.add(e, g.f32(1)))
}

// sigmoids is sigmoids32.
func (g *gen) sigmoids(x vec) (s, q vec) {
	e := g.negExp(x)
	d := g.add(e, g.f32(1))
	big, small := g.div(g.f32(1), d), g.div(e, d)
	negative := g.negative(x)
	return g.choose(negative, small, big), g.choose(negative, big, small)
}

// erf is erf32.
func (g *gen) erf(x vec) vec {
	t := g.min(g.f32(4), g.abs(x))
	s := g.mul(t, t)
	small := g.polynomial(s, -5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1)
	small = g.fmaInto(small, x, x)

	r := g.polynomial(t, -1.72853470e-5, 3.83197126e-4)
	u := g.polynomial(t, -3.88396438e-3, 2.42546219e-2)
	r = g.fmaInto(r, s, u)
	r = g.extend(r, t, -1.06777877e-1, -6.34846687e-1, -1.28717512e-1)
	r = g.fmaInto(r, t, g.neg(t))
	large := g.withSign(g.sub(g.f32(1), g.expNormal(r)), x)
	return g.choose(g.compare(isGreaterOrNaN, t, g.f32(0.927734375)), large, small)
}

// phi is phi32.
func (g *gen) phi(x vec) vec {
	e := g.erf(g.mul(x, g.f32(invSqrt2)))
	half := g.value(g.f32(0.5))
	return g.fmaInto(e, half, half)
}

// geluTanhBounded is x within the ends of geluTanh32, and its square.
func (g *gen) geluTanhBounded(x vec) (c, s vec) {
	c = g.max(g.f32(-geluTanhEnd), g.min(g.f32(geluTanhEnd), x))
	return c, g.mul(c, c)
}

// softplus is softplus32.
func (g *gen) softplus(x vec) vec {
	e := g.negExp(x)
	big := g.compare(isGreater, e, g.f32(1.0/3))
	m := g.choose(big, g.mul(g.sub(e, g.f32(1)), g.f32(0.5)), e)
	l := g.log1p(m)
	g.addProduct(l, g.truth(big), g.f32(ln2))
	return g.add(l, g.where(g.compare(isGreaterOrNaN, x, g.zero()), x))
}

// emitExp emits the transcendental maps. They are bound by arithmetic, so one vector
// per iteration is enough; the processor overlaps iterations.
func emitExp(g *gen) {
	unary := func(name string, f func(x vec) vec) {
		g.mapping(name, 1, func(in, _ []vec) vec { return f(in[0]) })
	}
	unary("exp", g.exp)
	unary("log", g.log)
	unary("tanh", g.tanh)
	unary("sigmoid", g.sigmoid)
	unary("erf", g.erf)
	unary("softplus", g.softplus)
	unary("gelu", func(x vec) vec { return g.mul(x, g.phi(x)) })
	unary("geluTanh", func(x vec) vec {
		c, s := g.geluTanhBounded(x)
		return g.mul(x, g.sigmoid(g.mul(g.polynomial(s, geluTanh3, geluTanh1), c)))
	})
	unary("silu", func(x vec) vec { return g.mul(x, g.sigmoid(x)) })

	g.row("sumExp", fmt.Sprintf("in %d interleaved parts.", g.lanes))
	dst, x, max, sum := g.pointer("dst"), g.pointer("x"), g.scalar("max"), g.zero()
	g.sweep(g.length("dst"), 1, func(l lanes) {
		y := g.exp(g.sub(l.load(x), max))
		l.store(y, dst)
		if l.mask != nil {
			y = g.where(l.mask, y)
		}
		g.VADDPS(y, sum, sum)
	})
	g.returnSum(sum)
}
