package asm

// Every function of this file computes dst[i] = f(a[i], b[i]) for all i, and
// panics if lengths differ. dst may be the same slice as an input. All paths give
// the same bits, except for the payload of a NaN.

// Add computes dst = a + b.
func Add(dst, a, b []float32) {
	same2("add", len(dst), len(a), len(b))
	add(dst, a, b)
}

// Sub computes dst = a − b.
func Sub(dst, a, b []float32) {
	same2("sub", len(dst), len(a), len(b))
	sub(dst, a, b)
}

// Mul computes dst = a · b.
func Mul(dst, a, b []float32) {
	same2("mul", len(dst), len(a), len(b))
	mul(dst, a, b)
}

// Div computes dst = a / b.
func Div(dst, a, b []float32) {
	same2("div", len(dst), len(a), len(b))
	div(dst, a, b)
}

// Maximum computes dst = the larger of a and b, NaN if either is NaN, and +0
// for +0 and −0.
func Maximum(dst, a, b []float32) {
	same2("maximum", len(dst), len(a), len(b))
	maximum(dst, a, b)
}

// Minimum computes dst = the smaller of a and b, NaN if either is NaN, and −0
// for +0 and −0.
func Minimum(dst, a, b []float32) {
	same2("minimum", len(dst), len(a), len(b))
	minimum(dst, a, b)
}

// Equal computes dst = 1 where a = b, else 0; NaN equals nothing.
func Equal(dst, a, b []float32) {
	same2("equal", len(dst), len(a), len(b))
	equal(dst, a, b)
}

// NotEqual computes dst = 1 where a ≠ b, else 0; NaN differs from everything.
func NotEqual(dst, a, b []float32) {
	same2("not equal", len(dst), len(a), len(b))
	notEqual(dst, a, b)
}

// Less computes dst = 1 where a < b, else 0.
func Less(dst, a, b []float32) {
	same2("less", len(dst), len(a), len(b))
	less(dst, a, b)
}

// LessEqual computes dst = 1 where a ≤ b, else 0.
func LessEqual(dst, a, b []float32) {
	same2("less equal", len(dst), len(a), len(b))
	lessEqual(dst, a, b)
}

// Greater computes dst = 1 where a > b, else 0.
func Greater(dst, a, b []float32) { Less(dst, b, a) }

// GreaterEqual computes dst = 1 where a ≥ b, else 0.
func GreaterEqual(dst, a, b []float32) { LessEqual(dst, b, a) }

// MulAdd computes dst = a · b + c, rounded once.
func MulAdd(dst, a, b, c []float32) {
	same3("mul add", len(dst), len(a), len(b), len(c))
	mulAdd(dst, a, b, c)
}

// Axpy computes dst = dst + alpha · x, rounded once.
func Axpy(dst []float32, alpha float32, x []float32) {
	same("axpy", len(dst), len(x))
	axpy(dst, alpha, x)
}

// Select computes dst = a where cond ≠ 0, else b; a NaN in cond selects a.
func Select(dst, cond, a, b []float32) {
	same3("select", len(dst), len(cond), len(a), len(b))
	selectWhere(dst, cond, a, b)
}
