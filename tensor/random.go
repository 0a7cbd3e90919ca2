package tensor

import (
	"fmt"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/philox"
)

// RNG draws random tensors from a counter-based stream (Philox4x32-10). Equal
// seeds give equal numbers on every backend up to rounding, and a saved
// [RNG.State] repeats them exactly.
//
// Reference: Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy
// as 1, 2, 3", 2011.
type RNG struct {
	be     backend.Backend
	stream backend.Stream
}

// NewRNG starts the stream of a seed on the default backend.
func NewRNG(seed uint64) *RNG { return NewRNGOn(backend.Default(), seed) }

// NewRNGOn is [NewRNG] on a backend of choice.
func NewRNGOn(be backend.Backend, seed uint64) *RNG {
	return &RNG{be: be, stream: backend.Stream{Key: seed}}
}

// Backend is where the tensors drawn live.
func (r *RNG) Backend() backend.Backend { return r.be }

// State is the place in the stream; [RNG.SetState] goes back to it.
func (r *RNG) State() backend.Stream { return r.stream }

// SetState continues from a saved place.
func (r *RNG) SetState(s backend.Stream) { r.stream = s }

// Uniform draws from [lo, hi).
func (r *RNG) Uniform(lo, hi float64, shape ...int) *Tensor {
	return r.draw(nil, backend.Uniform, backend.Params{lo, hi}, shape)
}

// Normal draws from the normal distribution.
//
// Panics if the deviation is negative.
func (r *RNG) Normal(mean, deviation float64, shape ...int) *Tensor {
	return r.draw(nil, backend.Normal, backend.Params{mean, deviation}, shape)
}

// Bernoulli draws 1 with probability p, else 0.
//
// Panics if p is not in [0, 1].
func (r *RNG) Bernoulli(p float64, shape ...int) *Tensor {
	return r.draw(nil, backend.Bernoulli, backend.Params{p}, shape)
}

// Float64 draws one host number from [0, 1).
func (r *RNG) Float64() float64 {
	var x [1]float64
	philox.Fill(x[:], backend.Uniform, backend.Params{0, 1}, r.stream)
	r.stream = philox.Advance(r.stream, 1)
	return x[0]
}

// IntN draws one host number from {0, …, n−1}.
//
// Panics if n is not positive.
func (r *RNG) IntN(n int) int {
	if n <= 0 {
		panic(fmt.Sprintf("rng: IntN needs a positive bound, got %d", n))
	}
	return min(int(r.Float64()*float64(n)), n-1)
}

func (r *RNG) draw(tape *Tape, dist backend.Distribution, p backend.Params, shape []int) *Tensor {
	checkDraw(dist, p)
	x := alloc(tape, r.be, shape)
	r.be.Random(x.view, dist, p, r.stream)
	r.stream = philox.Advance(r.stream, x.Size())
	return x
}

func checkDraw(dist backend.Distribution, p backend.Params) {
	switch {
	case dist == backend.Normal && !(p[1] >= 0):
		panic(fmt.Sprintf("rng: the deviation must not be negative, got %g", p[1]))
	case dist == backend.Bernoulli && !(p[0] >= 0 && p[0] <= 1):
		panic(fmt.Sprintf("rng: a probability must lie in [0, 1], got %g", p[0]))
	}
}
