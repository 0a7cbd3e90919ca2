package safetensors

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every type of the format, with its bits, in the order of the format's own
// library, which is that of the layout.
var specified = []struct {
	name     string
	bits     int
	readable bool
}{
	{"BOOL", 8, true}, {"F4", 4, false}, {"F6_E2M3", 6, false}, {"F6_E3M2", 6, false},
	{"U8", 8, true}, {"I8", 8, true},
	{"F8_E5M2", 8, false}, {"F8_E4M3", 8, false}, {"F8_E8M0", 8, false}, {"F8_E4M3FNUZ", 8, false}, {"F8_E5M2FNUZ", 8, false},
	{"I16", 16, true}, {"U16", 16, true}, {"F16", 16, true}, {"BF16", 16, true},
	{"I32", 32, true}, {"U32", 32, true}, {"F32", 32, true},
	{"C64", 64, false}, {"F64", 64, true}, {"I64", 64, true}, {"U64", 64, true},
}

// A file with an array of any type is described, its bytes come back, and only
// types that this package makes numbers of are made numbers.
func TestEveryType(t *testing.T) {
	require.Equal(t, len(specified)+1, len(dtypes))
	for i, s := range specified {
		t.Run(s.name, func(t *testing.T) {
			const n = 8 // elements, so that all fill whole bytes
			file := raw(fmt.Sprintf(`{"b":{"dtype":%q,"shape":[2,4],"data_offsets":[0,%d]}}`, s.name, s.bits), s.bits)
			f := read(t, file)
			info, err := f.Info("b")
			require.NoError(t, err)
			require.Equal(t, DType(i+1), info.DType)
			require.Equal(t, s.name, info.DType.String())
			require.Equal(t, s.bits, info.DType.Bits())
			require.Equal(t, n, info.Size())
			require.EqualValues(t, s.bits, info.Bytes())
			require.Equal(t, s.readable, info.DType.Readable())
			readAll(t, f)
			require.NoError(t, f.NonFinite())

			b, err := f.Bytes("b")
			require.NoError(t, err)
			again := write(t, []Tensor{{Name: "b", DType: info.DType, Shape: info.Shape, Values: b}}, nil)
			back, err := read(t, again).Bytes("b")
			require.NoError(t, err)
			require.True(t, bytes.Equal(b, back))
			if s.readable {
				return
			}
			want := fmt.Sprintf(`tensor "b": %s cannot be loaded: convert it to F16, BF16 or F32 first`, s.name)
			_, err = f.Float64s("b")
			require.ErrorContains(t, err, want)
			_, err = f.Int64s("b")
			require.ErrorContains(t, err, want)
			require.ErrorContains(t, f.ReadFloat32s(make([]float32, n), "b"), want)
		})
	}
}
