package measure

import (
	"context"

	"github.com/org/artnn/tensor"
)

// Kernel is the kernel distance of two sets of features, the squared maximum mean
// discrepancy with the kernel k(x, y) = (x·y/d + 1)³, estimated without bias:
//
//	mean k(xᵢ, xⱼ) + mean k(yᵢ, yⱼ) − 2·mean k(xᵢ, yⱼ),  i ≠ j in the first two
//
// Equal distributions have 0 on average, at any count, so an estimate may be below
// it. All pairs are taken, where others average over parts of 1000.
//
// Shape: each [n, d], the n may differ.
//
// Errors: an ended context.
// Panics if a set has fewer than two vectors, or the d differ.
//
// Reference: Bińkowski et al., "Demystifying MMD GANs", 2018.
func Kernel(ctx context.Context, real, generated [][]float32) (float64, error) {
	d := sizeOf("kernel", 2, real, generated)
	if !finite(real, generated) {
		return nan, ctx.Err()
	}
	x, y := matrix(real, d), matrix(generated, d)
	defer x.Release()
	defer y.Release()
	m, n := float64(len(real)), float64(len(generated))
	distance := kernelSum(ctx, x, x, true)/(m*(m-1)) + kernelSum(ctx, y, y, true)/(n*(n-1)) - 2*kernelSum(ctx, x, y, false)/(m*n)
	return distance, ctx.Err()
}

// kernelSum is the sum of the kernel over all pairs, or those with i ≠ j.
func kernelSum(ctx context.Context, a, b *tensor.Tensor, apart bool) float64 {
	rows := make([]float64, a.Dim(0))
	scale := 1 / float64(a.Dim(1))
	products(ctx, a, b, func(i int, products []float32) {
		for j, p := range products {
			if apart && i == j {
				continue
			}
			k := float64(p)*scale + 1
			rows[i] += k * k * k
		}
	})
	return sum(rows)
}
