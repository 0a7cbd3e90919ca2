package loss

import (
	"slices"

	"github.com/org/artnn/tensor"
)

// GradientNorm2 is the squared norm of each row's gradient, which can be
// differentiated again:
//
//	p[n] = Σ (∂ Σ scores / ∂ x[n])²
//
// Half its mean over real pictures, times a weight γ, is the R1 penalty of a
// discriminator's scores; over generated pictures, R2. Rows must not influence
// each other's scores, as they do through a batch norm in training.
//
// Shape: scores [n, ...], x [n, ...], both on one tape → [n].
//
// Reference: Mescheder, Geiger and Nowozin, "Which Training Methods for GANs do
// actually Converge?", 2018.
func GradientNorm2(scores, x *tensor.Tensor) *tensor.Tensor {
	slope := x.Tape().Grad(scores.Sum(), []*tensor.Tensor{x}, tensor.CreateGraph())[0]
	if slope.Rank() > 2 {
		slope = slope.Reshape(slope.Dim(0), -1)
	}
	return slope.Square().Sum(1)
}

// GradientPenalty holds the norm of each row's gradient at 1, as a Wasserstein
// distance needs it between real and generated pictures:
//
//	p = mean (‖∂ Σ scores / ∂ x[n]‖ − 1)²
//
// at the points x that [Between] draws. It is added to the critic's loss, usually
// with weight 10.
//
// Shape: scores [n, ...], x [n, ...], both on one tape → [].
//
// Reference: Gulrajani et al., "Improved Training of Wasserstein GANs", 2017.
// Deviation: 1e-12 is added under the root, for a gradient where the slope is 0.
func GradientPenalty(scores, x *tensor.Tensor) *tensor.Tensor {
	return GradientNorm2(scores, x).AddScalar(1e-12).Sqrt().AddScalar(-1).Square().Mean()
}

// Between draws a point on the line from each generated picture to a real one,
//
//	x[n] = ε[n]·real[n] + (1−ε[n])·fake[n], ε uniform in [0, 1)
//
// from the tape's random numbers. No gradient flows back to either.
//
// Shape: real and fake [n, ...], on one tape → the same.
func Between(real, fake *tensor.Tensor) *tensor.Tensor {
	match("between", real, fake)
	shape := slices.Repeat([]int{1}, real.Rank())
	shape[0] = real.Dim(0)
	real, fake = real.Detach(), fake.Detach()
	return fake.Add(real.Tape().Uniform(0, 1, shape...).Mul(real.Sub(fake))).Detach()
}
