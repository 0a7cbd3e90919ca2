package asm

// Every function of this file computes dst[i] = f(x[i]) for all i, and panics
// if lengths differ. dst may be x. All paths give the same bits, except for the
// payload of a NaN.

// Neg computes dst = −x.
func Neg(dst, x []float32) {
	same("neg", len(dst), len(x))
	neg(dst, x)
}

// Abs computes dst = |x|.
func Abs(dst, x []float32) {
	same("abs", len(dst), len(x))
	abs(dst, x)
}

// Sign computes dst = 1 where x > 0, −1 where x < 0, and x where it is ±0 or NaN.
func Sign(dst, x []float32) {
	same("sign", len(dst), len(x))
	sign(dst, x)
}

// Sqrt computes dst = √x, correctly rounded.
func Sqrt(dst, x []float32) {
	same("sqrt", len(dst), len(x))
	sqrt(dst, x)
}

// Rsqrt computes dst = 1/√x from a correctly rounded root and quotient.
func Rsqrt(dst, x []float32) {
	same("rsqrt", len(dst), len(x))
	rsqrt(dst, x)
}

// Recip computes dst = 1/x, correctly rounded.
func Recip(dst, x []float32) { RDivScalar(dst, x, 1) }

// Square computes dst = x².
func Square(dst, x []float32) { Mul(dst, x, x) }

// ReLU computes dst = x where x > 0 or x is NaN, else +0.
func ReLU(dst, x []float32) {
	same("relu", len(dst), len(x))
	relu(dst, x)
}

// LeakyReLU computes dst = x where x > 0, else slope·x.
func LeakyReLU(dst, x []float32, slope float32) {
	same("leaky relu", len(dst), len(x))
	leakyReLU(dst, x, slope)
}

// Clamp computes dst = min(max(x, lo), hi); a NaN in x stays NaN, and a zero
// equal to a bound keeps its sign. lo and hi are not NaN.
func Clamp(dst, x []float32, lo, hi float32) {
	same("clamp", len(dst), len(x))
	clamp(dst, x, lo, hi)
}

// AddScalar computes dst = x + s.
func AddScalar(dst, x []float32, s float32) {
	same("add scalar", len(dst), len(x))
	addScalar(dst, x, s)
}

// MulScalar computes dst = x · s.
func MulScalar(dst, x []float32, s float32) {
	same("mul scalar", len(dst), len(x))
	mulScalar(dst, x, s)
}

// RSubScalar computes dst = s − x.
func RSubScalar(dst, x []float32, s float32) {
	same("rsub scalar", len(dst), len(x))
	rsubScalar(dst, x, s)
}

// RDivScalar computes dst = s / x.
func RDivScalar(dst, x []float32, s float32) {
	same("rdiv scalar", len(dst), len(x))
	rdivScalar(dst, x, s)
}
