// Package safetensors reads and writes files of named arrays in the safetensors
// format: eight bytes of little-endian header length, a JSON header, then the
// arrays' bytes, little-endian and row-major, without gaps. It turns bytes into
// named arrays and back, and knows nothing of models.
//
// Reading trusts nothing. The whole header is checked against the real size of
// the file before any array is allocated, and every error names the array, what
// was expected and what was found. Writing the same arrays twice gives the same
// bytes.
//
// Format: https://github.com/huggingface/safetensors#format
package safetensors

import "fmt"

// maxHeader is the format's own limit on the header, in bytes.
const maxHeader = 100_000_000

// metadataKey is the header entry that holds the free-form strings.
const metadataKey = "__metadata__"

// DType is the type of an array's elements in the file.
type DType uint8

// The element types of the format, narrowest first: the order in which they are
// laid out in a file is the reverse. The zero DType is none of them.
const (
	Bool DType = iota + 1
	U8
	I8
	I16
	U16
	F16  // IEEE 754 half precision
	BF16 // the upper half of a float32
	I32
	U32
	F32
	F64
	I64
	U64
)

var dtypes = [...]struct {
	name string
	size int
}{
	Bool: {"BOOL", 1}, U8: {"U8", 1}, I8: {"I8", 1},
	I16: {"I16", 2}, U16: {"U16", 2}, F16: {"F16", 2}, BF16: {"BF16", 2},
	I32: {"I32", 4}, U32: {"U32", 4}, F32: {"F32", 4},
	F64: {"F64", 8}, I64: {"I64", 8}, U64: {"U64", 8},
}

// String is the name used in files, such as "F32".
func (d DType) String() string {
	if !d.known() {
		return fmt.Sprintf("DType(%d)", uint8(d))
	}
	return dtypes[d].name
}

// Size is the number of bytes of one element.
func (d DType) Size() int { return dtypes[d].size }

// IsFloat reports whether elements are floating-point numbers.
func (d DType) IsFloat() bool { return d == F16 || d == BF16 || d == F32 || d == F64 }

func (d DType) known() bool { return d > 0 && int(d) < len(dtypes) }

func parseDType(name string) (DType, bool) {
	for d := Bool; int(d) < len(dtypes); d++ {
		if dtypes[d].name == name {
			return d, true
		}
	}
	return 0, false
}
