package keras

import (
	"fmt"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

func init() {
	Register("BatchNormalization", newBatchNorm)
	Register("Rescaling", newRescaling)
	Register("MultiplyBeta", newMultiplyBeta)
	Register("Dropout", newDropout)
	Register("SpatialDropout2D", newDropout)
}

func newBatchNorm(c struct {
	Axis     axes     `json:"axis,omitempty"`
	Momentum *float64 `json:"momentum,omitempty"`
	Epsilon  float64  `json:"epsilon,omitempty"`
	Center   *bool    `json:"center,omitempty"`
	Scale    *bool    `json:"scale,omitempty"`
}, in [][]int, rng *tensor.RNG) (Layer, error) {
	shape, err := one(in, 0)
	if err != nil {
		return Layer{}, err
	}
	if c.Axis != nil {
		if axis, err := axisOf(&c.Axis[0], len(shape)); err != nil || axis != 1 {
			return Layer{}, fmt.Errorf("axis: %v: must be the last, that of channels", c.Axis)
		}
	}
	if c.Momentum == nil {
		c.Momentum = new(0.99)
	}
	if c.Epsilon == 0 {
		c.Epsilon = 1e-3
	}
	if !(c.Epsilon > 0) || !(*c.Momentum >= 0 && *c.Momentum < 1) {
		return Layer{}, fmt.Errorf("epsilon and momentum: %g and %g: must be positive, and in [0, 1)", c.Epsilon, *c.Momentum)
	}
	var norm layers.Layer
	var b *layers.BatchNorm
	if len(shape) == 4 {
		n := layers.NewBatchNorm2d(shape[1], rng)
		norm, b = n, &n.BatchNorm
	} else {
		n := layers.NewBatchNorm1d(shape[1], rng)
		norm, b = n, &n.BatchNorm
	}
	b.Eps, b.Momentum = c.Epsilon, 1-*c.Momentum // Keras's is the share that is kept
	if c.Scale != nil && !*c.Scale {
		b.Weight = nil
	}
	if c.Center != nil && !*c.Center {
		b.Bias = nil
	}
	l := single(norm.Forward, pixelwise)
	l.Module, l.Arrays = norm, map[string]Array{
		"weight": {Name: "gamma"}, "bias": {Name: "beta"},
		"running_mean": {Name: "moving_mean"}, "running_var": {Name: "moving_variance"},
	}
	return l, nil
}

func newRescaling(c struct {
	Scale  *float64 `json:"scale,omitempty"`
	Offset float64  `json:"offset,omitempty"`
}, in [][]int, _ *tensor.RNG) (Layer, error) {
	if _, err := one(in, 0); err != nil {
		return Layer{}, err
	}
	scale := 1.0
	if c.Scale != nil {
		scale = *c.Scale
	}
	return single(func(x *tensor.Tensor) *tensor.Tensor { return x.MulScalar(scale).AddScalar(c.Offset) }, pixelwise), nil
}

// newMultiplyBeta makes a layer of UpscalerJS, which scales what residual blocks add.
func newMultiplyBeta(c struct {
	Beta *float64 `json:"beta,omitempty"`
}, in [][]int, _ *tensor.RNG) (Layer, error) {
	if _, err := one(in, 0); err != nil {
		return Layer{}, err
	}
	beta := 0.2
	if c.Beta != nil {
		beta = *c.Beta
	}
	return single(func(x *tensor.Tensor) *tensor.Tensor { return x.MulScalar(beta) }, pixelwise), nil
}

func newDropout(c struct {
	Rate float64 `json:"rate"`
}, in [][]int, _ *tensor.RNG) (Layer, error) {
	if _, err := one(in, 0); err != nil {
		return Layer{}, err
	}
	if !(c.Rate >= 0 && c.Rate < 1) {
		return Layer{}, fmt.Errorf("rate: %g: must be in [0, 1)", c.Rate)
	}
	return single(layers.Dropout{P: c.Rate}.Forward, pixelwise), nil
}
