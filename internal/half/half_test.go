package half

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNarrowUndoesWiden(t *testing.T) {
	for name, l := range map[string]Layout{"f16": Float16, "bf16": BFloat16} {
		t.Run(name, func(t *testing.T) {
			nans := 0
			for h := range 1 << 16 {
				x := l.widen(uint16(h))
				if math.IsNaN(x) {
					nans++
					require.True(t, math.IsNaN(l.widen(l.Narrow(x))), "%#04x", h)
					continue
				}
				require.Equal(t, uint16(h), l.Narrow(x), "%#04x is %v", h, x)
			}
			require.Equal(t, 2*(1<<l.manBits-1), nans)
		})
	}
}

// Between two neighbours, everything below the middle goes down, everything
// above goes up, and the middle goes to the even pattern. The last pair of the
// walk is the largest finite value and infinity, whose middle is the overflow
// threshold.
func TestNarrowRoundsToNearestEven(t *testing.T) {
	for name, l := range map[string]Layout{"f16": Float16, "bf16": BFloat16} {
		t.Run(name, func(t *testing.T) {
			inf := uint16(1<<l.expBits-1) << l.manBits
			for h := range inf {
				low, high := l.widen(h), l.widen(h+1)
				if h+1 == inf {
					high = 2*low - l.widen(h-1) // where the next value would be
				}
				middle := low + (high-low)/2
				even := h + h&1
				for _, sign := range []uint16{0, 0x8000} {
					s := 1 - 2*float64(sign>>15)
					require.Equal(t, sign|even, l.Narrow(s*middle), "middle above %#04x", h)
					require.Equal(t, sign|h, l.Narrow(s*math.Nextafter(middle, 0)), "below the middle above %#04x", h)
					require.Equal(t, sign|(h+1), l.Narrow(s*math.Nextafter(middle, math.MaxFloat64)), "over the middle above %#04x", h)
				}
			}
		})
	}
}

func TestHalfKnownValues(t *testing.T) {
	for bits, want := range map[uint16]float64{
		0x0001: math.Ldexp(1, -24), 0x03ff: math.Ldexp(1023, -24), 0x0400: math.Ldexp(1, -14),
		0x3555: 0.333251953125, 0x3c00: 1, 0x3c01: 1.0009765625, 0x7bff: 65504, 0xc000: -2,
		0x7c00: math.Inf(1), 0xfc00: math.Inf(-1),
	} {
		require.Equal(t, want, Float16.widen(bits), "%#04x", bits)
	}
	for bits, want := range map[uint16]float32{
		0x0001: math.Float32frombits(0x10000), 0x3f80: 1, 0x4049: 3.140625, 0x7f7f: math.Float32frombits(0x7f7f0000),
	} {
		require.Equal(t, float64(want), BFloat16.widen(bits), "%#04x", bits)
	}
	for want, x := range map[uint16]float64{
		0x7bff: 65519.99, 0x7c00: 65520, 0xfc00: -math.MaxFloat64, 0x0000: math.SmallestNonzeroFloat64, 0x8000: math.Copysign(0, -1),
	} {
		require.Equal(t, want, Float16.Narrow(x), "%v", x)
	}
	payload := math.Float32frombits(0x7f800001) // its top payload bits are all 0
	require.True(t, math.IsNaN(Float16.widen(Float16.Narrow(float64(payload)))))
	require.True(t, math.IsNaN(BFloat16.widen(BFloat16.Narrow(float64(payload)))))
}

// The fast conversions give the exact values, and NaN for NaN.
func TestFromEqualsWiden(t *testing.T) {
	for h := range 1 << 16 {
		h := uint16(h)
		for want, got := range map[float64]float32{Float16.widen(h): FromFloat16(h), BFloat16.widen(h): FromBFloat16(h)} {
			if math.IsNaN(want) {
				require.True(t, math.IsNaN(float64(got)), "%#04x", h)
				continue
			}
			require.Equal(t, math.Float64bits(want), math.Float64bits(float64(got)), "%#04x", h)
		}
		require.Equal(t, math.Float32bits(FromFloat16(h)), math.Float32bits(Float16Table()[h]), "%#04x", h)
	}
}

// widen is the exact value of a 16-bit pattern, in the plainest way.
func (l Layout) widen(h uint16) float64 {
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
