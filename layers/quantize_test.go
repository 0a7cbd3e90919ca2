package layers_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

var formats = []tensor.Format{tensor.Int8, tensor.Float16, tensor.BFloat16}

// widened makes the weights of a quantized module tensors again, whose numbers
// are those it had.
func widened(m layers.Module) {
	for _, e := range m.State() {
		if w, ok := e.Value.(*tensor.Stored); ok {
			e.Replace(w.Widen())
		}
	}
}

func evaluating(be backend.Backend) *tensor.Tape {
	return tensor.NewTape(tensor.On(be), tensor.NoGrad())
}

// close allows for inputs that a backend rounds to 14 bits.
func close(t *testing.T, p place, want, got *tensor.Tensor) {
	t.Helper()
	require.Equal(t, want.Shape(), got.Shape())
	factor := 20.0
	if p.be.Precision() == backend.Float32 {
		factor = 100
	}
	assert.InDeltaSlice(t, want.Float64s(), got.Float64s(), factor*p.tol)
}

// A layer with stored weights computes what it does with tensors of the same
// numbers.
func TestQuantizedLayersEqualFloatOnesWithTheSameNumbers(t *testing.T) {
	for _, p := range places(t) {
		for _, f := range formats {
			t.Run(p.be.Name()+"/"+f.String(), func(t *testing.T) {
				rng := tensor.NewRNGOn(p.be, 5)
				tape := evaluating(p.be)
				defer tape.Release()
				// both computes with stored weights, then with tensors.
				both := func(m layers.Module, forward func() []*tensor.Tensor) {
					t.Helper()
					layers.Quantize(m, f)
					got := forward()
					widened(m)
					for i, want := range forward() {
						close(t, p, want, got[i])
					}
				}

				linear := layers.NewLinear(37, 300, rng)
				for _, shape := range [][]int{{37}, {1, 37}, {2, 37}, {2, 5, 37}, {50, 37}} {
					x := tape.Of(rng.Normal(0, 1, shape...))
					both(linear, func() []*tensor.Tensor { return []*tensor.Tensor{linear.Forward(x)} })
					for _, act := range []layers.Layer{layers.ReLU{}, layers.LeakyReLU{Slope: 0.2}, layers.Tanh{}, layers.Sigmoid{}} {
						net := layers.Sequential{linear, act}
						both(net, func() []*tensor.Tensor { return []*tensor.Tensor{net.Forward(x)} })
					}
				}
				linear.Bias = nil
				x, columns := tape.Of(rng.Normal(0, 1, 3, 37)), tape.Of(rng.Normal(0, 1, 37, 3)).T()
				both(linear, func() []*tensor.Tensor {
					return []*tensor.Tensor{linear.Forward(x), linear.Forward(columns)}
				})

				embedding := layers.NewEmbedding(9, 20, rng)
				ids := []int32{3, 0, 8, 3, 1, 1}
				both(embedding, func() []*tensor.Tensor {
					return []*tensor.Tensor{embedding.Forward(tape, ids, 2, 3), embedding.Forward(nil, ids)}
				})

				lstm := layers.NewLSTM(6, 11, layers.RecurrentConfig{Layers: 2}, rng)
				for _, batch := range []int{1, 3, 10} {
					state := layers.LSTMState{H: rng.Normal(0, 1, 2, batch, 11), C: rng.Normal(0, 1, 2, batch, 11)}
					for _, s := range []layers.LSTMState{{}, state} {
						x := tape.Of(rng.Normal(0, 1, batch, 4, 6))
						both(lstm, func() []*tensor.Tensor {
							y, last := lstm.Forward(x, s)
							return []*tensor.Tensor{y, last.H, last.C}
						})
					}
				}
			})
		}
	}
}

func TestQuantizedMisuse(t *testing.T) {
	cpu, err := backend.Get("cpu")
	require.NoError(t, err)
	rng := tensor.NewRNGOn(cpu, 1)
	linear, embedding := layers.NewLinear(3, 2, rng), layers.NewEmbedding(4, 3, rng)
	lstm := layers.NewLSTM(3, 5, layers.RecurrentConfig{}, rng)
	for _, m := range []layers.Module{linear, embedding, lstm} {
		layers.Quantize(m, tensor.Int8)
	}
	elsewhere := tensor.NewTape(tensor.On(reference(t)))
	defer elsewhere.Release()
	entry := func(m layers.Module, wanted string) (found layers.Entry) {
		for name, e := range m.State() {
			if name == wanted {
				found = e
			}
		}
		return found
	}
	for want, f := range map[string]func(){
		"linear: weight [2 3] needs inputs [..., 3], got [1 4]": func() { linear.Forward(tensor.ZerosOn(cpu, 1, 4)) },
		`linear: operands on backends "reference" and "cpu"`:    func() { linear.Forward(elsewhere.Zeros(1, 3)) },
		"take: indices must lie in [0, 4), got 4 at position 1": func() { embedding.Forward(nil, []int32{0, 4}) },
		`take: the weight is on backend "cpu"`:                  func() { embedding.Forward(elsewhere, []int32{0}) },
		"embedding: the shape must hold all ids":                func() { embedding.Forward(nil, []int32{0, 1}, 3) },
		"lstm: needs inputs [batch, steps, features]":           func() { lstm.Forward(tensor.ZerosOn(cpu, 1, 3), layers.LSTMState{}) },
		"lstm: needs a hidden state [1 2 5]": func() {
			lstm.Forward(tensor.ZerosOn(cpu, 2, 1, 3), layers.LSTMState{H: tensor.ZerosOn(cpu, 1, 1, 5)})
		},
		"lstm: needs input [batch, steps, features] with at least one step": func() {
			lstm.Forward(tensor.ZerosOn(cpu, 2, 0, 3), layers.LSTMState{})
		},
		"replace: the weight has shape [2 3], got [3 2]": func() {
			entry(linear, "weight").Replace(tensor.ZerosOn(cpu, 3, 2))
		},
		"replace: needs a weight that may be stored in other forms, got [2]": func() {
			entry(linear, "bias").Replace(tensor.ZerosOn(cpu, 2))
		},
	} {
		assert.ErrorContains(t, tensor.Try(f), want)
	}
}
