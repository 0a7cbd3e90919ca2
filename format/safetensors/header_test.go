package safetensors

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// raw builds a file from a header as written and a number of zero bytes.
func raw(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, data)...)
}

// hostile maps damaged files to what the error must say.
var hostile = []struct {
	name, want string
	file       []byte
}{
	{"empty", "file of 0 bytes is too short", nil},
	{"short", "file of 7 bytes is too short", make([]byte, 7)},
	{"header past the limit", "over the format's limit", binary.LittleEndian.AppendUint64(nil, maxHeader+1)},
	{"header length negative", "over the format's limit", binary.LittleEndian.AppendUint64(nil, math.MaxUint64)},
	{"header truncated", "header length 900, but only 2 bytes after it", append(binary.LittleEndian.AppendUint64(nil, 900), "{}"...)},
	{"no header", "does not begin with '{'", raw("", 0)},
	{"leading space", "does not begin with '{'", raw(" {}", 0)},
	{"not UTF-8", "not valid UTF-8", raw("{\"\xff\":1}", 0)},
	{"not JSON", "not valid JSON", raw(`{"a":}`, 0)},
	{"two objects", "not valid JSON", raw(`{}{}`, 0)},
	{"cut JSON", "not valid JSON", raw(`{"a":{"dtype":"F32"`, 0)},
	{"trailing comma", "not valid JSON", raw(`{"a":{"dtype":"F32","shape":[1,],"data_offsets":[0,4]}}`, 4)},
	{"deep", "not valid JSON", raw(`{"a":`+strings.Repeat("[", 20000)+strings.Repeat("]", 20000)+"}", 0)},
	{"tensor is a number", `tensor "a": description: expected an object, got 1`, raw(`{"a":1}`, 0)},
	{"tensor is null", `tensor "a": description: expected an object, got null`, raw(`{"a":null}`, 0)},
	{"no dtype", `tensor "a": no dtype`, raw(`{"a":{"shape":[1],"data_offsets":[0,4]}}`, 4)},
	{"no shape", `tensor "a": no shape`, raw(`{"a":{"dtype":"F32","data_offsets":[0,4]}}`, 4)},
	{"no offsets", `tensor "a": no data_offsets`, raw(`{"a":{"dtype":"F32","shape":[1]}}`, 4)},
	{"unknown dtype", `tensor "a": unknown dtype "F8_E9M9"`, raw(`{"a":{"dtype":"F8_E9M9","shape":[1],"data_offsets":[0,1]}}`, 1)},
	{"dtype is a number", `tensor "a": dtype: expected a string, got 32`, raw(`{"a":{"dtype":32,"shape":[1],"data_offsets":[0,4]}}`, 4)},
	{"unknown field", `tensor "a": unknown field "scale"`, raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"scale":2}}`, 4)},
	{"fields differ in case", `tensor "a": unknown field "DType"`, raw(`{"a":{"DType":"F32","shape":[1],"data_offsets":[0,4]}}`, 4)},
	{"shape is an object", `tensor "a": shape: expected an array, got an object`, raw(`{"a":{"dtype":"F32","shape":{},"data_offsets":[0,4]}}`, 4)},
	{"shape of strings", `tensor "a": shape: expected whole numbers, got string "1"`, raw(`{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}`, 4)},
	{"shape negative", `got -1`, raw(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4)},
	{"shape fractional", `got 1.0`, raw(`{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}`, 4)},
	{"shape exponent", `got 1e0`, raw(`{"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}`, 4)},
	{"shape over int64", `got 9223372036854775808`, raw(`{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}`, 4)},
	{"shape overflows", `tensor "a": shape [4294967296 4294967296] of F32 is too large`, raw(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, 0)},
	{"shape overflows before 0", `is too large`, raw(`{"a":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}`, 0)},
	{"ends within a byte", `tensor "a": shape [3] of F4 ends within a byte`, raw(`{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}`, 2)},
	{"bits counted as bytes", `tensor "a": shape [4] of F6_E2M3 needs 3 bytes, but data_offsets [0, 4] hold 4`, raw(`{"a":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[0,4]}}`, 4)},
	{"bits overflow", `is too large`, raw(`{"a":{"dtype":"C64","shape":[4611686018427387904],"data_offsets":[0,0]}}`, 0)},
	{"bytes overflow", `is too large`, raw(`{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}`, 0)},
	{"offsets of three", `expected [begin, end] with begin ≤ end, got [0 4 8]`, raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}`, 4)},
	{"offsets reversed", `expected [begin, end] with begin ≤ end, got [4 0]`, raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 4)},
	{"size and offsets differ", `tensor "a": shape [2] of F32 needs 8 bytes, but data_offsets [0, 4] hold 4`, raw(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`, 4)},
	{"hole at the start", `tensor "a": begins at byte 4, but the header ends at 0`, raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8)},
	{"hole between", `tensor "b": begins at byte 8, but tensor "a" ends at 4`, raw(`{"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 12)},
	{"overlap", `tensor "b": bytes 2 to 6 overlap tensor "a", which ends at 4`, raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}`, 6)},
	{"same place", `tensor "b": bytes 0 to 4 overlap tensor "a"`, raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4)},
	{"truncated data", `tensor "a": ends at byte 4 of the data, but the file has only 3: truncated`, raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 3)},
	{"huge claim", `tensor "a": ends at byte 4000000000 of the data, but the file has only 0`, raw(`{"a":{"dtype":"U8","shape":[4000000000],"data_offsets":[0,4000000000]}}`, 0)},
	{"trailing bytes", `tensors fill 4 bytes of data, but the file has 9: 5 trailing bytes`, raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 9)},
	{"trailing bytes, no tensors", `tensors fill 0 bytes of data, but the file has 1: 1 trailing byte`, raw(`{}`, 1)},
	{"duplicate tensor", `header: duplicate key "a"`, raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8)},
	{"duplicate by escape", `header: duplicate key "a"`, raw(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8)},
	{"duplicate field", `tensor "a": description: duplicate key "shape"`, raw(`{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}`, 4)},
	{"duplicate metadata", `__metadata__: duplicate key "k"`, raw(`{"__metadata__":{"k":"1","k":"2"}}`, 0)},
	{"metadata of numbers", `__metadata__: value of "k": expected a string, got 1`, raw(`{"__metadata__":{"k":1}}`, 0)},
	{"metadata nested", `__metadata__: value of "k": expected a string, got an object`, raw(`{"__metadata__":{"k":{}}}`, 0)},
	{"metadata is a list", `__metadata__: expected an object, got an array`, raw(`{"__metadata__":[]}`, 0)},
}

func TestReadRefuses(t *testing.T) {
	for _, c := range hostile {
		t.Run(c.name, func(t *testing.T) {
			if math.MaxInt == math.MaxInt32 && c.name == "huge claim" {
				c.want = "too large for this machine"
			}
			_, err := Read(bytes.NewReader(c.file), int64(len(c.file)))
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, "safetensors: ")
		})
	}
}

func TestReadAccepts(t *testing.T) {
	for name, file := range map[string][]byte{
		"nothing":         raw(`{}`, 0),
		"padded":          raw("{}      \t\n", 0),
		"empty metadata":  raw(`{"__metadata__":{}}`, 0),
		"scalar":          raw(`{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}`, 4),
		"no elements":     raw(`{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"b":{"dtype":"U8","shape":[2,0],"data_offsets":[0,0]}}`, 0),
		"empty in middle": raw(`{"b":{"dtype":"I64","shape":[0],"data_offsets":[4,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"c":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}`, 5),
		"any order":       raw(`{"b":{"data_offsets":[2,4],"shape":[1],"dtype":"F16"},"a":{"dtype":"BF16","shape":[1,1],"data_offsets":[0,2]}}`, 4),
	} {
		t.Run(name, func(t *testing.T) { readAll(t, read(t, file)) })
	}
}

// A file cut anywhere, or with any one bit of its header flipped, is refused or
// still whole; it never panics.
func TestDamage(t *testing.T) {
	whole := write(t, []Tensor{
		{Name: "a", Shape: []int{2, 3}, Values: make([]float32, 6)},
		{Name: "b", DType: F16, Shape: []int{1}, Values: make([]float32, 1)},
	}, map[string]string{"k": "v"})
	for n := range whole {
		_, err := Read(bytes.NewReader(whole[:n]), int64(n))
		require.Error(t, err, "cut to %d bytes", n)
	}
	for bit := range 8 * (len(whole) - 26) {
		bent := bytes.Clone(whole)
		bent[bit/8] ^= 1 << (bit % 8)
		if f, err := Read(bytes.NewReader(bent), int64(len(bent))); err == nil {
			readAll(t, f)
		}
	}
}

// The size given may promise more than the reader has.
func TestReadShortReader(t *testing.T) {
	file := raw(`{}`, 0)
	_, err := Read(bytes.NewReader(file[:9]), int64(len(file)))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	_, err = Read(bytes.NewReader(file[:5]), int64(len(file)))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// readAll reads every array of an accepted file in every way; all must work.
func readAll(t testing.TB, f *File) {
	t.Helper()
	for _, name := range f.Names() {
		info, err := f.Info(name)
		require.NoError(t, err)
		b, err := f.Bytes(name)
		require.NoError(t, err)
		require.Len(t, b, int(info.Bytes()))
		values, err := f.Float32s(name)
		if !info.DType.Readable() {
			require.ErrorContains(t, err, "cannot be loaded")
			continue
		}
		require.NoError(t, err)
		require.Len(t, values, info.Size())
		_, err = f.Float64s(name)
		require.NoError(t, err)
	}
	_ = f.NonFinite()
}
