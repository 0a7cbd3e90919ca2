package safetensors

import (
	"encoding/binary"
	"math"

	"github.com/org/artnn/internal/half"
)

var little = binary.LittleEndian

// decodeFloat32 fills dst from the elements in src and returns their number.
// F32 moves as bits, so that even NaN payloads survive.
func decodeFloat32(dst []float32, src []byte, d DType) int {
	size := d.Bits() / 8
	n := len(src) / size
	if d == F32 {
		for i := range n {
			dst[i] = math.Float32frombits(little.Uint32(src[4*i:]))
		}
		return n
	}
	for i := range n {
		dst[i] = float32(float(src[i*size:], d))
	}
	return n
}

// decodeFloat64 fills dst from the elements in src and returns their number.
func decodeFloat64(dst []float64, src []byte, d DType) int {
	size := d.Bits() / 8
	n := len(src) / size
	for i := range n {
		dst[i] = float(src[i*size:], d)
	}
	return n
}

// float is one element as a float64: exact but for I64 and U64 beyond 2^53.
func float(src []byte, d DType) float64 {
	switch d {
	case F64:
		return math.Float64frombits(little.Uint64(src))
	case F32:
		return float64(math.Float32frombits(little.Uint32(src)))
	case F16:
		return float64(half.FromFloat16(little.Uint16(src)))
	case BF16:
		return float64(half.FromBFloat16(little.Uint16(src)))
	case U64:
		return float64(little.Uint64(src))
	}
	v, _ := integer(src, d)
	return float64(v)
}

// integer is one element of an integer type; false if it is over 2^63-1, and
// the result then holds its bits.
func integer(src []byte, d DType) (int64, bool) {
	switch d {
	case Bool, U8:
		return int64(src[0]), true
	case I8:
		return int64(int8(src[0])), true
	case I16:
		return int64(int16(little.Uint16(src))), true
	case U16:
		return int64(little.Uint16(src)), true
	case I32:
		return int64(int32(little.Uint32(src))), true
	case U32:
		return int64(little.Uint32(src)), true
	case I64:
		return int64(little.Uint64(src)), true
	case U64:
		v := little.Uint64(src)
		return int64(v), v <= math.MaxInt64
	}
	panic("safetensors: integer of " + d.String())
}

// uint64OrInt64 undoes integer's reinterpretation, for messages.
func uint64OrInt64(v int64, ok bool) any {
	if ok {
		return v
	}
	return uint64(v)
}

// encodeFloats appends values as elements of a floating-point type, rounded to
// nearest, ties to even.
func encodeFloats[T float32 | float64](dst []byte, values []T, d DType) []byte {
	for _, v := range values {
		switch d {
		case F64:
			dst = little.AppendUint64(dst, math.Float64bits(float64(v)))
		case F32:
			dst = little.AppendUint32(dst, math.Float32bits(float32(v)))
		case F16:
			dst = little.AppendUint16(dst, half.Float16.Narrow(float64(v)))
		case BF16:
			dst = little.AppendUint16(dst, half.BFloat16.Narrow(float64(v)))
		}
	}
	return dst
}
