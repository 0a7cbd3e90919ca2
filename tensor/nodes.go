package tensor

import "iter"

// Node is one operation of a pass, as [Tape.Nodes] shows it.
type Node struct {
	Op string
	// Attrs are what the operation was given besides its inputs, such as an axis.
	Attrs           []Attr
	Inputs, Outputs []Value
}

// Attr is an attribute of an operation: an int, float64, bool or string, a []int
// of sizes or axes, the []int32 of indices, or a *[Tensor] or *[Stored] that gets
// no gradient.
type Attr struct {
	Name  string
	Value any
}

// Value is an input or output of a [Node].
type Value struct {
	// ID is the value's number in the pass.
	ID    int
	Shape []int
	// Leaf says that no node made it: a parameter, or something put on the tape.
	Leaf bool
	// Tensor is the value, or the parameter; released values have no numbers.
	Tensor *Tensor
}

// Nodes goes through the recorded operations in the order of computing, for
// pictures and other formats. Operations without a derivative, such as
// comparisons, and those under NoGrad are not recorded: their results are leaves.
// [Tape.Backward] takes the attributes of what it has walked, so ask before.
func (t *Tape) Nodes() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		made := map[int32]bool{}
		value := func(id int32) Value {
			x := t.values[id]
			return Value{ID: int(id), Shape: x.Shape(), Leaf: !made[id], Tensor: x}
		}
		for i := 0; i < len(t.nodes); i++ {
			n := t.nodes[i]
			shown := Node{Op: n.op, Attrs: t.attrs(n)}
			for _, id := range n.inputs() {
				shown.Inputs = append(shown.Inputs, value(id))
			}
			for id := n.out; id < n.out+n.outs; id++ {
				made[id] = true
				shown.Outputs = append(shown.Outputs, value(id))
			}
			if !yield(shown) {
				return
			}
		}
	}
}

// attrs asks a node's derivative, which knows what the operation was given, so
// that attributes cost nothing until they are asked for.
func (t *Tape) attrs(n node) (list []Attr) {
	if n.said && n.vjp != nil {
		n.vjp(&Backprop{tape: t, node: n, attrs: &list}, nil)
	}
	return list
}

// asked reports whether a derivative is to say the attributes and return.
func (b *Backprop) asked() bool { return b.attrs != nil }

// say tells attributes, names and values in turn.
func (b *Backprop) say(pairs ...any) {
	for i := 0; i < len(pairs); i += 2 {
		*b.attrs = append(*b.attrs, Attr{pairs[i].(string), pairs[i+1]})
	}
}

// outShape is the shape of the node's output.
func (b *Backprop) outShape() []int { return b.tape.values[b.node.out].Shape() }

// says marks a node whose derivative begins by seeing whether it is asked.
func (n *node) says() { n.said = true }

// axisList is a set of axes as a list.
func axisList(set int) []int {
	list := []int{}
	for a := 0; set>>a != 0; a++ {
		if set>>a&1 != 0 {
			list = append(list, a)
		}
	}
	return list
}
