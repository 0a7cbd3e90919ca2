package optim

import (
	"fmt"
	"slices"

	"github.com/org/artnn/tensor"
)

// Group gives some of the parameters a learning rate and a weight decay of their
// own. A parameter belongs to the first group that has it, else to none.
type Group struct {
	Name string // for checkpoints and messages; each group has another
	// Has reports whether a parameter belongs to the group.
	Has func(name string, p *tensor.Tensor) bool
	// Rate is the factor on the optimiser's learning rate, now and after SetLR;
	// 0 means 1.
	Rate float64
	// WeightDecay is λ in place of the optimiser's; 0 means the optimiser's.
	WeightDecay float64
	NoDecay     bool // λ is 0
}

// NoDecay is the group of biases, norms and other parameters of fewer than two
// axes without weight decay, which is meant for matrices.
func NoDecay() Group {
	return Group{
		Name:    "no decay",
		Has:     func(_ string, p *tensor.Tensor) bool { return p.Rank() < 2 },
		NoDecay: true,
	}
}

// GroupState is a group in an optimiser's [State].
type GroupState struct {
	Name        string   `json:"name"`
	Rate        float64  `json:"rate"`         // factor on the learning rate
	WeightDecay float64  `json:"weight_decay"` // λ
	Params      []string `json:"params"`       // names of its parameters, in order
}

// newGroups checks groups and prepares their states; decay is the optimiser's.
func newGroups(op string, groups []Group, decay float64) []GroupState {
	states := make([]GroupState, len(groups))
	for i, g := range groups {
		s := GroupState{Name: g.Name, Rate: orDefault(g.Rate, 1), WeightDecay: orDefault(g.WeightDecay, decay)}
		switch {
		case g.Name == "":
			panic(fmt.Sprintf("%s: group %d has no name", op, i))
		case slices.ContainsFunc(groups[:i], func(h Group) bool { return h.Name == g.Name }):
			panic(fmt.Sprintf("%s: two groups are named %q", op, g.Name))
		case g.Has == nil:
			panic(fmt.Sprintf("%s: group %q does not say which parameters it has", op, g.Name))
		case g.NoDecay && g.WeightDecay != 0:
			panic(fmt.Sprintf("%s: group %q has both NoDecay and a weight decay of %g", op, g.Name, g.WeightDecay))
		case g.NoDecay:
			s.WeightDecay = 0
		}
		atLeastZero(op, fmt.Sprintf("rate of group %q", g.Name), s.Rate)
		atLeastZero(op, fmt.Sprintf("weight decay of group %q", g.Name), s.WeightDecay)
		states[i] = s
	}
	return states
}

// sameGroups tells how saved groups differ from the optimiser's own, if they do.
func sameGroups(own, saved []GroupState) error {
	for i, g := range own {
		if i >= len(saved) {
			return fmt.Errorf("group %q is missing", g.Name)
		}
		s := saved[i]
		switch {
		case s.Name != g.Name:
			return fmt.Errorf("group %d is %q, this optimiser's is %q", i, s.Name, g.Name)
		case s.Rate != g.Rate:
			return fmt.Errorf("group %q has rate factor %g, this optimiser's has %g", g.Name, s.Rate, g.Rate)
		case s.WeightDecay != g.WeightDecay:
			return fmt.Errorf("group %q has weight decay %g, this optimiser's has %g", g.Name, s.WeightDecay, g.WeightDecay)
		}
		for _, name := range s.Params {
			if !slices.Contains(g.Params, name) {
				return fmt.Errorf("group %q has parameter %q, this optimiser's has not", g.Name, name)
			}
		}
		for _, name := range g.Params {
			if !slices.Contains(s.Params, name) {
				return fmt.Errorf("group %q lacks parameter %q, which this optimiser's has", g.Name, name)
			}
		}
	}
	if len(saved) > len(own) {
		return fmt.Errorf("group %q is not one of this optimiser's", saved[len(own)].Name)
	}
	return nil
}
