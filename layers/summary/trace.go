package summary

import (
	"slices"

	"github.com/org/artnn/tensor"
)

// none is no layer.
const none = -1

// trace goes through the operations of a pass. Which layer one belongs to follows
// from its inputs. A value that is computed from nothing but the state of one
// layer, such as a transposed weight, and constants, such as running statistics,
// counts as that layer's state.
func (s *tracing) trace(tape *tensor.Tape) {
	s.summary.Traced = true
	held := map[int]int{} // the layer whose state a value is
	read := map[int]int{} // the recurrent layer that read a sequence into a value
	input := s.input(tape)
	for n := range tape.Nodes() {
		layer, own := none, n.Op != "take" && n.Op != "gather" // which look up what the sample names
		for _, v := range n.Inputs {
			of, ok := s.holder(v, held)
			switch {
			case ok:
				own = own && (layer == none || layer == of)
				layer = of
			case !v.Leaf || v.ID == input:
				own = false
			}
		}
		for _, a := range n.Attrs {
			if w, ok := a.Value.(tensor.Weight); ok {
				if at, ok := s.layerOf[w]; ok {
					layer, own = at, false
				}
			}
		}
		if at, ok := joined(n, read); ok {
			s.summary.Layers[at].Output = slices.Clone(n.Outputs[0].Shape)
		}
		cost := multiplyAdds(n)
		s.summary.MultiplyAdds += cost
		if layer == none {
			continue
		}
		l := &s.summary.Layers[layer]
		l.MultiplyAdds += cost
		l.Output = slices.Clone(n.Outputs[0].Shape)
		switch n.Op {
		case "lstm", "lstm rows", "gru", "gru rows":
			read[n.Outputs[0].ID] = layer
		}
		if own {
			for _, v := range n.Outputs {
				held[v.ID] = layer
			}
		}
	}
}

// joined is the recurrent layer of two directions whose result an operation is: what
// one direction read, beside what the other read, flipped.
func joined(n tensor.Node, read map[int]int) (layer int, ok bool) {
	if n.Op != "flip" && n.Op != "cat" {
		return none, false
	}
	layer, ok = read[n.Inputs[0].ID]
	for _, v := range n.Inputs {
		if of, also := read[v.ID]; !also || of != layer {
			return none, false
		}
	}
	if ok {
		read[n.Outputs[0].ID] = layer
	}
	return layer, ok
}

// input is the value that a pass begins with: of those that no operation made and
// no layer holds, the first of the highest rank. The rest are constants.
func (s *tracing) input(tape *tensor.Tape) (id int) {
	id, rank := none, -1
	for n := range tape.Nodes() {
		for _, v := range n.Inputs {
			if _, ok := s.layerOf[v.Tensor]; v.Leaf && !ok && len(v.Shape) > rank {
				id, rank = v.ID, len(v.Shape)
			}
		}
	}
	return id
}

// holder is the layer whose state a value is.
func (s *tracing) holder(v tensor.Value, held map[int]int) (layer int, ok bool) {
	if layer, ok = held[v.ID]; ok {
		return layer, true
	}
	layer, ok = s.layerOf[v.Tensor]
	return layer, ok && v.Leaf
}

// multiplyAdds is what an operation costs if it is a product of matrices or a
// convolution, of which taps on the padding count too.
func multiplyAdds(n tensor.Node) int64 {
	last := func(shape []int) int64 { return int64(shape[len(shape)-1]) }
	switch n.Op {
	case "linear", "linear_t", "matmul": // each number of the result is a dot product
		return size(n.Outputs[0].Shape) * last(n.Inputs[0].Shape)
	case "conv2d": // a window of each weight's row for each number of the result
		return size(n.Outputs[0].Shape) * size(n.Inputs[1].Shape[1:])
	case "conv2d input grad": // a transposed convolution: the same for each number it comes from
		return size(n.Inputs[0].Shape) * size(n.Inputs[1].Shape[1:])
	case "attention": // queries, keys, values: two products with every key, seen or not
		return 2 * size(n.Outputs[0].Shape) * int64(n.Inputs[1].Shape[1])
	case "lstm", "gru": // x, wih, bias, whh, …: both weights for every step
		return steps(n) * (size(n.Inputs[1].Shape) + size(n.Inputs[3].Shape))
	case "lstm rows", "gru rows": // projected, whh, …: the recurrent one only
		return steps(n) * size(n.Inputs[1].Shape)
	}
	return 0
}

// steps is how many steps a recurrent layer takes, in all sequences together.
func steps(n tensor.Node) int64 { return size(n.Outputs[0].Shape[:2]) }

func size(shape []int) int64 {
	n := int64(1)
	for _, d := range shape {
		n *= int64(d)
	}
	return n
}
