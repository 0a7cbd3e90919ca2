package measure

import (
	"github.com/org/artnn/internal/resample"
	"github.com/org/artnn/tensor"
)

// Differentiable makes a network's values at a place features of pictures as
// [NetworkFeatures] does, and lets gradients through: for what looks for a picture by its
// features, such as models/latent.
//
// Shape: x [n, channels, height, width] of the view, values in [−1, 1] → [n, features].
//
// Errors: those of [NetworkFeatures].
func Differentiable(n Network, v View) (func(x *tensor.Tensor) *tensor.Tensor, error) {
	s, err := v.of(n)
	if err != nil {
		return nil, err
	}
	down, across := resample.New(v.Height, v.Width, s.height, s.width).Matrices()
	return func(x *tensor.Tensor) *tensor.Tensor {
		if !x.HasShape(x.Dim(0), v.Channels, v.Height, v.Width) {
			tensor.Fail("features", "needs pictures of the view", "%v", x.Shape())
		}
		x = colouredTensor(x, s.channels)
		if s.height != v.Height || s.width != v.Width {
			x = beside(x, down, s.height, v.Height).MatMul(x.MatMul(beside(x, across, v.Width, s.width)))
		}
		return meanOverPixels(n.Activations(x, s.Place)[0])
	}, nil
}

// beside is a constant matrix on the backend and, if it is on one, the tape of x.
func beside(x *tensor.Tensor, values []float32, rows, columns int) *tensor.Tensor {
	if tape := x.Tape(); tape != nil {
		return tape.FromSlice(values, rows, columns)
	}
	return tensor.FromSliceOn(x.Backend(), values, rows, columns)
}

// colouredTensor is [coloured] for pictures with gradients.
//
// Shape: [n, from, height, width] → [n, to, height, width].
func colouredTensor(x *tensor.Tensor, to int) *tensor.Tensor {
	from := x.Dim(1)
	if from == to {
		return x
	}
	if from == 4 { // on white
		alpha := x.Narrow(1, 3, 1).AddScalar(1).MulScalar(0.5)
		return colouredTensor(x.Narrow(1, 0, 3).SubScalar(1).Mul(alpha).AddScalar(1), to)
	}
	if to == 1 {
		gray := x.Narrow(1, 0, 1).MulScalar(0.299) // as coloured has it
		gray = gray.Add(x.Narrow(1, 1, 1).MulScalar(0.587))
		return gray.Add(x.Narrow(1, 2, 1).MulScalar(0.114))
	}
	if from == 1 {
		x = tensor.Cat(1, x, x, x)
	}
	if to == 4 { // opaque
		x = tensor.Cat(1, x, x.Const(1).Expand(x.Dim(0), 1, x.Dim(2), x.Dim(3)))
	}
	return x
}
