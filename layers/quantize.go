package layers

import "github.com/org/artnn/tensor"

// Quantize stores all weights of a module that may be stored in other forms, in
// place: matrices of linear layers, embeddings and LSTMs. They take less memory,
// and where reading them is most of the work, as in generating text token by
// token, products with them are faster. They cannot learn any more, but layers in
// front of them can. Tied weights stay tied. The tensors that were there are left
// to their other owners.
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
