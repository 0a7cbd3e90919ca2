package symmetric

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// matrix is Σ values[i]·vᵢ·vᵢᵀ for random orthonormal vᵢ, by reflections.
func matrix(values []float64, r *rand.Rand) []float64 {
	n := len(values)
	a := make([]float64, n*n)
	for i, v := range values {
		a[i*n+i] = v
	}
	for range 3 {
		v, norm := make([]float64, n), 0.0
		for i := range v {
			v[i] = r.NormFloat64()
			norm += v[i] * v[i]
		}
		// A ← H·A·H
		for range 2 {
			for i := range n {
				row := a[i*n : (i+1)*n]
				axpy(row, -2/norm*Dot(row, v), v)
			}
			for i := range n {
				for j := range i {
					a[i*n+j], a[j*n+i] = a[j*n+i], a[i*n+j]
				}
			}
		}
	}
	for i := range n {
		for j := range i {
			a[i*n+j] = a[j*n+i]
		}
	}
	return a
}

func spectrum(n int, f func(i int) float64) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = f(i)
	}
	return s
}

func TestEigen(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, s := range map[string][]float64{
		"none":        {},
		"one":         {-3},
		"two":         {4, -1},
		"random":      spectrum(60, func(int) float64 { return r.NormFloat64() }),
		"graded":      spectrum(40, func(i int) float64 { return math.Pow(10, float64(-i)) }),
		"all equal":   spectrum(30, func(int) float64 { return 2 }),
		"rank 5":      spectrum(50, func(i int) float64 { return float64(max(0, 5-i)) }),
		"zero":        make([]float64, 20),
		"tiny":        spectrum(20, func(i int) float64 { return float64(i) * 1e-200 }),
		"huge":        spectrum(20, func(i int) float64 { return float64(i) * 1e150 }),
		"two apart":   spectrum(33, func(i int) float64 { return float64(i%2) * 7 }),
		"both signs":  spectrum(64, func(i int) float64 { return float64(i) - 31.5 }),
		"one is huge": spectrum(20, func(i int) float64 { return 1 + 1e12*float64(i/19) }),
	} {
		t.Run(name, func(t *testing.T) {
			n := len(s)
			a := matrix(s, r)
			largest := 0.0
			for _, v := range s {
				largest = max(largest, math.Abs(v))
			}
			tol := 1e-14 * float64(n+1) * largest
			values, vectors := Eigen(slices.Clone(a), n)
			want := slices.Clone(s)
			slices.Sort(want)
			slices.Reverse(want)
			only := Values(slices.Clone(a), n)
			for i := range want {
				assert.InDelta(t, want[i], values[i], tol)
				assert.InDelta(t, want[i], only[i], tol)
			}
			for i := range n {
				v := vectors[i*n : (i+1)*n]
				for j := range n {
					one := 0.0
					if i == j {
						one = 1
					}
					require.InDelta(t, one, Dot(v, vectors[j*n:(j+1)*n]), 1e-13*float64(n), "orthonormal")
					require.InDelta(t, values[i]*v[j], Dot(a[j*n:(j+1)*n], v), tol, "A·v = λ·v")
				}
			}
		})
	}
}

func TestTridiagonalMatrix(t *testing.T) {
	// The second difference has the eigenvalues 2 − 2·cos(π·i/(n+1)).
	const n = 100
	a := make([]float64, n*n)
	for i := range n {
		a[i*n+i] = 2
		if i > 0 {
			a[i*n+i-1], a[(i-1)*n+i] = -1, -1
		}
	}
	for i, v := range Values(a, n) {
		assert.InDelta(t, 2+2*math.Cos(math.Pi*float64(i+1)/(n+1)), v, 1e-13)
	}
}

func TestNotFinite(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		for at := range 9 {
			a := []float64{1, 2, 3, 2, 4, 5, 3, 5, 6}
			a[at], a[at%3*3+at/3] = bad, bad
			values, vectors := Eigen(slices.Clone(a), 3)
			for _, v := range slices.Concat(values, vectors, Values(a, 3)) {
				assert.True(t, math.IsNaN(v), "%v at %d", bad, at)
			}
		}
	}
}

func BenchmarkEigen(b *testing.B) {
	for _, n := range []int{128, 512} {
		r := rand.New(rand.NewPCG(1, 2))
		a := matrix(spectrum(n, func(int) float64 { return r.NormFloat64() }), r)
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			for b.Loop() {
				Eigen(slices.Clone(a), n)
			}
		})
	}
}
