package keras

import (
	"fmt"
	"iter"
	"slices"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

func init() {
	Register("Conv2D", newConv)
	Register("DepthwiseConv2D", newDepthwise)
	Register("SeparableConv2D", newSeparable)
	Register("Conv2DTranspose", newTranspose)
	Register("Dense", newDense)
}

// window is what convolutions have in common.
type window struct {
	Kernel     pair         `json:"kernel_size"`
	Stride     pair         `json:"strides"`
	Padding    padding      `json:"padding"`
	Dilation   pair         `json:"dilation_rate,omitzero"`
	Activation activation   `json:"activation,omitempty"`
	Bias       *bool        `json:"use_bias,omitempty"` // without it, there is one
	Format     channelsLast `json:"data_format,omitzero"`
}

// maxWindow bounds kernels, strides and dilation.
const maxWindow = 1 << 10

// check fills in what was left out.
func (w *window) check() error {
	w.Stride, w.Dilation = w.Stride.or(pair{1, 1}), w.Dilation.or(pair{1, 1})
	if err := between("kernel_size, strides and dilation_rate", 1, maxWindow, slices.Concat(w.Kernel[:], w.Stride[:], w.Dilation[:])...); err != nil {
		return err
	}
	return w.Activation.check()
}

func (w *window) bias() bool { return w.Bias == nil || *w.Bias }

// conv is a convolution whose padding depends on the picture.
func (w *window) conv(l *layers.Conv2d) func(x *tensor.Tensor) *tensor.Tensor {
	l.Stride, l.Dilation = w.Stride, w.Dilation
	return func(x *tensor.Tensor) *tensor.Tensor {
		padded := *l
		padded.Padding = w.Padding.around(x.Dim(2), x.Dim(3), w.Kernel, w.Stride, w.Dilation)
		return w.Activation.after(&padded, x)
	}
}

// hwio are the axes of Keras's kernels, [height, width, in, out], in our order.
var hwio = []int{3, 2, 0, 1}

type convConfig struct {
	Filters int `json:"filters"`
	Groups  int `json:"groups,omitempty"`
	window
}

func newConv(c convConfig, in [][]int, rng *tensor.RNG) (Layer, error) {
	shape, err := one(in, 4)
	if err != nil {
		return Layer{}, err
	}
	c.Groups = max(c.Groups, 1)
	if err := between("filters and groups", 1, maxParam, c.Filters, c.Groups); err != nil {
		return Layer{}, err
	}
	if err := c.check(); err != nil {
		return Layer{}, err
	}
	if shape[1]%c.Groups != 0 || c.Filters%c.Groups != 0 {
		return Layer{}, fmt.Errorf("groups: %d: must divide %s and %s", c.Groups, words.Count(shape[1], "channel"), words.Count(c.Filters, "filter"))
	}
	conv := newKernel(c.Filters, shape[1]/c.Groups, c.Kernel, c.bias(), rng)
	conv.Groups = c.Groups
	l := single(c.conv(conv), c.Padding.sight(c.Kernel, c.Stride, c.Dilation))
	l.Module, l.Arrays = conv, map[string]Array{"weight": {Name: "kernel", Axes: hwio}, "bias": {Name: "bias"}}
	return l, nil
}

// newKernel makes a layer with a kernel of any height and width.
func newKernel(out, in int, kernel pair, bias bool, rng *tensor.RNG) *layers.Conv2d {
	fan := in * kernel[0] * kernel[1]
	l := &layers.Conv2d{Weight: rng.FanIn(fan, out, in, kernel[0], kernel[1])}
	if bias {
		l.Bias = rng.FanIn(fan, out)
	}
	return l
}

type depthwiseConfig struct {
	Multiplier int `json:"depth_multiplier,omitempty"` // filters for each channel
	window
}

// depthwise is the layer, and the layout of its kernel, [height, width, in, multiplier].
func (c *depthwiseConfig) depthwise(in [][]int, bias bool, rng *tensor.RNG) (*layers.Conv2d, Array, error) {
	shape, err := one(in, 4)
	if err != nil {
		return nil, Array{}, err
	}
	c.Multiplier = max(c.Multiplier, 1)
	if err := between("depth_multiplier", 1, maxParam, c.Multiplier); err != nil {
		return nil, Array{}, err
	}
	if err := c.check(); err != nil {
		return nil, Array{}, err
	}
	l := newKernel(shape[1]*c.Multiplier, 1, c.Kernel, bias, rng)
	l.Groups = shape[1]
	return l, Array{Name: "depthwise_kernel", Axes: []int{2, 3, 0, 1}, Shape: []int{shape[1], c.Multiplier, c.Kernel[0], c.Kernel[1]}}, nil
}

func newDepthwise(c depthwiseConfig, in [][]int, rng *tensor.RNG) (Layer, error) {
	conv, kernel, err := c.depthwise(in, c.bias(), rng)
	if err != nil {
		return Layer{}, err
	}
	l := single(c.conv(conv), c.Padding.sight(c.Kernel, c.Stride, c.Dilation))
	l.Module, l.Arrays = conv, map[string]Array{"weight": kernel, "bias": {Name: "bias"}}
	return l, nil
}

type separableConfig struct {
	Filters int `json:"filters"`
	depthwiseConfig
}

// separable is a depthwise convolution and one that mixes the channels of each pixel.
type separable struct{ depthwise, pointwise *layers.Conv2d }

func (s *separable) State() iter.Seq2[string, layers.Entry] {
	return layers.Join(layers.Prefix("depthwise", s.depthwise.State()), layers.Prefix("pointwise", s.pointwise.State()))
}

func newSeparable(c separableConfig, in [][]int, rng *tensor.RNG) (Layer, error) {
	depthwise, kernel, err := c.depthwise(in, false, rng)
	if err != nil {
		return Layer{}, err
	}
	if err := between("filters", 1, maxParam, c.Filters); err != nil {
		return Layer{}, err
	}
	s := &separable{depthwise, newKernel(c.Filters, depthwise.Weight.Dim(0), pair{1, 1}, c.bias(), rng)}
	act := c.Activation
	c.Activation = ""
	first := c.conv(depthwise)
	l := single(func(x *tensor.Tensor) *tensor.Tensor { return act.after(s.pointwise, first(x)) }, c.Padding.sight(c.Kernel, c.Stride, c.Dilation))
	l.Module, l.Arrays = s, map[string]Array{
		"depthwise.weight": kernel, "pointwise.weight": {Name: "pointwise_kernel", Axes: hwio}, "pointwise.bias": {Name: "bias"},
	}
	return l, nil
}

type transposeConfig struct {
	Filters int `json:"filters"`
	// OutputPadding is for sizes that are no multiples of the stride, which files do
	// not have.
	OutputPadding *pair `json:"output_padding,omitempty"`
	window
}

func newTranspose(c transposeConfig, in [][]int, rng *tensor.RNG) (Layer, error) {
	shape, err := one(in, 4)
	if err != nil {
		return Layer{}, err
	}
	if err := between("filters", 1, maxParam, c.Filters); err != nil {
		return Layer{}, err
	}
	if err := c.check(); err != nil {
		return Layer{}, err
	}
	if c.OutputPadding != nil || c.Dilation != (pair{1, 1}) {
		return Layer{}, fmt.Errorf("output_padding or dilation_rate: must be left out")
	}
	conv := newKernel(c.Filters, shape[1], c.Kernel, c.bias(), rng)
	t := &layers.ConvTranspose2d{Weight: rng.FanIn(c.Filters*c.Kernel[0]*c.Kernel[1], shape[1], c.Filters, c.Kernel[0], c.Kernel[1]), Bias: conv.Bias}
	t.Stride = c.Stride
	var s Sight
	if c.Padding == same { // each pixel becomes as many as the stride
		for i := range 2 {
			all := max(c.Kernel[i]-c.Stride[i], 0)
			t.Padding[2*i], t.Padding[2*i+1] = all/2, all-all/2
			t.OutputPadding[i] = max(c.Stride[i]-c.Kernel[i], 0)
		}
		if c.Stride[0] == c.Stride[1] {
			s = Sight{Scale: c.Stride[0], Reach: max(c.Kernel[0], c.Kernel[1])/c.Stride[0] + 1}
		}
	} else {
		for i := range 2 { // windows that are further apart than they are wide
			t.OutputPadding[i] = max(c.Stride[i]-c.Kernel[i], 0)
		}
	}
	l := single(func(x *tensor.Tensor) *tensor.Tensor { return c.Activation.after(t, x) }, s)
	l.Module, l.Arrays = t, map[string]Array{"weight": {Name: "kernel", Axes: hwio}, "bias": {Name: "bias"}}
	return l, nil
}

type denseConfig struct {
	Units      int        `json:"units"`
	Activation activation `json:"activation,omitempty"`
	Bias       *bool      `json:"use_bias,omitempty"` // without it, there is one
}

func newDense(c denseConfig, in [][]int, rng *tensor.RNG) (Layer, error) {
	shape, err := one(in, 2)
	if err != nil {
		return Layer{}, err
	}
	if err := between("units", 1, maxParam, c.Units); err != nil {
		return Layer{}, err
	}
	if err := c.Activation.check(); err != nil {
		return Layer{}, err
	}
	linear := layers.NewLinear(shape[1], c.Units, rng)
	if c.Bias != nil && !*c.Bias {
		linear.Bias = nil
	}
	l := single(func(x *tensor.Tensor) *tensor.Tensor { return c.Activation.after(linear, x) }, Sight{})
	l.Module, l.Arrays = linear, map[string]Array{"weight": {Name: "kernel", Axes: []int{1, 0}}, "bias": {Name: "bias"}}
	return l, nil
}
