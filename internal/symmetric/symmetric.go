// Package symmetric finds eigenvalues and eigenvectors of symmetric matrices in
// float64, for matrices of up to some thousand rows.
//
// Reference: Golub and Van Loan, "Matrix Computations", 4th edition, 8.3.
package symmetric

import (
	"cmp"
	"math"
	"slices"
)

// Eigen is the eigendecomposition of a symmetric matrix:
//
//	A = Σ values[i]·vᵢ·vᵢᵀ,  vᵢ = vectors[i·n : (i+1)·n]
//
// Values are in descending order and vectors are orthonormal. The error of every
// value is a small multiple of n·2⁻⁵² of the largest. If a number is NaN or
// infinite, all results are NaN.
//
// Shape: a is [n, n] row-major and is overwritten.
func Eigen(a []float64, n int) (values, vectors []float64) {
	d, e, scale := tridiagonal(a, n)
	z := basis(a, scale, n)
	if !diagonalise(d, e, z) {
		fill(d, math.NaN())
		fill(z, math.NaN())
		return d, z
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(d[j], d[i]) })
	values, vectors = make([]float64, n), make([]float64, 0, n*n)
	for i, from := range order {
		values[i] = d[from]
		vectors = append(vectors, z[from*n:(from+1)*n]...)
	}
	return values, vectors
}

// Values are the eigenvalues of a symmetric matrix alone, in descending order;
// see [Eigen].
func Values(a []float64, n int) []float64 {
	d, e, _ := tridiagonal(a, n)
	if !diagonalise(d, e, nil) {
		fill(d, math.NaN())
		return d
	}
	slices.SortFunc(d, func(x, y float64) int { return cmp.Compare(y, x) })
	return d
}

func fill(x []float64, v float64) {
	for i := range x {
		x[i] = v
	}
}

// tridiagonal reduces A to Qᵀ·A·Q with diagonal d and, beside it, e, where
// Q = H₀·H₁·… and Hₖ = I − scale[k]·vₖ·vₖᵀ. It leaves vₖ in row k of a, right of
// the diagonal.
func tridiagonal(a []float64, n int) (d, e, scale []float64) {
	d, e, scale = make([]float64, n), make([]float64, n), make([]float64, n)
	w := make([]float64, n)
	for k := range n {
		d[k] = a[k*n+k]
		if k == n-1 {
			break
		}
		v := a[k*n+k+1 : (k+1)*n]
		e[k], scale[k] = reflector(v)
		if scale[k] == 0 {
			continue
		}
		// A −= v·wᵀ + w·vᵀ for the rest A, with p = scale·A·v and
		// w = p − scale/2·(pᵀ·v)·v.
		w := w[:len(v)]
		for i := range v {
			row := a[(k+1+i)*n+k+1 : (k+2+i)*n]
			w[i] = scale[k] * Dot(row, v)
		}
		axpy(w, -scale[k]/2*Dot(w, v), v)
		for i := range v {
			row := a[(k+1+i)*n+k+1 : (k+2+i)*n]
			x, y := v[i], w[i]
			for j, wj := range w {
				row[j] -= x*wj + y*v[j]
			}
		}
	}
	return d, e, scale
}

// reflector overwrites x by the v of a Householder reflection
// (I − scale·v·vᵀ)·x = (first, 0, …).
func reflector(x []float64) (first, scale float64) {
	largest := 0.0
	for _, v := range x[1:] {
		largest = max(largest, math.Abs(v))
	}
	if largest == 0 {
		return x[0], 0
	}
	largest = max(largest, math.Abs(x[0]))
	norm := 0.0
	for i := range x {
		x[i] /= largest // so that no square underflows or overflows
		norm += x[i] * x[i]
	}
	norm = -math.Copysign(math.Sqrt(norm), x[0])
	x[0] -= norm
	// |v|² = 2·norm² − 2·norm·x₀ = −2·norm·v₀
	return norm * largest, -1 / (norm * x[0])
}

// basis is Qᵀ, from what tridiagonal has left.
func basis(a, scale []float64, n int) []float64 {
	z := make([]float64, n*n)
	for k := n - 1; k >= 0; k-- {
		z[k*n+k] = 1
		if scale[k] == 0 {
			continue
		}
		v := a[k*n+k+1 : (k+1)*n]
		for i := k + 1; i < n; i++ {
			row := z[i*n+k+1 : (i+1)*n]
			axpy(row, -scale[k]*Dot(row, v), v)
		}
	}
	return z
}

// sweepsEach bounds the sweeps of one eigenvalue. Two are usual; the bound is
// met only where numbers are not finite.
const sweepsEach = 100

// diagonalise overwrites the diagonal d of a tridiagonal matrix by its
// eigenvalues, and the rows of z by Sᵀ·z where the columns of S are its
// eigenvectors, by the QL algorithm with implicit shifts. It fails where the
// matrix is not finite.
func diagonalise(d, e, z []float64) bool {
	n := len(d)
	norm := 0.0
	for i := range d {
		norm = max(norm, math.Abs(d[i])+math.Abs(e[i]))
	}
	if math.IsNaN(norm) || math.IsInf(norm, 0) {
		return false
	}
	small := norm * 0x1p-53
	for l := range n {
		for sweep := 0; ; sweep++ {
			m := l
			for m < n-1 && !(math.Abs(e[m]) <= small) {
				m++
			}
			if m == l {
				break
			}
			if sweep == sweepsEach {
				return false
			}
			qlSweep(d, e, z, l, m)
		}
	}
	return true
}

// qlSweep is one implicit QL step on rows l to m.
func qlSweep(d, e, z []float64, l, m int) {
	n := len(d)
	// Wilkinson's shift: the eigenvalue of the first 2×2 block nearer to d[l].
	g := (d[l+1] - d[l]) / (2 * e[l])
	g = d[m] - d[l] + e[l]/(g+math.Copysign(math.Hypot(g, 1), g))
	s, c, p := 1.0, 1.0, 0.0
	for i := m - 1; i >= l; i-- {
		f, b := s*e[i], c*e[i]
		r := math.Hypot(f, g)
		e[i+1] = r
		if r == 0 { // the matrix falls into two
			d[i+1] -= p
			e[m] = 0
			return
		}
		s, c = f/r, g/r
		g = d[i+1] - p
		r = (d[i]-g)*s + 2*c*b
		p = s * r
		d[i+1] = g + p
		g = c*r - b
		if z != nil {
			rotate(z[i*n:(i+1)*n], z[(i+1)*n:(i+2)*n], c, s)
		}
	}
	d[l] -= p
	e[l] = g
	e[m] = 0
}

func rotate(x, y []float64, c, s float64) {
	for i, v := range x {
		w := y[i]
		x[i], y[i] = c*v-s*w, s*v+c*w
	}
}

// Dot is Σ a[i]·b[i], in four sums side by side, as one would wait for each addition.
//
// Panics if b is shorter than a.
func Dot(a, b []float64) float64 {
	b = b[:len(a)]
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + (s2 + s3)
}

func axpy(y []float64, alpha float64, x []float64) {
	for i, v := range x {
		y[i] += alpha * v
	}
}
