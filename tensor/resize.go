package tensor

import (
	"fmt"
	"math"
)

// UpsampleNearest makes pictures of another size, with the nearest pixel for each.
//
// Shape: [N, C, H, W] → [N, C, h, w].
func (x *Tensor) UpsampleNearest(h, w int) *Tensor {
	const op = "upsample nearest"
	x.checkResize(op, h, w)
	places := func(from, to int) []int {
		at := make([]int, to)
		for i := range at {
			at[i] = i * from / to
		}
		return at
	}
	return x.takePixels(places(x.view.Shape[2], h), places(x.view.Shape[3], w))
}

// UpsampleBilinear makes pictures of another size, with a mixture of the four nearest
// pixels for each. alignCorners puts the centres of the outermost pixels, and not
// their edges, on those of the result.
//
// Shape: [N, C, H, W] → [N, C, h, w].
func (x *Tensor) UpsampleBilinear(h, w int, alignCorners bool) *Tensor {
	const op = "upsample bilinear"
	x.checkResize(op, h, w)
	weights := func(from, to int) *Tensor {
		mix := make([]float64, to*from)
		for i := range to {
			at := max(0, (float64(i)+0.5)*float64(from)/float64(to)-0.5)
			if alignCorners {
				at = float64(i) * float64(from-1) / float64(max(1, to-1))
			}
			whole := min(int(math.Floor(at)), from-1)
			share := at - float64(whole)
			mix[i*from+whole] += 1 - share
			mix[i*from+min(whole+1, from-1)] += share
		}
		return x.constants(mix, to, from)
	}
	return x.mix(weights(x.view.Shape[2], h), weights(x.view.Shape[3], w))
}

func (x *Tensor) checkResize(op string, h, w int) {
	x.pictures(op)
	if min(h, w, x.view.Shape[2], x.view.Shape[3]) < 1 {
		Fail(op, "needs a result and pictures of at least one pixel", "%d×%d from %d×%d", h, w, x.view.Shape[2], x.view.Shape[3])
	}
}

// PixelShuffle moves channels into the plane: each group of r² of them becomes a
// square of r×r pixels.
//
// Shape: [N, C·r², H, W] → [N, C, H·r, W·r].
//
// Panics if r² does not divide the channels.
//
// Reference: Shi et al., "Real-Time Single Image and Video Super-Resolution Using an
// Efficient Sub-Pixel Convolutional Neural Network", 2016.
func (x *Tensor) PixelShuffle(r int) *Tensor {
	x.pictures("pixel shuffle")
	n, c, h, w := x.view.Shape[0], x.view.Shape[1], x.view.Shape[2], x.view.Shape[3]
	if r < 1 || c%(r*r) != 0 {
		Fail("pixel shuffle", fmt.Sprintf("needs channels that %d² divides", r), "%d", c)
	}
	c /= r * r
	y := x.Permute(0, 2, 3, 1).Reshape(n, h, w, c, r, r).Permute(0, 1, 4, 2, 5, 3)
	return y.Reshape(n, h*r, w*r, c).Permute(0, 3, 1, 2)
}

// PixelUnshuffle is the opposite of [Tensor.PixelShuffle].
//
// Shape: [N, C, H·r, W·r] → [N, C·r², H, W].
//
// Panics if r does not divide height and width.
func (x *Tensor) PixelUnshuffle(r int) *Tensor {
	x.pictures("pixel unshuffle")
	n, c, h, w := x.view.Shape[0], x.view.Shape[1], x.view.Shape[2], x.view.Shape[3]
	if r < 1 || h%r != 0 || w%r != 0 {
		Fail("pixel unshuffle", fmt.Sprintf("needs pictures whose height and width %d divides", r), "%d×%d", h, w)
	}
	h, w = h/r, w/r
	y := x.Permute(0, 2, 3, 1).Reshape(n, h, r, w, r, c).Permute(0, 1, 3, 5, 2, 4)
	return y.Reshape(n, h, w, c*r*r).Permute(0, 3, 1, 2)
}
