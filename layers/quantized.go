package layers

import (
	"slices"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
)

// The layers below hold int8 weights, a quarter of the memory that float32
// takes, and a scale for each row; see [tensor.QuantizeInt8]. They infer: on a
// tape that records they panic with a [*tensor.UseError]. Biases, inputs and
// results are as in the layers they are made from.

// QuantizedLinear is a [Linear] with int8 weights.
type QuantizedLinear struct {
	Weight *backend.Int8Matrix // [out, in]
	Bias   *tensor.Tensor      // [out] or nil
}

// QuantizeLinear rounds the weights of a layer. The bias is copied.
func QuantizeLinear(l *Linear) *QuantizedLinear {
	q := &QuantizedLinear{Weight: tensor.QuantizeInt8(l.Weight)}
	if l.Bias != nil {
		q.Bias = l.Bias.Clone()
	}
	return q
}

// Forward computes x·Wᵀ + b.
//
// Shape: [..., in] → [..., out].
//
// Panics if the last axis of the input is not in, or its tape records.
func (l *QuantizedLinear) Forward(x *tensor.Tensor) *tensor.Tensor {
	return tensor.LinearInt8(x, l.Weight, l.Bias)
}

// QuantizedEmbedding is an [Embedding] with int8 vectors.
type QuantizedEmbedding struct {
	Weight  *backend.Int8Matrix // [n, dim]
	Backend backend.Backend     // of results on no tape
}

// QuantizeEmbedding rounds the vectors of a layer.
func QuantizeEmbedding(e *Embedding) *QuantizedEmbedding {
	return &QuantizedEmbedding{tensor.QuantizeInt8(e.Weight), e.Weight.Backend()}
}

// Forward looks up ids as [Embedding.Forward] does.
//
// Shape: ids [shape...] → [shape..., dim].
//
// Panics if the shape does not hold the ids, one of them is outside [0, n), or
// the tape records.
func (e *QuantizedEmbedding) Forward(tape *tensor.Tape, ids []int32, shape ...int) *tensor.Tensor {
	y := tensor.TakeInt8(tape, e.Backend, e.Weight, ids)
	if len(shape) == 0 {
		return y
	}
	n := 1
	for _, d := range shape {
		n *= d
	}
	if n != len(ids) {
		tensor.Fail("embedding", "the shape must hold all ids", "%d ids for shape %v", len(ids), slices.Clone(shape))
	}
	return y.Reshape(append(slices.Clone(shape), e.Weight.Cols)...)
}

// QuantizedLSTM is an [LSTM] with int8 weights.
type QuantizedLSTM struct {
	Layers []QuantizedLSTMLayer
}

// QuantizedLSTMLayer is the parameters of one layer of a [QuantizedLSTM].
type QuantizedLSTMLayer struct {
	WeightIH *backend.Int8Matrix // [4·hidden, in]
	WeightHH *backend.Int8Matrix // [4·hidden, hidden]
	Bias     *tensor.Tensor      // [4·hidden], the sum of the two
}

// QuantizeLSTM rounds the weights of a layer.
func QuantizeLSTM(l *LSTM) *QuantizedLSTM {
	q := &QuantizedLSTM{make([]QuantizedLSTMLayer, len(l.Layers))}
	for i, p := range l.Layers {
		q.Layers[i] = QuantizedLSTMLayer{
			tensor.QuantizeInt8(p.WeightIH), tensor.QuantizeInt8(p.WeightHH), p.BiasIH.Add(p.BiasHH),
		}
	}
	return q
}

// Forward runs the layers as [LSTM.Forward] does.
//
// Shape: x [B, T, in], state [layers, B, hidden] → [B, T, hidden] and the state.
//
// Panics if sizes differ, T is 0, or the tape records.
func (l *QuantizedLSTM) Forward(x *tensor.Tensor, state LSTMState) (*tensor.Tensor, LSTMState) {
	if x.Rank() != 3 {
		tensor.Fail("lstm", "needs inputs [batch, steps, features]", "%v", x.Shape())
	}
	h0 := initialState(x, "hidden", state.H, len(l.Layers), l.Hidden())
	c0 := initialState(x, "cell", state.C, len(l.Layers), l.Hidden())
	hs := make([]*tensor.Tensor, len(l.Layers))
	cs := make([]*tensor.Tensor, len(l.Layers))
	for i, p := range l.Layers {
		x, hs[i], cs[i] = tensor.LSTMInt8(x, p.WeightIH, p.WeightHH, p.Bias, h0.Select(0, i), c0.Select(0, i))
	}
	return x, LSTMState{H: stackStates(hs), C: stackStates(cs)}
}

// Hidden is the size of the hidden state.
func (l *QuantizedLSTM) Hidden() int { return l.Layers[0].WeightHH.Cols }
