// Package shape is a backend without memory: its tensors have shapes and no
// numbers. Built on it, the layers of a model tell names and shapes of all that
// the model would hold, at no cost.
package shape

import (
	"fmt"
	"math"

	"github.com/org/artnn/backend"
)

// Backend is a [backend.Backend] whose buffers have a length only. Operations
// check nothing and do nothing; reading gives zeros.
type Backend struct {
	limit, used int
}

// LimitError is what Alloc panics with when more numbers are asked for than a
// backend was made for.
type LimitError struct{ Limit int }

func (e *LimitError) Error() string { return fmt.Sprintf("more than %d numbers", e.Limit) }

// New makes a backend that allows limit numbers in all buffers together; 0 is any
// number.
func New(limit int) *Backend {
	if limit == 0 {
		limit = math.MaxInt
	}
	return &Backend{limit: limit}
}

// ShapeOnly reports that there are no numbers to compute with on the host, such as
// the factors of an orthogonal matrix.
func (*Backend) ShapeOnly() bool { return true }

// Used is how many numbers all buffers together have been asked for.
func (b *Backend) Used() int { return b.used }

type buffer int

func (b buffer) Len() int { return int(b) }

// Name is "shape".
func (*Backend) Name() string { return "shape" }

// Precision is Float32.
func (*Backend) Precision() backend.Precision { return backend.Float32 }

// Alloc returns a buffer without memory.
//
// Panics with a [*LimitError] beyond the limit, which a negative n, an overflow of
// a product of sizes, is too.
func (b *Backend) Alloc(n int) backend.Buffer {
	if n < 0 || n > b.limit-b.used {
		panic(&LimitError{b.limit})
	}
	b.used += n
	return buffer(n)
}

func (*Backend) Free(backend.Buffer)                                                               {}
func (*Backend) Write32(backend.Buffer, int, []float32)                                            {}
func (*Backend) Write64(backend.Buffer, int, []float64)                                            {}
func (*Backend) Read32(dst []float32, _ backend.Buffer, _ int)                                     { clear(dst) }
func (*Backend) Read64(dst []float64, _ backend.Buffer, _ int)                                     { clear(dst) }
func (*Backend) Fill(backend.View, float64)                                                        {}
func (*Backend) Copy(_, _ backend.View)                                                            {}
func (*Backend) Unary(backend.UnaryOp, backend.View, backend.View, backend.Params)                 {}
func (*Backend) Binary(backend.BinaryOp, backend.View, backend.View, backend.View, backend.Params) {}
func (*Backend) Where(_, _, _, _ backend.View)                                                     {}
func (*Backend) Reduce(backend.ReduceOp, backend.View, backend.View)                               {}
func (*Backend) ArgMax(dst []int32, _ backend.View, _ int)                                         { clear(dst) }
func (*Backend) Take(_, _ backend.View, _ []int32)                                                 {}
func (*Backend) TakeAdd(_, _ backend.View, _ []int32)                                              {}
func (*Backend) Gather(_, _ backend.View, _ []int32)                                               {}
func (*Backend) ScatterAdd(_, _ backend.View, _ []int32)                                           {}
func (*Backend) Gemm(_, _, _ backend.View, _, _ float64, _ backend.Epilogue)                       {}
func (*Backend) Random(backend.View, backend.Distribution, backend.Params, backend.Stream)         {}
