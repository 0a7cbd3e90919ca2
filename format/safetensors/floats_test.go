package safetensors

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// elsewhere are values that count what is asked for at a time.
type elsewhere struct {
	values []float32
	most   *int
}

func (e elsewhere) Len() int { return len(e.values) }

func (e elsewhere) Read(dst []float32, first int) {
	*e.most = max(*e.most, len(dst))
	copy(dst, e.values[first:])
}

// Values that are read piece by piece give the file that a slice of them gives.
func TestFloatsAreWrittenInPieces(t *testing.T) {
	for _, n := range []int{0, 1, chunk - 1, chunk, 3*chunk + 7} {
		values, most := make([]float32, n), 0
		for i := range values {
			values[i] = float32(i%1000) / 8
		}
		for _, d := range []DType{0, F64, F32, F16, BF16} {
			var whole, pieces bytes.Buffer
			require.NoError(t, Write(&whole, []Tensor{{Name: "x", DType: d, Shape: []int{n}, Values: values}}, nil))
			require.NoError(t, Write(&pieces, []Tensor{{Name: "x", DType: d, Shape: []int{n}, Values: elsewhere{values, &most}}}, nil))
			require.True(t, bytes.Equal(whole.Bytes(), pieces.Bytes()), "%d values as %v", n, d)
		}
		assert.Equal(t, min(n, chunk), most)
	}
	most := 0
	err := Write(&bytes.Buffer{}, []Tensor{{Name: "x", Shape: []int{3}, Values: elsewhere{make([]float32, 2), &most}}}, nil)
	assert.ErrorContains(t, err, "needs 3 values, got 2")
	assert.ErrorContains(t, Write(&bytes.Buffer{}, []Tensor{{Name: "x", DType: I8, Shape: []int{2}, Values: elsewhere{make([]float32, 2), &most}}}, nil), "cannot be stored as I8")
}
