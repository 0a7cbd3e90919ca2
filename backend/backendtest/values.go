package backendtest

import "math"

// special are the numbers that break kernels: zeros, the ends of the format,
// infinities, NaN, and where exp and its relatives change regime.
func (s *suite) special() []float64 {
	f := s.format()
	x := []float64{
		0, math.Copysign(0, -1), 1, -1, 0.5, -0.5, 1 - s.eps/2, 1 + s.eps, -1 + s.eps/2, 2, -2, 3, 7, -7,
		f.max, -f.max, f.normal, -f.normal, f.tiny, -f.tiny, f.normal / 2, f.normal - f.tiny,
		math.Inf(1), math.Inf(-1), math.NaN(),
		s.eps, -s.eps, 1e-3, -1e-3, 1e-6, 0.1, math.Pi, -math.Pi, math.Pi / 2, math.Ln2, math.Sqrt2, math.Sqrt2 / 2,
		0.3465, 0.3466, 4, -4, 5.5, -5.5, 9, -9, 9.02, -9.02, 12.5, -13, 16.6, -17, 18.5, 20, -20, 50, -50,
		87.3, -87.3, 87.4, -87.4, 88.37, -88.37, 88.72, 88.73, -88.73, 89, -89, 103.9, -103.9, 104, -104, 110, -110,
		1e4, -1e4, 1e10, -1e10, 1e18, -1e18, 1e38, -1e38, 1e-20, 1e-38,
	}
	for i := range x {
		x[i] = s.round(x[i])
	}
	return x
}

// normals gives numbers of both signs, about 1 in size.
func (s *suite) normals() func(int) float64 {
	return func(int) float64 { return s.rng.NormFloat64() }
}

// wide gives numbers of both signs over many orders of magnitude.
func (s *suite) wide() func(int) float64 {
	return func(int) float64 { return s.rng.NormFloat64() * float64(int(1)<<s.rng.IntN(24)) / (1 << 14) }
}

// mixed gives wide numbers with special ones strewn in.
func (s *suite) mixed() func(int) float64 {
	special, wide := s.special(), s.wide()
	return func(i int) float64 {
		if s.rng.IntN(6) == 0 {
			return special[s.rng.IntN(len(special))]
		}
		return wide(i)
	}
}

// kept redraws until keep accepts the number as the backend holds it.
func (s *suite) kept(value func(int) float64, keep func(float64) bool) func(int) float64 {
	if keep == nil {
		return value
	}
	return func(i int) float64 {
		for {
			if x := s.round(value(i)); keep(x) {
				return x
			}
		}
	}
}

// listed gives the numbers of a list in turn.
func listed(x []float64) func(int) float64 {
	return func(i int) float64 { return x[i%len(x)] }
}

func constant(x float64) func(int) float64 { return func(int) float64 { return x } }

// lengths are all small ones and those next to powers of two.
func lengths() []int {
	var n []int
	for i := range 68 {
		n = append(n, i)
	}
	return thin(append(n, 95, 96, 97, 127, 128, 129, 255, 256, 257, 1000, 1023, 1025))
}
