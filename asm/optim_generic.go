package asm

import "math"

// flushed is x, or 0 if x is subnormal.
func flushed(x float32) float32 {
	const exponent = 0x7f800000
	if math.Float32bits(x)&exponent == 0 {
		return 0
	}
	return x
}

// adamGeneric is the loop of [AdamStep].
func adamGeneric(p, g, m, v []float32, c *Adam) {
	g, m, v = g[:len(p)], m[:len(p)], v[:len(p)]
	decays := c.decays()
	for i := range p {
		pi, gi := p[i], g[i]
		if decays {
			pi, gi = float32(c.Keep*pi), fma32(c.L2, pi, gi)
		}
		mi := flushed(fma32(c.Beta1, m[i], float32(c.Rest1*gi)))
		vi := flushed(fma32(c.Beta2, v[i], float32(c.Rest2*float32(gi*gi))))
		m[i], v[i] = mi, vi
		u := mi / fma32(sqrt32(vi), c.InvRoot2, c.Eps)
		p[i] = fma32(-c.Step, u, pi)
	}
}

// sgdGeneric is
//
//	for i := range p { p[i] -= lr * (g[i] + decay*p[i]) }
func sgdGeneric(p, g []float32, lr, decay float32) {
	g = g[:len(p)]
	for i := range p {
		p[i] = fma32(-lr, fma32(decay, p[i], g[i]), p[i])
	}
}

// sgdMomentumGeneric is the loop of [SGDStep] with momentum.
func sgdMomentumGeneric(p, g, buf []float32, c *sgdConsts) {
	g, buf = g[:len(p)], buf[:len(p)]
	for i := range p {
		gi := fma32(c.decay, p[i], g[i])
		b := flushed(fma32(c.old, buf[i], float32(c.new*gi)))
		buf[i] = b
		u := fma32(c.useBuf, b, float32(c.useGrad*gi))
		p[i] = fma32(-c.lr, u, p[i])
	}
}
