package tensor_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
)

func TestQuantizingExtremes(t *testing.T) {
	w := tensor.FromSlice([]float32{
		0, 0, 0,
		-1, 1, 0.5,
		math.MaxFloat32, -math.MaxFloat32, 1,
		math.SmallestNonzeroFloat32, 0, 0,
		3, -127, 126.5,
	}, 5, 3)
	q := tensor.Quantize(w, tensor.Int8).Matrix().(*backend.Int8Matrix)
	assert.Equal(t, []int8{0, 0, 0, -127, 127, 64, 127, -127, 0, 0, 0, 0, 3, -127, 126}, q.Values)
	assert.Equal(t, []float32{0, 1. / 127, math.MaxFloat32 / 127, 0, 1}, q.Scale)
}
