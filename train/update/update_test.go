package update_test

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

func on(t testing.TB, name string) backend.Backend {
	t.Helper()
	be, err := backend.Get(name)
	require.NoError(t, err)
	return be
}

// network is two dense layers of which the first may be followed by more.
func network(be backend.Backend, between ...layers.Layer) layers.Sequential {
	rng := tensor.NewRNGOn(be, 1)
	s := layers.Sequential{layers.NewLinear(3, 4, rng), layers.Tanh{}}
	return append(append(s, between...), layers.NewLinear(4, 2, rng))
}

const rows = 7

var data = func() (x []float32) {
	for i := range rows * 3 {
		x = append(x, float32(math.Sin(float64(i))))
	}
	return x
}()

// squares is the mean square of the output of a network.
func squares(u *update.Update, net layers.Layer) update.Objective {
	return func(lo, hi int) *tensor.Tensor {
		y := net.Forward(u.Tape().FromSlice(data[lo*3:hi*3], hi-lo, 3))
		return update.Share(y.AddScalar(-1).Square().Mean(), hi-lo, rows)
	}
}

func sgd(lr float64) func(update.Params) optim.Optimizer {
	return func(p update.Params) optim.Optimizer { return optim.NewSGD(p, optim.SGDConfig{LR: lr, Momentum: 0.9}) }
}

func adam(p update.Params) optim.Optimizer { return optim.NewAdam(p, optim.AdamConfig{LR: 0.01}) }

// numbers are all of a module's state by name.
func numbers(m layers.Module) map[string][]float64 {
	all := map[string][]float64{}
	for name, e := range m.State() {
		all[name] = e.Value.Float64s()
	}
	return all
}

func requireClose(t *testing.T, want, got map[string][]float64, tol float64) {
	t.Helper()
	require.Len(t, got, len(want))
	for name, w := range want {
		require.InDeltaSlice(t, w, got[name], tol, name)
	}
}

// logged is an optimiser that notes when it steps.
type logged struct {
	optim.Optimizer
	log *[]string
}

func (l logged) Step() { *l.log = append(*l.log, "step"); l.Optimizer.Step() }

func (l logged) ZeroGrad() { *l.log = append(*l.log, "zero"); l.Optimizer.ZeroGrad() }

// What follows a loss follows in this order: parts, reduction, clipping of what
// the reduction has made, step, average.
func TestOrder(t *testing.T) {
	be := on(t, "reference")
	var log []string
	r := &machines{log: &log, factor: 1000}
	net := network(be)
	u := update.New(update.Config{
		Params: layers.Params(net), Clip: 0.5, Accumulate: 2, EMA: 0.5, Reducer: r,
		Optimizer: func(p update.Params) optim.Optimizer {
			return logged{optim.NewSGD(p, optim.SGDConfig{LR: 1}), &log}
		},
	})
	before := numbers(net)
	loss := squares(u, net)
	u.Step(rows, func(lo, hi int) *tensor.Tensor {
		log = append(log, fmt.Sprint("loss ", lo, hi))
		return loss(lo, hi)
	})
	want := []string{
		"zero", "loss 0 3", "loss 3 7",
		"ready 2.weight", "ready 2.bias", "ready 0.weight", "ready 0.bias", "finish", "step",
	}
	assert.Equal(t, want, log)
	assert.Greater(t, u.Norm(), 100.0, "the norm is that of all machines")
	assert.Equal(t, 1, u.Steps())

	// The latest weights are one clipped step away, the averaged ones on the way.
	moved, averaged := 0.0, numbers(net)
	for name, p := range u.Tensors() {
		if name, ok := strings.CutPrefix(name, "latest."); ok {
			for i, v := range p.Float64s() {
				moved += (v - before[name][i]) * (v - before[name][i])
				d := 2.0 / 11 // of the warm-up
				assert.InDelta(t, d*before[name][i]+(1-d)*v, averaged[name][i], 1e-12)
			}
		}
	}
	assert.InDelta(t, 0.5, math.Sqrt(moved), 1e-6)
}

// Only the parameters that are given train, and only of these is there a state.
func TestFrozen(t *testing.T) {
	net := network(on(t, "cpu"))
	head := func(yield func(string, *tensor.Tensor) bool) {
		for name, p := range layers.Params(net) {
			if strings.HasPrefix(name, "2.") && !yield(name, p) {
				return
			}
		}
	}
	u := update.New(update.Config{Params: head, Optimizer: adam, EMA: 0.5})
	before := numbers(net)
	for range 3 {
		u.Step(rows, squares(u, net))
	}
	for name, values := range numbers(net) {
		if strings.HasPrefix(name, "2.") {
			assert.NotEqual(t, before[name], values, name)
		} else {
			assert.Equal(t, before[name], values, name)
		}
	}
	for name := range tensors(u) {
		assert.Contains(t, name, ".2.")
	}
	assert.Len(t, u.State().Updates, 2)
}

func TestMisuse(t *testing.T) {
	net := network(on(t, "cpu"))
	params := layers.Params(net)
	for want, cfg := range map[string]update.Config{
		"update: there are no parameters":                                 {Optimizer: adam},
		"update: there are no parameters: were all of them frozen?":       {Optimizer: adam, Params: layers.Params(layers.Tanh{})},
		"update: there is no optimiser":                                   {Params: params},
		"update: clip must not be negative, got -1":                       {Params: params, Optimizer: adam, Clip: -1},
		"update: clip must not be negative, got NaN":                      {Params: params, Optimizer: adam, Clip: math.NaN()},
		"update: the decay of averaged weights must lie in [0, 1), got 1": {Params: params, Optimizer: adam, EMA: 1},
	} {
		assert.PanicsWithValue(t, want, func() { update.New(cfg) })
	}
	u := update.New(update.Config{Params: params, Optimizer: adam, EMA: 0.9})
	before := numbers(net)
	for _, n := range []int{0, -1} {
		var shape *tensor.ShapeError
		require.ErrorAs(t, tensor.Try(func() { u.Step(n, squares(u, net)) }), &shape)
	}
	assert.Equal(t, before, numbers(net))
}

// Nothing is made of the parameters before the first step: a module may still
// change them.
func TestNothingIsMadeBeforeTheFirstStep(t *testing.T) {
	net := network(on(t, "cpu"))
	made := 0
	u := update.New(update.Config{Params: layers.Params(net), Optimizer: func(p update.Params) optim.Optimizer {
		made++
		return adam(p)
	}})
	assert.Zero(t, made)
	for _, e := range net.State() {
		if e.Replaceable() {
			e.Replace(tensor.ZerosOn(on(t, "cpu"), e.Value.Shape()...))
		}
	}
	u.Step(rows, squares(u, net))
	u.Step(rows, squares(u, net))
	assert.Equal(t, 1, made)
	assert.NotZero(t, numbers(net)["2.weight"][0], "the new ones train")
}

func TestStepsDoNotGrowTheHeap(t *testing.T) {
	var log []string
	for name, cfg := range map[string]update.Config{
		"plain":   {},
		"average": {EMA: 0.9, Clip: 1},
		"parts":   {Accumulate: 3, EMA: 0.9},
		"reduced": {Reducer: &machines{log: &log}},
	} {
		t.Run(name, func(t *testing.T) {
			net, u := normal(t, on(t, "cpu"), cfg)
			loss := squares(u, net)
			step := func() { u.Step(rows, loss); log = log[:0] }
			for range 10 {
				step()
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			for range 100 {
				step()
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			assert.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(32<<10))
		})
	}
}

// The pieces of a step outside of one are a mistake of the program.
func TestOutsideOfAStep(t *testing.T) {
	net := network(on(t, "cpu"))
	u := update.New(update.Config{Params: layers.Params(net), Optimizer: adam, EMA: 0.9})
	before := numbers(net)
	for _, begun := range []bool{false, true} {
		if begun {
			u.Begin()
			u.End()
		}
		assert.PanicsWithValue(t, "update: Apply outside of a step: call Begin before it", func() { u.Apply() })
		assert.PanicsWithValue(t, "update: End outside of a step: call Begin before it", u.End)
		assert.PanicsWithValue(t, "update: Backward outside of a step: call Begin before it", func() { u.Backward(nil, true) })
	}
	assert.Equal(t, before, numbers(net))
}

// Counts that cannot be are refused, those of single parameters too.
func TestNegativeCounts(t *testing.T) {
	assert.NoError(t, update.State{Steps: 3, Updates: map[string]int{"a": 0}}.Check())
	assert.ErrorContains(t, update.State{Steps: -3}.Check(), "-3 steps make no sense")
	assert.ErrorContains(t, update.State{Updates: map[string]int{"a": 1, "b": -2}}.Check(), `-2 steps of "b" make no sense`)
}
