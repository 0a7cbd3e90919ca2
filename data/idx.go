package data

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/org/artnn/internal/regular"
	"github.com/org/artnn/internal/words"
)

// IDXType is the kind of number in an [IDX] file.
type IDXType byte

// The kinds of number the format knows.
const (
	IDXUint8   IDXType = 0x08
	IDXInt8    IDXType = 0x09
	IDXInt16   IDXType = 0x0b
	IDXInt32   IDXType = 0x0c
	IDXFloat32 IDXType = 0x0d
	IDXFloat64 IDXType = 0x0e
)

// size is that of a number in bytes, or 0 for a kind the format does not know.
func (t IDXType) size() int {
	switch t {
	case IDXUint8, IDXInt8:
		return 1
	case IDXInt16:
		return 2
	case IDXInt32, IDXFloat32:
		return 4
	case IDXFloat64:
		return 8
	}
	return 0
}

// IDX is an array as MNIST and its kin are published.
type IDX struct {
	Type  IDXType
	Shape []int
	Data  []byte // row-major; numbers of several bytes are big-endian
}

const (
	maxIDXBytes = 1 << 30
	maxIDXRank  = 8
)

// ReadIDX reads an array in IDX format, gzipped or not.
//
// Memory grows with what is really read, whatever the header claims.
//
// Errors: another format, data shorter or longer than the header says, more
// than 1 GiB.
// Reference: LeCun, Cortes, Burges, "The MNIST database of handwritten digits",
// section "File formats".
func ReadIDX(r io.Reader) (*IDX, error) {
	b := bufio.NewReader(r)
	if magic, _ := b.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("idx: gzip: %w", err)
		}
		defer z.Close()
		b = bufio.NewReader(z)
	}
	var head [4]byte
	if _, err := io.ReadFull(b, head[:]); err != nil {
		return nil, fmt.Errorf("idx: header: %w", truncated(err))
	}
	x := &IDX{Type: IDXType(head[2])}
	rank := int(head[3])
	if head[0] != 0 || head[1] != 0 || x.Type.size() == 0 {
		return nil, fmt.Errorf("idx: not an IDX file: it begins with % x; expected 00 00, a type from 08 to 0e, a rank", head)
	}
	if rank < 1 || rank > maxIDXRank {
		return nil, fmt.Errorf("idx: the rank must be from 1 to %d, got %d", maxIDXRank, rank)
	}
	total := int64(x.Type.size())
	for range rank {
		var d [4]byte
		if _, err := io.ReadFull(b, d[:]); err != nil {
			return nil, fmt.Errorf("idx: header: %w", truncated(err))
		}
		n := int64(binary.BigEndian.Uint32(d[:]))
		if n != 0 && total > maxIDXBytes/n {
			return nil, fmt.Errorf("idx: the header claims more than the limit of %d MiB", maxIDXBytes>>20)
		}
		if n > math.MaxInt32 {
			return nil, fmt.Errorf("idx: a dimension of %d is too large", n)
		}
		total *= n
		x.Shape = append(x.Shape, int(n))
	}
	data, err := io.ReadAll(io.LimitReader(b, total+1))
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("idx: %w", err)
	}
	switch got := int64(len(data)); {
	case got < total || err != nil:
		return nil, fmt.Errorf("idx: the file is cut short: shape %v needs %s of data, got %d", x.Shape, words.Count(total, "byte"), got)
	case got > total:
		return nil, fmt.Errorf("idx: shape %v needs %s of data, the file has more", x.Shape, words.Count(total, "byte"))
	}
	x.Data = data
	return x, nil
}

// LoadIDX is [ReadIDX] of a file. Errors have its path in them.
func LoadIDX(path string) (*IDX, error) {
	f, err := regular.Open(path)
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	defer f.Close()
	x, err := ReadIDX(f)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", path, err)
	}
	return x, nil
}

// Len is the number of elements.
func (x *IDX) Len() int { return len(x.Data) / x.Type.size() }

// Float32 is the array's numbers as they are, each as a float32.
func (x *IDX) Float32() []float32 {
	out := make([]float32, x.Len())
	for i := range out {
		p := x.Data[i*x.Type.size():]
		switch x.Type {
		case IDXUint8:
			out[i] = float32(p[0])
		case IDXInt8:
			out[i] = float32(int8(p[0]))
		case IDXInt16:
			out[i] = float32(int16(binary.BigEndian.Uint16(p)))
		case IDXInt32:
			out[i] = float32(int32(binary.BigEndian.Uint32(p)))
		case IDXFloat32:
			out[i] = math.Float32frombits(binary.BigEndian.Uint32(p))
		case IDXFloat64:
			out[i] = float32(math.Float64frombits(binary.BigEndian.Uint64(p)))
		}
	}
	return out
}

// Labels is a one-dimensional array of bytes as class indices.
// Errors: another rank or type.
func (x *IDX) Labels() ([]int32, error) {
	if x.Type != IDXUint8 || len(x.Shape) != 1 {
		return nil, fmt.Errorf("idx: expected labels, one dimension of bytes, got shape %v of type %#02x", x.Shape, byte(x.Type))
	}
	out := make([]int32, len(x.Data))
	for i, v := range x.Data {
		out[i] = int32(v)
	}
	return out, nil
}

// Images is a three-dimensional array of bytes as gray pictures, with labels
// as their classes; labels may be nil.
//
// Errors: another rank or type, no picture, labels of another number.
func (x *IDX) Images(labels []int32) (*Images, error) {
	if x.Type != IDXUint8 || len(x.Shape) != 3 {
		return nil, fmt.Errorf("idx: expected pictures, [n rows columns] of bytes, got shape %v of type %#02x", x.Shape, byte(x.Type))
	}
	m, err := NewImages(x.Data, x.Shape[2], x.Shape[1], 1)
	if err != nil {
		return nil, fmt.Errorf("idx: %w", err)
	}
	if labels == nil {
		return m, nil
	}
	if len(labels) != m.Len() {
		return nil, fmt.Errorf("idx: %s and %s do not go together", words.Count(m.Len(), "picture"), words.Count(len(labels), "label"))
	}
	m.Labels, m.Classes = labels, nil
	for _, l := range labels {
		if l < 0 || l > 255 {
			return nil, fmt.Errorf("idx: label %d is outside 0 to 255", l)
		}
		for int(l) >= len(m.Classes) {
			m.Classes = append(m.Classes, fmt.Sprint(len(m.Classes)))
		}
	}
	return m, nil
}

// truncated says in words what an early end is.
func truncated(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the file is cut short (%w)", err)
	}
	return err
}
