package update_test

import (
	"iter"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

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
