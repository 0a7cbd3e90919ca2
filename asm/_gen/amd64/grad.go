package main

// emitGrad emits the products of a gradient with a derivative.
func emitGrad(g *gen) {
	grad := func(name string, unroll int, f func(d, x vec, s []vec) vec) {
		g.mapping(name, unroll, func(in, s []vec) vec { return f(in[0], in[1], s) })
	}
	grad("reluGrad", 4, func(d, x vec, _ []vec) vec {
		return g.where(g.compare(isGreater, x, g.zero()), d)
	})
	grad("leakyReLUGrad", 4, func(d, x vec, s []vec) vec {
		return g.choose(g.compare(isGreater, x, g.zero()), d, g.mul(d, s[0]))
	})
	grad("tanhGrad", 4, func(d, y vec, _ []vec) vec {
		return g.mul(d, g.fnma(y, y, g.f32(1)))
	})
	grad("sigmoidGrad", 4, func(d, y vec, _ []vec) vec {
		return g.mul(d, g.mul(y, g.sub(g.f32(1), y)))
	})
	grad("softmaxGrad", 4, func(d, y vec, s []vec) vec { return g.mul(g.sub(d, s[0]), y) })
	grad("geluGrad", 1, func(d, x vec, _ []vec) vec {
		density := g.expBelow(g.mul(g.mul(x, x), g.f32(-0.5)))
		density = g.mul(density, g.f32(invSqrt2Pi))
		return g.mul(d, g.fmaInto(density, x, g.phi(x)))
	})
	grad("geluTanhGrad", 1, func(d, x vec, _ []vec) vec {
		c, s2 := g.geluTanhBounded(x)
		s, q := g.sigmoids(g.mul(g.polynomial(s2, geluTanh3, geluTanh1), c))
		w := g.mul(g.polynomial(s2, 3*geluTanh3, geluTanh1), c)
		return g.mul(d, g.mul(s, g.fmaInto(q, w, g.f32(1))))
	})
	grad("siluGrad", 1, func(d, x vec, _ []vec) vec {
		s, q := g.sigmoids(x)
		return g.mul(d, g.mul(s, g.fmaInto(q, x, g.f32(1))))
	})
}
