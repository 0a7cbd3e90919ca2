package safetensors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/org/artnn/internal/words"
)

// Tensor is one array to write.
//
// Values is []float32, []float64, []int8, []int32, []int64, []byte, or [Floats]
// that are read piece by piece. DType says how to store it; zero means the type that
// loses nothing: F32, F64, I8, I32, I64, U8. Floating-point values may be stored as any floating-point type, rounded
// to nearest even; []byte may be the little-endian elements of any type.
type Tensor struct {
	Name   string
	DType  DType
	Shape  []int
	Values any
}

// Floats are float32 values that are copied to memory only when they are written, a
// piece at a time.
type Floats interface {
	Len() int
	// Read copies the values from first on, as many as dst takes.
	Read(dst []float32, first int)
}

// Pieces are the values of f in order, each piece with the index of its first. It is
// valid until the next.
func Pieces(f Floats) iter.Seq2[int, []float32] {
	return func(yield func(int, []float32) bool) {
		buf := make([]float32, min(f.Len(), chunk))
		for first := 0; first < f.Len(); first += len(buf) {
			part := buf[:min(len(buf), f.Len()-first)]
			f.Read(part, first)
			if !yield(first, part) {
				return
			}
		}
	}
}

// Write writes a safetensors file. The result depends only on the arrays and
// the metadata, not on their order: arrays are laid out by type, widest first so
// that each is aligned, then by name, and the header is padded with spaces to a
// multiple of eight bytes, as the format's own library does. Values are encoded
// piece by piece, never copied whole.
//
// Errors: a name that is repeated, reserved or not UTF-8; values that do not
// match shape or type; a header over the format's limit; what w returns.
func Write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	list := slices.Clone(tensors)
	for i := range list {
		if err := list[i].complete(); err != nil {
			return fmt.Errorf("safetensors: tensor %q: %w", list[i].Name, err)
		}
	}
	slices.SortFunc(list, func(a, b Tensor) int {
		return cmp.Or(cmp.Compare(b.DType, a.DType), strings.Compare(a.Name, b.Name))
	})
	header, err := encodeHeader(list, metadata)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	prefix := little.AppendUint64(nil, uint64(len(header)))
	if _, err := w.Write(append(prefix, header...)); err != nil {
		return err
	}
	buf := make([]byte, 0, chunk)
	for i := range list {
		if err := list[i].encode(w, buf); err != nil {
			return fmt.Errorf("safetensors: tensor %q: %w", list[i].Name, err)
		}
	}
	return nil
}

// complete fills in a zero DType and checks the array against itself.
func (t *Tensor) complete() error {
	if t.Name == metadataKey {
		return errors.New("the name is reserved by the format")
	}
	if !utf8.ValidString(t.Name) {
		return errors.New("the name is not valid UTF-8")
	}
	if t.DType != 0 && !t.DType.known() {
		return fmt.Errorf("unknown %v", t.DType)
	}
	var n int
	var natural DType
	fits := func(d DType) bool { return d == natural }
	switch v := t.Values.(type) {
	case []float32:
		n, natural, fits = len(v), F32, DType.IsFloat
	case Floats:
		n, natural, fits = v.Len(), F32, DType.IsFloat
	case []float64:
		n, natural, fits = len(v), F64, DType.IsFloat
	case []int8:
		n, natural = len(v), I8
	case []int32:
		n, natural = len(v), I32
	case []int64:
		n, natural = len(v), I64
	case []byte:
		n, natural, fits = len(v), U8, DType.known
	default:
		return fmt.Errorf("expected []float32, []float64, []int8, []int32, []int64, []byte or Floats, got %T", t.Values)
	}
	t.DType = cmp.Or(t.DType, natural)
	if !fits(t.DType) {
		return fmt.Errorf("%T cannot be stored as %v", t.Values, t.DType)
	}
	want := make([]int64, len(t.Shape))
	for i, d := range t.Shape {
		if d < 0 {
			return fmt.Errorf("negative size in shape %v", t.Shape)
		}
		want[i] = int64(d)
	}
	count, size, err := sizes(want, t.DType)
	if err != nil {
		return err
	}
	if _, raw := t.Values.([]byte); raw {
		count = size
	}
	if count != n {
		return fmt.Errorf("shape %v of %v needs %s, got %d of %T", t.Shape, t.DType, words.Count(count, "value"), n, t.Values)
	}
	return nil
}

// byteSize is the size of the array in the file.
func (t *Tensor) byteSize() int64 {
	n := int64(t.DType.Bits())
	for _, d := range t.Shape {
		n *= int64(d)
	}
	return n / 8
}

// encodeHeader renders the JSON by hand, because its order is part of the bytes.
func encodeHeader(list []Tensor, metadata map[string]string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	if len(metadata) > 0 {
		fmt.Fprintf(&b, "%q:{", metadataKey)
		for i, key := range slices.Sorted(maps.Keys(metadata)) {
			if !utf8.ValidString(key) || !utf8.ValidString(metadata[key]) {
				return nil, fmt.Errorf("metadata %q is not valid UTF-8", key)
			}
			if i > 0 {
				b.WriteByte(',')
			}
			writeString(&b, key)
			b.WriteByte(':')
			writeString(&b, metadata[key])
		}
		b.WriteByte('}')
	}
	names := make(map[string]bool, len(list))
	var offset int64
	for i := range list {
		t := &list[i]
		if names[t.Name] {
			return nil, fmt.Errorf("two tensors are named %q", t.Name)
		}
		names[t.Name] = true
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		end := offset + t.byteSize()
		writeString(&b, t.Name)
		shape := strings.ReplaceAll(fmt.Sprint(t.Shape), " ", ",")
		fmt.Fprintf(&b, `:{"dtype":%q,"shape":%s,"data_offsets":[%d,%d]}`, t.DType, shape, offset, end)
		offset = end
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	if b.Len() > maxHeader {
		return nil, fmt.Errorf("header of %s is over the format's limit of %d", words.Count(b.Len(), "byte"), maxHeader)
	}
	return b.Bytes(), nil
}

func writeString(b *bytes.Buffer, s string) {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s)       // a string that is UTF-8 into memory cannot fail
	b.Truncate(b.Len() - 1) // Encode ends its output with a newline
}

// encode writes the array's bytes through buf.
func (t *Tensor) encode(w io.Writer, buf []byte) error {
	switch v := t.Values.(type) {
	case []byte:
		_, err := w.Write(v)
		return err
	case []float32:
		return pieces(w, buf, v, func(dst []byte, part []float32) []byte { return encodeFloats(dst, part, t.DType) })
	case Floats:
		for _, part := range Pieces(v) {
			if err := pieces(w, buf, part, func(dst []byte, part []float32) []byte { return encodeFloats(dst, part, t.DType) }); err != nil {
				return err
			}
		}
		return nil
	case []float64:
		return pieces(w, buf, v, func(dst []byte, part []float64) []byte { return encodeFloats(dst, part, t.DType) })
	case []int8:
		return pieces(w, buf, v, func(dst []byte, part []int8) []byte {
			for _, x := range part {
				dst = append(dst, byte(x))
			}
			return dst
		})
	case []int32:
		return pieces(w, buf, v, func(dst []byte, part []int32) []byte {
			for _, x := range part {
				dst = little.AppendUint32(dst, uint32(x))
			}
			return dst
		})
	case []int64:
		return pieces(w, buf, v, func(dst []byte, part []int64) []byte {
			for _, x := range part {
				dst = little.AppendUint64(dst, uint64(x))
			}
			return dst
		})
	}
	panic("safetensors: encode before complete")
}

// pieces encodes and writes as many values at a time as surely fit in buf.
func pieces[T any](w io.Writer, buf []byte, values []T, encode func([]byte, []T) []byte) error {
	for part := range slices.Chunk(values, cap(buf)/8) {
		if _, err := w.Write(encode(buf[:0], part)); err != nil {
			return err
		}
	}
	return nil
}
