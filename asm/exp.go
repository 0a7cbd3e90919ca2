package asm

// Every function of this file computes dst[i] = f(x[i]) for all i, and panics if
// lengths differ. dst may be x. All paths run one algorithm and give the same bits,
// except for the payload of a NaN. NaN gives NaN. The bounds are in units of the
// last place (ulp) of the exact result.

// Exp computes dst = eˣ to 1 ulp, gradually down to subnormals: 0 below −104,
// +Inf above 88.73.
func Exp(dst, x []float32) {
	same("exp", len(dst), len(x))
	exp(dst, x)
}

// Log computes dst = ln x to 1 ulp; −Inf at ±0, NaN below.
func Log(dst, x []float32) {
	same("log", len(dst), len(x))
	log(dst, x)
}

// Tanh computes dst = tanh x to 1.5 ulp; ±1 at ±Inf.
func Tanh(dst, x []float32) {
	same("tanh", len(dst), len(x))
	tanh(dst, x)
}

// Sigmoid computes dst = 1/(1+e⁻ˣ) to 2.5 ulp; 0 at −Inf, 1 at +Inf.
func Sigmoid(dst, x []float32) {
	same("sigmoid", len(dst), len(x))
	sigmoid(dst, x)
}

// Erf computes dst = erf x to 1 ulp; ±1 at ±Inf.
func Erf(dst, x []float32) {
	same("erf", len(dst), len(x))
	erf(dst, x)
}

// Softplus computes dst = ln(1+eˣ) to 2 ulp; 0 at −Inf, +Inf at +Inf.
func Softplus(dst, x []float32) {
	same("softplus", len(dst), len(x))
	softplus(dst, x)
}

// GELU computes dst = x·Φ(x) = ½x·(1 + erf(x/√2)), within 4 ulp for x ≥ −1 and
// 2⁻²² below, where 1 + erf cancels. NaN at −Inf, as −Inf·0.
func GELU(dst, x []float32) {
	same("gelu", len(dst), len(x))
	gelu(dst, x)
}

// GELUTanh computes dst = ½x·(1 + tanh(√(2/π)·(x + 0.044715·x³))), within 6 ulp for
// x ≥ −1 and 2⁻²³ below. NaN at −Inf, as −Inf·0.
func GELUTanh(dst, x []float32) {
	same("gelu tanh", len(dst), len(x))
	geluTanh(dst, x)
}

// SiLU computes dst = x/(1+e⁻ˣ), within 3 ulp for x ≥ −87 and 2⁻¹⁴² below. NaN
// at −Inf, as −Inf·0.
func SiLU(dst, x []float32) {
	same("silu", len(dst), len(x))
	silu(dst, x)
}

// Sin computes dst = sin x through float64 on every path.
func Sin(dst, x []float32) {
	same("sin", len(dst), len(x))
	sinGeneric(dst, x)
}

// Cos computes dst = cos x through float64 on every path.
func Cos(dst, x []float32) {
	same("cos", len(dst), len(x))
	cosGeneric(dst, x)
}

// SumExp computes dst = exp(x − max) and returns the sum of dst.
//
// With max the largest x, dst / sum is softmax and max + ln(sum) log-sum-exp.
// dst may be x. Panics if lengths differ.
func SumExp(dst, x []float32, max float32) float32 {
	same("sum exp", len(dst), len(x))
	var sum float64
	for len(x) > sumBlock {
		sum += float64(sumExp(dst[:sumBlock], x[:sumBlock], max))
		dst, x = dst[sumBlock:], x[sumBlock:]
	}
	return float32(sum + float64(sumExp(dst, x, max)))
}
