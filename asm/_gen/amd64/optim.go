package main

// emitOptim emits the optimiser steps.
func emitOptim(g *gen) {
	g.adam("adamAVX2", false)
	g.adam("adamDecayAVX2", true)

	g.row("sgd", "")
	p, grad := g.pointer("p"), g.pointer("g")
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
	p, grad = g.pointer("p"), g.pointer("g")
	buf := g.pointer("buf")
	lr, decay = g.scalar("lr"), g.scalar("decay")
	old, fresh := g.scalar("old"), g.scalar("new")
	useGrad, useBuf := g.scalar("useGrad"), g.scalar("useBuf")
	g.sweep(g.length("p"), 2, func(l lanes) {
		pi, gi := l.load(p), l.load(grad)
		g.VFMADD231PS(pi, decay, gi)
		b := g.flushed(g.fmaInto(l.load(buf), old, g.mul(fresh, gi)), g.i32(allBut), g.i32(largestSubnormal))
		l.store(b, buf)
		u := g.fmaInto(b, useBuf, g.mul(useGrad, gi))
		g.VFNMADD231PS(u, lr, pi)
		l.store(pi, p)
	})
	g.end()
}

// adam emits the update of Adam, with weight decay or without. All constants are
// in registers: the number of operations bounds the speed.
func (g *gen) adam(name string, decays bool) {
	signature, which := "func(p, g, m, v []float32, beta1, beta2, rest1, rest2, step, invRoot2, eps", "without decay"
	if decays {
		signature, which = signature+", l2, keep", "with decay"
	}
	g.kernel(name, signature+" float32)", "is the loop of adamGeneric "+which+".")
	p, grad, m, v := g.pointer("p"), g.pointer("g"), g.pointer("m"), g.pointer("v")
	beta1, beta2 := g.scalar("beta1"), g.scalar("beta2")
	rest1, rest2 := g.scalar("rest1"), g.scalar("rest2")
	step, invRoot2, eps := g.scalar("step"), g.scalar("invRoot2"), g.scalar("eps")
	var l2, keep vec
	if decays {
		l2, keep = g.scalar("l2"), g.scalar("keep")
	}
	allButSign, largest := g.value(g.i32(allBut)), g.value(g.i32(largestSubnormal))
	g.sweep(g.length("p"), 1, func(l lanes) {
		gi := l.load(grad)
		if decays {
			g.VFMADD231PS(l.operand(p), l2, gi)
		}
		mi := g.mul(rest1, gi)
		g.VFMADD231PS(l.operand(m), beta1, mi)
		mi = g.flushed(mi, allButSign, largest)
		l.store(mi, m)
		vi := g.mul(rest2, g.mul(gi, gi))
		g.VFMADD231PS(l.operand(v), beta2, vi)
		vi = g.flushed(vi, allButSign, largest)
		l.store(vi, v)
		d := g.fmaInto(g.sqrt(vi), invRoot2, eps)
		var pi vec
		if decays {
			pi = g.mul(keep, l.operand(p))
		} else {
			pi = l.load(p)
		}
		g.VFNMADD231PS(g.div(mi, d), step, pi)
		l.store(pi, p)
	})
	g.end()
}

const largestSubnormal = 0x007fffff

// flushed is x, or 0 if x is subnormal. Comparing as integers keeps NaN, and
// costs the same for all numbers. The others are allBut and largestSubnormal.
func (g *gen) flushed(x vec, allBut, largest op) vec {
	m := g.and(x, allBut)
	g.VPCMPGTD(largest, m, m)
	return g.and(m, x)
}
