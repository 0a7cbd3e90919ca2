package layers

import "github.com/org/artnn/tensor"

// Quantize stores, in place, the matrices of a module's linear layers, embeddings
// and LSTMs in fewer bits. They take less memory, and int8 products are faster
// where reading weights is most of the work, as in generating text token by token.
// They can no longer be trained, but gradients flow through them. Tied weights
// stay tied. The replaced tensors are not released.
//
// The weights must be finite; see [tensor.Quantize].
func Quantize(m Module, f tensor.Format) {
	stored := map[tensor.Weight]tensor.Weight{}
	for _, e := range m.State() {
		if !e.Replaceable() {
			continue
		}
		if stored[e.Value] == nil {
			stored[e.Value] = tensor.Quantize(e.Value, f)
		}
		e.Replace(stored[e.Value])
	}
}
