package update_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math"
	"runtime"
	"slices"
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

func (l logged) Step()     { *l.log = append(*l.log, "step"); l.Optimizer.Step() }
func (l logged) ZeroGrad() { *l.log = append(*l.log, "zero"); l.Optimizer.ZeroGrad() }

// machines is a Reducer that acts as if others had the same gradients.
type machines struct {
	log    *[]string
	factor float64 // number of machines
	err    error
	ready  map[string]*tensor.Tensor
	grads  map[string][]float64 // as they were when ready
}

func (m *machines) Ready(name string, p *tensor.Tensor) {
	*m.log = append(*m.log, "ready "+name)
	if m.ready == nil {
		m.ready, m.grads = map[string]*tensor.Tensor{}, map[string][]float64{}
	}
	m.ready[name] = p
	if g := p.Grad(); g != nil {
		m.grads[name] = g.Float64s()
	}
}

func (m *machines) Finish() error {
	*m.log = append(*m.log, "finish")
	for _, p := range m.ready {
		if g := p.Grad(); g != nil && m.factor != 0 {
			values := g.Float64s()
			for i := range values {
				values[i] *= m.factor
			}
			g.SetFloat64s(values)
		}
	}
	return m.err
}

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

// A batch in parts gives the weights of the whole batch, with noise and dropout
// masks drawn for the same rows.
func TestAccumulateEqualsWhole(t *testing.T) {
	for _, name := range []string{"reference", "cpu"} {
		be := on(t, name)
		tol := map[string]float64{"reference": 1e-13, "cpu": 1e-5}[name]
		run := func(parts int) (losses []float64, weights map[string][]float64, u *update.Update) {
			net := network(be, layers.Dropout{P: 0.4})
			u = update.New(update.Config{Params: layers.Params(net), Optimizer: sgd(0.1), Accumulate: parts, Clip: 1, Seed: 3})
			for range 5 {
				losses = append(losses, u.Step(rows, func(lo, hi int) *tensor.Tensor {
					x := u.Tape().FromSlice(data[lo*3:hi*3], hi-lo, 3)
					x = x.Add(u.Tape().Normal(0, 1, hi-lo, 3))
					return update.Share(net.Forward(x).Square().Mean(), hi-lo, rows)
				}))
			}
			return losses, numbers(net), u
		}
		losses, weights, whole := run(0)
		for _, parts := range []int{1, 2, 3, 7, 100} {
			l, w, u := run(parts)
			assert.InDeltaSlice(t, losses, l, tol, "%d parts", parts)
			requireClose(t, weights, w, tol)
			assert.Equal(t, whole.State().Counter, u.State().Counter, "the stream stands where it would")
			assert.Len(t, u.Tape().Normal(0, 1, 5).Float64s(), 5, "the tape is back to whole batches")
		}
	}
}

// A Reducer hears of every parameter once a step, in one order, with the whole
// gradient: also of a tied one and of one that no loss reads.
func TestReducerHearsOnce(t *testing.T) {
	be := on(t, "reference")
	grads := func(parts int) (log []string, r *machines) {
		rng := tensor.NewRNGOn(be, 1)
		shared, idle := layers.NewLinear(3, 3, rng), layers.NewLinear(2, 2, rng)
		net := layers.Sequential{shared, layers.Tanh{}, shared, idle}
		read := net[:3]
		r = &machines{log: &log}
		u := update.New(update.Config{Params: layers.Params(net), Optimizer: sgd(0.1), Accumulate: parts, Reducer: r})
		for range 3 {
			u.Step(rows, squares(u, read))
		}
		return log, r
	}
	want, whole := grads(1)
	once := []string{"ready 0.weight", "ready 0.bias", "ready 3.weight", "ready 3.bias", "finish"}
	for step := range slices.Chunk(want, 5) {
		assert.ElementsMatch(t, once, step)
		assert.Equal(t, want[:5], step)
		assert.Equal(t, "finish", step[4])
		assert.Equal(t, "ready 3.bias", step[3], "what is not read comes last")
	}
	got, parts := grads(3)
	assert.Equal(t, want, got)
	require.Len(t, parts.grads, 2)
	for name, g := range whole.grads {
		assert.InDeltaSlice(t, g, parts.grads[name], 1e-13, "%s is complete", name)
	}
}

// The gradient of a large weight is never formed for an optimiser that works with
// its factors; for a Reducer it is.
func TestReducerFormsProducts(t *testing.T) {
	const in, out = 1200, 1200
	run := func(r update.Reducer) (weights []float64, product bool) {
		layer := layers.NewLinear(in, out, tensor.NewRNG(1))
		u := update.New(update.Config{Params: layers.Params(layer), Optimizer: adam, Reducer: r})
		x := make([]float32, 4*in)
		for i := range x {
			x[i] = float32(math.Sin(float64(i)))
		}
		u.Step(4, func(lo, hi int) *tensor.Tensor {
			return layer.Forward(u.Tape().FromSlice(x, 4, in)).Square().Mean()
		})
		w := layer.Weight.(*tensor.Tensor)
		_, _, product = w.GradProduct()
		return w.Float64s(), product
	}
	want, product := run(nil)
	if _, ok := backend.Default().(backend.ProductAdamKernel); ok {
		require.True(t, product, "the gradient of a large weight was formed")
	} else {
		t.Skip("this backend forms the gradients of all weights")
	}
	var log []string
	r := &machines{log: &log}
	got, product := run(r)
	assert.False(t, product)
	assert.Equal(t, []string{"ready weight", "ready bias", "finish"}, log)
	assert.Len(t, r.grads["weight"], in*out)
	assert.InDeltaSlice(t, want, got, 1e-6)
}

func TestFailedReductionChangesNothing(t *testing.T) {
	var log []string
	r := &machines{log: &log, err: errors.New("machine 3 is gone")}
	net := network(on(t, "cpu"))
	u := update.New(update.Config{Params: layers.Params(net), Optimizer: adam, EMA: 0.5, Clip: 1, Reducer: r})
	before := numbers(net)
	assert.Greater(t, u.Step(rows, squares(u, net)), 0.0)
	assert.Equal(t, before, numbers(net))
	assert.Equal(t, "the gradients of other machines (machine 3 is gone)", u.NonFinite())
	assert.Equal(t, r.err, u.Err())
	assert.Zero(t, u.Steps())
	for _, p := range layers.Params(net) {
		assert.Nil(t, p.Grad(), "no gradient is left to be added to")
	}
	r.err = nil
	u.Step(rows, squares(u, net))
	assert.NoError(t, u.Err())
	assert.Empty(t, u.NonFinite())
	assert.NotEqual(t, before, numbers(net))
}

// A clipped gradient is as long as the bound, a shorter one is left alone.
func TestClip(t *testing.T) {
	move := func(clip float64) (moved, norm float64) {
		net := network(on(t, "reference"))
		u := update.New(update.Config{Params: layers.Params(net), Clip: clip, Optimizer: func(p update.Params) optim.Optimizer {
			return optim.NewSGD(p, optim.SGDConfig{LR: 1})
		}})
		before := numbers(net)
		u.Step(rows, squares(u, net))
		for name, after := range numbers(net) {
			for i, v := range after {
				moved += (v - before[name][i]) * (v - before[name][i])
			}
		}
		return math.Sqrt(moved), u.Norm()
	}
	free, norm := move(0)
	assert.Zero(t, norm, "it is not measured")
	moved, norm := move(free / 3)
	assert.InDelta(t, free/3, moved, 1e-5)
	assert.InDelta(t, free, norm, 1e-12)
	moved, _ = move(free * 2)
	assert.InDelta(t, free, moved, 1e-12)
}

// A step that goes wrong names what went wrong first and changes nothing; the next
// one is as if it had not been.
func TestNonFinite(t *testing.T) {
	inf := math.Inf(1)
	for want, c := range map[string]struct {
		loss func(u *update.Update, net layers.Sequential, x *tensor.Tensor) *tensor.Tensor
		bad  string // a parameter that is infinite
	}{
		"an input of shape [1 3]": {loss: func(u *update.Update, net layers.Sequential, x *tensor.Tensor) *tensor.Tensor {
			return net.Forward(u.Tape().FromSlice([]float32{1, float32(math.NaN()), 1}, 1, 3)).Mean()
		}},
		`the parameter "2.bias"`: {loss: func(_ *update.Update, net layers.Sequential, x *tensor.Tensor) *tensor.Tensor {
			return net.Forward(x).Mean()
		}, bad: "2.bias"},
		"the result [1 2] of mul_scalar": {loss: func(_ *update.Update, net layers.Sequential, x *tensor.Tensor) *tensor.Tensor {
			return net.Forward(x).MulScalar(inf).Mean()
		}},
		`the gradient of "0.weight"`: {loss: func(_ *update.Update, net layers.Sequential, x *tensor.Tensor) *tensor.Tensor {
			return net.Forward(x).MulScalar(0).Abs().Sqrt().Mean()
		}},
	} {
		t.Run(want, func(t *testing.T) {
			net := network(on(t, "cpu"))
			u := update.New(update.Config{Params: layers.Params(net), Optimizer: adam, Clip: 1, EMA: 0.9})
			u.Step(rows, squares(u, net))
			for name, latest := range u.Tensors() {
				if name == "latest."+c.bad {
					latest.SetFloat64s([]float64{inf, 0})
				}
			}
			before, state := numbers(net), tensors(u)
			u.Step(1, func(lo, hi int) *tensor.Tensor { return c.loss(u, net, u.Tape().FromSlice(data[:3], 1, 3)) })
			assert.Equal(t, want, u.NonFinite())
			assert.Equal(t, before, numbers(net))
			assert.Equal(t, state, tensors(u))
			assert.Equal(t, 1, u.Steps())
		})
	}
	// The second part of three goes wrong.
	net := network(on(t, "cpu"))
	u := update.New(update.Config{Params: layers.Params(net), Optimizer: adam, Accumulate: 3})
	twin := network(on(t, "cpu"))
	v := update.New(update.Config{Params: layers.Params(twin), Optimizer: adam, Accumulate: 3})
	parts := 0
	u.Step(rows, func(lo, hi int) *tensor.Tensor {
		if parts++; parts == 2 {
			return squares(u, net)(lo, hi).MulScalar(inf)
		}
		return squares(u, net)(lo, hi)
	})
	assert.Equal(t, 2, parts)
	assert.NotEmpty(t, u.NonFinite())
	u.Step(rows, squares(u, net))
	v.Step(rows, squares(v, twin))
	assert.Equal(t, numbers(twin), numbers(net), "the gradient of the first part is forgotten")
}

// An infinite Clip changes nothing but the check: a finite gradient passes as it
// is, and one that is not finite, though the loss is, changes no weight.
func TestInfiniteClipOnlyChecks(t *testing.T) {
	for _, name := range []string{"cpu", "reference"} {
		net, twin := network(on(t, name)), network(on(t, name))
		u := update.New(update.Config{Params: layers.Params(net), Optimizer: adam, Clip: math.Inf(1)})
		v := update.New(update.Config{Params: layers.Params(twin), Optimizer: adam})
		large := func(u *update.Update, net layers.Layer) update.Objective {
			return func(lo, hi int) *tensor.Tensor { return squares(u, net)(lo, hi).MulScalar(1e6) }
		}
		u.Step(rows, large(u, net))
		v.Step(rows, large(v, twin))
		assert.Greater(t, u.Norm(), 1e5)
		assert.Equal(t, numbers(twin), numbers(net), "nothing is clipped")

		rootOfNothing := func(u *update.Update, net layers.Layer) update.Objective {
			return func(lo, hi int) *tensor.Tensor {
				y := net.Forward(u.Tape().FromSlice(data[lo*3:hi*3], hi-lo, 3))
				return y.Sub(y).Abs().Sqrt().Mean()
			}
		}
		loss := u.Step(rows, rootOfNothing(u, net))
		assert.Zero(t, loss)
		assert.Equal(t, `the gradient of "0.weight"`, u.NonFinite())
		assert.Equal(t, numbers(twin), numbers(net))
		assert.Equal(t, 1, u.Steps())
		v.Step(rows, rootOfNothing(v, twin))
		assert.Empty(t, v.NonFinite(), "without Clip only the loss is checked")
	}
}

// tensors are the numbers of an update's state by name.
func tensors(u *update.Update) map[string][]float64 {
	all := map[string][]float64{}
	for name, p := range u.Tensors() {
		all[name] = p.Float64s()
	}
	return all
}

func normal(t testing.TB, be backend.Backend, cfg update.Config) (layers.Sequential, *update.Update) {
	net := network(be, layers.NewBatchNorm1d(4, tensor.NewRNGOn(be, 2)), layers.Dropout{P: 0.3})
	cfg.Params, cfg.Buffers = layers.Params(net), layers.Buffers(net)
	if cfg.Optimizer == nil {
		cfg.Optimizer = adam
	}
	return net, update.New(cfg)
}

// Outside a step a model shows the averaged weights and buffers, inside the latest.
func TestAveragedWeights(t *testing.T) {
	be := on(t, "reference")
	net, u := normal(t, be, update.Config{EMA: 0.6, Seed: 1})
	plain, v := normal(t, be, update.Config{Seed: 1})
	average := numbers(net)
	for step := 1; step <= 6; step++ {
		inside := map[string][]float64{}
		latest := numbers(plain)
		u.Step(rows, func(lo, hi int) *tensor.Tensor {
			inside = numbers(net)
			return squares(u, net)(lo, hi)
		})
		v.Step(rows, squares(v, plain))
		assert.Equal(t, latest, inside, "step %d goes on from the latest", step)
		d := min(0.6, (1+float64(step))/(10+float64(step)))
		for name, values := range numbers(plain) {
			for i, w := range values {
				if strings.HasSuffix(name, "num_batches_tracked") {
					average[name][i] = w
					continue
				}
				average[name][i] = d*average[name][i] + (1-d)*w
			}
		}
		requireClose(t, average, numbers(net), 1e-12)
	}
	for name, values := range numbers(plain) {
		assert.Equal(t, values, tensors(u)["latest."+name], name)
	}
	assert.NotEqual(t, numbers(plain), numbers(net))
}

// A panic in an objective leaves the averaged weights in place.
func TestPanicInAStep(t *testing.T) {
	net, u := normal(t, on(t, "cpu"), update.Config{EMA: 0.9, Accumulate: 2})
	u.Step(rows, squares(u, net))
	before, state := numbers(net), tensors(u)
	assert.PanicsWithValue(t, "no such picture", func() {
		u.Step(rows, func(int, int) *tensor.Tensor { panic("no such picture") })
	})
	assert.Equal(t, before, numbers(net))
	assert.Equal(t, state, tensors(u))
	u.Step(rows, squares(u, net))
	assert.NotEqual(t, before, numbers(net))
}

// A panic after a forward pass does not leave its batch in running statistics.
func TestPanicLeavesBuffers(t *testing.T) {
	for _, ema := range []float64{0, 0.9} {
		net, u := normal(t, on(t, "cpu"), update.Config{EMA: ema, Accumulate: 2})
		u.Step(rows, squares(u, net))
		before, state := numbers(net), tensors(u)
		assert.PanicsWithValue(t, "no such picture", func() {
			u.Step(rows, func(lo, hi int) *tensor.Tensor {
				squares(u, net)(lo, hi)
				panic("no such picture")
			})
		})
		assert.Equal(t, before, numbers(net))
		assert.Equal(t, state, tensors(u))
		assert.Empty(t, u.NonFinite())
	}
}

// twice is a batch norm under two names.
type twice struct {
	linear *layers.Linear
	norm   *layers.BatchNorm1d
}

func (m twice) State() iter.Seq2[string, layers.Entry] {
	return layers.Join(layers.Prefix("linear", m.linear.State()), layers.Prefix("a", m.norm.State()), layers.Prefix("b", m.norm.State()))
}

func (m twice) Forward(x *tensor.Tensor) *tensor.Tensor {
	return m.norm.Forward(m.norm.Forward(m.linear.Forward(x)))
}

// What goes by two names is averaged once, buffers too.
func TestAveragesOfTiedTensors(t *testing.T) {
	of := func(ema float64) (twice, *update.Update) {
		rng := tensor.NewRNGOn(on(t, "reference"), 1)
		m := twice{layers.NewLinear(3, 3, rng), layers.NewBatchNorm1d(3, rng)}
		return m, update.New(update.Config{Params: layers.Params(m), Buffers: layers.Buffers(m), Optimizer: adam, EMA: ema})
	}
	averaged, u := of(0.9)
	plain, v := of(0)
	for range 4 {
		var inside map[string][]float64
		latest := numbers(plain)
		u.Step(rows, func(lo, hi int) *tensor.Tensor {
			inside = numbers(averaged)
			return squares(u, averaged)(lo, hi)
		})
		v.Step(rows, squares(v, plain))
		assert.Equal(t, latest, inside)
	}
	assert.NotContains(t, tensors(u), "latest.b.running_mean")

	clash := update.New(update.Config{
		Params: layers.Params(layers.NewLinear(3, 2, tensor.NewRNG(1))), Optimizer: adam, EMA: 0.9,
		Buffers: func(yield func(string, *tensor.Tensor) bool) { yield("bias", tensor.Zeros(3)) },
	})
	assert.PanicsWithValue(t, `update: two of the parameters and buffers are named "bias"`, clash.Begin)
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

// A batch that goes wrong does not stay in running statistics.
func TestNonFiniteLeavesBuffers(t *testing.T) {
	for _, ema := range []float64{0, 0.9} {
		net, u := normal(t, on(t, "cpu"), update.Config{EMA: ema, Clip: 1})
		twin, v := normal(t, on(t, "cpu"), update.Config{EMA: ema, Clip: 1})
		for range 2 {
			u.Step(rows, squares(u, net))
			v.Step(rows, squares(v, twin))
			before := numbers(net)
			stream := u.Tape().RNG().State()
			u.Step(rows, func(lo, hi int) *tensor.Tensor { return squares(u, net)(lo, hi).MulScalar(math.NaN()) })
			assert.NotEmpty(t, u.NonFinite())
			u.Step(rows, func(lo, hi int) *tensor.Tensor { return squares(u, net)(lo, hi).MulScalar(0).Sqrt() })
			assert.NotEmpty(t, u.NonFinite())
			assert.Equal(t, before, numbers(net))
			u.Tape().RNG().SetState(stream)
		}
		u.Step(rows, squares(u, net))
		v.Step(rows, squares(v, twin))
		assert.Equal(t, numbers(twin), numbers(net))
	}
}

func mapOf(m map[string][]int) map[string][]int {
	c := map[string][]int{}
	for k, v := range m {
		c[k] = v
	}
	return c
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
