package safetensors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/org/artnn/internal/words"
)

// Info describes one array of a file.
type Info struct {
	Name  string
	DType DType
	Shape []int

	count      int   // product of Shape
	begin, end int64 // place in the data that follows the header
}

// Size is the number of elements.
func (i *Info) Size() int { return i.count }

// Bytes is the number of bytes that they take in the file.
func (i *Info) Bytes() int64 { return i.end - i.begin }

// parseHeader reads the JSON header and checks it against the number of data
// bytes that follow it. Arrays come back in file order.
func parseHeader(text []byte, dataSize int64) ([]Info, map[string]string, error) {
	if len(text) == 0 || text[0] != '{' {
		return nil, nil, errors.New("header does not begin with '{': not a safetensors file")
	}
	if !utf8.Valid(text) {
		return nil, nil, errors.New("header is not valid UTF-8")
	}
	if !json.Valid(text) {
		return nil, nil, errors.New("header is not valid JSON")
	}
	h := headerReader{dec: json.NewDecoder(bytes.NewReader(text))}
	h.dec.UseNumber()
	var infos []Info
	metadata := map[string]string{}
	err := h.object("header", func(key string) error {
		if key == metadataKey {
			return h.object(metadataKey, func(key string) error {
				value, err := h.string()
				metadata[key] = value
				return wrap(err, "%s: value of %q", metadataKey, key)
			})
		}
		info, err := h.tensor(key)
		infos = append(infos, info)
		return wrap(err, "tensor %q", key)
	})
	if err != nil {
		return nil, nil, err
	}
	slices.SortFunc(infos, func(a, b Info) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end), strings.Compare(a.Name, b.Name))
	})
	return infos, metadata, checkCover(infos, dataSize)
}

// checkCover holds that arrays, in file order, fill the data exactly.
func checkCover(infos []Info, dataSize int64) error {
	var next int64
	last := "the header"
	for i := range infos {
		t := &infos[i]
		switch {
		case t.begin < next:
			return fmt.Errorf("tensor %q: bytes %d to %d overlap %s, which ends at %d", t.Name, t.begin, t.end, last, next)
		case t.begin > next:
			return fmt.Errorf("tensor %q: begins at byte %d, but %s ends at %d: no tensor owns the bytes between", t.Name, t.begin, last, next)
		case t.end > dataSize:
			return fmt.Errorf("tensor %q: ends at byte %d of the data, but the file has only %d: truncated", t.Name, t.end, dataSize)
		}
		next, last = t.end, fmt.Sprintf("tensor %q", t.Name)
	}
	if next != dataSize {
		return fmt.Errorf("tensors fill %s of data, but the file has %d: %s", words.Count(next, "byte"), dataSize, words.Count(dataSize-next, "trailing byte"))
	}
	return nil
}

// headerReader walks JSON that is already known to be well formed.
type headerReader struct{ dec *json.Decoder }

// object calls entry for every key, and refuses a key seen before, which a
// plain Unmarshal would silently let win.
func (h *headerReader) object(what string, entry func(key string) error) error {
	if err := h.delim('{', what); err != nil {
		return err
	}
	seen := map[string]bool{}
	for h.dec.More() {
		key, err := h.string()
		if err != nil {
			return err
		}
		if seen[key] {
			return fmt.Errorf("%s: duplicate key %q", what, key)
		}
		seen[key] = true
		if err := entry(key); err != nil {
			return err
		}
	}
	return h.delim('}', what)
}

func (h *headerReader) delim(want json.Delim, what string) error {
	tok, err := h.dec.Token()
	if err != nil {
		return err
	}
	if tok != want {
		kind := map[json.Delim]string{'{': "an object", '[': "an array"}[want]
		return fmt.Errorf("%s: expected %s, got %s", what, kind, describe(tok))
	}
	return nil
}

func (h *headerReader) string() (string, error) {
	tok, err := h.dec.Token()
	if err != nil {
		return "", err
	}
	s, ok := tok.(string)
	if !ok {
		return "", fmt.Errorf("expected a string, got %s", describe(tok))
	}
	return s, nil
}

// integers reads an array of numbers from 0 to math.MaxInt64.
func (h *headerReader) integers(what string) ([]int64, error) {
	if err := h.delim('[', what); err != nil {
		return nil, err
	}
	list := []int64{}
	for h.dec.More() {
		tok, err := h.dec.Token()
		if err != nil {
			return nil, err
		}
		number, ok := tok.(json.Number)
		if !ok {
			return nil, fmt.Errorf("%s: expected whole numbers, got %s", what, describe(tok))
		}
		v, err := strconv.ParseUint(string(number), 10, 63)
		if err != nil {
			return nil, fmt.Errorf("%s: expected whole numbers from 0 to 2^63-1, got %s", what, number)
		}
		list = append(list, int64(v))
	}
	return list, h.delim(']', what)
}

// tensor reads {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}.
func (h *headerReader) tensor(name string) (Info, error) {
	info := Info{Name: name}
	var shape, offsets []int64
	err := h.object("description", func(key string) (err error) {
		switch key {
		case "dtype":
			var s string
			if s, err = h.string(); err != nil {
				return wrap(err, "dtype")
			}
			var ok bool
			if info.DType, ok = parseDType(s); !ok {
				return fmt.Errorf("unknown dtype %q", s)
			}
		case "shape":
			shape, err = h.integers("shape")
		case "data_offsets":
			offsets, err = h.integers("data_offsets")
		default:
			return fmt.Errorf("unknown field %q", key)
		}
		return err
	})
	switch {
	case err != nil:
		return info, err
	case info.DType == 0:
		return info, errors.New("no dtype")
	case shape == nil:
		return info, errors.New("no shape")
	case offsets == nil:
		return info, errors.New("no data_offsets")
	case len(offsets) != 2 || offsets[0] > offsets[1]:
		return info, fmt.Errorf("data_offsets: expected [begin, end] with begin ≤ end, got %v", offsets)
	}
	info.begin, info.end = offsets[0], offsets[1]
	count, want, err := sizes(shape, info.DType)
	if err != nil {
		return info, err
	}
	if got := info.Bytes(); int64(want) != got {
		return info, fmt.Errorf("shape %v of %v needs %s, but data_offsets [%d, %d] hold %d",
			shape, info.DType, words.Count(want, "byte"), info.begin, info.end, got)
	}
	info.count = count
	info.Shape = make([]int, len(shape))
	for i, d := range shape {
		info.Shape[i] = int(d)
	}
	return info, nil
}

// sizes are the elements of a shape and the bytes they take.
//
// Errors: an axis, the count or the bytes do not fit in an int, even if a later
// axis is 0; elements of less than a byte that do not fill the last one.
func sizes(shape []int64, d DType) (count, size int, err error) {
	n := uint64(1)
	for _, axis := range shape {
		hi, lo := bits.Mul64(n, uint64(axis))
		if hi != 0 || lo > math.MaxInt || axis > math.MaxInt {
			return 0, 0, tooLarge(shape, d)
		}
		n = lo
	}
	hi, lo := bits.Mul64(n, uint64(d.Bits()))
	if lo%8 != 0 {
		return 0, 0, fmt.Errorf("shape %v of %v ends within a byte", shape, d)
	}
	if hi >= 8 || hi<<61|lo>>3 > math.MaxInt {
		return 0, 0, tooLarge(shape, d)
	}
	return int(n), int(hi<<61 | lo>>3), nil
}

func tooLarge(shape []int64, d DType) error {
	return fmt.Errorf("shape %v of %v is too large for this machine", shape, d)
}

func describe(tok json.Token) string {
	switch v := tok.(type) {
	case nil:
		return "null"
	case json.Delim:
		if v == '{' {
			return "an object"
		}
		return "an array"
	case string:
		return fmt.Sprintf("string %q", v)
	default:
		return fmt.Sprint(v)
	}
}

func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
