package measure

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/org/artnn/internal/symmetric"
)

// Frechet is the Fréchet distance of two sets of features, each taken for normally
// distributed:
//
//	‖μ − μ'‖² + tr(C + C' − 2·(C·C')^½)
//
// with means μ and covariances C, which divide by n − 1. It is biased: fewer
// vectors than some ten for each dimension give too much, so compare values of
// equal counts only. [Kernel] has no bias, [ExtrapolatedFrechet] little.
// Covariances may be singular, as they are where vectors are fewer than dimensions.
// Time is of the third power of the dimension, some seconds for 1000.
//
// Shape: each [n, d], the n may differ.
//
// Panics if a set has fewer than two vectors, or the d differ.
//
// Reference: Heusel et al., "GANs trained by a two time-scale update rule converge
// to a local Nash equilibrium", 2017.
func Frechet(real, generated [][]float32) float64 {
	d := sizeOf("frechet", 2, real, generated)
	if !finite(real, generated) {
		return nan
	}
	return frechet(momentsOf(real, d), momentsOf(generated, d))
}

// frechetCounts is how many counts the line is fitted to, and frechetLeast the
// smallest as a share of all.
const (
	frechetCounts = 8
	frechetLeast  = 0.25
)

// ExtrapolatedFrechet estimates the Fréchet distance of infinitely many vectors
// from fewer. The bias is proportional to 1/n, so the distances of random subsets of
// eight sizes lie on a line over 1/n, whose value at 0 is the result. It may come out
// below 0. With fewer than about five vectors for each dimension, the bias is not yet
// proportional.
//
// Deviation from the paper: both sets are cut down, as neither is infinite here.
//
// Shape: each [n, d], the n may differ.
//
// Errors: an ended context, which is looked at between the distances.
// Panics if a set has fewer than eight vectors, or the d differ.
//
// Reference: Chong and Forsyth, "Effectively unbiased FID and Inception Score and
// where to find them", 2020.
func ExtrapolatedFrechet(ctx context.Context, real, generated [][]float32, seed uint64) (float64, error) {
	d := sizeOf("extrapolated frechet", frechetCounts, real, generated)
	if !finite(real, generated) {
		return nan, ctx.Err()
	}
	r := rand.New(rand.NewPCG(seed, 1))
	n := min(len(real), len(generated))
	var x, y [frechetCounts]float64
	for i := range x {
		share := frechetLeast + (1-frechetLeast)*float64(i)/(frechetCounts-1)
		count := int(math.Round(share * float64(n)))
		a, b := r.Perm(len(real)), r.Perm(len(generated))
		parts := n / count // disjoint ones, for less noise
		for p := range parts {
			if ctx.Err() != nil {
				return nan, ctx.Err()
			}
			part := func(set [][]float32, order []int) moments {
				return momentsOf(Pick(Vectors(set), d, order[p*count:(p+1)*count]), d)
			}
			y[i] += frechet(part(real, a), part(generated, b)) / float64(parts)
		}
		x[i] = 1 / float64(count)
	}
	mx, my := sum(x[:])/frechetCounts, sum(y[:])/frechetCounts
	var xx, xy float64
	for i := range x {
		xx += (x[i] - mx) * (x[i] - mx)
		xy += (x[i] - mx) * (y[i] - my)
	}
	return my - xy/xx*mx, nil
}

// moments are the mean and the covariance of vectors, [d] and [d, d].
type moments struct{ mean, cov []float64 }

// covRows is how many vectors are added to the covariance at a time: of 512
// numbers in float64, they stay in a cache of 1 MiB.
const covRows = 256

func momentsOf(set [][]float32, d int) moments {
	m := moments{meanOf(set, d), make([]float64, d*d)}
	columns := make([]float64, d*covRows) // [d, n]: sums run along memory
	for lo := 0; lo < len(set); lo += covRows {
		part := set[lo:min(len(set), lo+covRows)]
		n := len(part)
		for i, x := range part {
			for j, v := range x {
				columns[j*n+i] = float64(v) - m.mean[j]
			}
		}
		parallel(d, func(i int) {
			row := columns[i*n : (i+1)*n]
			for j := i; j < d; j++ {
				m.cov[i*d+j] += symmetric.Dot(row, columns[j*n:(j+1)*n])
			}
		})
	}
	for i := range d {
		for j := i; j < d; j++ {
			m.cov[i*d+j] /= float64(len(set) - 1)
			m.cov[j*d+i] = m.cov[i*d+j]
		}
	}
	return m
}

// frechet is the distance of two normal distributions.
func frechet(a, b moments) float64 {
	d := len(a.mean)
	sum := 0.0
	for i, v := range a.mean {
		sum += (v-b.mean[i])*(v-b.mean[i]) + a.cov[i*d+i] + b.cov[i*d+i]
	}
	// What rounding leaves of a distance of 0 may be below it.
	return max(0, sum-2*traceRoot(a.cov, b.cov, d))
}

// traceRoot is tr (A·B)^½ of positive semidefinite matrices. With A = Vᵀ·Λ·V, the
// eigenvalues of A·B, those of rank aside which are 0, are those of the symmetric
//
//	Λ^½·V·B·Vᵀ·Λ^½
func traceRoot(a, b []float64, d int) float64 {
	values, half := symmetric.Eigen(append([]float64(nil), a...), d)
	rank := 0
	for rank < d && values[rank] > float64(d)*0x1p-52*values[0] {
		root := math.Sqrt(values[rank])
		for j := range d {
			half[rank*d+j] *= root
		}
		rank++
	}
	half = half[:rank*d]
	inner := timesTransposed(timesTransposed(half, b, d), half, d) // b is symmetric
	trace := 0.0
	for _, v := range symmetric.Values(inner, rank) {
		trace += math.Sqrt(max(0, v))
	}
	return trace
}

// timesTransposed is a·bᵀ of matrices with rows of length d.
func timesTransposed(a, b []float64, d int) []float64 {
	m, n := len(a)/d, len(b)/d
	out := make([]float64, m*n)
	parallel(m, func(i int) {
		for j := range n {
			out[i*n+j] = symmetric.Dot(a[i*d:(i+1)*d], b[j*d:(j+1)*d])
		}
	})
	return out
}
