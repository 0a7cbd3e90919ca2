package main

// emitRotate emits the rotation of pairs whose numbers lie half a vector apart.
func emitRotate(g *gen) {
	g.row("rotateHalves", "")
	n := g.length("cos")
	dst, x, cos, sin, sign := g.pointer("dst"), g.pointer("x"), g.pointer("cos"), g.pointer("sin"), g.scalar("sign")
	high, dstHigh := g.multiple(x, n, 4), g.multiple(dst, n, 4)
	g.sweep(n, 1, func(l lanes) {
		a, b, c, s := l.load(x), l.load(high), l.load(cos), g.mul(l.load(sin), sign)
		l.store(g.sub(g.mul(a, c), g.mul(b, s)), dst)
		l.store(g.add(g.mul(b, c), g.mul(a, s)), dstHigh)
	})
	g.end()
}
