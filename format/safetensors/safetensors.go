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

// The element types of the format, in its own order: that in which they are laid
// out in a file is the reverse. The zero DType is none of them.
const (
	Bool   DType = iota + 1
	F4           // sign, 2 bits of exponent, 1 of mantissa; two to a byte
	F6E2M3       // four to three bytes
	F6E3M2
	U8
	I8
	F8E5M2
	F8E4M3
	F8E8M0 // a power of two: the scale of a block of narrower numbers
	F8E4M3FNUZ
	F8E5M2FNUZ
	I16
	U16
	F16  // IEEE 754 half precision
	BF16 // the upper half of a float32
	I32
	U32
	F32
	C64 // a complex number of two float32
	F64
	I64
	U64
)

var dtypes = [...]struct {
	name string
	bits int
}{
	Bool: {"BOOL", 8},
	F4:   {"F4", 4}, F6E2M3: {"F6_E2M3", 6}, F6E3M2: {"F6_E3M2", 6},
	U8: {"U8", 8}, I8: {"I8", 8},
	F8E5M2: {"F8_E5M2", 8}, F8E4M3: {"F8_E4M3", 8}, F8E8M0: {"F8_E8M0", 8},
	F8E4M3FNUZ: {"F8_E4M3FNUZ", 8}, F8E5M2FNUZ: {"F8_E5M2FNUZ", 8},
	I16: {"I16", 16}, U16: {"U16", 16}, F16: {"F16", 16}, BF16: {"BF16", 16},
	I32: {"I32", 32}, U32: {"U32", 32}, F32: {"F32", 32},
	C64: {"C64", 64}, F64: {"F64", 64}, I64: {"I64", 64}, U64: {"U64", 64},
}

// String is the name used in files, such as "F32".
func (d DType) String() string {
	if !d.known() {
		return fmt.Sprintf("DType(%d)", uint8(d))
	}
	return dtypes[d].name
}

// Bits is the number of bits of one element.
func (d DType) Bits() int { return dtypes[d].bits }

// Readable reports whether this package makes numbers of the elements. Arrays of
// the other types are described, and [File.Bytes] returns them as they are.
func (d DType) Readable() bool {
	switch d {
	case F4, F6E2M3, F6E3M2, F8E5M2, F8E4M3, F8E8M0, F8E4M3FNUZ, F8E5M2FNUZ, C64:
		return false
	}
	return d.known()
}

// IsFloat reports whether elements are floating-point numbers that this package
// reads.
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
