package layers

import (
	"iter"

	"github.com/org/artnn/tensor"
)

// RMSNorm scales each vector along the last axis to a mean square of 1, then by a
// weight for each of its numbers:
//
//	y = x/√(mean(x²) + ε) · weight
//
// It is a [LayerNorm] that neither takes the mean off nor has a bias; Llama, Qwen and
// Gemma use it. Weight may be nil. One of several axes, as PyTorch allows,
// normalises over as many.
//
// Shape: [..., size] → the same.
//
// Panics if the last axis has another size.
//
// Reference: Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019.
// Without an ε, PyTorch takes the machine's, 1.2e-7; here it is 1e-6, as in Llama and
// Qwen. Gemma's files hold the weight less 1.
type RMSNorm struct {
	Weight *tensor.Tensor // [size] or nil
	Eps    float64        // 0 means 1e-6
}

// NewRMSNorm starts with weight 1 on the RNG's backend.
//
// Panics if size is not positive.
func NewRMSNorm(size int, rng *tensor.RNG) *RMSNorm {
	checkSizes("rms norm", size)
	return &RMSNorm{Weight: tensor.FullOn(rng.Backend(), 1, size)}
}

func (l *RMSNorm) Forward(x *tensor.Tensor) *tensor.Tensor {
	eps := orDefault(l.Eps, 1e-6)
	if l.Weight == nil || l.Weight.Rank() == 1 {
		return tensor.RMSNorm(x, l.Weight, eps)
	}
	weight := taped(x.Tape(), l.Weight).Reshape(-1)
	return overAxes("rms norm", x, l.Weight, func(x *tensor.Tensor) *tensor.Tensor {
		return tensor.RMSNorm(x, weight, eps)
	})
}

// State yields weight.
func (l *RMSNorm) State() iter.Seq2[string, Entry] { return Entries(Param("weight", l.Weight)) }
