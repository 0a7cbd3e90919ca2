package layers

import (
	"fmt"
	"iter"
	"slices"

	"github.com/org/artnn/tensor"
)

// LayerNorm normalises each vector along the last axis, then scales and shifts:
//
//	y = (x − mean)/√(var + ε) · weight + bias
//
// with the plain (uncorrected) variance. Weight and Bias may be nil. A weight of
// several axes, as PyTorch allows, normalises over as many.
//
// Shape: [..., size] → the same.
//
// Panics if the last axis has another size.
//
// Reference: Ba, Kiros and Hinton, "Layer Normalization", 2016.
type LayerNorm struct {
	Weight *tensor.Tensor // [size] or nil
	Bias   *tensor.Tensor // [size] or nil
	Eps    float64        // 0 means 1e-5
}

// NewLayerNorm starts with weight 1 and bias 0 on the RNG's backend.
//
// Panics if size is not positive.
func NewLayerNorm(size int, rng *tensor.RNG) *LayerNorm {
	checkSizes("layer norm", size)
	be := rng.Backend()
	return &LayerNorm{Weight: tensor.FullOn(be, 1, size), Bias: tensor.ZerosOn(be, size)}
}

func (l *LayerNorm) Forward(x *tensor.Tensor) *tensor.Tensor {
	eps := orDefault(l.Eps, 1e-5)
	if l.Weight == nil || l.Weight.Rank() == 1 {
		return tensor.LayerNorm(x, l.Weight, l.Bias, eps)
	}
	weight, bias := taped(x.Tape(), l.Weight).Reshape(-1), l.Bias
	if bias != nil {
		bias = taped(x.Tape(), bias).Reshape(-1)
	}
	return overAxes("layer norm", x, l.Weight, func(x *tensor.Tensor) *tensor.Tensor {
		return tensor.LayerNorm(x, weight, bias, eps)
	})
}

// overAxes runs a norm over as many last axes as its weight has, as one.
func overAxes(op string, x, weight *tensor.Tensor, norm func(x *tensor.Tensor) *tensor.Tensor) *tensor.Tensor {
	axes, shape := weight.Shape(), x.Shape()
	from := len(shape) - len(axes)
	if from < 0 || !slices.Equal(shape[from:], axes) {
		tensor.Fail(op, fmt.Sprintf("weight %v needs inputs that end in its axes", axes), "%v", shape)
	}
	return norm(x.Flatten(from)).Reshape(shape...)
}

// State yields weight and bias.
func (l *LayerNorm) State() iter.Seq2[string, Entry] {
	return Entries(Param("weight", l.Weight), Param("bias", l.Bias))
}

func orDefault(x, def float64) float64 {
	if x == 0 {
		return def
	}
	return x
}
