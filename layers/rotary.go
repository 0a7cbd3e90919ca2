package layers

import (
	"math"
	"sync"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tensor"
)

// Rotary gives each place of a sequence its angles: the pair r of a vector at place t is
// turned by
//
//	θ = t · base^(−2r/dims),  r < dims/2
//
// so that products of queries and keys depend on how far their places are apart. It has
// no parameters, and one serves all layers of a model and any number of goroutines. Its
// tables grow with the places asked for.
//
// Reference: Su et al., "RoFormer: Enhanced Transformer with Rotary Position
// Embedding", 2021.
type Rotary struct {
	be          backend.Backend
	frequencies []float64 // radians from place to place, of each pair
	interleaved bool

	mu       sync.Mutex
	cos, sin *tensor.Tensor // [places so far, pairs]
}

// RotaryConfig are the options of [NewRotary].
type RotaryConfig struct {
	// Base is the ratio of the fastest to the slowest frequency, nearly; 0 means 10000.
	Base float64
	// Interleaved pairs numbers as GPT-J and Meta's Llama do, (2r, 2r+1). Otherwise pairs
	// are (r, dims/2+r), as in GPT-NeoX and in Hugging Face's files of Llama.
	Interleaved bool
	// Rescale, if not nil, changes a frequency, in radians from place to place, so that a
	// model reaches further than it was trained for.
	Rescale func(frequency float64) float64
}

// NewRotary turns the first dims numbers of each head's vectors. The tables live on a
// backend.
//
// Panics if dims is not positive and even, or the base not above 0.
func NewRotary(be backend.Backend, dims int, cfg RotaryConfig) *Rotary {
	base := orDefault(cfg.Base, 10000)
	if dims <= 0 || dims%2 != 0 || !(base > 0) {
		tensor.Fail("rotary", "needs an even number of dims and a base above 0", "%d and %g", dims, base)
	}
	r := &Rotary{be: be, interleaved: cfg.Interleaved, frequencies: make([]float64, dims/2)}
	for i := range r.frequencies {
		f := math.Pow(base, -2*float64(i)/float64(dims))
		if cfg.Rescale != nil {
			f = cfg.Rescale(f)
		}
		r.frequencies[i] = f
	}
	return r
}

// Forward turns the vectors of places from, from+1, ….
//
// Shape: x [B, T, H, D] with D ≥ dims → [B, T, H, D].
//
// Panics if sizes differ or from is negative.
func (r *Rotary) Forward(x *tensor.Tensor, from int) *tensor.Tensor {
	if x.Rank() != 4 || from < 0 {
		tensor.Fail("rotary", "needs inputs [batch, places, heads, size] from a place of 0 or later on", "%v from %s on", x.Shape(), words.Count(from, "place"))
	}
	cos, sin := r.tables(from + x.Dim(1))
	return x.Rotary(cos.Narrow(0, from, x.Dim(1)), sin.Narrow(0, from, x.Dim(1)), r.interleaved)
}

// firstPlaces is how many places the tables begin with.
const firstPlaces = 256

// tables are cosines and sines of at least n places. Old ones stay valid.
func (r *Rotary) tables(n int) (cos, sin *tensor.Tensor) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cos != nil && r.cos.Dim(0) >= n {
		return r.cos, r.sin
	}
	places := firstPlaces
	for places < n {
		places *= 2
	}
	pairs := len(r.frequencies)
	c, s := make([]float64, places*pairs), make([]float64, places*pairs)
	if !backend.IsShapeOnly(r.be) {
		for t := range places {
			for i, f := range r.frequencies {
				s[t*pairs+i], c[t*pairs+i] = math.Sincos(float64(t) * f)
			}
		}
	}
	r.cos, r.sin = tensor.FromSliceOn(r.be, c, places, pairs), tensor.FromSliceOn(r.be, s, places, pairs)
	return r.cos, r.sin
}

// Dims is how many numbers of each vector are turned.
func (r *Rotary) Dims() int { return 2 * len(r.frequencies) }

// Interleaved reports whether pairs are neighbours.
func (r *Rotary) Interleaved() bool { return r.interleaved }

// Positions are the places from, from+1, … of n tokens: what an [Embedding] of learned
// positions looks up.
//
//	x := tokens.Forward(tape, ids, batch, n).Add(places.Forward(tape, layers.Positions(0, n)))
func Positions(from, n int) []int32 {
	ids := make([]int32, n)
	for i := range ids {
		ids[i] = int32(from + i)
	}
	return ids
}
