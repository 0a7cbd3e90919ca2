package update_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

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

// A loss that is not finite on one machine still sends its gradients, as NaNs, so
// that the others neither wait nor update, whether or not they clip.
func TestNonFiniteLossReachesOtherMachines(t *testing.T) {
	for _, clip := range []float64{0, 1} {
		for _, parts := range []int{1, 3} {
			for bad := range parts {
				var log []string
				here, there := &machines{log: &log}, &machines{log: new([]string), factor: math.NaN()}
				net := network(on(t, "cpu"), layers.NewBatchNorm1d(4, tensor.NewRNGOn(on(t, "cpu"), 1)))
				config := update.Config{Params: layers.Params(net), Buffers: layers.Buffers(net), Optimizer: adam, EMA: 0.5, Clip: clip, Accumulate: parts, Reducer: here}
				u := update.New(config)
				before, part := numbers(net), 0
				loss := u.Step(rows, func(lo, hi int) *tensor.Tensor {
					l := squares(u, net)(lo, hi)
					if part++; part-1 == bad {
						l = l.AddScalar(math.Inf(1)) // the gradient knows nothing of it
					}
					return l
				})
				assert.Equal(t, math.Inf(1), loss)
				for name, g := range here.grads {
					assert.True(t, slices.ContainsFunc(g, math.IsNaN), "%s tells the others", name)
				}
				assert.Equal(t, "the result [] of add_scalar", u.NonFinite())
				assert.Equal(t, before, numbers(net))
				assert.Zero(t, u.Steps())

				config.Reducer = there
				other := update.New(config)
				other.Step(rows, squares(other, net))
				assert.Contains(t, other.NonFinite(), "the gradient of")
				assert.Equal(t, before, numbers(net))
				assert.Zero(t, other.Steps())

				told := log
				log = nil
				u.Step(rows, squares(u, net))
				assert.Equal(t, log, told, "all are told the same, in the same order")
				assert.Len(t, log, 7)
				assert.Empty(t, u.NonFinite())
				assert.Equal(t, 1, u.Steps())
			}
		}
	}
}

func mapOf(m map[string][]int) map[string][]int {
	c := map[string][]int{}
	for k, v := range m {
		c[k] = v
	}
	return c
}
