package tensor

import (
	"fmt"

	"github.com/org/artnn/backend"
)

// Pool says how the window of a pooling moves over pictures.
type Pool struct {
	Kernel  [2]int // height and width of the window
	Stride  [2]int // pixels from one window to the next; 0 means the kernel
	Padding [2]int // pixels added on both sides, at most half the kernel

	// ExcludePadding makes averages those of the pixels in the picture only.
	ExcludePadding bool
}

// spans are where the windows along an axis of n begin and end.
func (p *Pool) spans(op string, axis, n int) (spans [][2]int, stride int) {
	k, pad := p.Kernel[axis], p.Padding[axis]
	if stride = p.Stride[axis]; stride == 0 {
		stride = k
	}
	if k < 1 || stride < 1 || pad < 0 || 2*pad > k {
		Fail(op, "needs a kernel and stride of at least 1, and padding of at most half the kernel", "%v, %v and %v", p.Kernel, p.Stride, p.Padding)
	}
	if n+2*pad < k {
		Fail(op, fmt.Sprintf("kernel %v with padding %v needs larger pictures", p.Kernel, p.Padding), "%d along axis %d", n, 2+axis)
	}
	for at := -pad; at+k <= n+pad; at += stride {
		spans = append(spans, [2]int{max(at, 0), min(at+k, n)})
	}
	return spans, stride
}

// adaptive are spans that divide an axis of n into so many windows, which overlap
// where they do not fit.
func adaptive(op string, n, count int) (spans [][2]int) {
	if count < 1 || n < 1 {
		Fail(op, "needs a result and pictures of at least one pixel", "%d from %d", count, n)
	}
	for i := range count {
		spans = append(spans, [2]int{i * n / count, ((i+1)*n + count - 1) / count})
	}
	return spans
}

// MaxPool2d is the largest number in each window. The first among equals gets the
// gradient; NaN counts as largest.
//
// Shape: [N, C, H, W] → [N, C, H′, W′] with H′ = ⌊(H + 2·padding − kernel)/stride⌋ + 1.
//
// Panics if the window is larger than a padded picture.
func (x *Tensor) MaxPool2d(p Pool) *Tensor {
	const op = "max pool 2d"
	x.pictures(op)
	lines, _ := p.spans(op, 0, x.view.Shape[2])
	across, _ := p.spans(op, 1, x.view.Shape[3])
	return x.maxOf(lines, across)
}

// AdaptiveMaxPool2d is the largest number in each of h·w windows that the pictures
// divide into.
//
// Shape: [N, C, H, W] → [N, C, h, w].
func (x *Tensor) AdaptiveMaxPool2d(h, w int) *Tensor {
	const op = "adaptive max pool 2d"
	x.pictures(op)
	return x.maxOf(adaptive(op, x.view.Shape[2], h), adaptive(op, x.view.Shape[3], w))
}

// maxOf picks the largest number of each window.
func (x *Tensor) maxOf(lines, across [][2]int) *Tensor {
	n, c, h, w := x.view.Shape[0], x.view.Shape[1], x.view.Shape[2], x.view.Shape[3]
	index := make([]int32, 0, n*c*len(lines)*len(across))
	if x.be.Precision() == backend.Float64 {
		index = largest(index, x.Float64s(), h, w, lines, across)
	} else {
		index = largest(index, x.Float32s(), h, w, lines, across)
	}
	return x.Reshape(n, c, h*w).Gather(index).Reshape(n, c, len(lines), len(across))
}

// largest appends the place in its plane of the largest number of each window.
func largest[T float32 | float64](index []int32, x []T, h, w int, lines, across [][2]int) []int32 {
	for ; len(x) > 0; x = x[h*w:] {
		for _, l := range lines {
			for _, a := range across {
				at := l[0]*w + a[0]
				for y := l[0]; y < l[1]; y++ {
					for i := y*w + a[0]; i < y*w+a[1]; i++ {
						if x[i] > x[at] || x[i] != x[i] && x[at] == x[at] {
							at = i
						}
					}
				}
				index = append(index, int32(at))
			}
		}
	}
	return index
}

// AvgPool2d is the average of each window. Padding counts as zeros, unless it is
// excluded.
//
// Shape: [N, C, H, W] → [N, C, H′, W′] with H′ = ⌊(H + 2·padding − kernel)/stride⌋ + 1.
//
// Panics if the window is larger than a padded picture.
func (x *Tensor) AvgPool2d(p Pool) *Tensor {
	const op = "avg pool 2d"
	x.pictures(op)
	lines, down := p.spans(op, 0, x.view.Shape[2])
	across, right := p.spans(op, 1, x.view.Shape[3])
	c, kh, kw := x.view.Shape[1], p.Kernel[0], p.Kernel[1]
	// A convolution whose weights are all the same.
	w := filled(x.tape, x.be, 1/float64(kh*kw), []int{c, 1, kh, kw})
	y := Conv2d(x, w, nil, Conv{
		Stride: [2]int{down, right}, Padding: [4]int{p.Padding[0], p.Padding[0], p.Padding[1], p.Padding[1]}, Groups: c,
	})
	if !p.ExcludePadding || p.Padding == [2]int{} {
		return y
	}
	share := make([]float64, 0, len(lines)*len(across))
	for _, l := range lines {
		for _, a := range across {
			share = append(share, float64(kh*kw)/float64((l[1]-l[0])*(a[1]-a[0])))
		}
	}
	return y.Mul(x.constants(share, len(lines), len(across)))
}

// AdaptiveAvgPool2d is the average of each of h·w windows that the pictures divide
// into.
//
// Shape: [N, C, H, W] → [N, C, h, w].
func (x *Tensor) AdaptiveAvgPool2d(h, w int) *Tensor {
	const op = "adaptive avg pool 2d"
	x.pictures(op)
	if h == 1 && w == 1 {
		return x.MeanKeep(2, 3)
	}
	average := func(n, count int) *Tensor {
		weights := make([]float64, count*n)
		for i, s := range adaptive(op, n, count) {
			for j := s[0]; j < s[1]; j++ {
				weights[i*n+j] = 1 / float64(s[1]-s[0])
			}
		}
		return x.constants(weights, count, n)
	}
	return x.mix(average(x.view.Shape[2], h), average(x.view.Shape[3], w))
}

// constants are numbers beside x: on its backend, and on its tape.
func (x *Tensor) constants(numbers []float64, shape ...int) *Tensor {
	t := alloc(x.tape, x.be, shape)
	load(t, numbers)
	return t
}

// mix makes pictures whose lines are mixtures of lines, and whose pixels are mixtures
// of the pixels of a line: with weights lines [h, H] and across [w, W].
func (x *Tensor) mix(lines, across *Tensor) *Tensor {
	n, c, h, w := x.view.Shape[0], x.view.Shape[1], lines.view.Shape[0], across.view.Shape[0]
	y := lines.MatMul(x.Permute(0, 2, 3, 1).Reshape(n, x.view.Shape[2], x.view.Shape[3]*c))
	y = across.MatMul(y.Reshape(n*h, x.view.Shape[3], c))
	return y.Reshape(n, h, w, c).Permute(0, 3, 1, 2)
}
