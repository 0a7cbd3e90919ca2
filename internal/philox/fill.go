package philox

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

// Fill writes the first len(dst) numbers of the sequence that s names.
//
// Panics as [FillAt] does.
func Fill[T Float](dst []T, dist backend.Distribution, p backend.Params, s backend.Stream) {
	FillAt(dst, 0, dist, p, s)
}

// FillAt writes numbers first, first+1, … of the sequence that s names, so
// that filling in pieces equals filling at once.
//
//	Uniform    a + (b−a)·u, u of 24 bits, never below p[0] = a nor at p[1] = b
//	Normal     p[0] + p[1]·z, z by Box and Muller on each pair of a block
//	Bernoulli  1 where u < p[0] else 0, u of 32 bits
//
// Everything is computed in float64 and rounded once to T, so that float32
// and float64 draw the same numbers up to that rounding, and the same bits on
// every machine.
//
// Panics if first is negative or dist is unknown.
func FillAt[T Float](dst []T, first int, dist backend.Distribution, p backend.Params, s backend.Stream) {
	if first < 0 {
		panic(fmt.Sprintf("philox: first number expected at least 0, got %d", first))
	}
	switch dist {
	case backend.Uniform:
		fill(dst, first, s, newUniform[T](p))
	case backend.Normal:
		fill(dst, first, s, normal[T]{p[0], p[1]})
	case backend.Bernoulli:
		fill(dst, first, s, newBernoulli[T](p[0]))
	default:
		panic(fmt.Sprintf("philox: unknown distribution %d", dist))
	}
}

// shape turns the four words of a block into four numbers.
type shape[T Float] interface {
	numbers(x0, x1, x2, x3 uint32) (y0, y1, y2, y3 T)
}

func fill[T Float, S shape[T]](dst []T, first int, s backend.Stream, sh S) {
	counter := s.Counter + uint64(first)/4
	if skip := first % 4; skip != 0 && len(dst) > 0 {
		n := fillPart(dst, skip, s.Key, counter, sh)
		dst = dst[n:]
		counter++
	}
	for len(dst) >= 4 {
		d := dst[:4:4]
		d[0], d[1], d[2], d[3] = sh.numbers(Block(s.Key, counter))
		dst = dst[4:]
		counter++
	}
	if len(dst) > 0 {
		fillPart(dst, 0, s.Key, counter, sh)
	}
}

// fillPart writes the numbers of one block from number skip on, as many as
// fit, and returns how many.
func fillPart[T Float, S shape[T]](dst []T, skip int, key, counter uint64, sh S) int {
	var y [4]T
	y[0], y[1], y[2], y[3] = sh.numbers(Block(key, counter))
	return copy(dst, y[skip:])
}

type uniform[T Float] struct {
	a, width float64
	lo, hi   T // the smallest and largest T inside [a, b)
}

func newUniform[T Float](p backend.Params) uniform[T] {
	a, b := p[0], p[1]
	u := uniform[T]{a: a, width: b - a, lo: T(a), hi: T(b)}
	if float64(u.lo) < a {
		u.lo = next(u.lo, 1)
	}
	if float64(u.hi) >= b {
		u.hi = next(u.hi, -1)
	}
	// [a, b) holds no T: the nearest to a is the best there is.
	if u.hi < u.lo {
		u.lo, u.hi = T(a), T(a)
	}
	return u
}

func (u uniform[T]) one(x uint32) T {
	// The conversion keeps compilers from fusing, which would change bits from
	// machine to machine. The division by 2²⁴ is exact.
	y := T(u.a + float64(u.width*(float64(x>>8)*0x1p-24)))
	return min(max(y, u.lo), u.hi)
}

func (u uniform[T]) numbers(x0, x1, x2, x3 uint32) (T, T, T, T) {
	return u.one(x0), u.one(x1), u.one(x2), u.one(x3)
}

// next is the T next to x, above it for direction 1 and below it for −1.
func next[T Float](x T, direction int) T {
	if eps := T(0x1p-30); 1+eps == 1 { // T is a float32
		return T(math.Nextafter32(float32(x), float32(math.Inf(direction))))
	}
	return T(math.Nextafter(float64(x), math.Inf(direction)))
}

type normal[T Float] struct{ mean, deviation float64 }

func (n normal[T]) one(z float64) T { return T(n.mean + float64(n.deviation*z)) }

func (n normal[T]) numbers(x0, x1, x2, x3 uint32) (T, T, T, T) {
	z0, z1 := boxMuller(x0, x1)
	z2, z3 := boxMuller(x2, x3)
	return n.one(z0), n.one(z1), n.one(z2), n.one(z3)
}

type bernoulli[T Float] struct{ below uint64 } // 1 for words below this

func newBernoulli[T Float](p float64) bernoulli[T] { return bernoulli[T]{Below(p)} }

// Below is what words of 32 bits are less than with probability p, from 0 to 2³².
func Below(p float64) uint64 {
	switch {
	case !(p > 0): // NaN too
		return 0
	case p >= 1:
		return 1 << 32
	}
	return uint64(math.Ceil(p * 0x1p32))
}

func (b bernoulli[T]) one(x uint32) T {
	return T(int32((uint64(x) - b.below) >> 63)) // by the sign, not a branch that is often predicted wrongly
}

func (b bernoulli[T]) numbers(x0, x1, x2, x3 uint32) (T, T, T, T) {
	return b.one(x0), b.one(x1), b.one(x2), b.one(x3)
}
