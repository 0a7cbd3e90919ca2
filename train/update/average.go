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
	a := &average{}
	names, known := map[string]bool{}, map[*tensor.Tensor]bool{}
	other := func(list []named) Params {
		return func(yield func(string, *tensor.Tensor) bool) {
			for _, x := range list {
				if !yield(x.name, x.t) {
					return
				}
			}
		}
	}
	add := func(list Params) {
		for name, t := range list {
			switch {
			case known[t]: // tied tensors are one, which an exchange for each name would mix
				continue
			case names[name]:
				panic(fmt.Sprintf("update: two of the parameters and buffers are named %q", name))
			}
			names[name], known[t] = true, true
			a.own = append(a.own, named{name, t})
			a.other = append(a.other, named{name, t.Clone()})
		}
	}
	add(func(yield func(string, *tensor.Tensor) bool) {
		for _, p := range u.params {
			if !yield(u.names[p], p) {
				return
			}
		}
	})
	buffers := len(a.own)
	if u.cfg.Buffers != nil {
		add(u.cfg.Buffers)
	}
	a.ema = optim.NewEMA(other(a.other[:buffers]), other(a.own[:buffers]), u.cfg.EMA)
	a.ema.AddBuffers(other(a.other[buffers:]), other(a.own[buffers:]))
	u.average = a
	return a
}

func (a *average) exchange() {
	for i, x := range a.own {
		x.t.Swap(a.other[i].t)
	}
}
