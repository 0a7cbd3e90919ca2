package asm

import "math"

func negGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = -x[i]
	}
}

func absGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = abs32(x[i])
	}
}

func abs32(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

func signGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i, v := range x {
		switch {
		case v > 0:
			dst[i] = 1
		case v < 0:
			dst[i] = -1
		default:
			dst[i] = v
		}
	}
}

func sqrtGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = sqrt32(x[i])
	}
}

// sqrt32 is correctly rounded: 53 bits are enough to round twice safely.
func sqrt32(x float32) float32 { return float32(math.Sqrt(float64(x))) }

func rsqrtGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = 1 / sqrt32(x[i])
	}
}

func reluGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i, v := range x {
		if v <= 0 {
			v = 0
		}
		dst[i] = v
	}
}

func leakyReLUGeneric(dst, x []float32, slope float32) {
	x = x[:len(dst)]
	for i, v := range x {
		if !(v > 0) {
			v *= slope
		}
		dst[i] = v
	}
}

func clampGeneric(dst, x []float32, lo, hi float32) {
	x = x[:len(dst)]
	for i, v := range x {
		if lo > v {
			v = lo
		}
		if hi < v {
			v = hi
		}
		dst[i] = v
	}
}

func addScalarGeneric(dst, x []float32, s float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = x[i] + s
	}
}

func mulScalarGeneric(dst, x []float32, s float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = x[i] * s
	}
}

func rsubScalarGeneric(dst, x []float32, s float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = s - x[i]
	}
}

func rdivScalarGeneric(dst, x []float32, s float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = s / x[i]
	}
}
