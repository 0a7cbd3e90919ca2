package main

// emitUnary emits the maps of one number that need few instructions.
func emitUnary(g *gen) {
	unary := func(name string, f func(x vec, s []vec) vec) {
		g.mapping(name, 4, func(in, s []vec) vec { return f(in[0], s) })
	}
	unary("neg", func(x vec, _ []vec) vec { return g.neg(x) })
	unary("abs", func(x vec, _ []vec) vec { return g.abs(x) })
	unary("sign", func(x vec, _ []vec) vec {
		one := g.withSign(g.fresh(g.f32(1)), x)
		return g.choose(g.compare(isNotEqualOrd, x, g.zero()), one, x)
	})
	unary("sqrt", func(x vec, _ []vec) vec { return g.sqrt(x) })
	unary("rsqrt", func(x vec, _ []vec) vec { return g.div(g.f32(1), g.sqrt(x)) })
	unary("relu", func(x vec, _ []vec) vec {
		return g.where(g.compare(isGreaterOrNaN, x, g.zero()), x)
	})
	unary("leakyReLU", func(x vec, s []vec) vec {
		return g.choose(g.compare(isGreater, x, g.zero()), x, g.mul(x, s[0]))
	})
	unary("clamp", func(x vec, s []vec) vec {
		return g.min(s[1], g.max(s[0], x))
	})
	unary("addScalar", func(x vec, s []vec) vec { return g.add(x, s[0]) })
	unary("mulScalar", func(x vec, s []vec) vec { return g.mul(x, s[0]) })
	unary("rsubScalar", func(x vec, s []vec) vec { return g.sub(s[0], x) })
	unary("rdivScalar", func(x vec, s []vec) vec { return g.div(s[0], x) })
}
