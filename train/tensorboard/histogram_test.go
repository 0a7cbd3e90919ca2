package tensorboard

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBucketise(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for name, c := range map[string]struct {
		values []float32
		lo, hi float64
		counts map[int]float64 // by bucket, where there are any
	}{
		"none":                {nil, 0, 0, nil},
		"edges":               {[]float32{0, 1, 2, 29, 30, 30}, 0, 30, map[int]float64{0: 1, 1: 1, 2: 1, 29: 3}},
		"negative":            {[]float32{-30, -0.5}, -30, -0.5, map[int]float64{0: 1, 29: 1}},
		"one":                 {[]float32{-7}, -7, -7, map[int]float64{29: 1}},
		"all the same":        {[]float32{4, 4, 4}, 4, 4, map[int]float64{29: 3}},
		"not finite left out": {[]float32{nan, 0, inf, 3, -inf, nan}, 0, 3, map[int]float64{0: 1, 29: 1}},
		"nothing finite":      {[]float32{nan, inf, -inf}, 0, 0, nil},
		"the widest":          {[]float32{-math.MaxFloat32, 0, math.MaxFloat32}, -math.MaxFloat32, math.MaxFloat32, map[int]float64{0: 1, 15: 1, 29: 1}},
		"the narrowest":       {[]float32{0, math.SmallestNonzeroFloat32}, 0, math.SmallestNonzeroFloat32, map[int]float64{0: 1, 29: 1}},
		"close together":      {[]float32{1, math.Nextafter32(1, 2)}, 1, float64(math.Nextafter32(1, 2)), map[int]float64{0: 1, 29: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			b := bucketise(c.values)
			require.Len(t, b, 90)
			assert.Equal(t, c.lo, b[0])
			assert.Equal(t, c.hi, b[88])
			for i := range 30 {
				assert.LessOrEqual(t, b[3*i], b[3*i+1])
				if i > 0 {
					assert.Equal(t, b[3*i-2], b[3*i], "buckets touch")
				}
				assert.Equal(t, c.counts[i], b[3*i+2], "bucket %d", i)
			}
		})
	}
}
