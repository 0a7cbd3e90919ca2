package safetensors

import "math"

// layout describes a 16-bit floating-point type.
type layout struct{ expBits, manBits uint }

var (
	half  = layout{expBits: 5, manBits: 10}
	brain = layout{expBits: 8, manBits: 7}
)

// narrow rounds x to the nearest value of the 16-bit type, ties to even.
// Magnitudes past the largest finite value become infinite, NaN stays NaN.
//
// It starts from float64 so that neither float32 nor float64 is rounded twice.
func (l layout) narrow(x float64) uint16 {
	const wide = 52 // mantissa bits of a float64
	bits := math.Float64bits(x)
	sign := uint16(bits >> 48 & 0x8000)
	exp := int(bits >> wide & 0x7ff)
	man := bits & (1<<wide - 1)
	maxExp := 1<<l.expBits - 1
	inf := sign | uint16(maxExp)<<l.manBits
	if exp == 0x7ff {
		if man != 0 {
			return inf | 1<<(l.manBits-1) | uint16(man>>(wide-l.manBits))
		}
		return inf
	}
	e := exp - 1023 + maxExp>>1
	if e >= maxExp {
		return inf
	}
	drop := wide - l.manBits // mantissa bits to round away
	if e <= 0 {              // the result is subnormal: the leading one becomes explicit
		if e < -int(l.manBits) {
			return sign // below half of the smallest subnormal
		}
		man |= 1 << wide
		drop += uint(1 - e)
		e = 0
	}
	kept, rest, tie := man>>drop, man&(1<<drop-1), uint64(1)<<(drop-1)
	if rest > tie || rest == tie && kept&1 == 1 {
		kept++
	}
	// A carry out of the mantissa is the next exponent, and out of the largest
	// exponent it is infinity: both are plain addition.
	return sign | (uint16(e)<<l.manBits + uint16(kept))
}

// widen is the exact value of a 16-bit pattern.
func (l layout) widen(h uint16) float64 {
	maxExp := 1<<l.expBits - 1
	exp := int(h >> l.manBits & uint16(maxExp))
	man := h & (1<<l.manBits - 1)
	var x float64
	switch {
	case exp == maxExp && man != 0:
		return math.NaN()
	case exp == maxExp:
		x = math.Inf(1)
	case exp == 0:
		x = math.Ldexp(float64(man), 1-maxExp>>1-int(l.manBits))
	default: // the exponent and the mantissa of a float64, as they are
		x = math.Float64frombits(uint64(exp-maxExp>>1+1023)<<52 | uint64(man)<<(52-l.manBits))
	}
	if h&0x8000 != 0 {
		x = -x
	}
	return x
}
