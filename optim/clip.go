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
// With an infinite limit it only measures. A length that is not finite tells of
// gradients that are not; they are left as they are.
//
// Panics if limit is negative or NaN.
//
// Reference: Pascanu, Mikolov and Bengio, "On the difficulty of training
// recurrent neural networks", 2012. Deviation: PyTorch scales gradients by a
// length that is not finite too, which spoils those still sound.
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

// sumOfSquares is g·g as a product of a row with a column, which needs no
// memory for the squares.
func sumOfSquares(g *tensor.Tensor) float64 {
	be, v := g.Backend(), line(g)
	n := v.Shape[0]
	row, column := v, v
	row.Rank, row.Shape, row.Strides = 2, [backend.MaxRank]int{1, n}, [backend.MaxRank]int{n, 1}
	column.Rank, column.Shape, column.Strides = 2, [backend.MaxRank]int{n, 1}, [backend.MaxRank]int{1, 1}
	dst := backend.NewView(be.Alloc(1), 1, 1)
	defer be.Free(dst.Buf)
	be.Gemm(dst, row, column, 1, 0, backend.Epilogue{})
	var sum [1]float64
	be.Read64(sum[:], dst.Buf, 0)
	return sum[0]
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
