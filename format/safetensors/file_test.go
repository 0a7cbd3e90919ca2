package safetensors

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func write(t testing.TB, tensors []Tensor, metadata map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(&b, tensors, metadata))
	return b.Bytes()
}

func read(t testing.TB, data []byte) *File {
	t.Helper()
	f, err := Read(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	return f
}

func TestRoundTripIsBitExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const n = chunk/4 + 1234 // more than one piece
	f32, f64 := make([]float32, n), make([]float64, n)
	i32, i64, u8 := make([]int32, n), make([]int64, n), make([]byte, n)
	for i := range n {
		f32[i] = math.Float32frombits(r.Uint32()) // NaN payloads and subnormals too
		f64[i] = math.Float64frombits(r.Uint64())
		i32[i], i64[i], u8[i] = int32(r.Uint32()), int64(r.Uint64()), byte(r.Uint32())
	}
	tensors := []Tensor{
		{Name: "u8", Shape: []int{n}, Values: u8},
		{Name: "f32", Shape: []int{1, n}, Values: f32},
		{Name: "f64", Shape: []int{n, 1}, Values: f64},
		{Name: "i32", Shape: []int{n}, Values: i32},
		{Name: "i64", Shape: []int{n}, Values: i64},
		{Name: "scalar", Shape: nil, Values: []float32{7}},
		{Name: "empty", Shape: []int{3, 0}, Values: []float32{}},
		{Name: "名前 \"quoted\" <&>", Shape: []int{1}, Values: []float64{-0.5}},
	}
	metadata := map[string]string{"format": "pt", "<b>": "a&b\n\u2028", "": ""}
	data := write(t, tensors, metadata)
	shuffled := slices.Clone(tensors)
	slices.Reverse(shuffled)
	require.True(t, bytes.Equal(data, write(t, shuffled, metadata)), "bytes depend on the order given")

	f := read(t, data)
	require.Equal(t, metadata, f.Metadata())
	require.Equal(t, []string{"empty", "f32", "f64", "i32", "i64", "scalar", "u8", "名前 \"quoted\" <&>"}, f.Names())
	for _, w := range tensors {
		require.NoError(t, f.Expect(w.Name, w.Shape...))
		info, err := f.Info(w.Name)
		require.NoError(t, err)
		raw, err := f.Bytes(w.Name)
		require.NoError(t, err)
		again := write(t, []Tensor{{Name: w.Name, DType: info.DType, Shape: info.Shape, Values: raw}}, nil)
		require.True(t, bytes.Equal(write(t, []Tensor{w}, nil), again), w.Name)
	}
	got32, err := f.Float32s("f32")
	require.NoError(t, err)
	got64, err := f.Float64s("f64")
	require.NoError(t, err)
	for i := range n {
		require.Equal(t, math.Float32bits(f32[i]), math.Float32bits(got32[i]))
		require.Equal(t, math.Float64bits(f64[i]), math.Float64bits(got64[i]))
	}
	gotI32, err := f.Int32s("i32")
	require.NoError(t, err)
	require.Equal(t, i32, gotI32)
	gotI64, err := f.Int64s("i64")
	require.NoError(t, err)
	require.Equal(t, i64, gotI64)
}

func TestConversions(t *testing.T) {
	values := []float32{0, 1, -2.5, 65504, 1e-7, 70000, 1.0 / 3}
	f := read(t, write(t, []Tensor{
		{Name: "f16", DType: F16, Shape: []int{7}, Values: values},
		{Name: "bf16", DType: BF16, Shape: []int{7}, Values: values},
		{Name: "f64", DType: F64, Shape: []int{7}, Values: values},
		{Name: "f32", DType: F32, Shape: []int{2}, Values: []float64{0.1, 1e300}},
		{Name: "i8", DType: I8, Shape: []int{2}, Values: []byte{1, 0xff}},
		{Name: "i16", DType: I16, Shape: []int{1}, Values: []byte{0xfe, 0xff}},
		{Name: "u16", DType: U16, Shape: []int{1}, Values: []byte{0xfe, 0xff}},
		{Name: "bool", DType: Bool, Shape: []int{2}, Values: []byte{0, 1}},
		{Name: "i64", Shape: []int{2}, Values: []int64{-5, 1 << 40}},
		{Name: "u64", DType: U64, Shape: []int{1}, Values: bytes.Repeat([]byte{0xff}, 8)},
		{Name: "u32", DType: U32, Shape: []int{1}, Values: bytes.Repeat([]byte{0xff}, 4)},
	}, nil))
	inf := math.Inf(1)
	for name, want := range map[string][]float64{
		"f16":  {0, 1, -2.5, 65504, 1.1920928955078125e-07, inf, 0.333251953125},
		"bf16": {0, 1, -2.5, 65536, 1.0011717677116394e-07, 70144, 0.333984375},
		"f64":  {0, 1, -2.5, 65504, float64(float32(1e-7)), 70000, float64(float32(1.0 / 3))},
		"f32":  {float64(float32(0.1)), inf},
		"i8":   {1, -1}, "i16": {-2}, "u16": {65534}, "bool": {0, 1}, "i64": {-5, 1 << 40},
		"u64": {1 << 64}, "u32": {1<<32 - 1},
	} {
		got, err := f.Float64s(name)
		require.NoError(t, err)
		require.Equal(t, want, got, name)
		narrow, err := f.Float32s(name)
		require.NoError(t, err)
		for i := range want {
			require.Equal(t, float32(want[i]), narrow[i], name)
		}
	}
	ints, err := f.Int32s("i8")
	require.NoError(t, err)
	require.Equal(t, []int32{1, -1}, ints)
	_, err = f.Int32s("i64")
	require.EqualError(t, err, `safetensors: tensor "i64": element 1, 1099511627776, does not fit in int32`)
	_, err = f.Int64s("u64")
	require.EqualError(t, err, `safetensors: tensor "u64": element 0, 18446744073709551615, does not fit in int64`)
	_, err = f.Int64s("f16")
	require.EqualError(t, err, `safetensors: tensor "f16": expected integers, got F16`)
	_, err = f.Float32s("nobody")
	require.EqualError(t, err, `safetensors: no tensor "nobody" among the 11 of this file`)
	require.EqualError(t, f.ReadFloat32s(make([]float32, 6), "f16"),
		`safetensors: tensor "f16": expected 6 elements, got shape [7] with 7`)
	require.EqualError(t, f.Expect("f16", 7, 1), `safetensors: tensor "f16": expected shape [7 1], got [7]`)
}

func TestNonFinite(t *testing.T) {
	long := make([]float32, chunk)
	long[chunk-7] = float32(math.Inf(-1))
	clean := []Tensor{
		{Name: "z", DType: BF16, Shape: []int{2}, Values: []float32{1, 2}},
		{Name: "ints", Shape: []int{1}, Values: []int32{-1}}, // its bits would be a NaN
	}
	require.NoError(t, read(t, write(t, clean, nil)).NonFinite())
	bad := append(clean, Tensor{Name: "y", Shape: []int{chunk}, Values: long})
	require.EqualError(t, read(t, write(t, bad, nil)).NonFinite(),
		fmt.Sprintf(`tensor "y": element %d is -Inf, expected finite numbers`, chunk-7))
	bad = append(bad, Tensor{Name: "x", DType: F16, Shape: []int{1}, Values: []float64{math.NaN()}})
	require.EqualError(t, read(t, write(t, bad, nil)).NonFinite(),
		`tensor "x": element 0 is NaN, expected finite numbers`)
}

func TestWriteRefuses(t *testing.T) {
	one := []float32{1}
	for want, tensors := range map[string][]Tensor{
		`safetensors: two tensors are named "a"`:                                                                        {{Name: "a", Shape: []int{1}, Values: one}, {Name: "a", Shape: []int{1}, Values: one}},
		`safetensors: tensor "__metadata__": the name is reserved by the format`:                                        {{Name: "__metadata__", Values: one}},
		`safetensors: tensor "\xff": the name is not valid UTF-8`:                                                       {{Name: "\xff", Values: one}},
		`safetensors: tensor "a": shape [2 3] of F32 needs 6 values, got 1 of []float32`:                                {{Name: "a", Shape: []int{2, 3}, Values: one}},
		`safetensors: tensor "a": shape [3] of F32 needs 12 values, got 4 of []uint8`:                                   {{Name: "a", Shape: []int{3}, DType: F32, Values: make([]byte, 4)}},
		`safetensors: tensor "a": negative size in shape [-1]`:                                                          {{Name: "a", Shape: []int{-1}, Values: one}},
		`safetensors: tensor "a": []float32 cannot be stored as I32`:                                                    {{Name: "a", DType: I32, Values: one}},
		`safetensors: tensor "a": []int32 cannot be stored as F32`:                                                      {{Name: "a", DType: F32, Values: []int32{1}}},
		`safetensors: tensor "a": unknown DType(99)`:                                                                    {{Name: "a", DType: 99, Values: one}},
		`safetensors: tensor "a": expected []float32, []float64, []int8, []int32, []int64, []byte or Floats, got []int`: {{Name: "a", Values: []int{1}}},
	} {
		require.EqualError(t, Write(io.Discard, tensors, nil), want)
	}
	require.EqualError(t, Write(io.Discard, nil, map[string]string{"k": "\xff"}), `safetensors: metadata "k" is not valid UTF-8`)
}

func TestWriteReturnsTheWritersError(t *testing.T) {
	tensors := []Tensor{{Name: "a", Shape: []int{4}, Values: []float32{1, 2, 3, 4}}}
	whole := len(write(t, tensors, nil))
	for room := range whole {
		require.ErrorIs(t, Write(&fullDisk{room}, tensors, nil), errFull)
	}
	require.NoError(t, Write(&fullDisk{whole}, tensors, nil))
}

var errFull = errors.New("disk full")

type fullDisk struct{ room int }

func (d *fullDisk) Write(p []byte) (int, error) {
	n := min(len(p), d.room)
	d.room -= n
	if n < len(p) {
		return n, errFull
	}
	return n, nil
}

func TestOpen(t *testing.T) {
	name := filepath.Join(t.TempDir(), "model.safetensors")
	data := write(t, []Tensor{{Name: "w", Shape: []int{2}, Values: []float32{3, 4}}}, nil)
	require.NoError(t, os.WriteFile(name, data, 0o600))
	f, err := Open(name)
	require.NoError(t, err)
	w, err := f.Float32s("w")
	require.NoError(t, err)
	require.Equal(t, []float32{3, 4}, w)
	require.NoError(t, f.Close())

	require.NoError(t, os.WriteFile(name, data[:len(data)-1], 0o600))
	_, err = Open(name)
	require.EqualError(t, err, name+`: safetensors: tensor "w": ends at byte 8 of the data, but the file has only 7: truncated`)
	_, err = Open(filepath.Dir(name))
	require.Error(t, err)
	_, err = Open(name + ".none")
	require.ErrorIs(t, err, os.ErrNotExist)
}

// A file that shrinks, or a disk that fails, after the header was read.
func TestReadErrorsNameTheTensor(t *testing.T) {
	data := write(t, []Tensor{{Name: "w", Shape: []int{2}, Values: []float32{3, 4}}}, nil)
	f, err := Read(bytes.NewReader(data[:len(data)-3]), int64(len(data)))
	require.NoError(t, err)
	_, err = f.Float32s("w")
	require.EqualError(t, err, `safetensors: tensor "w": unexpected EOF`)
	_, err = f.Bytes("w")
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorIs(t, f.NonFinite(), io.ErrUnexpectedEOF)
}
