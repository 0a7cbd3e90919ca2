package reference

import (
	"fmt"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/words"
)

// Conv2d computes dst = act(convolution of x with w + bias).
func (*Backend) Conv2d(dst, x, w backend.View, c backend.Conv, ep backend.Epilogue) {
	const op = "conv2d"
	sums := convSums(op, dst, x, w)
	xs, ws := source(op, x), source(op, w)
	convTerms(op, &x, &w, &dst, &c, func(x, w, y int) { sums[y] += xs[x] * ws[w] })
	convFinish(op, dst, sums, &ep)
}

// Conv2dInputGrad computes dst = act(gradient of a convolution's input + bias).
func (*Backend) Conv2dInputGrad(dst, g, w backend.View, c backend.Conv, ep backend.Epilogue) {
	const op = "conv2d input grad"
	sums := convSums(op, dst, g, w)
	gs, ws := source(op, g), source(op, w)
	convTerms(op, &dst, &w, &g, &c, func(x, w, y int) { sums[x] += gs[y] * ws[w] })
	convFinish(op, dst, sums, &ep)
}

// Conv2dWeightGrad computes dst = gradient of a convolution's weights + beta·dst.
func (*Backend) Conv2dWeightGrad(dst, g, x backend.View, c backend.Conv, beta float64) {
	const op = "conv2d weight grad"
	sums := convSums(op, dst, g, x)
	gs, xs, out := source(op, g), source(op, x), source(op, dst)
	convTerms(op, &x, &dst, &g, &c, func(x, w, y int) { sums[w] += gs[y] * xs[x] })
	at := walk(&dst)
	for range dst.Size() {
		old := 0.0
		if beta != 0 {
			old = beta * out[at.pos]
		}
		out[at.pos] = sums[at.pos] + old
		at.next()
	}
}

// convSums is a sum for each number of dst's buffer.
func convSums(op string, dst backend.View, inputs ...backend.View) []float64 {
	apart(op, dst, inputs...)
	return make([]float64, len(destination(op, dst, inputs...)))
}

// convTerms goes through the terms of a convolution: f gets where the pixel, the
// weight and the result of each lie.
func convTerms(op string, x, w, y *backend.View, c *backend.Conv, f func(x, w, y int)) {
	if x.Rank != 4 || w.Rank != 4 || y.Rank != 4 || c.Groups < 1 || x.Shape[0] != y.Shape[0] || y.Shape[1] != w.Shape[0] ||
		x.Shape[1] != c.Groups*w.Shape[1] || w.Shape[0]%c.Groups != 0 {
		panic(fmt.Sprintf("reference: %s: %v, %v, %v and %s do not go together", op, x.Dims(), w.Dims(), y.Dims(), words.Count(c.Groups, "group")))
	}
	if min(c.Stride[0], c.Stride[1], c.Dilation[0], c.Dilation[1]) < 1 || min(c.Pad[0], c.Pad[1]) < 0 {
		panic(fmt.Sprintf("reference: %s: expected strides and dilations of at least 1 and no negative padding, got %+v", op, *c))
	}
	channels, outs := w.Shape[1], w.Shape[0]/c.Groups
	at := func(v *backend.View, i, j, k, l int) int {
		return v.Offset + i*v.Strides[0] + j*v.Strides[1] + k*v.Strides[2] + l*v.Strides[3]
	}
	for n := range y.Shape[0] {
		for o := range y.Shape[1] {
			for i := range y.Shape[2] {
				for j := range y.Shape[3] {
					for k := range channels {
						for a := range w.Shape[2] {
							for b := range w.Shape[3] {
								row, col := i*c.Stride[0]+a*c.Dilation[0]-c.Pad[0], j*c.Stride[1]+b*c.Dilation[1]-c.Pad[1]
								if row >= 0 && row < x.Shape[2] && col >= 0 && col < x.Shape[3] {
									f(at(x, n, o/outs*channels+k, row, col), at(w, o, k, a, b), at(y, n, o, i, j))
								}
							}
						}
					}
				}
			}
		}
	}
}

// convFinish writes the sums with bias and activation.
func convFinish(op string, dst backend.View, sums []float64, ep *backend.Epilogue) {
	out := source(op, dst)
	var bias []float64
	if ep.Bias.Buf != nil {
		if bias = source(op, ep.Bias); ep.Bias.Rank != 1 || ep.Bias.Shape[0] != dst.Shape[1] {
			panic(fmt.Sprintf("reference: %s: expected a bias of [%d], got %v", op, dst.Shape[1], ep.Bias.Dims()))
		}
	}
	act, activated := ep.Act.Unary()
	at := walk(&dst)
	for range dst.Size() {
		y := sums[at.pos]
		if bias != nil {
			y += bias[ep.Bias.Offset+at.index[1]*ep.Bias.Strides[0]]
		}
		if activated {
			y = unary(act, y, backend.Params{ep.Slope})
		}
		out[at.pos] = y
		at.next()
	}
}
