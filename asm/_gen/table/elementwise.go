package table

// each is a function that computes dst[i] by a formula.
func each(name, params, formula string) Func {
	return Func{Name: name, Params: params, Loop: "for i := range dst { dst[i] = " + formula + " }"}
}

func binary() Family {
	const two = "dst, a, b []float32"
	return Family{"binary", []Func{
		each("add", two, "a[i] + b[i]"),
		each("sub", two, "a[i] - b[i]"),
		each("mul", two, "a[i] * b[i]"),
		each("div", two, "a[i] / b[i]"),
		each("maximum", two, "max(a[i], b[i])"),
		each("minimum", two, "min(a[i], b[i])"),
		each("equal", two, "truth(a[i] == b[i])"),
		each("notEqual", two, "truth(a[i] != b[i])"),
		each("less", two, "truth(a[i] < b[i])"),
		each("lessEqual", two, "truth(a[i] <= b[i])"),
		each("mulAdd", "dst, a, b, c []float32", "fma32(a[i], b[i], c[i])"),
		each("axpy", "dst []float32, alpha float32, x []float32", "fma32(alpha, x[i], dst[i])"),
		{Name: "selectWhere", Params: "dst, cond, a, b []float32",
			Loop: "for i := range dst { if cond[i] != 0 { dst[i] = a[i] } else { dst[i] = b[i] } }"},
	}}
}

func unary() Family {
	const one, scalar = "dst, x []float32", "dst, x []float32, s float32"
	return Family{"unary", []Func{
		each("neg", one, "-x[i]"),
		each("abs", one, "abs32(x[i])"),
		each("sign", one, "±1 by the sign of x[i], or x[i] if it is ±0 or NaN"),
		each("sqrt", one, "sqrt32(x[i])"),
		each("rsqrt", one, "1 / sqrt32(x[i])"),
		each("relu", one, "x[i] unless x[i] <= 0, else 0"),
		each("leakyReLU", "dst, x []float32, slope float32", "x[i] if x[i] > 0, else x[i] * slope"),
		each("clamp", "dst, x []float32, lo, hi float32", "x[i] between lo and hi"),
		each("addScalar", scalar, "x[i] + s"),
		each("mulScalar", scalar, "x[i] * s"),
		each("rsubScalar", scalar, "s - x[i]"),
		each("rdivScalar", scalar, "s / x[i]"),
	}}
}

func exp() Family {
	const one = "dst, x []float32"
	return Family{"exp", []Func{
		each("exp", one, "exp32(x[i])").wide(),
		each("log", one, "log32(x[i])").wide(),
		each("tanh", one, "tanh32(x[i])").wide(),
		each("sigmoid", one, "sigmoid32(x[i])").wide(),
		each("erf", one, "erf32(x[i])").wide(),
		each("softplus", one, "softplus32(x[i])").wide(),
		each("gelu", one, "x[i] * phi32(x[i])").wide(),
		each("geluTanh", one, "x[i] * sigmoid32(t), t, _ = geluTanh32(x[i])").wide(),
		each("silu", one, "x[i] * sigmoid32(x[i])").wide(),
		{Name: "sumExp", Params: "dst, x []float32, max float32", Result: "float32",
			Loop:   "for i := range dst { dst[i] = exp32(x[i] - max); sum += dst[i] }",
			AVX512: &Choice{}},
	}}
}

func grad() Family {
	const ofX, ofY = "dst, g, x []float32", "dst, g, y []float32"
	return Family{"grad", []Func{
		each("reluGrad", ofX, "g[i] if x[i] > 0, else 0"),
		each("leakyReLUGrad", ofX+", slope float32", "g[i] if x[i] > 0, else slope * g[i]"),
		each("tanhGrad", ofY, "g[i] * fma32(-y[i], y[i], 1)"),
		each("sigmoidGrad", ofY, "g[i] * (y[i] * (1 - y[i]))"),
		each("geluGrad", ofX, "g[i] * fma32(x[i], density(x[i]), phi32(x[i]))").wide(),
		each("softmaxGrad", "dst, g, y []float32, sum float32", "(g[i] - sum) * y[i]"),
		each("geluTanhGrad", ofX, "g[i] * (s * fma32(w, q, 1)), t, w = geluTanh32(x[i]), s, q = sigmoids32(t)").wide(),
		each("siluGrad", ofX, "g[i] * (s * fma32(x[i], q, 1)), s, q = sigmoids32(x[i])").wide(),
	}}
}
