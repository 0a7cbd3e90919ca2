package asm

// Every function of this file computes dst[i] = g[i]·f′ for all i, the product
// of an incoming gradient with a derivative, and panics if lengths differ. dst may
// be the same slice as an input. All paths give the same bits, except for the
// payload of a NaN.

// ReLUGrad computes dst = g where x > 0, else +0.
func ReLUGrad(dst, g, x []float32) {
	same2("relu grad", len(dst), len(g), len(x))
	reluGrad(dst, g, x)
}

// LeakyReLUGrad computes dst = g where x > 0, else slope·g.
func LeakyReLUGrad(dst, g, x []float32, slope float32) {
	same2("leaky relu grad", len(dst), len(g), len(x))
	leakyReLUGrad(dst, g, x, slope)
}

// TanhGrad computes dst = g·(1 − y²), y = tanh x.
func TanhGrad(dst, g, y []float32) {
	same2("tanh grad", len(dst), len(g), len(y))
	tanhGrad(dst, g, y)
}

// SigmoidGrad computes dst = g·y·(1 − y), y = sigmoid x.
func SigmoidGrad(dst, g, y []float32) {
	same2("sigmoid grad", len(dst), len(g), len(y))
	sigmoidGrad(dst, g, y)
}

// SoftmaxGrad computes dst = (g − sum)·y: for y a softmax and sum = Σ g·y, the product
// with its derivative.
func SoftmaxGrad(dst, g, y []float32, sum float32) {
	same2("softmax grad", len(dst), len(g), len(y))
	softmaxGrad(dst, g, y, sum)
}

// GELUGrad computes dst = g·(Φ(x) + x·φ(x)), with φ the normal density.
func GELUGrad(dst, g, x []float32) {
	same2("gelu grad", len(dst), len(g), len(x))
	geluGrad(dst, g, x)
}

// GELUTanhGrad computes dst = g·s·(1 + x·t′·(1 − s)), s = sigmoid t,
// t = 2√(2/π)·(x + 0.044715·x³): the derivative of [GELUTanh].
func GELUTanhGrad(dst, g, x []float32) {
	same2("gelu tanh grad", len(dst), len(g), len(x))
	geluTanhGrad(dst, g, x)
}

// SiLUGrad computes dst = g·s·(1 + x·(1 − s)), s = sigmoid x.
func SiLUGrad(dst, g, x []float32) {
	same2("silu grad", len(dst), len(g), len(x))
	siluGrad(dst, g, x)
}
