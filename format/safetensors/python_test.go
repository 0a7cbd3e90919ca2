package safetensors

import (
	"bytes"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// The file was written from Python; its narrow arrays were rounded by NumPy
// (half) and PyTorch (bfloat16).
func TestPythonFile(t *testing.T) {
	const path = "testdata/dtypes.safetensors"
	f, err := Open(path)
	require.NoError(t, err)
	defer f.Close()
	require.Equal(t, map[string]string{"dtypes/made_by": "NumPy and PyTorch", "dtypes/text": "名前 “quoted” <&>"}, f.Metadata())

	i64, err := f.Int64s("dtypes/i64")
	require.NoError(t, err)
	require.Equal(t, []int64{math.MinInt64, -1, 0, math.MaxInt64}, i64)
	require.NoError(t, f.Expect("dtypes/i64", 1, 4))
	i32, err := f.Int32s("dtypes/i32")
	require.NoError(t, err)
	require.Equal(t, []int32{math.MinInt32, -1, 0, math.MaxInt32}, i32)
	u8, err := f.Int32s("dtypes/u8")
	require.NoError(t, err)
	require.Equal(t, []int32{0, 1, 255}, u8)
	require.NoError(t, f.Expect("dtypes/scalar"))
	require.NoError(t, f.Expect("dtypes/empty", 2, 0))

	f64, err := f.Float64s("dtypes/f64")
	require.NoError(t, err)
	f32, err := f.Float32s("dtypes/f32")
	require.NoError(t, err)
	checkRounding(t, f, "dtypes/f64_as_f16", Tensor{DType: F16, Shape: []int{len(f64)}, Values: f64})
	checkRounding(t, f, "dtypes/f32_as_f16", Tensor{DType: F16, Shape: []int{len(f32)}, Values: f32})
	checkRounding(t, f, "dtypes/f32_as_bf16", Tensor{DType: BF16, Shape: []int{len(f32)}, Values: f32})

	// Written again by us, the file is the same to the byte.
	var tensors []Tensor
	for _, name := range f.Names() {
		info, err := f.Info(name)
		require.NoError(t, err)
		b, err := f.Bytes(name)
		require.NoError(t, err)
		tensors = append(tensors, Tensor{Name: name, DType: info.DType, Shape: info.Shape, Values: b})
	}
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	require.True(t, bytes.Equal(whole, write(t, tensors, f.Metadata())))
}

func checkRounding(t *testing.T, f *File, name string, ours Tensor) {
	t.Helper()
	ours.Name = "x"
	got, err := read(t, write(t, []Tensor{ours}, nil)).Bytes("x")
	require.NoError(t, err)
	want, err := f.Bytes(name)
	require.NoError(t, err)
	for i := 0; i < len(want); i += 2 {
		require.Equal(t, want[i:i+2], got[i:i+2], "%s: element %d", name, i/2)
	}
}
