package layers

import (
	"iter"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
)

// TiedLinear is a [Linear] whose weight is the table of an embedding: it turns a
// vector into a score for each of the embedding's rows.
//
//	y = x·Eᵀ + b
//
// As output layer of a language model it saves that layer's weight, often most of
// a small model, and lets a token's vector learn from both its uses.
//
// Shape: [..., dim] → [..., n] of an embedding [n, dim].
//
// Panics if the last axis of the input is not dim.
//
// Reference: Press and Wolf, "Using the Output Embedding to Improve Language Models",
// 2017.
type TiedLinear struct {
	Embedding *Embedding     // which is not part of this layer's state
	Bias      *tensor.Tensor // [n] or nil
}

// NewTiedLinear starts with a bias of 0.
func NewTiedLinear(e *Embedding) *TiedLinear {
	return &TiedLinear{Embedding: e, Bias: tensor.ZerosOn(e.Weight.Backend(), e.Weight.Dim(0))}
}

func (l *TiedLinear) Forward(x *tensor.Tensor) *tensor.Tensor {
	return l.ForwardAct(x, backend.ActNone, 0)
}

// ForwardAct is act(Forward(x)), as [Linear.ForwardAct].
func (l *TiedLinear) ForwardAct(x *tensor.Tensor, act backend.Activation, slope float64) *tensor.Tensor {
	return tensor.LinearAct(x, l.Embedding.Weight, l.Bias, act, slope)
}

// State yields bias. The weight is the embedding's.
func (l *TiedLinear) State() iter.Seq2[string, Entry] { return Entries(Param("bias", l.Bias)) }
