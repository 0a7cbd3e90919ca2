package optim

import (
	"fmt"
	"iter"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
)

// EMA keeps an exponential moving average of parameters: weights that swing less
// than the latest and often do better.
//
//	a = d·a + (1−d)·p,  d = min(Decay, (1+t)/(10+t))
//
// where t counts the updates, so that the random start does not stay in the
// average.
//
// Reference: Polyak and Juditsky, "Acceleration of Stochastic Approximation by
// Averaging", 1992; the warm-up is TensorFlow's.
type EMA struct {
	decay             float64
	averages, latests []*tensor.Tensor
	scratch           *tensor.Tensor // of the largest parameter's size
}

// NewEMA makes averages follow params, tensor by tensor in order, and starts
// them there.
//
// Panics if the decay is not in [0, 1), or if numbers or shapes differ.
func NewEMA(averages, params iter.Seq2[string, *tensor.Tensor], decay float64) *EMA {
	const op = "moving average"
	e := &EMA{decay: fraction(op, "decay", decay)}
	for _, p := range params {
		e.latests = append(e.latests, p)
	}
	for name, a := range averages {
		if len(e.averages) == len(e.latests) {
			panic(fmt.Sprintf("%s: %q has no parameter to follow, there are %d", op, name, len(e.latests)))
		}
		a.Set(e.latests[len(e.averages)])
		e.averages = append(e.averages, a)
	}
	if len(e.averages) != len(e.latests) {
		panic(fmt.Sprintf("%s: %d averages for %d parameters", op, len(e.averages), len(e.latests)))
	}
	return e
}

// Update moves the averages towards the parameters after their t-th update,
// counted from 1.
func (e *EMA) Update(t int) {
	if len(e.latests) == 0 {
		return
	}
	be := e.latests[0].Backend()
	if e.scratch == nil {
		most := 0
		for _, p := range e.latests {
			most = max(most, p.Size())
		}
		e.scratch = tensor.ZerosOn(be, most)
	}
	d := min(e.decay, (1+float64(t))/(10+float64(t)))
	for i, a := range e.averages {
		avg, p := line(a), line(e.latests[i])
		tmp := flat(e.scratch.View(), p.Shape[0])
		be.Unary(backend.MulScalar, avg, avg, backend.Params{d})
		be.Unary(backend.MulScalar, tmp, p, backend.Params{1 - d})
		be.Binary(backend.Add, avg, avg, tmp, backend.Params{})
	}
}
