// Package half converts between 16-bit floating-point types and wider ones.
package half

import (
	"math"
	"sync"
)

// Layout describes a 16-bit floating-point type.
type Layout struct{ expBits, manBits uint }

var (
	Float16  = Layout{expBits: 5, manBits: 10} // IEEE 754 binary16
	BFloat16 = Layout{expBits: 8, manBits: 7}  // the upper half of a float32
)

// Narrow rounds x to the nearest value of the 16-bit type, ties to even.
// Magnitudes past the largest finite value become infinite, NaN stays NaN.
//
// It starts from float64 so that neither float32 nor float64 is rounded twice.
func (l Layout) Narrow(x float64) uint16 {
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

// FromFloat16 is the exact value of a pattern of [Float16].
func FromFloat16(h uint16) float32 {
	sign, bits := uint32(h&0x8000)<<16, uint32(h&0x7fff)<<13
	switch h & 0x7c00 {
	case 0: // zero or subnormal: a multiple of the smallest, 2⁻²⁴
		bits = math.Float32bits(float32(h&0x3ff) * 0x1p-24)
	case 0x7c00: // infinite or NaN
		bits += (255 - 31) << 23
	default:
		bits += (127 - 15) << 23
	}
	return math.Float32frombits(sign | bits)
}

// Float16Table is [FromFloat16] of every pattern, for loops over many: two to
// three times as fast. It is made by the first call and takes 256 KiB.
var Float16Table = sync.OnceValue(func() *[1 << 16]float32 {
	t := new([1 << 16]float32)
	for h := range t {
		t[h] = FromFloat16(uint16(h))
	}
	return t
})

// FromBFloat16 is the exact value of a pattern of [BFloat16].
func FromBFloat16(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }
