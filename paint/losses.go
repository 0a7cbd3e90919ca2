package paint

import "github.com/org/artnn/tensor"

// Gram is how values of pictures go together, wherever they are: products of channels,
// in the mean over pixels. It tells textures and colours, and nothing of places.
//
//	G[i, j] = mean over y, x of a[i, y, x]·a[j, y, x]
//
// Shape: [n, channels, height, width] → [n, channels, channels].
func Gram(a *tensor.Tensor) *tensor.Tensor {
	if a.Rank() != 4 {
		tensor.Fail("gram", "needs values [n, channels, height, width]", "%v", a.Shape())
	}
	pixels := a.Dim(2) * a.Dim(3)
	flat := a.Flatten(2)
	return flat.MatMul(flat.T()).DivScalar(float64(pixels))
}

// TotalVariation is how much pixels differ from those beside them: the mean of the
// squares of all differences to the right, plus that of all downward. Less of it is
// smoother.
//
// Shape: [n, channels, height, width], each of height and width at least 2, → [].
func TotalVariation(x *tensor.Tensor) *tensor.Tensor {
	if x.Rank() != 4 || min(x.Dim(2), x.Dim(3)) < 2 {
		tensor.Fail("total variation", "needs pictures [n, channels, height, width] of at least 2×2", "%v", x.Shape())
	}
	apart := func(axis int) *tensor.Tensor {
		n := x.Dim(axis) - 1
		return x.Narrow(axis, 1, n).Sub(x.Narrow(axis, 0, n)).Square().Mean()
	}
	return apart(3).Add(apart(2))
}

// relative is the squared distance of a to a constant b, relative to b's squared length.
func relative(a, b *tensor.Tensor) *tensor.Tensor {
	return a.Sub(b).Square().Sum().Div(b.Square().Sum().AddScalar(0x1p-126))
}
