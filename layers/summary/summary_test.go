package summary_test

import (
	"iter"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/shape"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/layers/summary"
	"github.com/org/artnn/tensor"
)

type layer = summary.Layer

// bothBackends runs a test where numbers are and where they are not.
func bothBackends(t *testing.T, f func(t *testing.T, rng *tensor.RNG)) {
	for _, be := range []backend.Backend{backend.Default(), shape.New(math.MaxInt)} {
		t.Run(be.Name(), func(t *testing.T) { f(t, tensor.NewRNGOn(be, 1)) })
	}
}

func TestLinearAndNorms(t *testing.T) {
	bothBackends(t, func(t *testing.T, rng *tensor.RNG) {
		net := layers.Sequential{
			layers.NewBatchNorm1d(6, rng), layers.NewLinear(6, 4, rng), layers.ReLU{}, layers.NewLayerNorm(4, rng),
			layers.Residual{Body: layers.NewLinear(4, 4, rng)}, layers.NewBatchNorm1d(4, rng), layers.Dropout{P: 0.5}, layers.NewLinear(4, 2, rng), layers.Softmax{Axis: -1},
		}
		s := summary.OfLayer(net, 1, 6)
		assert.Equal(t, []layer{
			{"0", []int{1, 6}, 12, 0},
			{"1", []int{1, 4}, 28, 24},
			{"3", []int{1, 4}, 8, 0},
			{"4.body", []int{1, 4}, 20, 16},
			{"5", []int{1, 4}, 8, 0},
			{"7", []int{1, 2}, 10, 8},
		}, s.Layers)
		assert.Equal(t, layers.Count(net), s.Parameters)
		assert.Equal(t, 2*6+1+2*4+1, s.Buffers)
		assert.EqualValues(t, 24+16+8, s.MultiplyAdds)
	})
}

// A batch costs as many times what a sample does.
func TestCostGrowsWithTheBatch(t *testing.T) {
	bothBackends(t, func(t *testing.T, rng *tensor.RNG) {
		net := layers.Sequential{layers.NewLinear(6, 4, rng), layers.NewLinear(4, 3, rng)}
		assert.EqualValues(t, 5*(24+12), summary.OfLayer(net, 5, 6).MultiplyAdds)
		s := summary.OfLayer(net, 2, 5, 6)
		assert.EqualValues(t, 10*(24+12), s.MultiplyAdds)
		assert.Equal(t, []int{10, 3}, s.Layers[1].Output, "as it is computed")
	})
}

// writer is a network like the text generator's.
type writer struct {
	embed  *layers.Embedding
	lstm   *layers.LSTM
	linear *layers.Linear
}

func newWriter(rng *tensor.RNG) *writer {
	return &writer{layers.NewEmbedding(7, 3, rng), layers.NewLSTM(3, 5, layers.RecurrentConfig{Layers: 2}, rng), layers.NewLinear(5, 7, rng)}
}

func (w *writer) State() iter.Seq2[string, layers.Entry] {
	return layers.Join(layers.Prefix("embed", w.embed.State()), layers.Prefix("lstm", w.lstm.State()), layers.Prefix("fc", w.linear.State()))
}

func (w *writer) pass(steps int) func(*tensor.Tape) {
	return func(tape *tensor.Tape) {
		y, _ := w.lstm.Forward(w.embed.Forward(tape, make([]int32, steps), 1, steps), layers.LSTMState{})
		w.linear.Forward(y)
	}
}

func TestRecurrent(t *testing.T) {
	bothBackends(t, func(t *testing.T, rng *tensor.RNG) {
		w := newWriter(rng)
		s := summary.Trace(w, w.pass(4))
		step := int64(4*5*(3+5) + 4*5*(5+5))
		assert.Equal(t, []layer{
			{"embed", []int{4, 3}, 21, 0},
			{"lstm", []int{1, 4, 5}, 4*5*(3+5+2) + 4*5*(5+5+2), 4 * step},
			{"fc", []int{4, 7}, 42, 4 * 35},
		}, s.Layers)
		assert.Equal(t, layers.Count(w), s.Parameters)
	})
}

// A recurrent layer costs both its weights for every step, in both directions, and less
// for ids of few rows: the projection of each row once.
func TestRecurrentKinds(t *testing.T) {
	bothBackends(t, func(t *testing.T, rng *tensor.RNG) {
		gru := layers.NewGRU(3, 5, layers.RecurrentConfig{Bidirectional: true}, rng)
		count := 2 * 3 * 5 * (3 + 5 + 2)
		s := summary.OfLayer(first{gru}, 2, 4, 3)
		assert.Equal(t, []layer{{"gru", []int{2, 4, 10}, count, 2 * 4 * 2 * 3 * 5 * (3 + 5)}}, s.Layers)
		embed := layers.NewEmbedding(2, 3, rng)
		s = summary.Trace(gru, func(tape *tensor.Tape) { gru.ForwardIDs(tape, embed, make([]int32, 8), 2, 4, nil) })
		assert.EqualValues(t, 2*3*5*(2*3+8*5), s.MultiplyAdds)
		net := layers.Sequential{layers.NewRMSNorm(6, rng), layers.NewGatedMLP(6, 7, layers.SiLU{}, rng)}
		s = summary.OfLayer(net, 2, 6)
		assert.EqualValues(t, 2*3*6*7, s.MultiplyAdds)
		assert.Equal(t, layers.Count(net), s.Parameters)
	})
}

// first is a GRU as a layer.
type first struct{ *layers.GRU }

func (f first) Forward(x *tensor.Tensor) *tensor.Tensor {
	y, _ := f.GRU.Forward(x, nil)
	return y
}

func (f first) State() iter.Seq2[string, layers.Entry] { return layers.Prefix("gru", f.GRU.State()) }

// A convolution costs a window of the weights for each number of its result, a
// transposed one for each that it comes from.
func TestConvolutions(t *testing.T) {
	bothBackends(t, func(t *testing.T, rng *tensor.RNG) {
		net := layers.Sequential{
			layers.NewConv2d(4, 6, 3, layers.ConvConfig{Stride: 2, Padding: 1, Groups: 2}, rng),
			layers.NewConvTranspose2d(6, 5, 4, layers.ConvConfig{Stride: 2, Padding: 1}, rng),
		}
		s := summary.OfLayer(net, 1, 4, 8, 8)
		assert.Equal(t, []layer{
			{"0", []int{1, 6, 4, 4}, 6*2*9 + 6, 6 * 4 * 4 * 2 * 9},
			{"1", []int{1, 5, 8, 8}, 6*5*16 + 5, 6 * 4 * 4 * 5 * 16},
		}, s.Layers)
	})
}

// Where a backend has no kernel for an LSTM, its steps cost the same.
func TestComposedRecurrentCostsTheSame(t *testing.T) {
	be, err := backend.Get("reference")
	assert.NoError(t, err)
	w := newWriter(tensor.NewRNGOn(be, 1))
	s, fused := summary.Trace(w, w.pass(4)), newWriter(tensor.NewRNGOn(shape.New(1<<20), 1))
	assert.Equal(t, summary.Trace(fused, fused.pass(4)).MultiplyAdds, s.MultiplyAdds)
}

// Attention costs the same where it is composed, and whatever it masks.
func TestAttentionCostsTheSameEverywhere(t *testing.T) {
	ref, err := backend.Get("reference")
	assert.NoError(t, err)
	for _, be := range []backend.Backend{backend.Default(), ref, shape.New(1 << 20)} {
		cfg := layers.MultiHeadAttentionConfig{Heads: 4, KVHeads: 2, Causal: true}
		s := summary.OfLayer(layers.NewMultiHeadAttention(8, cfg, tensor.NewRNGOn(be, 1)), 1, 5, 8)
		assert.EqualValues(t, 5*(8*16+8*8)+2*4*5*5*2, s.MultiplyAdds, be.Name())
		assert.Equal(t, 8*16+16+8*8+8, s.Parameters)
	}
}

// Stored weights count as the tensors that they replace.
func TestQuantized(t *testing.T) {
	w := newWriter(tensor.NewRNG(1))
	want := summary.Trace(w, w.pass(1))
	layers.Quantize(w, tensor.Int8)
	got := summary.Trace(w, w.pass(1))
	assert.Equal(t, want.Parameters, got.Parameters)
	assert.Equal(t, want.Layers[2], got.Layers[2])
	assert.Equal(t, want.MultiplyAdds, got.MultiplyAdds)
}

// attention has a weight that goes by two names, one that no pass uses, and
// products between layers.
type attention struct{ key, query, unused *layers.Linear }

func (a attention) State() iter.Seq2[string, layers.Entry] {
	return layers.Join(a.key.State(), layers.Prefix("query", a.query.State()), layers.Prefix("unused", a.unused.State()))
}

func (a attention) Trace(tape *tensor.Tape) {
	x := tape.Zeros(3, 4)
	k, q := a.key.Forward(x), a.query.Forward(x)
	q.MatMul(k.T()).Softmax(1).MatMul(x.MatMul(tape.Of(a.key.Weight.(*tensor.Tensor)).T()))
}

func TestTiedUnusedAndBetween(t *testing.T) {
	bothBackends(t, func(t *testing.T, rng *tensor.RNG) {
		a := attention{layers.NewLinear(4, 2, rng), layers.NewLinear(4, 2, rng), layers.NewLinear(9, 9, rng)}
		a.query.Weight = a.key.Weight
		s := summary.Of(a)
		assert.Equal(t, layers.Count(a), s.Parameters)
		assert.EqualValues(t, 3*24+2*18, s.MultiplyAdds)
		assert.Equal(t, layer{Name: "unused", Parameters: 90}, s.Layers[2])
		assert.Equal(t, "", s.Layers[0].Name, "the module itself")
		assert.Contains(t, s.String(), "between layers          0           36\n")
	})
}

func TestWithoutAPass(t *testing.T) {
	s := summary.Of(layers.Sequential{layers.NewLinear(3, 2, tensor.NewRNG(1))})
	assert.False(t, s.Traced)
	assert.Equal(t, "layer  parameters\n0      8\ntotal  8\n", s.String())
	assert.Equal(t, "layer  parameters\ntotal  0\n", summary.Of(layers.Sequential{}).String())
}

func TestShapesThatDoNotFitPanic(t *testing.T) {
	err := tensor.Try(func() { summary.OfLayer(layers.NewLinear(3, 2, tensor.NewRNG(1)), 1, 4) })
	assert.ErrorContains(t, err, "linear")
}

// parts are modules by name.
type parts map[string]layers.Module

func (p parts) State() iter.Seq2[string, layers.Entry] {
	var all []iter.Seq2[string, layers.Entry]
	for _, name := range slices.Sorted(maps.Keys(p)) {
		all = append(all, layers.Prefix(name, p[name].State()))
	}
	return layers.Join(all...)
}
