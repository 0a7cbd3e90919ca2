package optim_test

import (
	"encoding/json"
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// grouping makes one kind of optimiser with a decay and groups.
type grouping func(ps iter.Seq2[string, *tensor.Tensor], lr, decay float64, groups ...optim.Group) optim.Optimizer

func groupings() map[string]grouping {
	type seq = iter.Seq2[string, *tensor.Tensor]
	return map[string]grouping{
		"sgd": func(ps seq, lr, decay float64, groups ...optim.Group) optim.Optimizer {
			return optim.NewSGD(ps, optim.SGDConfig{LR: lr, WeightDecay: decay, Momentum: 0.9}, groups...)
		},
		"adam": func(ps seq, lr, decay float64, groups ...optim.Group) optim.Optimizer {
			return optim.NewAdam(ps, optim.AdamConfig{LR: lr, WeightDecay: decay}, groups...)
		},
		"adamw": func(ps seq, lr, decay float64, groups ...optim.Group) optim.Optimizer {
			return optim.NewAdamW(ps, optim.AdamConfig{LR: lr, WeightDecay: decay}, groups...)
		},
		"rmsprop": func(ps seq, lr, decay float64, groups ...optim.Group) optim.Optimizer {
			return optim.NewRMSprop(ps, optim.RMSpropConfig{LR: lr, WeightDecay: decay, Momentum: 0.5}, groups...)
		},
	}
}

func named(names ...string) func(string, *tensor.Tensor) bool {
	return func(name string, _ *tensor.Tensor) bool { return slices.Contains(names, name) }
}

// Groups update as optimisers of their own would, schedules included.
func TestGroups(t *testing.T) {
	const none = 1e-300 // a decay too small to change anything; AdamW takes 0 for its default
	for _, p := range places(t) {
		for name, of := range groupings() {
			t.Run(p.be.Name()+"/"+name, func(t *testing.T) {
				rng := tensor.NewRNGOn(p.be, 4)
				var ps params
				for _, name := range []string{"w", "b", "head"} {
					shape := []int{5, 7}
					if name == "b" {
						shape = shape[:1]
					}
					ps = append(ps, param{name, rng.Normal(0, 1, shape...)})
				}
				var apart params
				for _, q := range ps {
					apart = append(apart, param{q.name, q.Clone()})
				}
				o := of(ps.all(), 0.1, 0.3, optim.NoDecay(),
					optim.Group{Name: "head", Has: named("head", "b"), Rate: 0.5, WeightDecay: 0.2})
				each := []optim.Optimizer{
					of(apart[:1].all(), 0.1, 0.3), of(apart[1:2].all(), 0.1, none), of(apart[2:].all(), 0.1*0.5, 0.2),
				}
				for step := range 4 {
					lr := 0.1 / float64(step+1)
					o.SetLR(lr)
					for i, e := range each {
						e.SetLR(lr * []float64{1, 1, 0.5}[i])
						g := rng.Normal(0, 1, ps[i].Shape()...)
						give(ps[i].Tensor, g)
						give(apart[i].Tensor, g)
						e.Step()
					}
					o.Step()
				}
				for i := range ps {
					require.Equal(t, apart[i].Float64s(), ps[i].Float64s(), ps[i].name)
				}
				require.Equal(t, []optim.GroupState{
					{Name: "no decay", Rate: 1, Params: []string{"b"}},
					{Name: "head", Rate: 0.5, WeightDecay: 0.2, Params: []string{"head"}},
				}, o.State().Groups)
			})
		}
	}
}

// A group's rate and decay reach the update that does not form the gradient.
func TestGroupsOfProducts(t *testing.T) {
	w := largeWeight(backend.Default())
	a, b := newDense(w), newDense(w)
	one := optim.NewAdamW(a.ps.all(), optim.AdamConfig{LR: 0.1}, optim.Group{Name: "w", Has: named("w"), Rate: 0.25, WeightDecay: 0.5})
	two := optim.NewAdamW(b.ps.all(), optim.AdamConfig{LR: 0.1 * 0.25, WeightDecay: 0.5})
	a.backward()
	b.backward()
	one.Step()
	two.Step()
	require.Zero(t, apart(a.ps[0].Tensor, b.ps[0].Tensor))
}

func TestGroupStates(t *testing.T) {
	be := backend.Default()
	w, b := tensor.ZerosOn(be, 2, 2), tensor.ZerosOn(be, 2)
	ps := params{{"w", w}, {"b", b}}
	plain := optim.Group{Name: "head", Has: named("w"), Rate: 0.5}
	with := func(groups ...optim.Group) optim.Optimizer {
		return optim.NewAdamW(ps.all(), optim.AdamConfig{}, groups...)
	}
	saved := with(plain).State()
	text, err := json.Marshal(saved.Groups)
	require.NoError(t, err)
	saved.Groups = nil
	require.NoError(t, json.Unmarshal(text, &saved.Groups))
	require.NoError(t, with(plain).SetState(saved))

	change := func(f func(g *optim.Group)) optim.Group {
		g := plain
		f(&g)
		return g
	}
	for _, c := range []struct {
		groups []optim.Group
		want   string
	}{
		{nil, `group "head" is not one of this optimiser's`},
		{[]optim.Group{optim.NoDecay()}, `group 0 is "head", this optimiser's is "no decay"`},
		{[]optim.Group{plain, optim.NoDecay()}, `group "no decay" is missing`},
		{[]optim.Group{change(func(g *optim.Group) { g.Rate = 2 })}, `group "head" has rate factor 0.5, this optimiser's has 2`},
		{[]optim.Group{change(func(g *optim.Group) { g.NoDecay = true })}, `group "head" has weight decay 0.01, this optimiser's has 0`},
		{[]optim.Group{change(func(g *optim.Group) { g.Has = named("b") })}, `group "head" has parameter "w", this optimiser's has not`},
		{[]optim.Group{change(func(g *optim.Group) { g.Has = named("b", "w") })}, `group "head" lacks parameter "b", which this optimiser's has`},
	} {
		require.EqualError(t, with(c.groups...).SetState(saved), "adamw state: "+c.want+": make the optimiser with the groups it was saved with")
	}
	for want, groups := range map[string][]optim.Group{
		"adamw: group 1 has no name":                                                    {plain, {Has: named("b")}},
		`adamw: two groups are named "head"`:                                            {plain, plain},
		`adamw: group "x" does not say which parameters it has`:                         {{Name: "x"}},
		`adamw: group "head" has both NoDecay and a weight decay of 0.5`:                {change(func(g *optim.Group) { g.NoDecay, g.WeightDecay = true, 0.5 })},
		`adamw: the rate of group "head" must be a finite number of at least 0, got -1`: {change(func(g *optim.Group) { g.Rate = -1 })},
	} {
		require.PanicsWithValue(t, want, func() { with(groups...) })
	}
}
