package layers

import (
	"fmt"
	"iter"
	"strconv"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
)

// Sequential applies layers one after the other.
//
// A layer with a ForwardAct, such as [Linear], [Conv2d] or [BatchNorm2d], followed by ReLU, LeakyReLU,
// Tanh or Sigmoid is computed in one pass; by GELU or SiLU, where nothing is recorded. Parameters are named by place: "0.weight", "0.bias", "2.weight", …
//
// Shape: that of the first layer's input → that of the last layer's output.
type Sequential []Layer

// activated is a layer that applies an activation to its result as it computes it.
type activated interface {
	ForwardAct(x *tensor.Tensor, act backend.Activation, slope float64) *tensor.Tensor
}

func (s Sequential) Forward(x *tensor.Tensor) *tensor.Tensor {
	for i := 0; i < len(s); i++ {
		if l, ok := s[i].(activated); ok && i+1 < len(s) {
			if act, slope, ok := epilogue(s[i+1]); ok {
				x = l.ForwardAct(x, act, slope)
				i++
				continue
			}
		}
		x = s[i].Forward(x)
	}
	return x
}

// State yields that of all layers in order.
func (s Sequential) State() iter.Seq2[string, Entry] {
	return func(yield func(string, Entry) bool) {
		for i, l := range s {
			for name, e := range Prefix(strconv.Itoa(i), l.State()) {
				if !yield(name, e) {
					return
				}
			}
		}
	}
}

// Residual adds a layer's input to its output:
//
//	y = x + Body(x)
//
// Parameters are named "body.…".
//
// Shape: [...] → the same.
//
// Panics if the body changes the shape.
//
// Reference: He, Zhang, Ren and Sun, "Deep Residual Learning", 2015.
type Residual struct {
	Body Layer
}

func (r Residual) Forward(x *tensor.Tensor) *tensor.Tensor {
	y := r.Body.Forward(x)
	if !y.HasShape(x.Shape()...) {
		tensor.Fail("residual", fmt.Sprintf("the body must keep the shape %v", x.Shape()), "%v", y.Shape())
	}
	return x.Add(y)
}

// State yields that of the body.
func (r Residual) State() iter.Seq2[string, Entry] { return Prefix("body", r.Body.State()) }

// Flatten merges all axes but the first, which counts the batch.
//
// Shape: [B, a, b, …] → [B, a·b·…].
type Flatten struct{ stateless }

func (Flatten) Forward(x *tensor.Tensor) *tensor.Tensor {
	if x.Rank() < 2 {
		tensor.Fail("flatten", "needs inputs [batch, ...]", "%v", x.Shape())
	}
	return x.Flatten(1)
}
