package optim

import (
	"fmt"
	"iter"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
)

// EMA keeps an exponential moving average of parameters, and of buffers such as
// running statistics: weights that swing less than the latest and often do better.
//
//	a = d·a + (1−d)·p,  d = min(Decay, (1+t)/(10+t))
//
// where t counts the updates, so that the random start does not stay in the
// average.
//
// Reference: Polyak and Juditsky, "Acceleration of Stochastic Approximation by
// Averaging", 1992; the warm-up is TensorFlow's.
type EMA struct {
	decay   float64
	pairs   []averaged
	scratch *tensor.Tensor // of the largest tensor's size, made when first needed
}

// averaged is a tensor and what it follows.
type averaged struct {
	average, latest *tensor.Tensor
	copied          bool // a counter: copied, not averaged
}

// NewEMA makes averages follow params, tensor by tensor in order, and starts
// them there.
//
// Panics if the decay is not in [0, 1), or if numbers or shapes differ.
func NewEMA(averages, params iter.Seq2[string, *tensor.Tensor], decay float64) *EMA {
	e := &EMA{decay: fraction(emaOp, "decay", decay)}
	e.follow("parameter", averages, params, false)
	return e
}

const emaOp = "moving average"

// AddBuffers makes averages follow a model's buffers, tensor by tensor in order,
// and starts them there. Those of rank 0 are counters, which are copied.
//
// Panics if numbers or shapes differ.
func (e *EMA) AddBuffers(averages, buffers iter.Seq2[string, *tensor.Tensor]) {
	e.follow("buffer", averages, buffers, true)
}

func (e *EMA) follow(what string, averages, latests iter.Seq2[string, *tensor.Tensor], counters bool) {
	first := len(e.pairs)
	for _, p := range latests {
		e.pairs = append(e.pairs, averaged{latest: p, copied: counters && p.Rank() == 0})
	}
	n := first
	for name, a := range averages {
		if n == len(e.pairs) {
			panic(fmt.Sprintf("%s: %q has no %s to follow: there are %d", emaOp, name, what, n-first))
		}
		a.Set(e.pairs[n].latest)
		e.pairs[n].average = a
		n++
	}
	if n != len(e.pairs) {
		panic(fmt.Sprintf("%s: averages %d, %ss %d: there must be equally many", emaOp, n-first, what, len(e.pairs)-first))
	}
	e.scratch = nil
}

// Update moves the averages towards the parameters after their t-th update,
// counted from 1.
func (e *EMA) Update(t int) {
	if len(e.pairs) == 0 {
		return
	}
	be := e.pairs[0].latest.Backend()
	if e.scratch == nil {
		most := 0
		for _, p := range e.pairs {
			most = max(most, p.latest.Size())
		}
		e.scratch = tensor.ZerosOn(be, most)
	}
	d := min(e.decay, (1+float64(t))/(10+float64(t)))
	for _, p := range e.pairs {
		avg, latest := line(p.average), line(p.latest)
		if p.copied {
			be.Copy(avg, latest)
			continue
		}
		tmp := flat(e.scratch.View(), latest.Shape[0])
		be.Unary(backend.MulScalar, avg, avg, backend.Params{d})
		be.Unary(backend.MulScalar, tmp, latest, backend.Params{1 - d})
		be.Binary(backend.Add, avg, avg, tmp, backend.Params{})
	}
}
