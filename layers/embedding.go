package layers

import (
	"iter"
	"slices"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tensor"
)

// Embedding looks up one learned vector for each index:
//
//	y[i] = W[ids[i]]
//
// It is not a [Layer]: its input is indices.
type Embedding struct {
	Weight tensor.Weight // [n, dim]
}

// NewEmbedding draws n vectors of dim numbers from the standard normal
// distribution, as PyTorch does.
//
// Panics if a size is not positive.
func NewEmbedding(n, dim int, rng *tensor.RNG) *Embedding {
	checkSizes("embedding", n, dim)
	return &Embedding{Weight: rng.Normal(0, 1, n, dim)}
}

// Forward looks up ids, laid out in row-major order in shape; without a shape
// they are one list. The tape may be nil: then nothing is recorded. ids must
// not change before the backward pass has run.
//
// Shape: ids [shape...] → [shape..., dim].
//
// Panics if the shape does not hold the ids, or one of them is outside [0, n).
func (e *Embedding) Forward(tape *tensor.Tape, ids []int32, shape ...int) *tensor.Tensor {
	if len(shape) == 0 {
		return e.Weight.Rows(tape, ids)
	}
	n := 1
	for _, d := range shape {
		n *= d
	}
	if n != len(ids) {
		tensor.Fail("embedding", "the shape must hold all ids", "%s for shape %v", words.Count(len(ids), "id"), slices.Clone(shape))
	}
	y := e.Weight.Rows(tape, ids)
	return y.Reshape(append(slices.Clone(shape), y.Dim(-1))...)
}

// project is the product of all rows with the weights of a linear layer, plus its bias.
func (e *Embedding) project(tape *tensor.Tape, w tensor.Weight, bias *tensor.Tensor) *tensor.Tensor {
	if t, ok := e.Weight.(*tensor.Tensor); ok {
		return tensor.Linear(taped(tape, t), w, bias)
	}
	all := make([]int32, e.Weight.Dim(0))
	for i := range all {
		all[i] = int32(i)
	}
	return tensor.Linear(e.Weight.Rows(tape, all), w, bias)
}

// State yields the table.
func (e *Embedding) State() iter.Seq2[string, Entry] {
	return Entries(Weight("weight", &e.Weight))
}
