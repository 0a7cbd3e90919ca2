package main

// emitBinary emits maps of two numbers and their like. They wait for memory,
// so four vectors at a time are plenty.
func emitBinary(g *gen) {
	two := []string{"a", "b"}
	binary := func(name, formula string, f func(a, b vec) vec) {
		g.mapping(name, "is\n\n\tfor i := range dst { dst[i] = "+formula+" }", two, nil, 4,
			func(in, _ []vec) vec { return f(in[0], in[1]) })
	}
	binary("add", "a[i] + b[i]", func(a, b vec) vec { return g.add(a, b) })
	binary("sub", "a[i] - b[i]", func(a, b vec) vec { return g.sub(a, b) })
	binary("mul", "a[i] * b[i]", func(a, b vec) vec { return g.mul(a, b) })
	binary("div", "a[i] / b[i]", func(a, b vec) vec { return g.div(a, b) })

	// VMAXPS gives its second operand for NaN and for zeros of both signs, so
	// both orders together show the sign of a zero; NaN is set apart.
	binary("maximum", "max(a[i], b[i])", func(a, b vec) vec {
		m := g.and(g.max(a, b), g.max(b, a))
		return g.or(m, g.compare(isUnordered, a, b))
	})
	binary("minimum", "min(a[i], b[i])", func(a, b vec) vec {
		m := g.or(g.min(a, b), g.min(b, a))
		return g.or(m, g.compare(isUnordered, a, b))
	})

	comparison := func(name, formula string, predicate uint8) {
		binary(name, "truth("+formula+")", func(a, b vec) vec { return g.truth(g.compare(predicate, a, b)) })
	}
	comparison("equal", "a[i] == b[i]", isEqual)
	comparison("notEqual", "a[i] != b[i]", isNotEqual)
	comparison("less", "a[i] < b[i]", isLess)
	comparison("lessEqual", "a[i] <= b[i]", isLessEqual)

	g.mapping("mulAdd", "is\n\n\tfor i := range dst { dst[i] = fma32(a[i], b[i], c[i]) }",
		[]string{"a", "b", "c"}, nil, 4,
		func(in, _ []vec) vec { return g.fmaInto(in[0], in[1], in[2]) })
	g.mapping("selectWhere", "is\n\n\tfor i := range dst { if cond[i] != 0 { dst[i] = a[i] } else { dst[i] = b[i] } }",
		[]string{"cond", "a", "b"}, nil, 4,
		func(in, _ []vec) vec { return g.choose(g.compare(isNotEqual, in[0], g.zero()), in[1], in[2]) })

	g.kernel("axpyAVX2", "func(dst []float32, alpha float32, x []float32)",
		"is\n\n\tfor i := range dst { dst[i] = fma32(alpha, x[i], dst[i]) }")
	dst, x, alpha := g.pointer("dst"), g.pointer("x"), g.scalar("alpha")
	g.sweep(g.length("dst"), 4, func(l lanes) {
		y := l.load(dst)
		g.VFMADD231PS(l.load(x), alpha, y)
		l.store(y, dst)
	})
	g.end()
}
