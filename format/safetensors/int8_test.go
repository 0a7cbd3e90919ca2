package safetensors

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/internal/half"
)

func TestInt8(t *testing.T) {
	var every []int8
	for v := math.MinInt8; v <= math.MaxInt8; v++ {
		every = append(every, int8(v))
	}
	var b bytes.Buffer
	require.NoError(t, Write(&b, []Tensor{
		{Name: "every", Shape: []int{2, 128}, Values: every},
		{Name: "none", Shape: []int{0}, Values: []int8{}},
		{Name: "wide", Shape: []int{2}, Values: []int32{-128, 128}},
	}, nil))
	f, err := Read(bytes.NewReader(b.Bytes()), int64(b.Len()))
	require.NoError(t, err)
	info, err := f.Info("every")
	require.NoError(t, err)
	assert.Equal(t, I8, info.DType)
	got, err := f.Int8s("every")
	require.NoError(t, err)
	assert.Equal(t, every, got)
	none, err := f.Int8s("none")
	require.NoError(t, err)
	assert.Empty(t, none)
	_, err = f.Int8s("wide")
	assert.ErrorContains(t, err, `tensor "wide": element 1, 128, does not fit in int8`)
	assert.ErrorContains(t, Write(&b, []Tensor{{Name: "x", DType: I16, Shape: []int{1}, Values: []int8{1}}}, nil), "cannot be stored as I16")
}

// Overflow tells exactly the values that narrowing makes infinite.
func TestOverflow(t *testing.T) {
	for _, c := range []struct {
		d     DType
		l     half.Layout
		widen func(uint16) float32
	}{{F16, half.Float16, half.FromFloat16}, {BF16, half.BFloat16, half.FromBFloat16}} {
		for _, v := range []float64{65504, 65519.99, 65520, 65536, 0x1.FEp127, math.Nextafter(0x1.FFp127, 0), 0x1.FFp127, math.MaxFloat64} {
			for _, v := range []float64{v, -v} {
				infinite := math.IsInf(float64(c.widen(c.l.Narrow(v))), 0)
				err := Overflow("w", 0, c.d, []float64{1, v})
				assert.Equal(t, infinite, err != nil, "%v of %g: %v", c.d, v, err)
				if infinite {
					assert.ErrorContains(t, err, `tensor "w": element 1`)
				}
			}
		}
	}
	assert.NoError(t, Overflow("w", 0, F32, []float32{math.MaxFloat32}))
}
