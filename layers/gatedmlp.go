package layers

import (
	"iter"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
)

// GatedMLP is the feed-forward part of Llama's, Qwen's and Gemma's blocks:
//
//	y = Down(act(Gate(x)) ∘ Up(x))
//
// With [SiLU] it is SwiGLU, with [GELU] GeGLU, which Gemma has in the tanh form, and
// with [Sigmoid] GLU.
//
// Shape: [..., size] → the same.
//
// Panics if the last axis has another size.
//
// Reference: Shazeer, "GLU Variants Improve Transformer", 2020.
type GatedMLP struct {
	Gate *Linear // size → hidden
	Up   *Linear // size → hidden
	Down *Linear // hidden → size
	Act  Layer   // without state; nil means SiLU
}

// NewGatedMLP makes three layers without biases, drawn as by [NewLinear].
//
// Panics if a size is not positive.
func NewGatedMLP(size, hidden int, act Layer, rng *tensor.RNG) *GatedMLP {
	checkSizes("gated mlp", size, hidden)
	part := func(in, out int) *Linear { return &Linear{Weight: rng.FanIn(in, out, in)} }
	return &GatedMLP{Gate: part(size, hidden), Up: part(size, hidden), Down: part(hidden, size), Act: act}
}

func (l *GatedMLP) Forward(x *tensor.Tensor) *tensor.Tensor {
	act := l.Act
	if act == nil {
		act = SiLU{}
	}
	gate, up := l.Gate.Forward(x), l.Up.Forward(x)
	if a, _, ok := epilogue(act); ok && a != backend.ActLeakyReLU {
		return l.Down.Forward(tensor.Gated(gate, up, a))
	}
	return l.Down.Forward(act.Forward(gate).Mul(up))
}

// State yields gate_proj.weight, up_proj.weight and down_proj.weight, the names of
// Hugging Face's models, and biases after them if there are any.
func (l *GatedMLP) State() iter.Seq2[string, Entry] {
	return Join(Prefix("gate_proj", l.Gate.State()), Prefix("up_proj", l.Up.State()), Prefix("down_proj", l.Down.State()))
}
