package table

func reduce() Family {
	const notEmpty = "len(x) > 0" // NEON kernels start from the first number
	return Family{"reduce", []Func{
		{Name: "sum", Params: "x []float32", Result: "float32", Loop: "for _, v := range x { s += v }"},
		{Name: "sumDev", Params: "x []float32, mean float32", Result: "float32",
			Loop: "for _, v := range x { s += (v - mean) * (v - mean) }"},
		{Name: "dot", Params: "a, b []float32", Result: "float32", Loop: "for i := range a { s += a[i] * b[i] }"},
		{Name: "maxOf", Params: "x []float32", Result: "float32", Loop: "for _, v := range x { m = max(m, v) }",
			NEON: Choice{If: notEmpty}},
		{Name: "minOf", Params: "x []float32", Result: "float32", Loop: "for _, v := range x { m = min(m, v) }",
			NEON: Choice{If: notEmpty}},
		{Name: "gemv", Params: "y, a []float32, lda int, x []float32, accumulate, far bool",
			Plain: "gemvTiles(y, a, lda, x, accumulate)", NEON: none,
			AVX2: Choice{If: "len(y) >= DotNR", Do: `tiles := len(y) / DotNR
switch {
case far && passing:
	gemvPassingAVX2(tiles, len(x), &x[0], &a[0], lda, &y[0], accumulate)
case far:
	gemvFarAVX2(tiles, len(x), &x[0], &a[0], lda, &y[0], accumulate)
default:
	gemvNearAVX2(tiles, len(x), &x[0], &a[0], lda, &y[0], accumulate)
}
if done := tiles * DotNR; done < len(y) {
	gemvTiles(y[done:], a[done*lda:], lda, x, accumulate)
}`}},
		{Name: "gemvT", Params: "y, a []float32, lda int, x []float32",
			Loop: "for i := range x { for j := range y { y[j] = fma32(x[i], a[i*lda+j], y[j]) } }",
			NEON: Choice{Do: `for len(x) >= 4 {
	gemvT4NEON(y, &a[0], lda, &x[0])
	x = x[4:]
	if len(x) > 0 {
		a = a[4*lda:]
	}
}
for i, v := range x {
	axpyNEON(y, v, a[i*lda:][:len(y)])
}`}},
	}}
}

func optim() Family {
	return Family{"optim", []Func{
		{Name: "adam", Params: "p, g, m, v []float32, c *Adam",
			AVX2: Choice{Do: `if c.decays() {
	adamDecayAVX2(p, g, m, v, c.Beta1, c.Beta2, c.Rest1, c.Rest2, c.Step, c.InvRoot2, c.Eps, c.L2, c.Keep)
} else {
	adamAVX2(p, g, m, v, c.Beta1, c.Beta2, c.Rest1, c.Rest2, c.Step, c.InvRoot2, c.Eps)
}`},
			NEON: Choice{Do: `if c.decays() {
	adamDecayNEON(p, g, m, v, c)
} else {
	adamNEON(p, g, m, v, c)
}`}},
		{Name: "sgd", Params: "p, g []float32, lr, decay float32",
			Loop: "for i := range p { p[i] = fma32(-lr, fma32(decay, p[i], g[i]), p[i]) }"},
		{Name: "sgdMomentum", Params: "p, g, buf []float32, c *sgdConsts",
			AVX2: Choice{Do: "sgdMomentumAVX2(p, g, buf, c.lr, c.decay, c.old, c.new, c.useGrad, c.useBuf)"}},
	}}
}

func rotate() Family {
	return Family{"rotate", []Func{{Name: "rotateHalves", Params: "dst, x, cos, sin []float32, sign float32"}}}
}

func philox() Family {
	// Kernels draw whole groups.
	do := func(kernel string) *Choice {
		return &Choice{If: "len(dst) >= philoxGroup", Do: "keys, groups := philoxKeys(key), len(dst)/philoxGroup\n" +
			kernel + `(groups, &keys[0], counter, below, scale, &dst[0])
philoxMaskGeneric(dst[groups*philoxGroup:], key, counter+uint64(groups*philoxGroup/philoxWords), below, scale)`}
	}
	return Family{"philox", []Func{{
		Name: "philoxMask", Params: "dst []float32, key, counter uint64, below uint32, scale float32",
		AVX512: do("philoxMaskAVX512"), AVX2: *do("philoxMaskAVX2"), NEON: *do("philoxMaskNEON"),
	}}}
}

// PhiloxMaskKernel is the type of the kernels of philoxMask.
const PhiloxMaskKernel = "func(groups int, keys *uint32, counter uint64, below uint32, scale float32, dst *float32)"

// PhiloxMaskDoc is what they compute.
const PhiloxMaskDoc = "is philoxMaskGeneric for 32·groups numbers, groups ≥ 1, with the keys of philoxKeys."

// LSTMCellGradKernel is the type of the kernels of lstmCellGrad.
const LSTMCellGradKernel = "func(dgates, dcPrev, gates, c, cPrev, dh, dc []float32)"

func lstm() Family {
	grad := func(set, when string) Choice {
		return Choice{If: when, Do: "lstmCellGrad" + set + "(r.DGates, r.DCPrev, r.Gates, r.C, r.CPrev, r.DH, r.DC)"}
	}
	wide := grad("AVX512", "len(r.DCPrev) >= 16")
	return Family{"lstm", []Func{
		Func{Name: "lstmCell", Params: "h, c, gates, cPrev []float32"}.wide(),
		{Name: "lstmCellGrad", Params: "r *LSTMRow",
			AVX512: &wide, AVX2: grad("AVX2", ""), NEON: grad("NEON", "")},
	}}
}
