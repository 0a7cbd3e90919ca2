package asm

import "math"

// fma32 is a·b + c rounded once, the bits that FMA hardware gives.
//
// The product of two float32 is exact in float64, so the sum below is rounded
// once, to 53 bits, whether or not the compiler fuses it. Rounding it again, to 24
// bits, can be wrong only if it lies halfway between two float32: fmaOdd rounds
// such sums, and those that may be subnormal.
func fma32(a, b, c float32) float32 {
	p := float64(a) * float64(b)
	s := p + float64(c)
	u := math.Float64bits(s)
	if u&0x1fffffff == 0x10000000 || u<<1-1 < 0x70200000_00000000-1 {
		return fmaOdd(p, float64(c), s)
	}
	return float32(s)
}

// fmaOdd rounds p + c, whose rounding to 53 bits is s, to float32. It first
// makes an inexact s odd, after which rounding again is safe (Boldo and
// Melquiond, "Emulation of FMA and correctly rounded sums", 2008).
//
//go:noinline
func fmaOdd(p, c, s float64) float32 {
	if math.IsInf(s, 0) || math.IsNaN(s) {
		return float32(s)
	}
	// Knuth's two-sum: s + lost = p + c exactly.
	t := s - p
	lost := (p - (s - t)) + (c - t)
	u := math.Float64bits(s)
	if lost != 0 && u&1 == 0 {
		if (lost > 0) == (s > 0) {
			u++
		} else {
			u--
		}
	}
	return float32(math.Float64frombits(u))
}
