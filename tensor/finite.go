package tensor

import "math"

// FirstNonFinite is the first value of the pass, in the order of computing, that
// holds a NaN or an infinity, and the operation that made it: "" for an input or a
// parameter. It is nil if all are finite. It reads every value, to find out why a
// loss is not finite, before [Tape.Backward] frees values.
func (t *Tape) FirstNonFinite() (op string, value *Tensor) {
	made := make(map[int32]string, len(t.nodes))
	for i := range t.nodes {
		for o := range t.nodes[i].outs {
			made[t.nodes[i].out+o] = t.nodes[i].op
		}
	}
	for id, x := range t.values {
		if x.store != nil && !x.finite() {
			return made[int32(id)], x
		}
	}
	return "", nil
}

// finite reports whether all elements are.
func (t *Tensor) finite() bool {
	for _, v := range t.Float64s() {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
