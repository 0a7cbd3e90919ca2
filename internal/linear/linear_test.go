package linear

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCholesky(t *testing.T) {
	// L = [[2], [6, 1], [-8, 5, 3]]; above the diagonal is noise.
	a := []float64{4, 99, 99, 12, 37, 99, -16, -43, 98}
	c, ok := factorise(a, 3)
	require.True(t, ok)
	assert.Equal(t, []float64{2, 99, 99, 6, 1, 99, -8, 5, 3}, c.l)
	b := []float64{1, 2, 3} // x = A⁻¹·b
	c.solve(b)
	assert.InDeltaSlice(t, []float64{343.0 / 12, -23.0 / 3, 4.0 / 3}, b, 1e-9)
	// A⁻¹ has the diagonal 1777/36, 34/9, 1/9.
	assert.InDelta(t, 1777.0/36+34.0/9+1.0/9, c.traceInverse(), 1e-9)
	_, ok = factorise([]float64{1, 0, 2, 1}, 2)
	assert.False(t, ok, "its eigenvalues are 3 and −1")
	_, ok = factorise([]float64{math.NaN()}, 1)
	assert.False(t, ok)
}

func TestRidgeErrors(t *testing.T) {
	m := NewMoments(2)
	_, err := m.FitGCV()
	assert.ErrorContains(t, err, "at least one row")
	m.Add([]float32{1, 2}, 1)
	m.Add([]float32{2, 4}, 2)
	m.Add([]float32{3, 6}, 4)
	_, err = m.Fit(0)
	assert.ErrorContains(t, err, "a penalty above zero is needed")
	got, err := m.Fit(1e-9)
	require.NoError(t, err)
	assert.InDelta(t, 2*got.Weights[0], got.Weights[1], 1e-6, "the shortest of the solutions")
	assert.InDelta(t, 7.0/3, got.Predict([]float32{2, 4}), 1e-6)
	_, err = m.FitGCV()
	assert.NoError(t, err)
}

func TestSoftmaxErrors(t *testing.T) {
	one := func(yield func([]float32, int32) bool) { yield([]float32{1}, 0) }
	for _, lambda := range []float64{0, -1, math.NaN()} {
		_, err := FitSoftmax(one, 1, 2, lambda)
		assert.ErrorContains(t, err, "penalty above zero")
	}
	_, err := FitSoftmax(func(func([]float32, int32) bool) {}, 1, 2, 1)
	assert.ErrorContains(t, err, "at least one row")
}

// Without inputs that tell anything the classes get their shares.
func TestSoftmaxOfNothingIsShares(t *testing.T) {
	rows := func(yield func([]float32, int32) bool) {
		for i := range 10 {
			if !yield([]float32{0}, int32(i%5/3)) { // 0 0 0 1 1
				return
			}
		}
	}
	s, err := FitSoftmax(rows, 1, 2, 1)
	require.NoError(t, err)
	p := make([]float64, 2)
	s.Predict([]float32{5}, p)
	assert.InDeltaSlice(t, []float64{0.6, 0.4}, p, 1e-6)
}
