package tensor_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/golden"
	. "github.com/org/artnn/tensor"
)

// convDerivatives are convolutions of every kind, for [derivatives].
func convDerivatives() (ds []derivative) {
	add := func(name string, f func(x []*Tensor) *Tensor, shapes ...[]int) {
		ds = append(ds, derivative{name, f, -1, 1, shapes})
	}
	for _, c := range []struct {
		name string
		Conv
		x, w []int // of a convolution
		bias int
		act  backend.Activation
	}{
		{name: "plain", x: []int{2, 2, 3, 3}, w: []int{2, 2, 2, 2}},
		{name: "stride 2, tanh", Conv: Conv{Stride: [2]int{2, 2}, Padding: [4]int{1, 1, 1, 1}}, x: []int{1, 2, 4, 4}, w: []int{1, 2, 4, 4}, bias: 1, act: backend.ActTanh},
		{name: "uneven padding, leaky relu", Conv: Conv{Stride: [2]int{2, 1}, Padding: [4]int{0, 1, 2, 0}}, x: []int{1, 1, 4, 3}, w: []int{2, 1, 3, 2}, bias: 2, act: backend.ActLeakyReLU},
		{name: "dilation, groups", Conv: Conv{Dilation: [2]int{2, 1}, Groups: 2, Padding: [4]int{1, 1, 0, 1}}, x: []int{1, 4, 3, 2}, w: []int{2, 2, 2, 2}, bias: 2},
		{name: "depthwise, sigmoid", Conv: Conv{Groups: 2, Padding: [4]int{1, 1, 1, 1}}, x: []int{1, 2, 2, 3}, w: []int{4, 1, 3, 3}, bias: 4, act: backend.ActSigmoid},
		{name: "reflect", Conv: Conv{Mode: PadReflect, Padding: [4]int{1, 2, 1, 0}}, x: []int{1, 1, 3, 2}, w: []int{1, 1, 2, 2}},
	} {
		shapes := [][]int{c.x, c.w}
		if c.bias > 0 {
			shapes = append(shapes, []int{c.bias})
		}
		bias := func(x []*Tensor) *Tensor {
			if len(x) > 2 {
				return x[2]
			}
			return nil
		}
		add("conv2d "+c.name, func(x []*Tensor) *Tensor { return Conv2dAct(x[0], x[1], bias(x), c.Conv, c.act, 0.2) }, shapes...)
	}
	for _, c := range []struct {
		name string
		Conv
		x, w []int
		bias int
		act  backend.Activation
	}{
		{name: "plain", x: []int{2, 2, 2, 2}, w: []int{2, 2, 2, 2}},
		{name: "stride 2, tanh", Conv: Conv{Stride: [2]int{2, 2}, Padding: [4]int{1, 1, 1, 1}}, x: []int{1, 2, 2, 2}, w: []int{2, 1, 4, 4}, bias: 1, act: backend.ActTanh},
		{name: "output padding, dilation, groups", Conv: Conv{Stride: [2]int{3, 2}, Dilation: [2]int{1, 2}, OutputPadding: [2]int{2, 1}, Padding: [4]int{0, 1, 1, 0}, Groups: 2},
			x: []int{1, 2, 2, 2}, w: []int{2, 1, 2, 2}, bias: 2},
	} {
		shapes := [][]int{c.x, c.w}
		if c.bias > 0 {
			shapes = append(shapes, []int{c.bias})
		}
		add("conv transpose 2d "+c.name, func(x []*Tensor) *Tensor {
			var bias *Tensor
			if len(x) > 2 {
				bias = x[2]
			}
			return ConvTranspose2dAct(x[0], x[1], bias, c.Conv, c.act, 0.2)
		}, shapes...)
	}
	for _, mode := range []PadMode{PadZeros, PadReflect, PadReplicate, PadCircular} {
		add("pad 2d "+mode.String(), func(x []*Tensor) *Tensor { return x[0].Square().Pad2d([4]int{2, 1, 0, 2}, mode).Square() }, []int{2, 2, 3, 3})
	}
	batchNorm := func(x *Tensor, more []*Tensor) *Tensor {
		var w, b *Tensor
		if len(more) > 0 {
			w, b = more[0], more[1]
		}
		y, _, _ := BatchNorm(x, w, b, 1e-2)
		return y
	}
	add("batch norm", func(x []*Tensor) *Tensor { return batchNorm(x[0], x[1:]) }, []int{4, 3}, []int{3}, []int{3})
	add("batch norm of sequences", func(x []*Tensor) *Tensor { return batchNorm(x[0], nil) }, []int{2, 3, 2})
	add("batch norm of pictures", func(x []*Tensor) *Tensor { return batchNorm(x[0], x[1:]) }, []int{2, 3, 2, 2}, []int{3}, []int{3})
	add("batch norm of pixels", func(x []*Tensor) *Tensor {
		return batchNorm(x[0].Permute(0, 3, 1, 2), x[1:])
	}, []int{2, 2, 2, 3}, []int{3}, []int{3})
	for _, shape := range [][]int{{4, 3}, {2, 3, 2, 2}} {
		add("scale and shift", func(x []*Tensor) *Tensor { return ScaleShift(x[0], x[1], x[2], backend.ActLeakyReLU, 0.2) }, shape, []int{3}, []int{3})
	}
	for name, f := range pictureOps {
		add(name, func(x []*Tensor) *Tensor { return f(x[0].Square()).Square() }, []int{2, 4, 3, 4})
	}
	return ds
}

// pictureOps are operations on pictures [2, 4, 3, 4] without weights.
var pictureOps = map[string]func(x *Tensor) *Tensor{
	"max pool": func(x *Tensor) *Tensor {
		return x.MaxPool2d(Pool{Kernel: [2]int{2, 3}, Stride: [2]int{1, 2}, Padding: [2]int{1, 0}})
	},
	"adaptive max pool": func(x *Tensor) *Tensor { return x.AdaptiveMaxPool2d(2, 3) },
	"avg pool":          func(x *Tensor) *Tensor { return x.AvgPool2d(Pool{Kernel: [2]int{2, 2}, Padding: [2]int{1, 0}}) },
	"avg pool without padding": func(x *Tensor) *Tensor {
		return x.AvgPool2d(Pool{Kernel: [2]int{3, 2}, Stride: [2]int{2, 1}, Padding: [2]int{1, 1}, ExcludePadding: true})
	},
	"adaptive avg pool":     func(x *Tensor) *Tensor { return x.AdaptiveAvgPool2d(2, 3) },
	"global avg pool":       func(x *Tensor) *Tensor { return x.AdaptiveAvgPool2d(1, 1) },
	"upsample nearest":      func(x *Tensor) *Tensor { return x.UpsampleNearest(5, 8) },
	"upsample bilinear":     func(x *Tensor) *Tensor { return x.UpsampleBilinear(6, 3, false) },
	"upsample with corners": func(x *Tensor) *Tensor { return x.UpsampleBilinear(5, 1, true) },
	"pixel shuffle":         func(x *Tensor) *Tensor { return x.PixelShuffle(2) },
	"pixel unshuffle":       func(x *Tensor) *Tensor { return x.Narrow(2, 1, 2).PixelUnshuffle(2) },
}

func TestPad2d(t *testing.T) {
	x := FromSlice([]float32{1, 2, 3, 4, 5, 6}, 1, 1, 2, 3)
	for mode, want := range map[PadMode][]float32{
		PadZeros:     {0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 4, 5, 6, 0, 0},
		PadReflect:   {5, 4, 5, 6, 5, 4, 2, 1, 2, 3, 2, 1, 5, 4, 5, 6, 5, 4},
		PadReplicate: {1, 1, 2, 3, 3, 3, 1, 1, 2, 3, 3, 3, 4, 4, 5, 6, 6, 6},
		PadCircular:  {6, 4, 5, 6, 4, 5, 3, 1, 2, 3, 1, 2, 6, 4, 5, 6, 4, 5},
	} {
		y := x.Pad2d([4]int{1, 0, 1, 2}, mode)
		require.Equal(t, []int{1, 1, 3, 6}, y.Shape())
		require.Equal(t, want, y.Float32s(), mode)
	}
}

// Pictures stay in the order of pixels through whatever works element by element, and
// nothing but memory depends on it.
func TestOrderOfPixelsIsKept(t *testing.T) {
	for _, name := range backend.Names() {
		be, err := backend.Get(name)
		require.NoError(t, err)
		tape := NewTape(On(be))
		x, w := tape.Of(span(be, -1, 1, 2, 3, 5, 4)), tape.Of(span(be, -1, 1, 6, 3, 3, 3))
		y := Conv2d(x, w, nil, Conv{Padding: [4]int{1, 1, 1, 1}})
		first := tape.Of(FromSliceOn(be, y.Float64s(), y.Shape()...))
		scale := tape.Of(span(be, 0.5, 1, 6, 1, 1))
		for _, f := range []func(x *Tensor) *Tensor{
			(*Tensor).Tanh,
			func(x *Tensor) *Tensor { return x.LeakyReLU(0.2) },
			func(x *Tensor) *Tensor { return x.Mul(scale) },
			func(x *Tensor) *Tensor { return scale.Sub(x) },
			func(x *Tensor) *Tensor { return first.Add(x) },
			func(x *Tensor) *Tensor { return Where(x.Greater(x.Const(0)), x, first) },
			func(x *Tensor) *Tensor { return tape.Grad(x.SiLU(), []*Tensor{x})[0] },
			func(x *Tensor) *Tensor { return Cat(1, x, x.Neg()) },
			func(x *Tensor) *Tensor { return x.Pad(3, 1, 2) },
			func(x *Tensor) *Tensor { return x.Pad2d([4]int{1, 1, 1, 1}, PadReflect) },
		} {
			got, want := f(y), f(first)
			v := got.View()
			require.Equal(t, 1, v.Strides[1])
			require.Equal(t, v.Shape[1], v.Strides[3])
			require.Equal(t, want.Float64s(), got.Float64s())
		}
		tape.Release()
	}
}

func TestConvMisuse(t *testing.T) {
	x := func(shape ...int) *Tensor { return Zeros(shape...) }
	for want, use := range map[string]func(){
		"conv2d: weight [8 3 3 3] needs 3 input channels, got 4":                     func() { Conv2d(x(1, 4, 8, 8), x(8, 3, 3, 3), nil, Conv{}) },
		"conv2d: weight [8 3 3 3] needs 6 input channels, got 3":                     func() { Conv2d(x(1, 3, 8, 8), x(8, 3, 3, 3), nil, Conv{Groups: 2}) },
		"conv2d: needs inputs [batch, 3, height, width], got [3 8 8]":                func() { Conv2d(x(3, 8, 8), x(8, 3, 3, 3), nil, Conv{}) },
		"conv2d: weight [8 3 3 3] does not divide into 3 groups, got 8 along axis 0": func() { Conv2d(x(1, 9, 8, 8), x(8, 3, 3, 3), nil, Conv{Groups: 3}) },
		"conv2d: weight [8 3 3 3] needs a bias [8], got [3]":                         func() { Conv2d(x(1, 3, 8, 8), x(8, 3, 3, 3), x(3), Conv{}) },
		"conv2d: needs a weight of four axes with at least one tap, got [8 3 0 3]":   func() { Conv2d(x(1, 3, 8, 8), x(8, 3, 0, 3), nil, Conv{}) },
		"conv2d: weight [8 3 3 3] with dilation [4 4] and padding [0 0 0 0] needs larger pictures, got 8×8": func() {
			Conv2d(x(1, 3, 8, 8), x(8, 3, 3, 3), nil, Conv{Dilation: [2]int{4, 4}})
		},
		"conv2d: padding must not be negative, got [0 -1 0 0] and [0 0]": func() { Conv2d(x(1, 3, 8, 8), x(8, 3, 3, 3), nil, Conv{Padding: [4]int{0, -1, 0, 0}}) },
		"conv2d: stride, dilation and groups must not be negative, got [-1 0], [0 0] and 0": func() {
			Conv2d(x(1, 3, 8, 8), x(8, 3, 3, 3), nil, Conv{Stride: [2]int{-1, 0}})
		},
		"pad 2d: padding by reflect adds between 0 and 1 to 2, got 2 and 0": func() { x(1, 1, 2, 2).Pad2d([4]int{2, 0, 0, 0}, PadReflect) },
		"pad 2d: needs inputs [batch, channels, height, width], got [2 2]":  func() { x(2, 2).Pad2d([4]int{}, PadCircular) },
		"conv transpose 2d: weight [4 3 3 3] needs 4 input channels, got 3": func() { ConvTranspose2d(x(1, 3, 8, 8), x(4, 3, 3, 3), nil, Conv{}) },
		"conv transpose 2d: needs padding with zeros, got circular":         func() { ConvTranspose2d(x(1, 4, 8, 8), x(4, 3, 3, 3), nil, Conv{Mode: PadCircular}) },
		"conv transpose 2d: output padding must be less than 2, the larger of stride and dilation, got 2": func() {
			ConvTranspose2d(x(1, 4, 8, 8), x(4, 3, 3, 3), nil, Conv{Stride: [2]int{2, 2}, OutputPadding: [2]int{0, 2}})
		},
		"conv transpose 2d: weight [4 3 1 1] with padding [1 1 0 0] needs larger pictures, got 2×2": func() {
			ConvTranspose2d(x(1, 4, 2, 2), x(4, 3, 1, 1), nil, Conv{Padding: [4]int{1, 1, 0, 0}})
		},
	} {
		require.EqualError(t, Try(use), want)
	}
}

// convGolden is the convolution of a case.
func convGolden(c *golden.Case, ins []*Tensor) *Tensor {
	pair := func(key string) [2]int { return [2]int(c.Ints(key)) }
	conv := Conv{
		Stride: pair("stride"), Dilation: pair("dilation"), Padding: [4]int(c.Ints("padding")), Groups: c.Int("groups"), OutputPadding: pair("output_padding"),
		Mode: map[string]PadMode{"zeros": PadZeros, "reflect": PadReflect, "replicate": PadReplicate, "circular": PadCircular}[c.Note("mode")],
	}
	if c.Note("kind") == "transpose" {
		return ConvTranspose2d(ins[0], ins[1], ins[2], conv)
	}
	return Conv2d(ins[0], ins[1], ins[2], conv)
}

// Convolutions agree with PyTorch: values, gradients, and gradients of gradients.
func TestConvGolden(t *testing.T) {
	for _, name := range backend.Names() {
		be, err := backend.Get(name)
		require.NoError(t, err)
		tolerance := 1e-5
		if be.Precision() == backend.Float64 {
			tolerance = 1e-12
		}
		golden.Load(t, "testdata/conv.safetensors").Run(t, func(t *testing.T, c *golden.Case) {
			tape := NewTape(On(be))
			defer tape.Release()
			value := func(name string) *Tensor {
				a := c.Array(name)
				return tape.Of(FromSliceOn(be, a.Data, a.Shape...))
			}
			ins := []*Tensor{value("in.x"), value("in.w"), value("in.b")}
			y, up := convGolden(c, ins), value("up.y")
			require.Equal(t, c.Array("out.y").Shape, y.Shape())
			c.Close("out.y", y.Float64s(), tolerance)
			var total *Tensor
			for i, g := range tape.Grad(y.Mul(up).Sum(), ins, CreateGraph()) {
				c.Close("grad."+"xwb"[i:i+1], g.Float64s(), tolerance)
				if part := g.Mul(value("up." + "xwb"[i:i+1])).Sum(); total == nil {
					total = part
				} else {
					total = total.Add(part)
				}
			}
			for i, g := range tape.Grad(total, append(ins, up)) {
				c.Close("grad2."+[...]string{"x", "w", "b", "up"}[i], g.Float64s(), tolerance)
			}
		})
	}
}
