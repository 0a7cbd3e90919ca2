package update

import (
	"fmt"

	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// average is the other half of each pair of weights: between steps it holds the
// latest, and the model's own tensors hold the averaged ones; during a step it is
// the other way round.
type average struct {
	own, other []named
	known      map[*tensor.Tensor]bool
	names      map[string]bool
	ema        *optim.EMA
}

type named struct {
	name string
	t    *tensor.Tensor
}

// averaging is the pairs of weights. They are made when the first step is taken
// or a checkpoint is read; until then the latest weights are the averaged ones.
func (u *Update) averaging() *average {
	if u.average != nil {
		return u.average
	}
	a := &average{known: map[*tensor.Tensor]bool{}, names: map[string]bool{}}
	for _, p := range u.params {
		a.add(u.names[p], p)
	}
	params := len(a.own)
	if u.cfg.Buffers != nil {
		for name, b := range u.cfg.Buffers {
			a.add(name, b)
		}
	}
	a.ema = optim.NewEMA(seq(a.other[:params]), seq(a.own[:params]), u.cfg.EMA)
	a.ema.AddBuffers(seq(a.other[params:]), seq(a.own[params:]))
	u.average = a
	return a
}

// add pairs a tensor, once: to exchange one that goes by two names twice would mix
// its numbers.
func (a *average) add(name string, t *tensor.Tensor) {
	switch {
	case a.known[t]:
		return
	case a.names[name]:
		panic(fmt.Sprintf("update: two of the parameters and buffers are named %q", name))
	}
	a.known[t], a.names[name] = true, true
	a.own = append(a.own, named{name, t})
	a.other = append(a.other, named{name, t.Clone()})
}

// seq yields the tensors of a list.
func seq(list []named) Params {
	return func(yield func(string, *tensor.Tensor) bool) {
		for _, x := range list {
			if !yield(x.name, x.t) {
				return
			}
		}
	}
}

func (a *average) exchange() {
	for i, x := range a.own {
		x.t.Swap(a.other[i].t)
	}
}
