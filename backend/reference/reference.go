// Package reference is the backend every other is held to: float64, one plain
// loop per operation, no tuning and no optional kernels. Finite-difference
// checks of derivatives run on it.
//
// It is also strict. Where a fast backend trusts its caller, this one panics
// on shapes, layouts, indices and overlaps that package backend does not
// allow, on buffers used after Free, and it fills fresh buffers with NaN so
// that reading what was never written shows.
package reference

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/philox"
)

// Name is what the backend is registered under.
const Name = "reference"

func init() { backend.Register(Name, func() backend.Backend { return New() }) }

// Backend computes in float64. The zero value is ready for use.
type Backend struct{}

var _ backend.Backend = (*Backend)(nil)

// New returns a reference backend. All share nothing.
func New() *Backend { return &Backend{} }

// Name is "reference".
func (*Backend) Name() string { return Name }

// Precision is float64.
func (*Backend) Precision() backend.Precision { return backend.Float64 }

type buffer struct {
	data  []float64
	freed bool
}

func (b *buffer) Len() int { return len(b.data) }

// data is the memory behind a buffer of this backend.
func data(op string, b backend.Buffer) []float64 {
	buf, ok := b.(*buffer)
	if !ok {
		panic(fmt.Sprintf("reference: %s: expected a buffer of this backend, got %T", op, b))
	}
	if buf.freed {
		panic(fmt.Sprintf("reference: %s: buffer used after Free", op))
	}
	return buf.data
}

// Alloc returns a buffer of n NaNs.
//
// Panics if n is negative.
func (*Backend) Alloc(n int) backend.Buffer {
	if n < 0 {
		panic(fmt.Sprintf("reference: Alloc: expected at least 0 numbers, got %d", n))
	}
	b := &buffer{data: make([]float64, n)}
	for i := range b.data {
		b.data[i] = math.NaN()
	}
	return b
}

// Free takes a buffer back.
//
// Panics if it was freed before or is not of this backend.
func (*Backend) Free(b backend.Buffer) {
	if buf, ok := b.(*buffer); ok && buf.freed {
		panic("reference: Free: buffer freed twice")
	}
	data("Free", b)
	b.(*buffer).freed = true
}

// Write32 copies host numbers in.
func (*Backend) Write32(dst backend.Buffer, offset int, src []float32) {
	to := data("Write32", dst)[offset : offset+len(src)]
	for i, v := range src {
		to[i] = float64(v)
	}
}

// Write64 copies host numbers in.
func (*Backend) Write64(dst backend.Buffer, offset int, src []float64) {
	copy(data("Write64", dst)[offset:offset+len(src)], src)
}

// Read32 copies numbers out, rounded to float32.
func (*Backend) Read32(dst []float32, src backend.Buffer, offset int) {
	for i, v := range data("Read32", src)[offset : offset+len(dst)] {
		dst[i] = float32(v)
	}
}

// Read64 copies numbers out.
func (*Backend) Read64(dst []float64, src backend.Buffer, offset int) {
	copy(dst, data("Read64", src)[offset:offset+len(dst)])
}

// Random fills dst from a counter-based stream.
func (*Backend) Random(dst backend.View, dist backend.Distribution, p backend.Params, s backend.Stream) {
	out := destination("Random", dst)
	numbers := make([]float64, dst.Size())
	philox.Fill(numbers, dist, p, s)
	at := walk(&dst)
	for _, v := range numbers {
		out[at.pos] = v
		at.next()
	}
}
