package safetensors

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/org/artnn/internal/regular"
	"github.com/org/artnn/internal/words"
)

// chunk is how many bytes pass through memory at a time when arrays are read or
// written. It is a multiple of the size of every element that is made a number.
const chunk = 64 << 10

// File is a checked safetensors file whose arrays are read on demand. Its
// methods may be called from several goroutines.
type File struct {
	r        io.ReaderAt
	closer   io.Closer // nil unless opened by name
	base     int64     // where the data begins
	infos    []Info    // in file order
	index    map[string]int
	metadata map[string]string
}

// Read checks the header of the size bytes behind r. Nothing but the header is
// read or allocated.
//
// Errors: anything that is not a whole, exact safetensors file.
func Read(r io.ReaderAt, size int64) (*File, error) {
	var prefix [8]byte
	if size < int64(len(prefix)) {
		return nil, fmt.Errorf("safetensors: file of %s is too short for the 8-byte header length: truncated, or not a safetensors file", words.Count(size, "byte"))
	}
	if err := readFull(r, prefix[:], 0); err != nil {
		return nil, fmt.Errorf("safetensors: header length: %w", err)
	}
	n := binary.LittleEndian.Uint64(prefix[:])
	switch {
	case n > maxHeader:
		return nil, fmt.Errorf("safetensors: header length %d is over the format's limit of %d bytes: not a safetensors file, or damaged", n, maxHeader)
	case int64(n) > size-8:
		return nil, fmt.Errorf("safetensors: header length %d, but only %s after it: truncated, or not a safetensors file", n, words.Count(size-8, "byte"))
	}
	text := make([]byte, n)
	if err := readFull(r, text, 8); err != nil {
		return nil, fmt.Errorf("safetensors: header: %w", err)
	}
	f := &File{r: r, base: 8 + int64(n)}
	var err error
	if f.infos, f.metadata, err = parseHeader(text, size-f.base); err != nil {
		return nil, fmt.Errorf("safetensors: %w", err)
	}
	f.index = make(map[string]int, len(f.infos))
	for i := range f.infos {
		f.index[f.infos[i].Name] = i
	}
	return f, nil
}

// Open is Read on the file of that name. The caller closes it.
func Open(name string) (*File, error) {
	file, err := regular.Open(name)
	if err != nil {
		return nil, err
	}
	stat, err := file.Stat()
	var f *File
	if err == nil {
		f, err = Read(file, stat.Size())
	}
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f.closer = file
	return f, nil
}

// Close closes what Open opened; after Read it does nothing.
func (f *File) Close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}

// Names lists the arrays in alphabetical order.
func (f *File) Names() []string {
	names := make([]string, len(f.infos))
	for i := range f.infos {
		names[i] = f.infos[i].Name
	}
	slices.Sort(names)
	return names
}

// Metadata is the file's free-form strings. The caller must not change it.
func (f *File) Metadata() map[string]string { return f.metadata }

// Info describes one array. The caller must not change its Shape.
func (f *File) Info(name string) (*Info, error) {
	i, ok := f.index[name]
	if !ok {
		return nil, fmt.Errorf("safetensors: no tensor %q among the %d of this file", name, len(f.infos))
	}
	return &f.infos[i], nil
}

// Expect returns an error unless the named array exists and has that shape.
func (f *File) Expect(name string, shape ...int) error {
	info, err := f.Info(name)
	if err != nil {
		return err
	}
	if !slices.Equal(info.Shape, shape) {
		return fmt.Errorf("safetensors: tensor %q: expected shape %v, got %v", name, shape, info.Shape)
	}
	return nil
}

// Float32s returns an array's elements, rounded to float32 where need be.
func (f *File) Float32s(name string) ([]float32, error) { return all(f, name, f.ReadFloat32s) }

// Float64s returns an array's elements.
func (f *File) Float64s(name string) ([]float64, error) { return all(f, name, f.ReadFloat64s) }

// Int64s returns the elements of an array of integers.
func (f *File) Int64s(name string) ([]int64, error) { return all(f, name, f.ReadInt64s) }

// Int32s returns the elements of an array of integers that all fit in 32 bits.
func (f *File) Int32s(name string) ([]int32, error) { return all(f, name, f.ReadInt32s) }

// Int8s returns the elements of an array of integers that all fit in 8 bits.
func (f *File) Int8s(name string) ([]int8, error) {
	return all(f, name, func(dst []int8, name string) error {
		return readInts(f, dst, name, math.MinInt8, math.MaxInt8)
	})
}

// Bytes returns an array's bytes as they are in the file.
func (f *File) Bytes(name string) ([]byte, error) {
	info, err := f.Info(name)
	if err != nil {
		return nil, err
	}
	buf := make([]byte, info.end-info.begin)
	if err := readFull(f.r, buf, f.base+info.begin); err != nil {
		return nil, fmt.Errorf("safetensors: tensor %q: %w", name, err)
	}
	return buf, nil
}

// ReadFloat32s is Float32s into memory the caller has.
//
// Errors: dst is not exactly as long as the array.
func (f *File) ReadFloat32s(dst []float32, name string) error {
	info, err := f.sized(name, len(dst))
	if err != nil {
		return err
	}
	return f.chunks(info, func(at int, src []byte) error {
		decodeFloat32(dst[at:], src, info.DType)
		return nil
	})
}

// ReadFloat64s is Float64s into memory the caller has.
//
// Errors: dst is not exactly as long as the array.
func (f *File) ReadFloat64s(dst []float64, name string) error {
	info, err := f.sized(name, len(dst))
	if err != nil {
		return err
	}
	return f.chunks(info, func(at int, src []byte) error {
		decodeFloat64(dst[at:], src, info.DType)
		return nil
	})
}

// ReadInt64s is Int64s into memory the caller has.
//
// Errors: dst is not exactly as long as the array; the array is not of integers;
// a U64 element is over 2^63-1.
func (f *File) ReadInt64s(dst []int64, name string) error {
	return readInts(f, dst, name, math.MinInt64, math.MaxInt64)
}

// ReadInt32s is Int32s into memory the caller has.
//
// Errors: as for ReadInt64s; an element does not fit in 32 bits.
func (f *File) ReadInt32s(dst []int32, name string) error {
	return readInts(f, dst, name, math.MinInt32, math.MaxInt32)
}

func readInts[T int8 | int32 | int64](f *File, dst []T, name string, low, high int64) error {
	info, err := f.sized(name, len(dst))
	if err != nil {
		return err
	}
	if info.DType.IsFloat() {
		return fmt.Errorf("safetensors: tensor %q: expected integers, got %v", name, info.DType)
	}
	return f.chunks(info, func(at int, src []byte) error {
		size := info.DType.Bits() / 8
		for i := range len(src) / size {
			v, ok := integer(src[i*size:], info.DType)
			if !ok || v < low || v > high {
				return fmt.Errorf("safetensors: tensor %q: element %d, %v, does not fit in %T",
					name, at+i, uint64OrInt64(v, ok), dst[0])
			}
			dst[at+i] = T(v)
		}
		return nil
	})
}

// NonFinite returns an error that names the first array, in alphabetical order,
// with a NaN or an infinity, and nil if every number is finite. Arrays of types
// that are not [DType.Readable] are not looked at.
func (f *File) NonFinite() error {
	var values [chunk / 2]float64
	for _, name := range f.Names() {
		info, err := f.Info(name)
		if err != nil {
			return err
		}
		if !info.DType.IsFloat() {
			continue
		}
		err = f.chunks(info, func(at int, src []byte) error {
			n := decodeFloat64(values[:], src, info.DType)
			return NonFinite(name, at, values[:n])
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// NonFinite returns an error if one of the values, which are elements first and
// on of the named array, is a NaN or an infinity.
func NonFinite[T float32 | float64](name string, first int, values []T) error {
	for i, v := range values {
		if v-v != 0 { // NaN and ±Inf, and nothing else
			return fmt.Errorf("tensor %q: element %d is %v, expected finite numbers", name, first+i, v)
		}
	}
	return nil
}

// Overflow returns an error if one of the values, which are the named array's
// from element first on and finite, is too large to be stored as d.
func Overflow[T float32 | float64](name string, first int, d DType, values []T) error {
	limit := math.Inf(1) // what rounds to infinity
	switch d {
	case F16:
		limit = 65504 + 16
	case BF16:
		limit = 0x1.FFp127
	}
	for i, v := range values {
		if math.Abs(float64(v)) >= limit {
			return fmt.Errorf("tensor %q: element %d, %g, is too large for %v", name, first+i, v, d)
		}
	}
	return nil
}

// numbers looks an array up that is to be made numbers.
func (f *File) numbers(name string) (*Info, error) {
	info, err := f.Info(name)
	if err == nil && !info.DType.Readable() {
		return nil, fmt.Errorf("safetensors: tensor %q: %v cannot be loaded: convert it to F16, BF16 or F32 first", name, info.DType)
	}
	return info, err
}

// sized looks an array up and holds it to a number of elements.
func (f *File) sized(name string, n int) (*Info, error) {
	info, err := f.numbers(name)
	if err != nil {
		return nil, err
	}
	if info.count != n {
		return nil, fmt.Errorf("safetensors: tensor %q: expected %s, got shape %v with %d",
			name, words.Count(n, "element"), info.Shape, info.count)
	}
	return info, nil
}

// chunks passes an array's bytes piece by piece, with the index of each piece's
// first element.
func (f *File) chunks(info *Info, visit func(at int, src []byte) error) error {
	size := int64(info.DType.Bits() / 8)
	buf := make([]byte, min(chunk, info.end-info.begin))
	for pos := info.begin; pos < info.end; pos += chunk {
		part := buf[:min(chunk, info.end-pos)]
		if err := readFull(f.r, part, f.base+pos); err != nil {
			return fmt.Errorf("safetensors: tensor %q: %w", info.Name, err)
		}
		if err := visit(int((pos-info.begin)/size), part); err != nil {
			return err
		}
	}
	return nil
}

// all allocates for a whole array, whose size the header check has bounded by
// the file's.
func all[T any](f *File, name string, read func([]T, string) error) ([]T, error) {
	info, err := f.numbers(name)
	if err != nil {
		return nil, err
	}
	values := make([]T, info.count)
	if err := read(values, name); err != nil {
		return nil, err
	}
	return values, nil
}

// readFull is ReadAt that treats a short read at the end of the file as damage.
func readFull(r io.ReaderAt, buf []byte, at int64) error {
	n, err := r.ReadAt(buf, at)
	if n == len(buf) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return err
}
