package optim

import (
	"fmt"
	"iter"
	"slices"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tensor"
)

// Optimizer updates the parameters it was made from.
type Optimizer interface {
	// Step updates every parameter that has a gradient; the others keep their
	// values and their moments.
	Step()
	// ZeroGrad forgets the gradients.
	ZeroGrad()
	// LR is the learning rate, before the factors of groups.
	LR() float64
	// SetLR changes it from the next step on, and that of every group with it.
	SetLR(lr float64)
	// State is what a checkpoint must hold besides the parameters.
	State() State
	// SetState continues from a saved state.
	SetState(State) error
}

// State is where an optimiser stands. Together with the parameters it resumes
// training bit for bit.
type State struct {
	// LR is the learning rate, before the factors of groups.
	LR float64
	// Groups are the parameter groups, in order.
	Groups []GroupState
	// Steps counts the updates of each parameter, by name.
	Steps map[string]int
	// Tensors yields the moments, in a fixed order, under names such as
	// "exp_avg.0.weight". They are the optimiser's own memory: copy them to
	// keep them past the next step.
	Tensors iter.Seq2[string, *tensor.Tensor]
}

// slot is one parameter with what the optimiser remembers of it.
type slot struct {
	name    string
	param   *tensor.Tensor
	moments []*tensor.Tensor // in the order of base.kinds, contiguous, of the parameter's shape
	steps   int
	rate    float64 // factor on the learning rate
	decay   float64 // λ
}

// base is the part that all optimisers share.
type base struct {
	op      string
	be      backend.Backend
	kernel  backend.OptimizerKernel // nil if the backend has none
	kinds   []string                // names of the moments
	slots   []slot
	lr      float64
	groups  []GroupState
	scratch [2]*tensor.Tensor // of the largest parameter's size, made when first needed
	tiny    *tensor.Tensor    // the smallest normal number, made when first needed
}

// setup is what an optimiser is made of.
type setup struct {
	op     string // its name
	params iter.Seq2[string, *tensor.Tensor]
	lr     float64
	decay  float64 // of parameters in no group
	groups []Group
	kinds  []string // names of the moments
}

func newBase(u setup) base {
	op := u.op
	b := base{op: op, kinds: u.kinds, groups: newGroups(op, u.groups, atLeastZero(op, "weight decay", u.decay))}
	b.SetLR(u.lr)
	names := map[string]bool{}
	seen := map[*tensor.Tensor]bool{}
	for name, p := range u.params {
		switch {
		case seen[p]: // tied weights are one parameter
			continue
		case names[name]:
			panic(fmt.Sprintf("%s: two parameters are named %q", op, name))
		case p.Tape() != nil:
			panic(fmt.Sprintf("%s: %q is a value on a tape, not a parameter", op, name))
		case b.be != nil && p.Backend() != b.be:
			panic(fmt.Sprintf("%s: %q is on backend %q, those before on %q", op, name, p.Backend().Name(), b.be.Name()))
		}
		if v := p.View(); !v.Contiguous() {
			panic(fmt.Sprintf("%s: %q is a strided view: optimise the tensor it is a view on", op, name))
		}
		names[name], seen[p], b.be = true, true, p.Backend()
		s := slot{name: name, param: p, rate: 1, decay: u.decay}
		if i := slices.IndexFunc(u.groups, func(g Group) bool { return g.Has(name, p) }); i >= 0 {
			g := &b.groups[i]
			g.Params = append(g.Params, name)
			s.rate, s.decay = g.Rate, g.WeightDecay
		}
		for range u.kinds {
			s.moments = append(s.moments, tensor.ZerosOn(b.be, p.Shape()...))
		}
		b.slots = append(b.slots, s)
	}
	if len(b.slots) == 0 {
		panic(op + ": there are no parameters")
	}
	b.kernel, _ = b.be.(backend.OptimizerKernel)
	return b
}

// LR is the learning rate, before the factors of groups.
func (b *base) LR() float64 { return b.lr }

// SetLR changes the learning rate from the next step on, and that of every group
// with it.
//
// Panics if it is negative or not finite.
func (b *base) SetLR(lr float64) {
	b.lr = atLeastZero(b.op, "learning rate", lr)
}

// ZeroGrad forgets the gradients of all parameters.
func (b *base) ZeroGrad() {
	for i := range b.slots {
		b.slots[i].param.ZeroGrad()
	}
}

// State is what a checkpoint must hold besides the parameters.
func (b *base) State() State {
	s := State{LR: b.lr, Groups: b.groups, Steps: make(map[string]int, len(b.slots))}
	for i := range b.slots {
		s.Steps[b.slots[i].name] = b.slots[i].steps
	}
	s.Tensors = func(yield func(string, *tensor.Tensor) bool) {
		for k, kind := range b.kinds {
			for i := range b.slots {
				if !yield(kind+"."+b.slots[i].name, b.slots[i].moments[k]) {
					return
				}
			}
		}
	}
	return s
}

// SetState continues from a saved state, whose tensors it copies.
//
// Errors: other groups, or a moment or step count that is missing, left over or of
// the wrong shape; nothing has been changed then.
func (b *base) SetState(s State) error {
	if !(s.LR >= 0) || s.LR > maxFinite {
		return fmt.Errorf("%s state: learning rate %g is not a finite number of at least 0", b.op, s.LR)
	}
	if err := sameGroups(b.groups, s.Groups); err != nil {
		return fmt.Errorf("%s state: %w: make the optimiser with the groups it was saved with", b.op, err)
	}
	given := map[string]*tensor.Tensor{}
	if s.Tensors != nil {
		for name, t := range s.Tensors {
			given[name] = t
		}
	}
	for name, own := range b.State().Tensors {
		t, ok := given[name]
		switch {
		case !ok:
			return fmt.Errorf("%s state: %q is missing: was it saved by another optimiser or model?", b.op, name)
		case !t.HasShape(own.Shape()...):
			return fmt.Errorf("%s state: %q has shape %v, the parameter has %v", b.op, name, t.Shape(), own.Shape())
		case t.Backend() != b.be:
			return fmt.Errorf("%s state: %q is on backend %q, the parameters on %q", b.op, name, t.Backend().Name(), b.be.Name())
		}
	}
	if want := len(b.kinds) * len(b.slots); len(given) != want {
		return fmt.Errorf("%s state: has %s, this optimiser needs %d: was it saved by another?", b.op, words.Count(len(given), "tensor"), want)
	}
	for i := range b.slots {
		if n, ok := s.Steps[b.slots[i].name]; !ok || n < 0 {
			return fmt.Errorf("%s state: the step count of %q is missing or negative", b.op, b.slots[i].name)
		}
	}
	if len(s.Steps) != len(b.slots) {
		return fmt.Errorf("%s state: has step counts of %s, this optimiser has %d", b.op, words.Count(len(s.Steps), "parameter"), len(b.slots))
	}
	for name, own := range b.State().Tensors {
		if t := given[name]; t != own { // its own are filled in place already
			own.Set(t)
		}
	}
	for i := range b.slots {
		b.slots[i].steps = s.Steps[b.slots[i].name]
	}
	b.lr = s.LR
	return nil
}
