package optim

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
)

// line is the memory of a contiguous tensor as one axis.
func line(t *tensor.Tensor) backend.View {
	v := t.View()
	return flat(v, v.Size())
}

func flat(v backend.View, n int) backend.View {
	v.Rank = 1
	v.Shape[0], v.Strides[0] = n, 1
	return v
}

// room is scratch memory for n numbers.
func (b *base) room(which, n int) backend.View {
	if b.scratch[which] == nil {
		most := 0
		for i := range b.slots {
			most = max(most, b.slots[i].param.Size())
		}
		b.scratch[which] = tensor.ZerosOn(b.be, most)
	}
	v := b.scratch[which].View()
	return flat(v, n)
}

// The updates below are composed of the backend's mandatory operations, in
// place on lines of equal length; dst may be one of the operands.

func (b *base) scale(dst, x backend.View, c float64) {
	b.be.Unary(backend.MulScalar, dst, x, backend.Params{c})
}

func (b *base) add(dst, x, y backend.View) { b.be.Binary(backend.Add, dst, x, y, backend.Params{}) }

func (b *base) sub(dst, x, y backend.View) { b.be.Binary(backend.Sub, dst, x, y, backend.Params{}) }

func (b *base) div(dst, x, y backend.View) { b.be.Binary(backend.Div, dst, x, y, backend.Params{}) }

func (b *base) square(dst, x backend.View) { b.be.Unary(backend.Square, dst, x, backend.Params{}) }

func (b *base) sqrt(dst, x backend.View) { b.be.Unary(backend.Sqrt, dst, x, backend.Params{}) }

func (b *base) addScalar(dst, x backend.View, c float64) {
	b.be.Unary(backend.AddScalar, dst, x, backend.Params{c})
}

// average is dst = keep·dst + (1−keep)·x, an exponential moving average; tmp is
// overwritten and may be x.
func (b *base) average(dst, x, tmp backend.View, keep float64) {
	b.scale(dst, dst, keep)
	b.scale(tmp, x, 1-keep)
	b.add(dst, dst, tmp)
}

// decayed is g + λ·p in scratch memory, or g itself if λ is 0.
func (b *base) decayed(which int, g, p backend.View, decay float64) backend.View {
	if decay == 0 {
		return g
	}
	sum := b.room(which, p.Shape[0])
	b.scale(sum, p, decay)
	b.add(sum, sum, g)
	return sum
}

// flushEvery is the number of updates between two flushes of moments: small enough
// that few moments are subnormal, large enough that the passes over memory are
// cheap.
const flushEvery = 8

// flush sets subnormal moments to 0. They would make steps slow and, because 0.9
// of the smallest number rounds to that number, would never become 0. Kernels
// flush the moments that they update.
func (b *base) flush(s *slot) {
	if s.steps%flushEvery != 0 || len(s.moments) == 0 {
		return
	}
	if b.tiny == nil {
		smallest := 0x1p-126
		if b.be.Precision() == backend.Float64 {
			smallest = 0x1p-1022
		}
		b.tiny = tensor.FullOn(b.be, smallest, 1)
	}
	n := s.param.Size()
	tiny, tmp := flat(b.tiny.View(), n), b.room(1, n)
	tiny.Strides[0] = 0
	for _, m := range s.moments {
		x := line(m)
		b.be.Unary(backend.Abs, tmp, x, backend.Params{})
		b.be.Binary(backend.GreaterEqual, tmp, tmp, tiny, backend.Params{})
		b.be.Binary(backend.Mul, x, x, tmp, backend.Params{}) // NaN · 0 stays NaN
	}
}

const maxFinite = math.MaxFloat64

func atLeastZero(op, what string, x float64) float64 {
	if !(x >= 0 && x <= maxFinite) {
		panic(fmt.Sprintf("%s: the %s must be a finite number of at least 0, got %g", op, what, x))
	}
	return x
}

// fraction checks a decay rate, which must lie in [0, 1).
func fraction(op, what string, x float64) float64 {
	if !(x >= 0 && x < 1) {
		panic(fmt.Sprintf("%s: the %s must lie in [0, 1), got %g", op, what, x))
	}
	return x
}

func orDefault(x, def float64) float64 {
	if x == 0 {
		return def
	}
	return x
}
