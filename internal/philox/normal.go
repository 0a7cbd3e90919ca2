package philox

import "math"

// boxMuller turns two words into two independent standard normal numbers:
//
//	√(−2·ln u)·cos 2πv and √(−2·ln u)·sin 2πv, u = (x0 + ½)/2³², v = x1/2³²
//
// to a relative 10⁻¹¹, below what neighbouring words differ by. No branch
// depends on the words, so none is predicted wrongly.
//
// Reference: Box and Muller, "A note on the generation of random normal
// deviates", 1958. The polynomials are minimax (Remez).
func boxMuller(x0, x1 uint32) (z0, z1 float64) {
	const (
		rootHalf = 0x3fe6a09e_667f3bcd // bits of √½
		fraction = 1<<52 - 1
	)
	// u = 2ᵏ·m, m from √½ to √2; ln m = 2·artanh s.
	b := math.Float64bits(float64(2*int64(x0)+1)*0x1p-33) - rootHalf
	k := float64(int64(b) >> 52)
	m := math.Float64frombits(b&fraction + rootHalf)
	s := (m - 1) / (m + 1)
	r := math.Sqrt(float64(k*(-2*math.Ln2)) + float64(s*artanh4(s*s)))

	// v is quarter/4 turns and an angle a from −π/4 to π/4.
	quarter := (x1 + 1<<29) >> 30
	a := float64(int32(x1-quarter<<30)) * (2 * math.Pi * 0x1p-32)
	aa := a * a
	sin, cos := math.Float64bits(a*sinc(aa)), math.Float64bits(cosine(aa))
	swap := (sin ^ cos) & -uint64(quarter&1)
	z0 = r * math.Float64frombits(cos^swap^uint64((quarter+1)&2)<<62)
	z1 = r * math.Float64frombits(sin^swap^uint64(quarter&2)<<62)
	return z0, z1
}

// The conversions below keep compilers from fusing, which would change bits
// from machine to machine.

// artanh4 is −4·artanh(s)/s of s² up to (3 − √8)².
func artanh4(ss float64) float64 {
	y := float64(-0.47164303878971171*ss) - 0.57074617020352799
	y = float64(y*ss) - 0.80000670382667552
	y = float64(y*ss) - 1.3333333129090939
	return float64(y*ss) - 4
}

// sinc is sin(a)/a of a² up to (π/4)².
func sinc(aa float64) float64 {
	y := float64(2.7181216161756864e-6*aa) - 0.00019839312267985045
	y = float64(y*aa) + 0.0083333293048365831
	y = float64(y*aa) - 0.16666666640796972
	return float64(y*aa) + 1
}

// cosine is cos(a) of a² up to (π/4)².
func cosine(aa float64) float64 {
	y := float64(-2.7205755554092804e-7*aa) + 2.4799460171659308e-5
	y = float64(y*aa) - 0.00138888835001448
	y = float64(y*aa) + 0.041666666619492227
	y = float64(y*aa) - 0.5
	return float64(y*aa) + 1
}
