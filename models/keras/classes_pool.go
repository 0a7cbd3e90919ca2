package keras

import (
	"slices"

	"github.com/org/artnn/tensor"
)

func init() {
	Register("MaxPooling2D", func(c poolConfig, in [][]int, _ *tensor.RNG) (Layer, error) { return c.layer(in, maxPool) })
	Register("AveragePooling2D", func(c poolConfig, in [][]int, _ *tensor.RNG) (Layer, error) { return c.layer(in, avgPool) })
	Register("GlobalAveragePooling2D", func(c globalConfig, in [][]int, _ *tensor.RNG) (Layer, error) {
		return c.layer(in, func(x *tensor.Tensor) *tensor.Tensor { return x.MeanKeep(2, 3) })
	})
	Register("GlobalMaxPooling2D", func(c globalConfig, in [][]int, _ *tensor.RNG) (Layer, error) {
		return c.layer(in, func(x *tensor.Tensor) *tensor.Tensor { return x.MaxKeep(2, 3) })
	})
}

type poolConfig struct {
	Size    pair         `json:"pool_size"`
	Stride  pair         `json:"strides,omitzero"` // without it, the size
	Padding padding      `json:"padding"`
	Format  channelsLast `json:"data_format,omitzero"`
}

// layer is one that pools; pad is what "same" asks for.
func (c poolConfig) layer(in [][]int, pool func(x *tensor.Tensor, p tensor.Pool, pad [4]int) *tensor.Tensor) (Layer, error) {
	shape, err := one(in, 4)
	if err != nil {
		return Layer{}, err
	}
	c.Stride = c.Stride.or(c.Size)
	if err := between("pool_size and strides", 1, maxWindow, slices.Concat(c.Size[:], c.Stride[:])...); err != nil {
		return Layer{}, err
	}
	lists, err := listed(shape[1], shape[2], shape[3])
	if err != nil {
		return Layer{}, err
	}
	l := single(func(x *tensor.Tensor) *tensor.Tensor {
		pad := c.Padding.around(x.Dim(2), x.Dim(3), c.Size, c.Stride, pair{1, 1})
		return pool(x, tensor.Pool{Kernel: c.Size, Stride: c.Stride}, pad)
	}, c.Padding.sight(c.Size, c.Stride, pair{1, 1}))
	l.lists = lists
	return l, nil
}

// even reports whether padding is the same on both sides, so that pooling does it.
func even(pad [4]int) bool { return pad[0] == pad[1] && pad[2] == pad[3] }

// maxPool never sees padding as larger than a pixel: outermost pixels again add nothing
// that their window does not have.
func maxPool(x *tensor.Tensor, p tensor.Pool, pad [4]int) *tensor.Tensor {
	if even(pad) {
		p.Padding = [2]int{pad[0], pad[2]}
		return x.MaxPool2d(p)
	}
	return x.Pad2d(pad, tensor.PadReplicate).MaxPool2d(p)
}

// avgPool is the average of the pixels in the picture, as in TensorFlow.
func avgPool(x *tensor.Tensor, p tensor.Pool, pad [4]int) *tensor.Tensor {
	if even(pad) {
		p.Padding, p.ExcludePadding = [2]int{pad[0], pad[2]}, true
		return x.AvgPool2d(p)
	}
	y := x.Pad2d(pad, tensor.PadZeros).AvgPool2d(p)
	inside := make([][]int, 2) // pixels of the picture in each window, down and across
	for i := range inside {
		n, before := x.Dim(2+i), pad[2*i]
		for at := -before; len(inside[i]) < y.Dim(2+i); at += p.Stride[i] {
			inside[i] = append(inside[i], min(at+p.Kernel[i], n)-max(at, 0))
		}
	}
	share := make([]float32, 0, len(inside[0])*len(inside[1]))
	for _, down := range inside[0] {
		for _, across := range inside[1] {
			share = append(share, float32(p.Kernel[0]*p.Kernel[1])/float32(down*across))
		}
	}
	if tape := y.Tape(); tape != nil {
		return y.Mul(tape.FromSlice(share, y.Dim(2), y.Dim(3)))
	}
	return y.Mul(tensor.FromSliceOn(y.Backend(), share, y.Dim(2), y.Dim(3)))
}

type globalConfig struct {
	Keep   bool         `json:"keepdims,omitempty"`
	Format channelsLast `json:"data_format,omitzero"`
}

// layer is one that makes a number of each channel.
func (c globalConfig) layer(in [][]int, pool func(x *tensor.Tensor) *tensor.Tensor) (Layer, error) {
	if _, err := one(in, 4); err != nil {
		return Layer{}, err
	}
	return single(func(x *tensor.Tensor) *tensor.Tensor {
		if y := pool(x); c.Keep {
			return y
		} else {
			return y.Flatten(1)
		}
	}, Sight{}), nil
}
