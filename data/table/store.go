package table

import "math"

// numbers holds values in as few bytes each as the widest of them needs. NaN is
// one that is missing.
type numbers struct {
	held store
	n    int
}

// store holds values of one width. set reports whether it could hold the value
// exactly.
type store interface {
	at(i int) float64
	set(i int, v float64) bool
}

func newNumbers(n int) *numbers { return &numbers{newInts[int8](n, math.MinInt8), n} }

func (s *numbers) at(i int) float64 { return s.held.at(i) }

// set puts a value in its place, and widens all if need be.
func (s *numbers) set(i int, v float64) {
	for !s.held.set(i, v) {
		s.held = s.wider()
	}
}

// wider is the same in the next width that can hold it.
func (s *numbers) wider() store {
	var to store
	switch s.held.(type) {
	case ints[int8]:
		to = newInts[int16](s.n, math.MinInt16)
	case ints[int16]:
		to = newInts[int32](s.n, math.MinInt32)
	case ints[int32]:
		to = floats[float32](make([]float32, s.n))
	default:
		to = floats[float64](make([]float64, s.n))
	}
	for i := range s.n {
		if !to.set(i, s.held.at(i)) { // float32 has no room for all of int32
			to = floats[float64](make([]float64, s.n))
			for k := range s.n {
				to.set(k, s.held.at(k))
			}
			break
		}
	}
	return to
}

// ints are whole numbers. The lowest that the type has stands for NaN.
type ints[T int8 | int16 | int32] struct {
	values []T
	lowest T
}

func newInts[T int8 | int16 | int32](n int, lowest T) ints[T] {
	return ints[T]{make([]T, n), lowest}
}

func (s ints[T]) at(i int) float64 {
	if s.values[i] == s.lowest {
		return math.NaN()
	}
	return float64(s.values[i])
}

func (s ints[T]) set(i int, v float64) bool {
	low := float64(s.lowest)
	switch {
	case math.IsNaN(v):
		s.values[i] = s.lowest
	case v > low && v < -low && float64(T(v)) == v:
		s.values[i] = T(v)
	default:
		return false
	}
	return true
}

type floats[T float32 | float64] []T

func (s floats[T]) at(i int) float64 { return float64(s[i]) }

func (s floats[T]) set(i int, v float64) bool {
	s[i] = T(v)
	return float64(s[i]) == v || math.IsNaN(v)
}
