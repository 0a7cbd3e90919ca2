package asm

// lstmCellGeneric is the loop of [LSTMCell].
func lstmCellGeneric(h, c, gates, cPrev []float32) {
	n := len(h)
	ai, af, ag, ao := gates[:n], gates[n:][:n], gates[2*n:][:n], gates[3*n:][:n]
	c, cPrev = c[:n], cPrev[:n]
	for j := range h {
		i := sigmoid32(ai[j])
		f := sigmoid32(af[j])
		g := tanh32(ag[j])
		o := sigmoid32(ao[j])
		ai[j], af[j], ag[j], ao[j] = i, f, g, o
		cj := fma32(f, cPrev[j], float32(i*g))
		c[j] = cj
		h[j] = o * tanh32(cj)
	}
}

// lstmCellGradGeneric is the loop of [LSTMCellGrad].
func lstmCellGradGeneric(r *LSTMRow) {
	n, gates, dgates, dcPrev := len(r.DCPrev), r.Gates, r.DGates, r.DCPrev
	ai, af, ag, ao := gates[:n], gates[n:][:n], gates[2*n:][:n], gates[3*n:][:n]
	di, df, dg, do := dgates[:n], dgates[n:][:n], dgates[2*n:][:n], dgates[3*n:][:n]
	c, cPrev, dh, dc := r.C[:n], r.CPrev[:n], r.DH[:n], r.DC[:n]
	for j := range dcPrev {
		i, f, g, o := ai[j], af[j], ag[j], ao[j]
		t := tanh32(c[j])
		d := fma32(float32(dh[j]*o), fma32(-t, t, 1), dc[j])
		di[j] = float32(d*g) * (i * (1 - i))
		df[j] = float32(d*cPrev[j]) * (f * (1 - f))
		dg[j] = float32(d*i) * fma32(-g, g, 1)
		do[j] = float32(dh[j]*t) * (o * (1 - o))
		dcPrev[j] = d * f
	}
}
