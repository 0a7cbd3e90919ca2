package tfjs

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"math"
	"path"

	"github.com/org/artnn/internal/half"
	"github.com/org/artnn/internal/words"
)

// group is a list of weights whose bytes follow each other in a list of shards.
type group struct {
	Paths   []string `json:"paths"`
	Weights []weight `json:"weights"`
}

// weight is what model.json says of an array.
type weight struct {
	Name         string        `json:"name"`
	Shape        []int         `json:"shape"`
	DType        string        `json:"dtype"`
	Quantization *quantization `json:"quantization"`
}

// quantization says how numbers are stored.
type quantization struct {
	DType string  `json:"dtype"`
	Scale float64 `json:"scale"`
	Min   float64 `json:"min"`
}

// array is a checked weight.
type array struct {
	shape      []int
	size       int // product of shape
	elem       element
	scale, min float64

	shards []shard
	begin  int64 // of its bytes, in the shards one after the other
}

// shard is a file of bytes.
type shard struct {
	name string
	size int64
}

// element is how a number is stored, in little-endian bytes.
type element struct {
	bytes  int
	number func([]byte) float64
}

// elements are the types of numbers. Quantised ones are unsigned or halves.
var elements = map[string]element{
	"float32": {4, func(b []byte) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))) }},
	"int32":   {4, func(b []byte) float64 { return float64(int32(binary.LittleEndian.Uint32(b))) }},
	"float16": {2, func(b []byte) float64 { return float64(half.FromFloat16(binary.LittleEndian.Uint16(b))) }},
	"uint16":  {2, func(b []byte) float64 { return float64(binary.LittleEndian.Uint16(b)) }},
	"uint8":   {1, func(b []byte) float64 { return float64(b[0]) }},
	"bool":    {1, func(b []byte) float64 { return float64(b[0]) }},
}

// add checks a group, and adds its arrays.
func (m *Model) add(dir string, g group) error {
	var shards []shard
	total := int64(0)
	for _, p := range g.Paths {
		if !fs.ValidPath(p) {
			return fmt.Errorf("shard %q: its name must be one of a file beside model.json", p)
		}
		name := path.Join(dir, p)
		if m.shards[name] { // whose bytes would count, and take memory, again and again
			return fmt.Errorf("shard %q: named twice", p)
		}
		m.shards[name] = true
		size, err := sizeOf(m.fsys, name)
		if err != nil {
			return fmt.Errorf("shard: %w: all files that came with model.json must lie beside it", err)
		}
		if size > math.MaxInt-total {
			return fmt.Errorf("shard %q: too large", p)
		}
		shards, total = append(shards, shard{name, size}), total+size
	}
	at := int64(0)
	for _, w := range g.Weights {
		if _, ok := m.arrays[w.Name]; ok || w.Name == "" {
			return fmt.Errorf("weight %q: every weight needs a name of its own", w.Name)
		}
		a, err := w.check(total - at)
		if err != nil {
			return fmt.Errorf("weight %q: %w", w.Name, err)
		}
		a.shards, a.begin = shards, at
		m.arrays[w.Name] = a
		at += int64(a.size) * int64(a.elem.bytes)
	}
	if at != total {
		return fmt.Errorf("the shards %s hold %s, and their weights need %d: a file is damaged, or belongs to another model", words.Few(g.Paths), words.Count(total, "byte"), at)
	}
	return nil
}

// check is the weight as an array, if left bytes are enough for it.
func (w *weight) check(left int64) (a array, err error) {
	stored := w.DType
	a.scale = 1
	if q := w.Quantization; q != nil {
		stored = q.DType
		if stored != "float16" {
			a.scale, a.min = q.Scale, q.Min
		}
		if w.DType != "float32" {
			return a, fmt.Errorf("quantised numbers of type %q: expected float32", w.DType)
		}
	}
	elem, ok := elements[stored]
	if !ok {
		return a, fmt.Errorf("numbers of type %q cannot be read: expected float32, float16, int32, uint16, uint8 or bool", stored)
	}
	a.elem, a.size = elem, 1
	for _, n := range w.Shape {
		if n < 0 || n > 0 && int64(a.size) > left/int64(n) {
			return a, fmt.Errorf("shape %v of %s needs more than the %s that the shards have left: a file is truncated, or belongs to another model", w.Shape, stored, words.Count(left, "byte"))
		}
		a.size *= n
	}
	if int64(a.size) > left/int64(elem.bytes) {
		return a, fmt.Errorf("shape %v of %s needs more than the %s that the shards have left: a file is truncated, or belongs to another model", w.Shape, stored, words.Count(left, "byte"))
	}
	a.shape = append([]int{}, w.Shape...)
	return a, nil
}
