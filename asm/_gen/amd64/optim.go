package main

// emitOptim emits the optimiser steps.
func emitOptim(g *gen) {
	g.kernel("adamAVX2", "func(p, g, m, v []float32, beta1, beta2, rest1, rest2, step, invRoot2, eps, l2, keep float32)",
		"is the loop of adamGeneric.")
	p, grad, m, v := g.pointer("p"), g.pointer("g"), g.pointer("m"), g.pointer("v")
	beta1, beta2 := g.scalar("beta1"), g.scalar("beta2")
	rest1, rest2 := g.scalar("rest1"), g.scalar("rest2")
	step, invRoot2, eps := g.scalar("step"), g.scalar("invRoot2"), g.scalar("eps")
	l2, keep := g.scalar("l2"), g.scalar("keep")
	g.sweep(g.length("p"), 1, func(l lanes) {
		pi, gi := l.load(p), l.load(grad)
		g.VFMADD231PS(pi, l2, gi)
		mi := l.load(m)
		mi = g.flushed(g.fmaInto(mi, beta1, g.mul(rest1, gi)))
		l.store(mi, m)
		vi := l.load(v)
		vi = g.flushed(g.fmaInto(vi, beta2, g.mul(rest2, g.mul(gi, gi))))
		l.store(vi, v)
		d := g.fmaInto(g.sqrt(vi), invRoot2, eps)
		pi = g.mul(keep, pi)
		g.VFNMADD231PS(g.div(mi, d), step, pi)
		l.store(pi, p)
	})
	g.end()

	g.kernel("sgdAVX2", "func(p, g []float32, lr, decay float32)",
		"is\n\n\tfor i := range p { p[i] = fma32(-lr, fma32(decay, p[i], g[i]), p[i]) }")
	p, grad = g.pointer("p"), g.pointer("g")
	lr, decay := g.scalar("lr"), g.scalar("decay")
	g.sweep(g.length("p"), 4, func(l lanes) {
		pi, gi := l.load(p), l.load(grad)
		g.VFMADD231PS(pi, decay, gi)
		g.VFNMADD231PS(gi, lr, pi)
		l.store(pi, p)
	})
	g.end()

	g.kernel("sgdMomentumAVX2", "func(p, g, buf []float32, lr, decay, old, new, useGrad, useBuf float32)",
		"is the loop of sgdMomentumGeneric.")
	p, grad, buf := g.pointer("p"), g.pointer("g"), g.pointer("buf")
	lr, decay = g.scalar("lr"), g.scalar("decay")
	old, fresh := g.scalar("old"), g.scalar("new")
	useGrad, useBuf := g.scalar("useGrad"), g.scalar("useBuf")
	g.sweep(g.length("p"), 2, func(l lanes) {
		pi, gi := l.load(p), l.load(grad)
		g.VFMADD231PS(pi, decay, gi)
		b := g.flushed(g.fmaInto(l.load(buf), old, g.mul(fresh, gi)))
		l.store(b, buf)
		u := g.fmaInto(b, useBuf, g.mul(useGrad, gi))
		g.VFNMADD231PS(u, lr, pi)
		l.store(pi, p)
	})
	g.end()
}

// flushed is x, or 0 if x is subnormal. Comparing as integers keeps NaN, and
// costs the same for all numbers.
func (g *gen) flushed(x vec) vec {
	const largest = 0x007fffff
	m := g.abs(x)
	g.VPCMPGTD(g.i32(largest), m, m)
	return g.and(m, x)
}
