package layers

import (
	"iter"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
)

// Linear is a fully connected layer:
//
//	y = x·Wᵀ + b
//
// Set Bias to nil for a layer without one.
//
// Shape: [..., in] → [..., out].
//
// Panics if the last axis of the input is not in.
type Linear struct {
	Weight tensor.Weight  // [out, in]
	Bias   *tensor.Tensor // [out] or nil
}

// NewLinear draws weight and bias from [−1/√in, 1/√in), as PyTorch does.
//
// Panics if a size is not positive.
func NewLinear(in, out int, rng *tensor.RNG) *Linear {
	checkSizes("linear", in, out)
	return &Linear{Weight: rng.FanIn(in, out, in), Bias: rng.FanIn(in, out)}
}

func (l *Linear) Forward(x *tensor.Tensor) *tensor.Tensor {
	return tensor.Linear(x, l.Weight, l.Bias)
}

// ForwardAct is act(Forward(x)), with the activation applied while the result is
// still in cache. slope is that of leaky ReLU.
func (l *Linear) ForwardAct(x *tensor.Tensor, act backend.Activation, slope float64) *tensor.Tensor {
	return tensor.LinearAct(x, l.Weight, l.Bias, act, slope)
}

// State yields weight and bias.
func (l *Linear) State() iter.Seq2[string, Entry] {
	return Entries(Weight("weight", &l.Weight), Param("bias", l.Bias))
}
