package layers

import (
	"github.com/org/artnn/tensor"
)

// Upsample makes pictures larger by a whole factor, with the nearest pixel for each or,
// with Bilinear, a mixture of the four nearest.
//
// Shape: [B, channels, H, W] → [B, channels, H·Factor, W·Factor].
//
// Panics if the factor is not positive.
type Upsample struct {
	stateless
	Factor   int
	Bilinear bool
	// AlignCorners puts the centres of the outermost pixels, and not their edges, on
	// those of the result; only with Bilinear.
	AlignCorners bool
}

func (l Upsample) Forward(x *tensor.Tensor) *tensor.Tensor {
	if x.Rank() != 4 || l.Factor < 1 {
		tensor.Fail("upsample", "needs inputs [batch, channels, height, width] and a factor of at least 1", "%v and %d", x.Shape(), l.Factor)
	}
	h, w := x.Dim(2)*l.Factor, x.Dim(3)*l.Factor
	if l.Bilinear {
		return x.UpsampleBilinear(h, w, l.AlignCorners)
	}
	return x.UpsampleNearest(h, w)
}

// PixelShuffle moves channels into the plane: see [tensor.Tensor.PixelShuffle].
//
// Shape: [B, channels·Factor², H, W] → [B, channels, H·Factor, W·Factor].
type PixelShuffle struct {
	stateless
	Factor int
}

func (l PixelShuffle) Forward(x *tensor.Tensor) *tensor.Tensor { return x.PixelShuffle(l.Factor) }

// PixelUnshuffle is the opposite of [PixelShuffle].
//
// Shape: [B, channels, H·Factor, W·Factor] → [B, channels·Factor², H, W].
type PixelUnshuffle struct {
	stateless
	Factor int
}

func (l PixelUnshuffle) Forward(x *tensor.Tensor) *tensor.Tensor { return x.PixelUnshuffle(l.Factor) }

// Pad2d adds pixels round pictures: see [tensor.Tensor.Pad2d].
//
// Shape: [B, channels, H, W] → [B, channels, H+top+bottom, W+left+right].
type Pad2d struct {
	stateless
	Padding [4]int // top, bottom, left, right
	Mode    tensor.PadMode
}

func (l Pad2d) Forward(x *tensor.Tensor) *tensor.Tensor { return x.Pad2d(l.Padding, l.Mode) }
