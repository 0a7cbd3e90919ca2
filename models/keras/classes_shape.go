package keras

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tensor"
)

func init() {
	Register("ZeroPadding2D", newZeroPadding)
	Register("Cropping2D", newCropping)
	Register("UpSampling2D", newUpSampling)
	for _, scale := range []int{2, 3, 4, 8} { // UpscalerJS has a class for each
		Register(fmt.Sprintf("PixelShuffle%dx", scale), func(c shuffleConfig, in [][]int, _ *tensor.RNG) (Layer, error) {
			return c.layer(in, scale)
		})
	}
	Register("Flatten", newFlatten)
	Register("Reshape", newReshape)
}

const (
	// maxListed bounds the numbers that a layer lists as it is planned, or reads to
	// list some: lists take memory before there is any of the network's. The largest
	// maximum of a U-Net for 512×512 pixels reads as many.
	maxListed = 1 << 24
	// maxLists bounds those of all layers together, and so the time.
	maxLists = 1 << 27
)

// listed is the product of sizes, how many numbers a layer lists.
//
// Errors: more than a layer may.
func listed(sizes ...int) (int, error) {
	n := 1
	for _, s := range sizes {
		if s > maxListed/n {
			return 0, fmt.Errorf("values of size %v: too large", sizes)
		}
		n *= s
	}
	return n, nil
}

// sides are pixels at the top and bottom, and on the left and right.
type sides [2]pair

// UnmarshalJSON takes one number for all, or one for each axis, too.
func (s *sides) UnmarshalJSON(text []byte) error {
	var p pair
	if json.Unmarshal(text, &p) == nil {
		*s = sides{{p[0], p[0]}, {p[1], p[1]}}
		return nil
	}
	var list []pair
	if err := json.Unmarshal(text, &list); err != nil || len(list) != 2 {
		return fmt.Errorf("%s: expected a number, or two, or two for each axis", text)
	}
	*s = sides{list[0], list[1]}
	return nil
}

func (s sides) check(what string) error {
	return between(what, 0, maxWindow, s[0][0], s[0][1], s[1][0], s[1][1])
}

func newZeroPadding(c struct {
	Padding sides        `json:"padding"`
	Format  channelsLast `json:"data_format,omitzero"`
}, in [][]int, _ *tensor.RNG) (Layer, error) {
	if _, err := one(in, 4); err != nil {
		return Layer{}, err
	}
	if err := c.Padding.check("padding"); err != nil {
		return Layer{}, err
	}
	pad := [4]int{c.Padding[0][0], c.Padding[0][1], c.Padding[1][0], c.Padding[1][1]}
	return single(func(x *tensor.Tensor) *tensor.Tensor { return x.Pad2d(pad, tensor.PadZeros) }, Sight{}), nil
}

func newCropping(c struct {
	Cropping sides        `json:"cropping"`
	Format   channelsLast `json:"data_format,omitzero"`
}, in [][]int, _ *tensor.RNG) (Layer, error) {
	if _, err := one(in, 4); err != nil {
		return Layer{}, err
	}
	if err := c.Cropping.check("cropping"); err != nil {
		return Layer{}, err
	}
	return single(func(x *tensor.Tensor) *tensor.Tensor {
		for i, cut := range c.Cropping {
			left := x.Dim(2+i) - cut[0] - cut[1]
			if left < 1 {
				tensor.Fail("cropping", fmt.Sprintf("needs pictures of more than %s along axis %d", words.Count(cut[0]+cut[1], "pixel"), 2+i), "%d", x.Dim(2+i))
			}
			x = x.Narrow(2+i, cut[0], left)
		}
		return x
	}, Sight{}), nil
}

// newUpSampling has "bilinear" as in Keras, where the edges of the outermost pixels are
// kept. TensorFlow.js keeps the centres of those at the top left.
func newUpSampling(c struct {
	Size   pair         `json:"size"`
	Method string       `json:"interpolation,omitempty"`
	Format channelsLast `json:"data_format,omitzero"`
}, in [][]int, _ *tensor.RNG) (Layer, error) {
	shape, err := one(in, 4)
	if err != nil {
		return Layer{}, err
	}
	c.Size = c.Size.or(pair{2, 2})
	if err := between("size", 1, maxWindow, c.Size[0], c.Size[1]); err != nil {
		return Layer{}, err
	}
	lists, err := listed(shape[2], c.Size[0], shape[3], c.Size[1])
	if err != nil {
		return Layer{}, err
	}
	sight := Sight{Scale: c.Size[0]}
	switch c.Method {
	case "", "nearest":
	case "bilinear":
		sight.Reach = 1
		for i := range 2 { // a line's share of each new one is listed
			shares, err := listed(shape[2+i], shape[2+i], c.Size[i])
			if err != nil {
				return Layer{}, err
			}
			lists += shares
		}
	default:
		return Layer{}, fmt.Errorf("interpolation: %q: must be nearest or bilinear", c.Method)
	}
	if c.Size[0] != c.Size[1] {
		sight = Sight{}
	}
	l := single(func(x *tensor.Tensor) *tensor.Tensor {
		h, w := x.Dim(2)*c.Size[0], x.Dim(3)*c.Size[1]
		if c.Method == "bilinear" {
			return x.UpsampleBilinear(h, w, false)
		}
		return x.UpsampleNearest(h, w)
	}, sight)
	l.lists = lists
	return l, nil
}

type shuffleConfig struct {
	Scale int `json:"scale,omitempty"` // without it, that of the class
}

// layer is tf.depthToSpace. Its order of channels is that of TensorFlow, [line, pixel,
// channel]; [tensor.Tensor.PixelShuffle] has PyTorch's, [channel, line, pixel].
func (c shuffleConfig) layer(in [][]int, scale int) (Layer, error) {
	shape, err := one(in, 4)
	if err != nil {
		return Layer{}, err
	}
	if c.Scale != 0 {
		scale = c.Scale
	}
	if err := between("scale", 1, maxWindow, scale); err != nil {
		return Layer{}, err
	}
	if shape[1]%(scale*scale) != 0 {
		return Layer{}, fmt.Errorf("scale: %d: its square must divide the %s", scale, words.Count(shape[1], "channel"))
	}
	return single(func(x *tensor.Tensor) *tensor.Tensor {
		n, channels, h, w := x.Dim(0), x.Dim(1)/(scale*scale), x.Dim(2), x.Dim(3)
		y := x.Permute(0, 2, 3, 1).Reshape(n, h, w, scale, scale, channels).Permute(0, 1, 3, 2, 4, 5)
		return y.Reshape(n, h*scale, w*scale, channels).Permute(0, 3, 1, 2)
	}, Sight{Scale: scale}), nil
}

// lastly is a value with its channels last, as Keras has it.
func lastly(x *tensor.Tensor) *tensor.Tensor {
	if x.Rank() != 4 {
		return x
	}
	return x.Permute(0, 2, 3, 1)
}

func newFlatten(c struct {
	Format channelsLast `json:"data_format,omitzero"`
}, in [][]int, _ *tensor.RNG) (Layer, error) {
	if _, err := one(in, 0); err != nil {
		return Layer{}, err
	}
	return single(func(x *tensor.Tensor) *tensor.Tensor { return lastly(x).Flatten(1) }, Sight{}), nil
}

func newReshape(c struct {
	Shape []int `json:"target_shape"`
}, in [][]int, _ *tensor.RNG) (Layer, error) {
	shape, err := one(in, 0)
	if err != nil {
		return Layer{}, err
	}
	if len(c.Shape) != 1 && len(c.Shape) != 3 {
		return Layer{}, fmt.Errorf("target_shape: %v: must be [features], or [height, width, channels]", c.Shape)
	}
	numbers, open := 1, -1
	for _, n := range shape {
		numbers *= n
	}
	known := 1
	for i, n := range c.Shape {
		switch {
		case n == -1 && open < 0:
			open = i
		case n < 1 || n > numbers/known:
			return Layer{}, fmt.Errorf("target_shape: %v: does not fit %s", c.Shape, words.Count(numbers, "number"))
		default:
			known *= n
		}
	}
	if open < 0 && known != numbers || numbers%known != 0 {
		return Layer{}, fmt.Errorf("target_shape: %v: does not fit %s", c.Shape, words.Count(numbers, "number"))
	}
	return single(func(x *tensor.Tensor) *tensor.Tensor {
		target := slices.Insert(slices.Clone(c.Shape), 0, x.Dim(0))
		if open >= 0 {
			target[1+open] = x.Size() / x.Dim(0) / known
		}
		if x = lastly(x).Reshape(target...); x.Rank() == 4 {
			x = x.Permute(0, 3, 1, 2)
		}
		return x
	}, Sight{}), nil
}
