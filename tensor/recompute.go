package tensor

import (
	"slices"

	"github.com/org/artnn/backend"
)

// Recompute is f(ins), but gives back the memory of all that f computes except its
// results; the backward pass runs f again where it needs the rest. That costs one
// more forward pass of f and saves its intermediate values: a stack of layers so
// wrapped, one by one, holds what lies between them and the inside of one.
//
//	y := tensor.Recompute(func(ins []*tensor.Tensor) []*tensor.Tensor {
//		return []*tensor.Tensor{block.Forward(ins[0])}
//	}, x)[0]
//
// f may read any parameters and draw from the tape's random stream: losses and
// gradients are the same bits as without Recompute. It must compute the same
// whenever it is run, so values on the tape are passed as ins, since variables
// may hold others by then; layers that change something of their own ask
// [Tape.Recomputing]. Of the values made inside, only the results and those marked
// with [Tensor.Keep] can be used afterwards. Recomputations nest. Nothing is saved
// if no input is on a recording tape, nor under [CreateGraph], whose derivative
// needs all values.
//
// Backward panics if f reads or gives something else when run again.
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
// for [Recompute]: statistics, counters and the like have had their update.
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
