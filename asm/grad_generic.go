package asm

func reluGradGeneric(dst, g, x []float32) {
	g, x = g[:len(dst)], x[:len(dst)]
	for i := range dst {
		if x[i] > 0 {
			dst[i] = g[i]
		} else {
			dst[i] = 0
		}
	}
}

func leakyReLUGradGeneric(dst, g, x []float32, slope float32) {
	g, x = g[:len(dst)], x[:len(dst)]
	for i := range dst {
		if x[i] > 0 {
			dst[i] = g[i]
		} else {
			dst[i] = slope * g[i]
		}
	}
}

func softmaxGradGeneric(dst, g, y []float32, sum float32) {
	g, y = g[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = (g[i] - sum) * y[i]
	}
}

func tanhGradGeneric(dst, g, y []float32) {
	g, y = g[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = g[i] * fma32(-y[i], y[i], 1)
	}
}

func sigmoidGradGeneric(dst, g, y []float32) {
	g, y = g[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = g[i] * (y[i] * (1 - y[i]))
	}
}

func geluGradGeneric(dst, g, x []float32) {
	g, x = g[:len(dst)], x[:len(dst)]
	for i, v := range x {
		density := float32(exp32(float32(float32(v*v)*-0.5)) * invSqrt2Pi)
		dst[i] = g[i] * fma32(v, density, phi32(v))
	}
}

func geluTanhGradGeneric(dst, g, x []float32) {
	g, x = g[:len(dst)], x[:len(dst)]
	for i, v := range x {
		t, w := geluTanh32(v)
		s, q := sigmoids32(t)
		dst[i] = g[i] * (s * fma32(w, q, 1))
	}
}

func siluGradGeneric(dst, g, x []float32) {
	g, x = g[:len(dst)], x[:len(dst)]
	for i, v := range x {
		s, q := sigmoids32(v)
		dst[i] = g[i] * (s * fma32(v, q, 1))
	}
}
