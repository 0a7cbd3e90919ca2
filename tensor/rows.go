package tensor

import (
	"fmt"
	"slices"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/philox"
	"github.com/org/artnn/internal/words"
)

// rowRange is which rows of a batch a tape holds; of 0 means all.
type rowRange struct{ lo, hi, of int }

// Rows tells the tape that it holds rows [lo, hi) of a batch of n, the rest being
// on other machines or in other passes. [Tape.Uniform], [Tape.Normal] and
// [Tape.Bernoulli] then draw exactly the numbers that a tape with the whole batch
// draws for these rows, and their stream moves on as far. It holds for later
// passes too, until Rows(0, n, n) ends it.
//
// To go through a batch in parts, give each part the stream of the first:
//
//	start := tape.RNG().State()
//	for each part [lo, hi) {
//		tape.RNG().SetState(start)
//		tape.Rows(lo, hi, n)
//		…
//	}
//
// The batch must be the first axis of what is drawn (axes of size 1 before it do
// not count), possibly merged with axes after it: [32·T, H] is 32 rows. Numbers
// that do not belong to rows, one draw for the whole model, are drawn before Rows
// or from [Tape.RNG], on which it has no effect.
//
// Panics unless 0 ≤ lo < hi ≤ n. Drawing panics if the first axis is not a
// multiple of hi − lo.
func (t *Tape) Rows(lo, hi, n int) {
	if lo == 0 && hi == n && n >= 0 {
		t.rows = rowRange{}
		return
	}
	if lo < 0 || lo >= hi || hi > n {
		panic(&UseError{"rows", fmt.Sprintf("the part must be at least one row of the batch, got rows [%d, %d) of %d", lo, hi, n)})
	}
	t.rows = rowRange{lo, hi, n}
}

// Uniform draws a value on the tape, from its stream, from [lo, hi).
func (t *Tape) Uniform(lo, hi float64, shape ...int) *Tensor {
	return t.draw(backend.Uniform, backend.Params{lo, hi}, shape)
}

// Normal draws a value on the tape from the normal distribution.
func (t *Tape) Normal(mean, deviation float64, shape ...int) *Tensor {
	return t.draw(backend.Normal, backend.Params{mean, deviation}, shape)
}

// Bernoulli draws a value on the tape: 1 with probability p, else 0.
func (t *Tape) Bernoulli(p float64, shape ...int) *Tensor {
	return t.draw(backend.Bernoulli, backend.Params{p}, shape)
}

func (t *Tape) draw(dist backend.Distribution, p backend.Params, shape []int) *Tensor {
	if t.rows.of == 0 {
		return t.rng.draw(t, dist, p, shape)
	}
	checkDraw(dist, p)
	return t.drawRows(dist, p, shape)
}

// drawRows draws the tape's rows of a batch. A counter of the stream gives four
// numbers, so up to three before the first row are drawn too and skipped.
func (t *Tape) drawRows(dist backend.Distribution, p backend.Params, shape []int) *Tensor {
	size, leading := 1, 1
	for _, d := range shape {
		size *= d
		if leading == 1 {
			leading = d
		}
	}
	held := t.held(leading, shape)
	from, skip := t.reserve(held, uint64(size/held))
	return t.drawFrom(dist, p, from, skip, shape)
}

// held is how many rows a shape is, whose first axis that counts is so long.
//
// Panics if it is not a multiple of the tape's rows.
func (t *Tape) held(leading int, shape []int) int {
	r := t.rows
	if r.of == 0 {
		return max(1, leading)
	}
	held := r.hi - r.lo
	if len(shape) == 0 || leading%held != 0 {
		Fail("draw", fmt.Sprintf("the tape holds %d of %s, which the first axis must be a multiple of (draw what is not of rows from Tape.RNG)", held, words.Count(r.of, "row")),
			"shape %v", slices.Clone(shape))
	}
	return held
}

// reserve moves the stream on by what a batch draws, of which the tape holds so many rows
// (all without Rows) of so many numbers each. Those of the tape begin with number skip of
// from. A number of numbers that are not held may be beyond an int of 32 bits.
func (t *Tape) reserve(held int, row uint64) (from backend.Stream, skip int) {
	r := t.rows
	if r.of == 0 {
		r = rowRange{0, held, held}
	}
	from = t.rng.stream
	before := row * uint64(r.lo)
	from.Counter += before / philox.PerBlock
	t.rng.stream = philox.Skip(t.rng.stream, row*uint64(r.of))
	return from, int(before % philox.PerBlock)
}

// drawFrom draws a value on the tape from number skip of a stream on.
func (t *Tape) drawFrom(dist backend.Distribution, p backend.Params, from backend.Stream, skip int, shape []int) *Tensor {
	size := 1
	for _, d := range shape {
		size *= d
	}
	flat := [1]int{skip + size}
	x := alloc(t, t.be, flat[:])
	t.be.Random(x.view, dist, p, from)
	x.view = backend.NewView(x.view.Buf, shape...)
	x.view.Offset = skip
	return x
}
