package models

import (
	"iter"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// stateless is embedded in layers without parameters.
type stateless struct{}

func (stateless) State() iter.Seq2[string, layers.Entry] { return layers.Entries() }

// pixel makes pictures of one pixel of vectors.
//
// Shape: [n, c] → [n, c, 1, 1].
type pixel struct{ stateless }

func (pixel) Forward(x *tensor.Tensor) *tensor.Tensor { return x.Reshape(x.Dim(0), x.Dim(1), 1, 1) }

// planes makes pictures of vectors.
//
// Shape: [n, channels·height·width] → [n, channels, height, width].
type planes struct{ channels, height, width int }

func (planes) State() iter.Seq2[string, layers.Entry] { return layers.Entries() }

func (p planes) Forward(x *tensor.Tensor) *tensor.Tensor {
	return x.Reshape(x.Dim(0), p.channels, p.height, p.width)
}

// sumPixels adds up the pixels of each channel.
//
// Shape: [n, c, h, w] → [n, c].
type sumPixels struct{ stateless }

func (sumPixels) Forward(x *tensor.Tensor) *tensor.Tensor { return x.Sum(2, 3) }
