package layers

import (
	"iter"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tensor"
)

// ConvConfig are the knobs of [Conv2d] and [ConvTranspose2d], the same along both
// axes. For others, set the fields of the layer's Conv.
type ConvConfig struct {
	Stride        int            // 0 means 1
	Padding       int            // on all sides
	Mode          tensor.PadMode // zeros in the zero value
	Dilation      int            // 0 means 1
	Groups        int            // 0 means 1
	OutputPadding int            // of ConvTranspose2d, at the bottom and on the right
	NoBias        bool
}

func (c ConvConfig) conv() tensor.Conv {
	return tensor.Conv{
		Stride: [2]int{c.Stride, c.Stride}, Dilation: [2]int{c.Dilation, c.Dilation},
		Padding: [4]int{c.Padding, c.Padding, c.Padding, c.Padding}, Mode: c.Mode, Groups: c.Groups,
		OutputPadding: [2]int{c.OutputPadding, c.OutputPadding},
	}
}

// groups checks that the channels divide.
func (c ConvConfig) groups(op string, in, out int) int {
	g := max(c.Groups, 1)
	if in%g != 0 || out%g != 0 {
		tensor.Fail(op, "groups must divide the channels in and out", "%s of %d and %d", words.Count(g, "group"), in, out)
	}
	return g
}

// Conv2d is a convolution of pictures, plus a bias: see [tensor.Conv2d].
//
// Set Bias to nil for a layer without one.
//
// Shape: [B, in, H, W] → [B, out, H′, W′] with
// H′ = ⌊(H + padding − dilation·(kernel−1) − 1)/stride⌋ + 1, where padding is that of
// both sides.
//
// Panics if the input has other channels, or is smaller than the window.
type Conv2d struct {
	Weight *tensor.Tensor // [out, in/groups, height, width]
	Bias   *tensor.Tensor // [out] or nil
	tensor.Conv
}

// NewConv2d makes a layer of kernel×kernel windows. Weight and bias are drawn from
// [−1/√n, 1/√n) with n = in/groups·kernel², as PyTorch does.
//
// Panics if a size is not positive, or groups do not divide the channels.
func NewConv2d(in, out, kernel int, c ConvConfig, rng *tensor.RNG) *Conv2d {
	checkSizes("conv2d", in, out, kernel)
	g := c.groups("conv2d", in, out)
	n := in / g * kernel * kernel
	l := &Conv2d{Weight: rng.FanIn(n, out, in/g, kernel, kernel), Conv: c.conv()}
	if !c.NoBias {
		l.Bias = rng.FanIn(n, out)
	}
	return l
}

func (l *Conv2d) Forward(x *tensor.Tensor) *tensor.Tensor {
	return l.ForwardAct(x, backend.ActNone, 0)
}

// ForwardAct is act(Forward(x)), with the activation applied while the result is
// still in cache. slope is that of leaky ReLU.
func (l *Conv2d) ForwardAct(x *tensor.Tensor, act backend.Activation, slope float64) *tensor.Tensor {
	return tensor.Conv2dAct(x, l.Weight, l.Bias, l.Conv, act, slope)
}

// State yields weight and bias.
func (l *Conv2d) State() iter.Seq2[string, Entry] {
	return Entries(Param("weight", l.Weight), Param("bias", l.Bias))
}

// ConvTranspose2d is the transpose of [Conv2d] as a linear map, plus a bias: see
// [tensor.ConvTranspose2d].
//
// Set Bias to nil for a layer without one.
//
// Shape: [B, in, H, W] → [B, out, H′, W′] with
// H′ = (H−1)·stride − padding + dilation·(kernel−1) + 1 + output padding, where padding
// is that of both sides.
//
// Panics if the input has other channels.
type ConvTranspose2d struct {
	Weight *tensor.Tensor // [in, out/groups, height, width]
	Bias   *tensor.Tensor // [out] or nil
	tensor.Conv
}

// NewConvTranspose2d makes a layer of kernel×kernel windows. Weight and bias are drawn
// from [−1/√n, 1/√n) with n = out/groups·kernel², as PyTorch does.
//
// Panics if a size is not positive, or groups do not divide the channels.
func NewConvTranspose2d(in, out, kernel int, c ConvConfig, rng *tensor.RNG) *ConvTranspose2d {
	checkSizes("conv transpose 2d", in, out, kernel)
	g := c.groups("conv transpose 2d", in, out)
	n := out / g * kernel * kernel
	l := &ConvTranspose2d{Weight: rng.FanIn(n, in, out/g, kernel, kernel), Conv: c.conv()}
	if !c.NoBias {
		l.Bias = rng.FanIn(n, out)
	}
	return l
}

func (l *ConvTranspose2d) Forward(x *tensor.Tensor) *tensor.Tensor {
	return l.ForwardAct(x, backend.ActNone, 0)
}

// ForwardAct is act(Forward(x)), as [Conv2d.ForwardAct].
func (l *ConvTranspose2d) ForwardAct(x *tensor.Tensor, act backend.Activation, slope float64) *tensor.Tensor {
	return tensor.ConvTranspose2dAct(x, l.Weight, l.Bias, l.Conv, act, slope)
}

// State yields weight and bias.
func (l *ConvTranspose2d) State() iter.Seq2[string, Entry] {
	return Entries(Param("weight", l.Weight), Param("bias", l.Bias))
}
