package asm

import (
	"math"
	"math/big"
	"testing"
)

// TestFMA32 holds fma32 against exact arithmetic, where rounding twice would
// go wrong: sums just beside the middle of two float32, and subnormal results.
func TestFMA32(t *testing.T) {
	r := newRand(9)
	check := func(a, b, c float32) {
		t.Helper()
		p := new(big.Float).SetPrec(600).SetFloat64(float64(a) * float64(b)) // exact
		want, _ := p.Add(p, new(big.Float).SetFloat64(float64(c))).Float32()
		if want == 0 { // big.Float has no rule for the sign of a zero sum
			want = float32(math.FMA(float64(a), float64(b), float64(c)))
		}
		if got := fma32(a, b, c); !sameBits(got, want) {
			t.Fatalf("fma32(%x, %x, %x) = %x, want %x", a, b, c, got, want)
		}
	}
	ulps := func(n int) float32 { return 0x1p-23 * float32(r.IntN(n)) }
	for range 20000 {
		// Products within a few parts in 2⁴⁷ of half a unit in the last place
		// of the third operand.
		check(1+ulps(8), 0x1p-24*(1-ulps(8)/2), 1+ulps(4))
		check(-1-ulps(8), 0x1p-24*(1-ulps(8)/2), 1+ulps(4))
		// Subnormal sums.
		check(0x1p-75*(1+ulps(4)), 0x1p-75*(1+ulps(4)), 0x1p-149*float32(r.IntN(9)-4))
		check(0x1p-75*(1+ulps(4)), 0x1p-75*(1+ulps(4)), 0x1p-127)
		check(float32(r.NormFloat64()), float32(r.NormFloat64()), float32(r.NormFloat64()))
	}
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, c := range [][4]float32{
		{inf, 0, 1, nan}, {inf, 1, -inf, nan}, {inf, 1, 5, inf}, {1, 1, nan, nan},
		{math.MaxFloat32, 2, 0, inf}, {math.MaxFloat32, 2, -math.MaxFloat32, math.MaxFloat32},
	} {
		if got := fma32(c[0], c[1], c[2]); !sameBits(got, c[3]) {
			t.Errorf("fma32%v = %g", c[:3], got)
		}
	}
}
