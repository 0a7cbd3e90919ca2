package linear

import "math"

// cholesky is the lower triangle L of a symmetric positive definite matrix, row
// by row; what is above the diagonal is neither read nor written.
//
//	A = L·Lᵀ
type cholesky struct {
	n int
	l []float64
}

// rounding is the share of a diagonal element below which what is left of it is
// only the error of the sums before.
const rounding = 1e-13

// factorise overwrites a [n, n]. It fails where a is not positive definite.
func factorise(a []float64, n int) (cholesky, bool) {
	for i := range n {
		ri := a[i*n : i*n+i+1]
		for j := range i {
			rj := a[j*n : j*n+j+1]
			ri[j] = (ri[j] - dot(ri[:j], rj[:j])) / rj[j]
		}
		pivot := ri[i] - dot(ri[:i], ri[:i])
		if !(pivot > rounding*ri[i]) {
			return cholesky{}, false
		}
		ri[i] = math.Sqrt(pivot)
	}
	return cholesky{n, a}, true
}

// solve overwrites b by the x of A·x = b.
func (c cholesky) solve(b []float64) {
	n, l := c.n, c.l
	for i := range n {
		b[i] = (b[i] - dot(l[i*n:i*n+i], b[:i])) / l[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		b[i] /= l[i*n+i]
		for j, v := range l[i*n : i*n+i] {
			b[j] -= v * b[i]
		}
	}
}

// traceInverse is the trace of A⁻¹, the sum of the squares of L⁻¹.
func (c cholesky) traceInverse() float64 {
	n, l := c.n, c.l
	sum, column := 0.0, make([]float64, n)
	for j := range n { // column j of L⁻¹, by forward substitution of a unit vector
		for i := j; i < n; i++ {
			v := -dot(l[i*n+j:i*n+i], column[j:i])
			if i == j {
				v = 1
			}
			column[i] = v / l[i*n+i]
			sum += column[i] * column[i]
		}
	}
	return sum
}

func dot(a, b []float64) (sum float64) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}
