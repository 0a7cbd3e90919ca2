package tensor

import "github.com/org/artnn/backend"

// Weight is a matrix [out, in] that values are multiplied by, however it is
// stored: a [*Tensor], which can learn, or a [*Stored], which takes less memory
// and cannot. [Linear], [LinearT] and [LSTM] multiply by it.
type Weight interface {
	Shape() []int
	Dim(axis int) int
	Size() int
	// Backend is where products with the matrix are computed.
	Backend() backend.Backend
	// Float32s and Float64s are the numbers in row-major order.
	Float32s() []float32
	Float64s() []float64
	// Rows looks up rows, y[i] = w[index[i]], on a tape, or on none if that is
	// nil. index must not change before the backward pass has run.
	//
	// Shape: [len(index), in].
	//
	// Panics if an index is outside [0, out).
	Rows(tape *Tape, index []int32) *Tensor

	// dims is out and in; ok is false for what is not a matrix.
	dims() (out, in int, ok bool)
	// linear is act(x·wᵀ + bias) and linearT is x·w, of matrices that fit.
	linear(x, bias *Tensor, act backend.Activation, slope float64) *Tensor
	linearT(x *Tensor) *Tensor
}

// Rows is [Tensor.Take] on a tape.
func (t *Tensor) Rows(tape *Tape, index []int32) *Tensor {
	if tape != nil { // operations on parameters only are not recorded
		t = tape.Of(t)
	}
	return t.Take(index)
}

func (t *Tensor) dims() (out, in int, ok bool) {
	if t.view.Rank > 0 {
		in = t.view.Shape[t.view.Rank-1]
	}
	return t.view.Shape[0], in, t.view.Rank == 2
}
