package layers

import "github.com/org/artnn/tensor"

// MaxPool2d is the largest number in each window: see [tensor.Tensor.MaxPool2d].
//
// Shape: [B, channels, H, W] → [B, channels, H′, W′] with
// H′ = ⌊(H + 2·padding − kernel)/stride⌋ + 1.
type MaxPool2d struct {
	stateless
	Kernel  int
	Stride  int // 0 means Kernel
	Padding int // on all sides, at most half of Kernel
}

func (l MaxPool2d) Forward(x *tensor.Tensor) *tensor.Tensor {
	return x.MaxPool2d(square(l.Kernel, l.Stride, l.Padding))
}

func square(kernel, stride, padding int) tensor.Pool {
	return tensor.Pool{Kernel: [2]int{kernel, kernel}, Stride: [2]int{stride, stride}, Padding: [2]int{padding, padding}}
}

// AvgPool2d is the average of each window: see [tensor.Tensor.AvgPool2d].
//
// Shape: as [MaxPool2d].
type AvgPool2d struct {
	stateless
	Kernel         int
	Stride         int  // 0 means Kernel
	Padding        int  // on all sides, at most half of Kernel
	ExcludePadding bool // averages are those of pixels in the picture
}

func (l AvgPool2d) Forward(x *tensor.Tensor) *tensor.Tensor {
	p := square(l.Kernel, l.Stride, l.Padding)
	p.ExcludePadding = l.ExcludePadding
	return x.AvgPool2d(p)
}

// AdaptiveAvgPool2d is the average of each of Height·Width windows that a picture
// divides into.
//
// Shape: [B, channels, H, W] → [B, channels, Height, Width].
type AdaptiveAvgPool2d struct {
	stateless
	Height, Width int
}

func (l AdaptiveAvgPool2d) Forward(x *tensor.Tensor) *tensor.Tensor {
	return x.AdaptiveAvgPool2d(l.Height, l.Width)
}

// AdaptiveMaxPool2d is the largest number in each of Height·Width windows that a
// picture divides into.
//
// Shape: [B, channels, H, W] → [B, channels, Height, Width].
type AdaptiveMaxPool2d struct {
	stateless
	Height, Width int
}

func (l AdaptiveMaxPool2d) Forward(x *tensor.Tensor) *tensor.Tensor {
	return x.AdaptiveMaxPool2d(l.Height, l.Width)
}
