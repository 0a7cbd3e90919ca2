package keras

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

func init() {
	Register("Activation", newActivation)
	Register("ReLU", newReLU)
	Register("LeakyReLU", newLeakyReLU)
	Register("PReLU", newPReLU)
	Register("ELU", newELU)
	Register("Softmax", newSoftmax)
}

// activation is the name of one.
type activation string

// function is a layer that is one.
type function func(x *tensor.Tensor) *tensor.Tensor

func (f function) Forward(x *tensor.Tensor) *tensor.Tensor { return f(x) }

func (function) State() iter.Seq2[string, layers.Entry] { return layers.Entries() }

// activations are those of Keras; "linear" has no layer.
var activations = map[activation]layers.Layer{
	"": nil, "linear": nil,
	"relu":       layers.ReLU{},
	"relu6":      function(func(x *tensor.Tensor) *tensor.Tensor { return x.Clamp(0, 6) }),
	"leaky_relu": layers.LeakyReLU{Slope: 0.2},
	"elu":        function(func(x *tensor.Tensor) *tensor.Tensor { return elu(x, 1) }),
	"sigmoid":    layers.Sigmoid{},
	"tanh":       layers.Tanh{},
	"softplus":   layers.Softplus{},
	"gelu":       layers.GELU{},
	"silu":       layers.SiLU{},
	"swish":      layers.SiLU{},
	"softmax":    layers.Softmax{Axis: 1}, // the channels
}

func (a activation) check() error {
	if _, ok := activations[a]; ok {
		return nil
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(activations)) {
		if name != "" {
			names = append(names, string(name))
		}
	}
	return fmt.Errorf("activation: %q: not one of %s", string(a), strings.Join(names, ", "))
}

// after is the activation of a layer's value, computed with it where that is possible.
func (a activation) after(l layers.Layer, x *tensor.Tensor) *tensor.Tensor {
	if act := activations[a]; act != nil {
		return layers.Sequential{l, act}.Forward(x)
	}
	return l.Forward(x)
}

func newActivation(c struct {
	Activation activation `json:"activation"`
}, in [][]int, _ *tensor.RNG) (Layer, error) {
	if _, err := one(in, 0); err != nil {
		return Layer{}, err
	}
	if err := c.Activation.check(); err != nil {
		return Layer{}, err
	}
	return single(func(x *tensor.Tensor) *tensor.Tensor {
		if act := activations[c.Activation]; act != nil {
			return act.Forward(x)
		}
		return x
	}, pixelwise), nil
}

func newReLU(c struct {
	Max       *float64 `json:"max_value,omitempty"`
	Slope     float64  `json:"negative_slope,omitempty"`
	Threshold float64  `json:"threshold,omitempty"`
}, in [][]int, _ *tensor.RNG) (Layer, error) {
	_, err := one(in, 0)
	switch {
	case err != nil:
		return Layer{}, err
	case c.Threshold != 0:
		return Layer{}, fmt.Errorf("threshold: %g: must be 0", c.Threshold)
	case c.Max != nil && !(*c.Max >= 0):
		return Layer{}, fmt.Errorf("max_value: %g: must not be negative", *c.Max)
	}
	return single(func(x *tensor.Tensor) *tensor.Tensor {
		switch {
		case c.Slope == 0 && c.Max == nil:
			return x.ReLU()
		case c.Slope == 0:
			return x.Clamp(0, *c.Max)
		}
		if x = x.LeakyReLU(c.Slope); c.Max != nil {
			x = x.Minimum(x.Const(*c.Max))
		}
		return x
	}, pixelwise), nil
}

func newLeakyReLU(c struct {
	Alpha *float64 `json:"alpha,omitempty"`          // Keras 2
	Slope *float64 `json:"negative_slope,omitempty"` // Keras 3
}, in [][]int, _ *tensor.RNG) (Layer, error) {
	if _, err := one(in, 0); err != nil {
		return Layer{}, err
	}
	slope := 0.3
	for _, s := range []*float64{c.Alpha, c.Slope} {
		if s != nil {
			slope = *s
		}
	}
	return single(func(x *tensor.Tensor) *tensor.Tensor { return x.LeakyReLU(slope) }, pixelwise), nil
}

// prelu is max(x, 0) + α·min(x, 0), with α for each channel, or each of its pixels.
type prelu struct{ alpha *tensor.Tensor }

func (p *prelu) State() iter.Seq2[string, layers.Entry] {
	return layers.Entries(layers.Param("weight", p.alpha))
}

func newPReLU(c struct {
	Shared []int `json:"shared_axes,omitempty"`
}, in [][]int, rng *tensor.RNG) (Layer, error) {
	shape, err := one(in, 0)
	if err != nil {
		return Layer{}, err
	}
	shape, sight, axes := slices.Clone(shape[1:]), pixelwise, []int(nil)
	if len(shape) == 3 {
		axes = []int{2, 0, 1}
	}
	switch {
	case len(c.Shared) == 0 && len(shape) == 3:
		sight = Sight{} // α is for one size
	case len(c.Shared) == 0:
	case len(shape) == 3 && slices.Equal(c.Shared, []int{1, 2}):
		shape[1], shape[2] = 1, 1
	default:
		return Layer{}, fmt.Errorf("shared_axes: %v: must be left out, or height and width, [1, 2]", c.Shared)
	}
	p := &prelu{tensor.ZerosOn(rng.Backend(), shape...)}
	l := single(func(x *tensor.Tensor) *tensor.Tensor {
		if sight == (Sight{}) && !slices.Equal(x.Shape()[1:], shape) { // and not spread out
			tensor.Fail("prelu", fmt.Sprintf("has numbers for %v", shape), "%v", x.Shape()[1:])
		}
		return x.ReLU().Sub(x.Neg().ReLU().Mul(p.alpha))
	}, sight)
	l.Module, l.Arrays = p, map[string]Array{"weight": {Name: "alpha", Axes: axes}}
	return l, nil
}

// elu is x for x > 0, else α·(eˣ − 1).
func elu(x *tensor.Tensor, alpha float64) *tensor.Tensor {
	return x.ReLU().Add(x.Minimum(x.Const(0)).Exp().SubScalar(1).MulScalar(alpha))
}

func newELU(c struct {
	Alpha *float64 `json:"alpha,omitempty"`
}, in [][]int, _ *tensor.RNG) (Layer, error) {
	if _, err := one(in, 0); err != nil {
		return Layer{}, err
	}
	alpha := 1.0
	if c.Alpha != nil {
		alpha = *c.Alpha
	}
	return single(func(x *tensor.Tensor) *tensor.Tensor { return elu(x, alpha) }, pixelwise), nil
}

func newSoftmax(c struct {
	Axis *int `json:"axis,omitempty"`
}, in [][]int, _ *tensor.RNG) (Layer, error) {
	shape, err := one(in, 0)
	if err != nil {
		return Layer{}, err
	}
	axis, err := axisOf(c.Axis, len(shape))
	if err != nil {
		return Layer{}, err
	}
	l := single(func(x *tensor.Tensor) *tensor.Tensor { return x.Softmax(axis) }, pixelwise)
	if axis != 1 {
		l.Sees = Sight{}
	}
	return l, nil
}

// axisOf is an axis of Keras's in our order; left out, it is the last, the channels.
func axisOf(axis *int, rank int) (int, error) {
	a := rank - 1
	if axis != nil {
		if a = *axis; a < 0 {
			a += rank
		}
	}
	switch {
	case a < 1 || a >= rank:
		return 0, fmt.Errorf("axis: %d: must be from 1 to %d, or −1 for the last", *axis, rank-1)
	case rank != 4:
		return a, nil
	}
	return [4]int{0, 2, 3, 1}[a], nil
}
