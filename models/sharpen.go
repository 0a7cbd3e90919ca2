package models

import (
	"iter"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// sharpen is an unsharp mask in front of a discriminator: with the pixels next to
// pixel i, N(i), of which those at the border have fewer than four,
//
//	yᵢ = xᵢ + amount·Σ_{j ∈ N(i)} (xᵢ − xⱼ)
//
// It is I + amount·L with the Laplacian L of the grid, whose eigenvalues go from
// 0 for flat images to 8 for a chessboard. Images have most of their variance
// near 0, and a network learns along large variance first; this evens it out.
//
// Shape: [n, channels·height·width] → the same.
type sharpen struct {
	amount                  float64
	channels, height, width int
}

// State yields nothing.
func (sharpen) State() iter.Seq2[string, layers.Entry] { return layers.Entries() }

// Forward sharpens images.
func (s sharpen) Forward(x *tensor.Tensor) *tensor.Tensor {
	images := x.Reshape(x.Dim(0), s.channels, s.height, s.width)
	y := s.along(3, images, images)
	return s.along(2, y, images).Reshape(x.Dim(0), -1)
}

// along adds to y the differences of neighbours on one axis. Each counts for the
// later pixel and against the earlier one.
func (s sharpen) along(axis int, y, images *tensor.Tensor) *tensor.Tensor {
	size := images.Dim(axis)
	if size < 2 {
		return y
	}
	step := images.Narrow(axis, 1, size-1).Sub(images.Narrow(axis, 0, size-1)).MulScalar(s.amount)
	return y.Add(step.Pad(axis, 1, 0)).Sub(step.Pad(axis, 0, 1))
}
