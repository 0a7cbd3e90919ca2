package update_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

// tensors are the numbers of an update's state by name.
func tensors(u *update.Update) map[string][]float64 {
	all := map[string][]float64{}
	for name, p := range u.Tensors() {
		all[name] = p.Float64s()
	}
	return all
}

// Ten steps, a state saved and taken up by another, and ten more are twenty steps,
// bit for bit.
func TestResume(t *testing.T) {
	for _, ema := range []float64{0, 0.9} {
		be := on(t, "cpu")
		cfg := update.Config{EMA: ema, Accumulate: 2, Clip: 1, Seed: 5}
		net, u := normal(t, be, cfg)
		for range 10 {
			u.Step(rows, squares(u, net))
		}
		state, moments, weights := u.State(), tensors(u), numbers(net)
		shapes := map[string][]int{}
		for name, p := range u.Tensors() {
			shapes[name] = p.Shape()
		}
		other, v := normal(t, be, cfg)
		v.Step(rows, squares(v, other)) // it need not be a new one
		for name, e := range other.State() {
			e.Value.(*tensor.Tensor).SetFloat64s(weights[name])
		}
		read := func(name string, p *tensor.Tensor) error { p.SetFloat64s(moments[name]); return nil }
		require.NoError(t, v.SetState(state, shapes, read))
		assert.Equal(t, state, v.State())
		for range 10 {
			u.Step(rows, squares(u, net))
			v.Step(rows, squares(v, other))
		}
		assert.Equal(t, numbers(net), numbers(other))
		assert.Equal(t, tensors(u), tensors(v))
		assert.Equal(t, 20, v.Steps())

		// What does not fit is refused.
		name := "exp_avg.0.weight"
		for want, change := range map[string]func(){
			`tensor "exp_avg.0.weight" is missing`:                           func() { delete(shapes, name) },
			`tensor "exp_avg.0.weight": expected shape [4 3], got [3 4]`:     func() { shapes[name] = []int{3, 4} },
			`tensor "exp_avg.9.weight": this training has none of that name`: func() { shapes["exp_avg.9.weight"] = []int{1} },
			`-1 steps make no sense`:                                         func() { state.Steps = -1 },
		} {
			kept, steps := mapOf(shapes), state.Steps
			change()
			assert.ErrorContains(t, v.SetState(state, shapes, read), want)
			shapes, state.Steps = kept, steps
		}
		lost := errors.New("disk is gone")
		assert.ErrorIs(t, v.SetState(state, shapes, func(string, *tensor.Tensor) error { return lost }), lost)
	}
}

// A state says which parameters had rates of their own.
func TestResumeRefusesOtherGroups(t *testing.T) {
	of := func(groups ...optim.Group) *update.Update {
		return update.New(update.Config{Params: layers.Params(network(on(t, "cpu"))), Optimizer: func(p update.Params) optim.Optimizer {
			return optim.NewSGD(p, optim.SGDConfig{}, groups...)
		}})
	}
	u := of(optim.NoDecay())
	text, err := json.Marshal(u.State())
	require.NoError(t, err)
	var s update.State
	require.NoError(t, json.Unmarshal(text, &s))
	assert.NoError(t, of(optim.NoDecay()).SetState(s, nil, nil))
	assert.ErrorContains(t, of().SetState(s, nil, nil), `group "no decay" is not one of this optimiser's`)
	assert.ErrorContains(t, u.SetState(of().State(), nil, nil), `group "no decay" is missing`)
}
