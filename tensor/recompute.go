package tensor

import (
	"slices"

	"github.com/org/artnn/backend"
)

// Recompute returns f(ins) and frees everything f computed except its results;
// the backward pass runs f again to get it back. It trades one more forward pass
// of f for that memory. A stack of layers, each wrapped, holds only the values
// between the layers and, in the backward pass, the inside of one layer at a time.
//
//	y := tensor.Recompute(func(ins []*tensor.Tensor) []*tensor.Tensor {
//		return []*tensor.Tensor{block.Forward(ins[0])}
//	}, x)[0]
//
// f may read any parameters and draw from the tape's random stream: losses and
// gradients are the same bits as without Recompute. Of the values made inside,
// only the results and those marked with [Tensor.Keep] can be used afterwards.
// Recomputations nest.
//
// f must compute the same both times. Pass every value on the tape through ins: a
// captured variable may have changed by the second run. A layer that updates state
// of its own (running statistics, counters) must skip the update when
// [Tape.Recomputing] is true.
//
// No memory is freed if no input is on a recording tape, or under [CreateGraph].
//
// Backward panics if the second run reads other values on the tape, or does not
// compute the results that the first did.
//
// Reference: Chen, Xu, Zhang and Guestrin, "Training Deep Nets with Sublinear
// Memory Cost", 2016.
func Recompute(f func(ins []*Tensor) []*Tensor, ins ...*Tensor) []*Tensor {
	var t *Tape
	if len(ins) > 0 {
		t, _ = common("recompute", ins...)
	}
	ins = slices.Clone(ins)
	if !t.records() {
		return f(ins)
	}
	r := &recomputation{f: f, ins: ins, stream: t.rng.stream, rows: t.rows, train: t.train}
	from, first, owned := len(t.nodes), len(t.values), len(t.owned)
	outs := f(slices.Clone(ins))
	var made []*Tensor
	for i, y := range outs {
		if y.tape == t && int(y.id) > first && !slices.Contains(made, y) {
			made = append(made, y)
			r.places = append(r.places, i)
		}
	}
	reads := t.reads(from, first)
	t.cut(from, first)
	t.dropSince(owned, outs)
	if len(made) > 0 {
		t.recordMany("recompute", made, r.backward, reads...)
	}
	return outs
}

// Recomputing reports whether a backward pass is running the forward pass again,
// for [Recompute]: running statistics, counters and the like were already updated
// by the first run and must not be again.
func (t *Tape) Recomputing() bool { return t.recomputing }

// recomputation is one call of Recompute, with what a second run must find as the
// first did.
type recomputation struct {
	f      func(ins []*Tensor) []*Tensor
	ins    []*Tensor
	places []int // of the results that f computes: node outputs
	stream backend.Stream
	rows   rowRange
	train  bool
}

// backward runs f again and walks back over it in the same Backprop, so that
// gradients meet in the order in which they would have met without Recompute.
func (r *recomputation) backward(b *Backprop, _ *Tensor) {
	t, n := b.tape, b.node
	from, first := len(t.nodes), len(t.values)
	outs := r.again(t)
	r.verify(t, n.inputs(), t.reads(from, first), outs, first)
	b.extend(from)
	for o, place := range r.places {
		id := n.out + int32(o)
		g := b.grads[id]
		if g == nil {
			continue
		}
		if y := outs[place].id - 1; b.needs[y] {
			b.collect(y, g)
		}
		if !b.wanted[id] {
			b.letGo(id)
		}
	}
	for i := len(t.nodes) - 1; i >= from; i-- {
		b.step(i)
	}
	if b.create {
		return // what was recorded refers to the values
	}
	for id := first; id < len(b.grads); id++ {
		b.letGo(int32(id))
	}
	b.grads, b.needs, b.wanted = b.grads[:first], b.needs[:first], b.wanted[:first]
	t.cut(from, first)
}

// again runs f, recording, as it was run first.
func (r *recomputation) again(t *Tape) []*Tensor {
	recording, recomputing, stream, rows, train := t.recording, t.recomputing, t.rng.stream, t.rows, t.train
	defer func() {
		t.recording, t.recomputing, t.rng.stream, t.rows, t.train = recording, recomputing, stream, rows, train
	}()
	t.recording, t.recomputing, t.rng.stream, t.rows, t.train = true, true, r.stream, r.rows, r.train
	return r.f(slices.Clone(r.ins))
}

// verify panics if the second run, whose values are numbered from first on, read
// other values than the first did or did not make the same results.
func (r *recomputation) verify(t *Tape, read []int32, reads, outs []*Tensor, first int) {
	same := func(x *Tensor, id int32) bool { return x == t.values[id] }
	if !slices.EqualFunc(reads, read, same) {
		panic(&UseError{"recompute", "the function read other values when it was run again: pass values on the tape as inputs"})
	}
	for _, place := range r.places {
		if place >= len(outs) || outs[place].tape != t || int(outs[place].id) <= first {
			panic(&UseError{"recompute", "the function gave other results when it was run again"})
		}
	}
}

// extend makes room for the values of nodes from one on, and says which of them
// matter.
func (b *Backprop) extend(from int) {
	n := len(b.tape.values) - len(b.grads)
	b.grads = append(b.grads, make([]*Tensor, n)...)
	b.needs = append(b.needs, make([]bool, n)...)
	b.wanted = append(b.wanted, make([]bool, n)...)
	b.markNeeds(from)
}

// reads are the values and parameters that nodes from one on read but did not
// make, each once: those numbered below first, and parameters new since.
func (t *Tape) reads(from, first int) []*Tensor {
	var ins []*Tensor
	seen := map[int32]bool{}
	for i := from; i < len(t.nodes); i++ {
		for _, id := range t.nodes[i].inputs() {
			if x := t.values[id]; !seen[id] && (int(id) < first || x.tape != t) {
				seen[id] = true
				ins = append(ins, x)
			}
		}
	}
	return ins
}

// cut forgets the nodes from one on and the numbers of values from first on.
func (t *Tape) cut(from, first int) {
	for _, x := range t.values[first:] {
		if x.tape == t {
			x.id = 0
		} else {
			delete(t.leaves, x)
		}
	}
	clear(t.values[first:])
	t.values = t.values[:first]
	clear(t.nodes[from:])
	t.nodes = t.nodes[:from]
}

// dropSince frees the values owned since mark, except some and those marked with
// Keep.
func (t *Tape) dropSince(mark int, except []*Tensor) {
	kept := t.owned[:mark]
	for _, x := range t.owned[mark:] {
		if x.keep || slices.Contains(except, x) {
			kept = append(kept, x)
		} else {
			x.drop()
		}
	}
	clear(t.owned[len(kept):])
	t.owned = kept
}
