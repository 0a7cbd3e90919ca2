package main

// emitBinary emits maps of two numbers, and similar ones. They are bound by memory,
// so four vectors per iteration are enough.
func emitBinary(g *gen) {
	binary := func(name string, f func(a, b vec) vec) {
		g.mapping(name, 4, func(in, _ []vec) vec { return f(in[0], in[1]) })
	}
	binary("add", func(a, b vec) vec { return g.add(a, b) })
	binary("sub", func(a, b vec) vec { return g.sub(a, b) })
	binary("mul", func(a, b vec) vec { return g.mul(a, b) })
	binary("div", func(a, b vec) vec { return g.div(a, b) })

	// VMAXPS gives its second operand for NaN and for zeros of both signs, so
	// both orders together give the sign of a zero; NaN is handled separately.
	binary("maximum", func(a, b vec) vec {
		m := g.and(g.max(a, b), g.max(b, a))
		return g.nanWhere(g.compare(isUnordered, a, b), m)
	})
	binary("minimum", func(a, b vec) vec {
		m := g.or(g.min(a, b), g.min(b, a))
		return g.nanWhere(g.compare(isUnordered, a, b), m)
	})

	comparison := func(name string, predicate uint8) {
		binary(name, func(a, b vec) vec { return g.truth(g.compare(predicate, a, b)) })
	}
	comparison("equal", isEqual)
	comparison("notEqual", isNotEqual)
	comparison("less", isLess)
	comparison("lessEqual", isLessEqual)

	g.mapping("mulAdd", 4, func(in, _ []vec) vec { return g.fmaInto(in[0], in[1], in[2]) })
	g.mapping("selectWhere", 4, func(in, _ []vec) vec {
		return g.choose(g.compare(isNotEqual, in[0], g.zero()), in[1], in[2])
	})

	g.row("axpy", "")
	dst, x, alpha := g.pointer("dst"), g.pointer("x"), g.scalar("alpha")
	g.sweep(g.length("dst"), 4, func(l lanes) {
		y := l.load(dst)
		g.VFMADD231PS(l.load(x), alpha, y)
		l.store(y, dst)
	})
	g.end()
}
