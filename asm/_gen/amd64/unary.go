package main

// emitUnary emits the cheap maps of one number.
func emitUnary(g *gen) {
	unary := func(name, formula string, scalars []string, f func(x vec, s []vec) vec) {
		g.mapping(name, "is\n\n\tfor i := range dst { dst[i] = "+formula+" }", []string{"x"}, scalars, 4,
			func(in, s []vec) vec { return f(in[0], s) })
	}
	unary("neg", "-x[i]", nil, func(x vec, _ []vec) vec { return g.neg(x) })
	unary("abs", "abs32(x[i])", nil, func(x vec, _ []vec) vec { return g.abs(x) })
	unary("sign", "±1 by the sign of x[i], or x[i] if it is ±0 or NaN", nil, func(x vec, _ []vec) vec {
		one := g.withSign(g.value(g.f32(1)), x)
		return g.choose(g.compare(isNotEqualOrd, x, g.zero()), one, x)
	})
	unary("sqrt", "sqrt32(x[i])", nil, func(x vec, _ []vec) vec { return g.sqrt(x) })
	unary("rsqrt", "1 / sqrt32(x[i])", nil, func(x vec, _ []vec) vec { return g.div(g.f32(1), g.sqrt(x)) })
	unary("relu", "x[i] unless x[i] <= 0, else 0", nil, func(x vec, _ []vec) vec {
		return g.and(x, g.compare(isGreaterOrNaN, x, g.zero()))
	})
	unary("leakyReLU", "x[i] if x[i] > 0, else x[i] * slope", []string{"slope"}, func(x vec, s []vec) vec {
		return g.choose(g.compare(isGreater, x, g.zero()), x, g.mul(x, s[0]))
	})
	unary("clamp", "x[i] between lo and hi", []string{"lo", "hi"}, func(x vec, s []vec) vec {
		return g.min(s[1], g.max(s[0], x))
	})
	scalar := []string{"s"}
	unary("addScalar", "x[i] + s", scalar, func(x vec, s []vec) vec { return g.add(x, s[0]) })
	unary("mulScalar", "x[i] * s", scalar, func(x vec, s []vec) vec { return g.mul(x, s[0]) })
	unary("rsubScalar", "s - x[i]", scalar, func(x vec, s []vec) vec { return g.sub(s[0], x) })
	unary("rdivScalar", "s / x[i]", scalar, func(x vec, s []vec) vec { return g.div(s[0], x) })
}
