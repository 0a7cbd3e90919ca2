package measure_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/org/artnn/measure"
)

func TestAUC(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for n := range 40 {
		above, below := make([]float32, 1+n), make([]float32, 1+rng.IntN(40))
		for _, s := range [][]float32{above, below} {
			for i := range s {
				s[i] = float32(rng.IntN(9) - 4) // with ties
			}
		}
		want := 0.0
		for _, a := range above {
			for _, b := range below {
				switch {
				case a > b:
					want++
				case a == b:
					want += 0.5
				}
			}
		}
		assert.InDelta(t, want/float64(len(above)*len(below)), measure.AUC(above, below), 1e-12)
	}
	inf, nan, minus := float32(math.Inf(1)), float32(math.NaN()), float32(math.Copysign(0, -1))
	assert.Equal(t, 0.5, measure.AUC([]float32{minus, 0}, []float32{0, minus, minus}), "zeros are equal")
	assert.Equal(t, 0.75, measure.AUC([]float32{inf, -inf}, []float32{-inf, -inf}))
	assert.Equal(t, 0.5, measure.AUC([]float32{inf}, []float32{inf}))
	for _, one := range [][2][]float32{{{1, nan}, {2}}, {{nan, 1}, {2}}, {{1}, {2, nan}}, {{nan}, {nan}}} {
		assert.True(t, math.IsNaN(measure.AUC(one[0], one[1])), one)
	}
	assert.Panics(t, func() { measure.AUC(nil, []float32{1}) })
	assert.Panics(t, func() { measure.AUC([]float32{1}, nil) })
}

func ExampleAUC() {
	fmt.Println(measure.AUC([]float32{0.9, 0.8, 0.4}, []float32{0.1, 0.4}))
	// Output: 0.9166666666666666
}
