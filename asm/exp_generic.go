package asm

import "math"

// The scalar functions of this file are the algorithms of all paths: each line
// is one correctly rounded operation that SIMD code repeats in the same order.
// Products are converted to float32 so that no compiler fuses them.

const (
	expHigh    = 89   // exp32 overflows below this
	expLow     = -104 // and is 0 at and below this
	log2E      = 1.44269504
	ln2        = 0.693147181
	ln2High    = 0.693145752 // 16 bits, so that n·ln2High is exact
	ln2Low     = 1.42860677e-6
	roundMagic = 12582912 // 1.5·2²³: adding it rounds to an integer
	invSqrt2   = 0.707106781
	invSqrt2Pi = 0.398942280
	logSplit   = 0x3f2aaaab // the bits of 2/3: mantissas are put in [2/3, 4/3)
)

// exp32 is eˣ: x = n·ln 2 + r with |r| ≤ ½ ln 2, a polynomial for eʳ, and two
// scalings by powers of two that together reach subnormals and Inf.
// Polynomial: N. Juffa, "expf", max. error 0.87 ulp.
func exp32(x float32) float32 {
	if expHigh < x {
		x = expHigh
	}
	if expLow > x {
		x = expLow
	}
	n := fma32(x, log2E, roundMagic) - roundMagic
	r := fma32(n, -ln2High, x)
	r = fma32(n, -ln2Low, r)
	p := fma32(1.37805939e-3, r, 8.37312452e-3)
	p = fma32(p, r, 4.16695364e-2)
	p = fma32(p, r, 1.66664720e-1)
	p = fma32(p, r, 4.99999851e-1)
	p = fma32(p, r, 1)
	p = fma32(p, r, 1)
	if n != n {
		return n
	}
	i := int32(n)
	half := i >> 1
	return float32(p * pow2(half) * pow2(i-half))
}

// pow2 is 2ⁿ for −126 ≤ n ≤ 127.
func pow2(n int32) float32 { return math.Float32frombits(uint32(n+127) << 23) }

// log32 is ln x: x = m·2ⁱ with m in [2/3, 4/3), and log1p32 of m − 1.
func log32(x float32) float32 {
	var i float32
	y := x
	if y < 0x1p-126 {
		y = float32(y * 0x1p23)
		i = -23
	}
	u := math.Float32bits(y)
	e := int32(u-logSplit) &^ 0x7fffff
	i = fma32(float32(e), 0x1p-23, i)
	m := math.Float32frombits(u - uint32(e))
	r := fma32(i, ln2, log1p32(m-1))
	if !(x > 0 && x <= math.MaxFloat32) {
		switch {
		case x == 0:
			return float32(math.Inf(-1))
		case x < 0:
			return float32(math.NaN())
		}
		return x // +Inf and NaN
	}
	return r
}

// log1p32 is ln(1+m) for |m| ≤ 1/3. Polynomial: N. Juffa, "logf", max. error
// 0.86 ulp.
func log1p32(m float32) float32 {
	s := float32(m * m)
	r := fma32(-0.130310059, s, -0.121484190)
	t := fma32(0.140869141, s, 0.139814854)
	r = fma32(r, s, -0.166846052)
	t = fma32(t, s, 0.200120345)
	r = fma32(r, s, -0.249996200)
	r = fma32(t, m, r)
	r = fma32(r, m, 0.333331972)
	r = fma32(r, m, -0.5)
	return fma32(r, s, m)
}

// tanh32 is t + t³·P(t²) for t = |x| < 0.625, else 1 − 2/(e²ᵗ+1), with the sign
// of x. P is a minimax fit of the relative error.
func tanh32(x float32) float32 {
	t := abs32(x)
	if t >= 0.625 || t != t {
		return copysign32(1-2/(exp32(t+t)+1), x)
	}
	s := float32(t * t)
	r := fma32(-5.70498686e-3, s, 2.06390880e-2)
	r = fma32(r, s, -5.37397154e-2)
	r = fma32(r, s, 1.33314416e-1)
	r = fma32(r, s, -3.33332807e-1)
	return copysign32(fma32(float32(r*s), t, t), x)
}

func copysign32(x, sign float32) float32 {
	const bit = 1 << 31
	return math.Float32frombits(math.Float32bits(x)&^bit | math.Float32bits(sign)&bit)
}

// sigmoid32 is 1/(1+e⁻ˣ), from e⁻ˡˣˡ so that it does not overflow.
func sigmoid32(x float32) float32 {
	e := exp32(-abs32(x))
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

// sigmoids32 is 1/(1+e⁻ˣ) and 1/(1+eˣ), the second without cancellation.
func sigmoids32(x float32) (s, q float32) {
	e := exp32(-abs32(x))
	d := 1 + e
	s, q = 1/d, e/d
	if x < 0 {
		return q, s
	}
	return s, q
}

// erf32 is x + x·P(x²) for |x| ≤ 0.927734375, else ±(1 − exp(Q(|x|))).
// Polynomials: N. Juffa, "erff", max. error 1 ulp.
func erf32(x float32) float32 {
	t := abs32(x)
	s := float32(x * x)
	if t > 0.927734375 {
		if t > erfOne {
			t, s = erfOne, erfOne*erfOne
		}
		r := fma32(-1.72853470e-5, t, 3.83197126e-4)
		u := fma32(-3.88396438e-3, t, 2.42546219e-2)
		r = fma32(r, s, u)
		r = fma32(r, t, -1.06777877e-1)
		r = fma32(r, t, -6.34846687e-1)
		r = fma32(r, t, -1.28717512e-1)
		r = fma32(r, t, -t)
		return copysign32(1-exp32(r), x)
	}
	r := fma32(-5.96761703e-4, s, 4.99119423e-3)
	r = fma32(r, s, -2.67681349e-2)
	r = fma32(r, s, 1.12819925e-1)
	r = fma32(r, s, -3.76125336e-1)
	r = fma32(r, s, 1.28379166e-1)
	return fma32(r, x, x)
}

// erfOne is where erf has rounded to 1; beyond it powers could overflow.
const erfOne = 4

// phi32 is the normal distribution function Φ(x) = ½ + ½·erf(x/√2).
func phi32(x float32) float32 {
	return fma32(erf32(float32(x*invSqrt2)), 0.5, 0.5)
}

// geluTanh32 is t = 2√(2/π)·(x + 0.044715·x³), of which the tanh form of GELU is
// x·sigmoid(t), and w = x·t′. Beyond ±16, where sigmoid(t) has rounded to 0 or 1, they
// stay what they are there, so that w does not overflow.
func geluTanh32(x float32) (t, w float32) {
	if geluTanhEnd < x {
		x = geluTanhEnd
	}
	if -geluTanhEnd > x {
		x = -geluTanhEnd
	}
	s := float32(x * x)
	return fma32(geluTanh3, s, geluTanh1) * x, fma32(3*geluTanh3, s, geluTanh1) * x
}

const (
	geluTanhEnd = 16
	geluTanh1   = 1.59576912
	geluTanh3   = 0.0713548163
)

// softplus32 is max(x, 0) + ln(1 + e⁻ˡˣˡ).
func softplus32(x float32) float32 {
	e := exp32(-abs32(x))
	m, i := e, float32(0)
	if e > 1.0/3 {
		m, i = float32((e-1)*0.5), 1 // 1 + e = 2·(1 + m)
	}
	l := fma32(i, ln2, log1p32(m))
	if x <= 0 {
		return l
	}
	return x + l
}

func expGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = exp32(x[i])
	}
}

func logGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = log32(x[i])
	}
}

func tanhGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = tanh32(x[i])
	}
}

func sigmoidGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = sigmoid32(x[i])
	}
}

func erfGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = erf32(x[i])
	}
}

func softplusGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = softplus32(x[i])
	}
}

func geluGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i, v := range x {
		dst[i] = v * phi32(v)
	}
}

func geluTanhGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i, v := range x {
		t, _ := geluTanh32(v)
		dst[i] = v * sigmoid32(t)
	}
}

func siluGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i, v := range x {
		dst[i] = v * sigmoid32(v)
	}
}

func sinGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = float32(math.Sin(float64(x[i])))
	}
}

func cosGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = float32(math.Cos(float64(x[i])))
	}
}

// sumExpGeneric is
//
//	for i := range dst { dst[i] = exp(x[i] - max); sum += dst[i] }
func sumExpGeneric(dst, x []float32, max float32) float32 {
	var sum float64
	x = x[:len(dst)]
	for i := range dst {
		y := exp32(x[i] - max)
		dst[i] = y
		sum += float64(y)
	}
	return float32(sum)
}
