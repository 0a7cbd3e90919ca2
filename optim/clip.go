package optim

import (
	"fmt"
	"iter"
	"math"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
)

// ClipGradNorm shortens the gradients of all parameters, taken as one vector g,
// to Euclidean length limit if they are longer, and returns the length they had:
//
//	g = g·min(1, limit/(‖g‖ + 1e-6))
//
// Squares are added up in float64. With an infinite limit it only measures. If the
// length is not finite, because gradients are not, nothing is scaled.
//
// Panics if limit is negative or NaN.
//
// Reference: Pascanu, Mikolov and Bengio, "On the difficulty of training
// recurrent neural networks", 2012. Deviation: PyTorch also scales by a length that
// is not finite, which turns finite gradients into NaN.
func ClipGradNorm(params iter.Seq2[string, *tensor.Tensor], limit float64) float64 {
	if !(limit >= 0) {
		panic(fmt.Sprintf("clip grad norm: the limit must be at least 0, got %g", limit))
	}
	grads := gradients(params)
	squares := 0.0
	for _, g := range grads {
		squares += sumOfSquares(g)
	}
	norm := math.Sqrt(squares)
	if c := limit / (norm + 1e-6); c < 1 && norm <= maxFinite {
		for _, g := range grads {
			v := line(g)
			g.Backend().Unary(backend.MulScalar, v, v, backend.Params{c})
		}
	}
	return norm
}

const (
	// squaresBlock is how many squares are summed in the backend's precision: so
	// few that rounding does not add up, so many that their sums cost nothing
	// beside reading the gradient. On 50 million numbers, blocks from 2¹² to 2²⁰
	// take as long as one sum of all.
	squaresBlock = 1 << 15
	// Outside these bounds float32 loses squares, or all of their sum.
	leastSquares, mostSquares = 0x1p-90, math.MaxFloat32
)

// sumOfSquares is Σ g², with block sums as products of a row with a column,
// which need no memory for the squares, added up in float64.
func sumOfSquares(g *tensor.Tensor) float64 {
	be, v := g.Backend(), line(g)
	blocks, rest := v.Shape[0]/squaresBlock, v.Shape[0]%squaresBlock
	dst := backend.NewView(be.Alloc(blocks+1), blocks+1, 1, 1)
	defer be.Free(dst.Buf)
	products(be, dst, v, blocks, squaresBlock)
	last := dst
	last.Offset, last.Shape[0] = blocks, 1
	v.Offset += blocks * squaresBlock
	products(be, last, v, 1, rest)
	sum := 0.0
	eachNumber(be, dst, blocks+1, func(x float64) { sum += x })
	if sum >= leastSquares && sum <= mostSquares {
		return sum
	}
	sum = 0
	eachNumber(be, line(g), g.Size(), func(x float64) { sum += x * x })
	return sum
}

// products multiplies each of n blocks of x with itself.
func products(be backend.Backend, dst, x backend.View, n, size int) {
	dst.Shape[0] = n
	x.Rank, x.Shape, x.Strides = 3, [backend.MaxRank]int{n, 1, size}, [backend.MaxRank]int{size, size, 1}
	column := x
	column.Shape, column.Strides = [backend.MaxRank]int{n, size, 1}, [backend.MaxRank]int{size, 1, 1}
	be.Gemm(dst, x, column, 1, 0, backend.Epilogue{})
}

// eachNumber reads the first n numbers of a line.
func eachNumber(be backend.Backend, v backend.View, n int, f func(x float64)) {
	const most = 1 << 10 // at a time
	buf := make([]float64, min(n, most))
	for lo := 0; lo < n; lo += most {
		part := buf[:min(most, n-lo)]
		be.Read64(part, v.Buf, v.Offset+lo)
		for _, x := range part {
			f(x)
		}
	}
}

// ClipGradValue moves every gradient into [−limit, limit].
//
// Panics if limit is negative or NaN.
func ClipGradValue(params iter.Seq2[string, *tensor.Tensor], limit float64) {
	if !(limit >= 0) {
		panic(fmt.Sprintf("clip grad value: the limit must be at least 0, got %g", limit))
	}
	for _, g := range gradients(params) {
		v := line(g)
		g.Backend().Unary(backend.Clamp, v, v, backend.Params{-limit, limit})
	}
}

// gradients collects those of the parameters that have one, each once.
func gradients(params iter.Seq2[string, *tensor.Tensor]) []*tensor.Tensor {
	var grads []*tensor.Tensor
	seen := map[*tensor.Tensor]bool{}
	for _, p := range params {
		if g := p.Grad(); g != nil && !seen[p] {
			seen[p] = true
			grads = append(grads, g)
		}
	}
	return grads
}
