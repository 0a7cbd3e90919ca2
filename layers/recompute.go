package layers

import (
	"iter"

	"github.com/org/artnn/tensor"
)

// Recompute is a layer whose activations are not kept for the backward pass but
// computed again there: one more forward pass of Body for the memory of what is
// inside it. Results and gradients are the same bits, dropout masks and running
// statistics included.
//
// State is named as that of Body.
//
// Shape: as Body.
//
// Reference: Chen, Xu, Zhang and Guestrin, "Training Deep Nets with Sublinear
// Memory Cost", 2016.
type Recompute struct {
	Body Layer
}

func (r Recompute) Forward(x *tensor.Tensor) *tensor.Tensor {
	return tensor.Recompute(func(ins []*tensor.Tensor) []*tensor.Tensor {
		return []*tensor.Tensor{r.Body.Forward(ins[0])}
	}, x)[0]
}

// State yields that of the body.
func (r Recompute) State() iter.Seq2[string, Entry] { return r.Body.State() }
