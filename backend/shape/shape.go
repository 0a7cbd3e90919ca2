// Package shape is a backend without numbers: its buffers have a length and no
// memory, and its operations do nothing. A model built on it takes no room, and
// tells the names and shapes of its parameters, and how many numbers it would
// need, before memory is taken for it.
//
// It is not registered: make one with [New] for each model.
package shape

import (
	"fmt"
	"sync"

	"github.com/org/artnn/backend"
)

// Backend counts numbers. It is safe for concurrent use.
type Backend struct {
	limit int

	mu   sync.Mutex
	used int
	peak int // the highest of used
}

var (
	_ backend.Backend   = (*Backend)(nil)
	_ backend.ShapeOnly = (*Backend)(nil)

	_ backend.LSTMKernel         = (*Backend)(nil)
	_ backend.GRUKernel          = (*Backend)(nil)
	_ backend.AttentionKernel    = (*Backend)(nil)
	_ backend.RotaryKernel       = (*Backend)(nil)
	_ backend.SoftmaxKernel      = (*Backend)(nil)
	_ backend.CrossEntropyKernel = (*Backend)(nil)
	_ backend.LayerNormKernel    = (*Backend)(nil)
	_ backend.RMSNormKernel      = (*Backend)(nil)
	_ backend.GatedKernel        = (*Backend)(nil)
)

// New returns a backend on which at most limit numbers can be allocated at a
// time; beyond, Alloc panics with a [*backend.LimitError].
func New(limit int) *Backend { return &Backend{limit: limit} }

// Name is "shape".
func (*Backend) Name() string { return "shape" }

// Precision is float32.
func (*Backend) Precision() backend.Precision { return backend.Float32 }

// ShapeOnly is true.
func (*Backend) ShapeOnly() bool { return true }

// Used is how many numbers are allocated and not freed.
func (b *Backend) Used() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used
}

// Peak is how many numbers were allocated at a time, at most.
func (b *Backend) Peak() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.peak
}

type buffer struct {
	n     int
	freed bool
}

func (b *buffer) Len() int { return b.n }

// Alloc counts n numbers.
//
// Panics if n is negative, and with a [*backend.LimitError] if the limit would be
// passed.
func (b *Backend) Alloc(n int) backend.Buffer {
	if n < 0 {
		panic(fmt.Sprintf("shape: Alloc: expected at least 0 numbers, got %d", n))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if n > b.limit-b.used {
		panic(&backend.LimitError{Asked: n, Used: b.used, Limit: b.limit})
	}
	b.used += n
	b.peak = max(b.peak, b.used)
	return &buffer{n: n}
}

// Free takes numbers off the count.
//
// Panics if x was freed before or is not of this backend.
func (b *Backend) Free(x backend.Buffer) {
	buf, ok := x.(*buffer)
	if !ok {
		panic(fmt.Sprintf("shape: Free: expected a buffer of this backend, got %T", x))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if buf.freed {
		panic("shape: Free: buffer freed twice")
	}
	buf.freed = true
	b.used -= buf.n
}

// The operations do nothing; reading leaves what is read into as it was.

func (*Backend) Write32(backend.Buffer, int, []float32) {}
func (*Backend) Write64(backend.Buffer, int, []float64) {}
func (*Backend) Read32([]float32, backend.Buffer, int)  {}
func (*Backend) Read64([]float64, backend.Buffer, int)  {}

func (*Backend) Fill(backend.View, float64) {}
func (*Backend) Copy(_, _ backend.View)     {}

func (*Backend) Unary(backend.UnaryOp, backend.View, backend.View, backend.Params) {}
func (*Backend) Binary(backend.BinaryOp, backend.View, backend.View, backend.View, backend.Params) {
}
func (*Backend) Where(_, _, _, _ backend.View)                       {}
func (*Backend) Reduce(backend.ReduceOp, backend.View, backend.View) {}
func (*Backend) ArgMax([]int32, backend.View, int)                   {}

func (*Backend) Take(_, _ backend.View, _ []int32)       {}
func (*Backend) TakeAdd(_, _ backend.View, _ []int32)    {}
func (*Backend) Gather(_, _ backend.View, _ []int32)     {}
func (*Backend) ScatterAdd(_, _ backend.View, _ []int32) {}

func (*Backend) Gemm(_, _, _ backend.View, _, _ float64, _ backend.Epilogue) {}

func (*Backend) Conv2d(_, _, _ backend.View, _ backend.Conv, _ backend.Epilogue)          {}
func (*Backend) Conv2dInputGrad(_, _, _ backend.View, _ backend.Conv, _ backend.Epilogue) {}
func (*Backend) Conv2dWeightGrad(_, _, _ backend.View, _ backend.Conv, _ float64)         {}

// The optional kernels do nothing too, so that what is recorded is one operation.

func (*Backend) LSTM(_, _, _, _, _, _ backend.View) bool { return true }
func (*Backend) LSTMGrad(backend.LSTMGradArgs) bool      { return true }
func (*Backend) GRU(backend.GRUArgs) bool                { return true }
func (*Backend) GRUGrad(backend.GRUGradArgs) bool        { return true }

func (*Backend) Attention(backend.AttentionArgs) bool         { return true }
func (*Backend) AttentionGrad(backend.AttentionGradArgs) bool { return true }
func (*Backend) Rotary(backend.RotaryArgs) bool               { return true }

func (*Backend) Softmax(_, _ backend.View, _ bool) bool        { return true }
func (*Backend) SoftmaxGrad(_, _, _ backend.View, _ bool) bool { return true }
func (*Backend) CrossEntropy(_, _, _ backend.View, _ []int32, _ float64, _ int32) bool {
	return true
}
func (*Backend) CrossEntropyGrad(backend.CrossEntropyGradArgs) bool { return true }
func (*Backend) LayerNorm(backend.LayerNormArgs) bool               { return true }
func (*Backend) LayerNormGrad(backend.LayerNormGradArgs) bool       { return true }
func (*Backend) RMSNorm(backend.RMSNormArgs) bool                   { return true }
func (*Backend) RMSNormGrad(backend.RMSNormGradArgs) bool           { return true }
func (*Backend) Gated(_, _, _ backend.View, _ backend.Activation) bool {
	return true
}
func (*Backend) GatedGrad(backend.GatedGradArgs) bool { return true }

func (*Backend) Random(backend.View, backend.Distribution, backend.Params, backend.Stream) {}
