package backendtest

import (
	"fmt"
	"math"
)

// tolerance is how far an element may lie from the float64 result: the sum of
// all that are set.
type tolerance struct {
	ulp   float64   // units in the last place of the result
	abs   float64   // absolute
	each  []float64 // absolute, per element
	flush bool      // results below the smallest normal number may be 0
	zeros bool      // the sign of a zero matters
}

// exact asks for the float64 result, rounded once.
var exact = tolerance{}

// moved asks for the same bits.
var moved = tolerance{zeros: true}

func (t tolerance) describe(i int) string {
	text := fmt.Sprintf("%g ulp", t.ulp)
	if abs := t.absolute(i); abs > 0 {
		text += fmt.Sprintf(" + %.3g", abs)
	}
	return text
}

func (t tolerance) absolute(i int) float64 {
	if t.each == nil {
		return t.abs
	}
	return t.abs + t.each[i]
}

// format is what the suite must know of float32 and float64.
type format struct {
	max, normal, tiny float64 // largest, smallest normal, smallest subnormal
}

func (s *suite) format() format {
	if s.single {
		return format{math.MaxFloat32, 0x1p-126, 0x1p-149}
	}
	return format{math.MaxFloat64, 0x1p-1022, 0x1p-1074}
}

// ulp is the gap between numbers of the backend's precision at x.
func (s *suite) ulp(x float64) float64 {
	f := s.format()
	if x = math.Abs(x); x < f.normal {
		return f.tiny
	}
	_, exp := math.Frexp(min(x, f.max))
	return math.Ldexp(s.eps, exp-1)
}

// close reports whether got is want within tol.
func (s *suite) close(got, want float64, tol tolerance, i int) bool {
	rounded := s.round(want)
	switch {
	case math.IsNaN(want) || math.IsNaN(got):
		return math.IsNaN(want) && math.IsNaN(got)
	case got == rounded:
		return !tol.zeros || got != 0 || math.Signbit(got) == math.Signbit(want)
	case math.IsInf(want, 0):
		return false
	}
	f := s.format()
	bound := tol.ulp*s.ulp(want) + tol.absolute(i)
	if tol.flush {
		bound += f.normal
	}
	if math.IsInf(got, 0) || math.IsInf(rounded, 0) {
		// At the brink of overflow, infinity is next to the largest number.
		return math.Signbit(got) == math.Signbit(want) && bound > 0 &&
			math.Abs(want)+bound >= f.max && math.Abs(got)+bound >= f.max
	}
	// The result was rounded too, which is half a unit at most.
	return math.Abs(got-rounded) <= bound
}

// sumFactor is the tolerance of a sum of n terms in ε·Σ|terms|.
func sumFactor(n int) float64 { return 4 + math.Log2(float64(max(n, 1))) }
