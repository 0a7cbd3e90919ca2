package tensor

import (
	"fmt"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
)

// Conv says how the window of a convolution moves over pictures. The zero value moves
// it by one pixel, without padding.
type Conv struct {
	Stride   [2]int  // pixels from one window to the next, down and across; 0 means 1
	Dilation [2]int  // pixels from one tap to the next, likewise
	Padding  [4]int  // pixels added at the top, the bottom, on the left and right
	Mode     PadMode // what is added; zeros in the zero value
	Groups   int     // groups of channels that do not mix; 0 means 1

	// OutputPadding is for ConvTranspose2d: lines and pixels that its result has at
	// the bottom and on the right beyond those that the last window reaches.
	OutputPadding [2]int
}

// geometry is c for a backend, checked.
func (c *Conv) geometry(op string, w *Tensor) backend.Conv {
	g := backend.Conv{Stride: c.Stride, Dilation: c.Dilation, Pad: [2]int{c.Padding[0], c.Padding[2]}, Groups: max(c.Groups, 1)}
	for i := range 2 {
		if g.Stride[i] == 0 {
			g.Stride[i] = 1
		}
		if g.Dilation[i] == 0 {
			g.Dilation[i] = 1
		}
	}
	if min(c.Stride[0], c.Stride[1], c.Dilation[0], c.Dilation[1], c.Groups) < 0 {
		Fail(op, "stride, dilation and groups must not be negative", "%v, %v and %d", c.Stride, c.Dilation, c.Groups)
	}
	if min(c.Padding[0], c.Padding[1], c.Padding[2], c.Padding[3], c.OutputPadding[0], c.OutputPadding[1]) < 0 {
		Fail(op, "padding must not be negative", "%v and %v", c.Padding, c.OutputPadding)
	}
	if w.view.Rank != 4 || min(w.view.Shape[2], w.view.Shape[3]) < 1 {
		Fail(op, "needs a weight of four axes with at least one tap", "%v", w.Shape())
	}
	if w.view.Shape[0]%g.Groups != 0 {
		Fail(op, fmt.Sprintf("weight %v does not divide into %s", w.Shape(), words.Count(g.Groups, "group")), "%d along axis 0", w.view.Shape[0])
	}
	return g
}

// channels checks that the input is pictures of so many channels, and the bias is one
// number for each channel of the result.
func channels(op string, x, w, bias *Tensor, in, out int) {
	if x.view.Rank != 4 {
		Fail(op, fmt.Sprintf("needs inputs [batch, %d, height, width]", in), "%v", x.Shape())
	}
	if x.view.Shape[1] != in {
		Fail(op, fmt.Sprintf("weight %v needs %d input channels", w.Shape(), in), "%d", x.view.Shape[1])
	}
	if bias != nil && !bias.HasShape(out) {
		Fail(op, fmt.Sprintf("weight %v needs a bias [%d]", w.Shape(), out), "%v", bias.Shape())
	}
}

// Conv2d is the convolution of pictures with weights, plus a bias. bias may be nil.
//
//	y[n, o, i, j] = b[o] + Σ x[n, c, i·stride + a·dilation − padding, …] · w[o, c, a, …]
//
// The sum is over the taps a of both axes and the input channels c of o's group.
//
// Shape: x [N, C, H, W], w [O, C/groups, KH, KW], bias [O] → [N, O, H′, W′] with
// H′ = ⌊(H + padding − dilation·(KH−1) − 1)/stride⌋ + 1, where padding is that of both
// sides.
//
// Panics if sizes do not fit, or the window is larger than a padded picture.
func Conv2d(x, w, bias *Tensor, c Conv) *Tensor {
	return Conv2dAct(x, w, bias, c, backend.ActNone, 0)
}

// Conv2dAct is act(Conv2d(x, w, bias)), with the activation applied while the result
// is still in cache. slope is that of ActLeakyReLU and must not be negative.
//
// Shape: as [Conv2d].
func Conv2dAct(x, w, bias *Tensor, c Conv, act backend.Activation, slope float64) *Tensor {
	const op = "conv2d"
	g := c.geometry(op, w)
	channels(op, x, w, bias, w.view.Shape[1]*g.Groups, w.view.Shape[0])
	checkSlope(op, act, slope)
	if apart(act, x, w, bias) {
		return Conv2dAct(x, w, bias, c, backend.ActNone, 0).Activate(act, slope)
	}
	if c.Mode != PadZeros && c.Padding != [4]int{} {
		x = x.Pad2d(c.Padding, c.Mode)
		c.Padding, g.Pad = [4]int{}, [2]int{}
	}
	var size, least [2]int
	for i := range size {
		least[i] = g.Dilation[i]*(w.view.Shape[2+i]-1) + 1
		size[i] = (x.view.Shape[2+i]+c.Padding[2*i]+c.Padding[2*i+1]-least[i])/g.Stride[i] + 1
		if x.view.Shape[2+i]+c.Padding[2*i]+c.Padding[2*i+1] < least[i] {
			Fail(op, fmt.Sprintf("weight %v with dilation %v and padding %v needs larger pictures", w.Shape(), g.Dilation, c.Padding),
				"%d×%d", x.view.Shape[2], x.view.Shape[3])
		}
	}
	return conv2d(x, w, bias, convOp{g, size, act, slope})
}

// ConvTranspose2d is the transpose of [Conv2d] as a linear map, plus a bias: each
// pixel adds a window of weights to the result. bias may be nil.
//
// Shape: x [N, C, H, W], w [C, O/groups, KH, KW], bias [O] → [N, O, H′, W′] with
// H′ = (H−1)·stride − padding + dilation·(KH−1) + 1 + output padding, where padding is
// that of both sides.
//
// Panics if sizes do not fit, the padding is not of zeros, or the output padding is
// not less than stride or dilation.
func ConvTranspose2d(x, w, bias *Tensor, c Conv) *Tensor {
	return ConvTranspose2dAct(x, w, bias, c, backend.ActNone, 0)
}

// ConvTranspose2dAct is act(ConvTranspose2d(x, w, bias)), as [Conv2dAct].
//
// Shape: as [ConvTranspose2d].
func ConvTranspose2dAct(x, w, bias *Tensor, c Conv, act backend.Activation, slope float64) *Tensor {
	const op = "conv transpose 2d"
	g := c.geometry(op, w)
	out := w.view.Shape[1] * g.Groups
	channels(op, x, w, bias, w.view.Shape[0], out)
	checkSlope(op, act, slope)
	if apart(act, x, w, bias) {
		return ConvTranspose2dAct(x, w, bias, c, backend.ActNone, 0).Activate(act, slope)
	}
	if c.Mode != PadZeros {
		Fail(op, "needs padding with zeros", "%v", c.Mode)
	}
	var size [2]int
	for i := range size {
		if most := max(g.Stride[i], g.Dilation[i]); c.OutputPadding[i] >= most {
			Fail(op, fmt.Sprintf("output padding must be less than %d, the larger of stride and dilation", most), "%d", c.OutputPadding[i])
		}
		size[i] = (x.view.Shape[2+i]-1)*g.Stride[i] - c.Padding[2*i] - c.Padding[2*i+1] + g.Dilation[i]*(w.view.Shape[2+i]-1) + 1 + c.OutputPadding[i]
		if size[i] < 1 || x.view.Shape[2+i] < 1 {
			Fail(op, fmt.Sprintf("weight %v with padding %v needs larger pictures", w.Shape(), c.Padding), "%d×%d", x.view.Shape[2], x.view.Shape[3])
		}
	}
	return convInputGrad(x, w, bias, convOp{g, size, act, slope})
}
