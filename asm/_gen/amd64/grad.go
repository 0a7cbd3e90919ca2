package main

// emitGrad emits the products of a gradient with a derivative.
func emitGrad(g *gen) {
	grad := func(name, doc, input string, scalars []string, unroll int, f func(d, x vec, s []vec) vec) {
		g.mapping(name, "is\n\n\tfor i := range dst { dst[i] = "+doc+" }", []string{"g", input}, scalars, unroll,
			func(in, s []vec) vec { return f(in[0], in[1], s) })
	}
	grad("reluGrad", "g[i] if x[i] > 0, else 0", "x", nil, 4, func(d, x vec, _ []vec) vec {
		return g.and(d, g.compare(isGreater, x, g.zero()))
	})
	grad("leakyReLUGrad", "g[i] if x[i] > 0, else slope * g[i]", "x", []string{"slope"}, 4, func(d, x vec, s []vec) vec {
		return g.choose(g.compare(isGreater, x, g.zero()), d, g.mul(d, s[0]))
	})
	grad("tanhGrad", "g[i] * fma32(-y[i], y[i], 1)", "y", nil, 4, func(d, y vec, _ []vec) vec {
		return g.mul(d, g.fnma(y, y, g.f32(1)))
	})
	grad("sigmoidGrad", "g[i] * (y[i] * (1 - y[i]))", "y", nil, 4, func(d, y vec, _ []vec) vec {
		return g.mul(d, g.mul(y, g.sub(g.f32(1), y)))
	})
	grad("geluGrad", "g[i] * fma32(x[i], density(x[i]), phi32(x[i]))", "x", nil, 1, func(d, x vec, _ []vec) vec {
		density := g.expBelow(g.mul(g.mul(x, x), g.f32(-0.5)))
		density = g.mul(density, g.f32(invSqrt2Pi))
		return g.mul(d, g.fmaInto(density, x, g.phi(x)))
	})
	grad("siluGrad", "g[i] * (s * fma32(x[i], q, 1)), s, q = sigmoids32(x[i])", "x", nil, 1, func(d, x vec, _ []vec) vec {
		s, q := g.sigmoids(x)
		return g.mul(d, g.mul(s, g.fmaInto(q, x, g.f32(1))))
	})
}
