package tensor

import (
	"github.com/org/artnn/backend"
)

// Tape records one forward pass, owns all its values, and runs the backward pass.
// It also holds the mode, training or evaluation, and the random stream.
type Tape struct {
	be        backend.Backend
	rng       RNG
	train     bool
	recording bool
	onGrad    func(p *Tensor) // see OnGrad
	rows      rowRange        // see Rows

	recomputing bool // see Recomputing

	cells  []cell    // the chunk that new tensors are cut from; never reused, so that stale pointers stay invalid
	owned  []*Tensor // every tensor on the tape that may hold memory
	values []*Tensor // everything that can have a gradient
	nodes  []node
	leaves map[*Tensor]int32 // parameters read by this pass → index in values
	spare  []*Backprop       // scratch for backward passes
}

// node is one recorded operation.
type node struct {
	op   string
	few  [4]int32 // indices in values of its inputs, if these are few
	more []int32  // or here
	nin  int32
	out  int32 // index in values of its first output; the others follow
	outs int32
	done bool // a backward pass has consumed it
	said bool // vjp answers Nodes
	vjp  vjp
}

// vjp sends the gradients of a node's outputs to its inputs: the
// vector–Jacobian product. g is the gradient of the first output. That of an
// operation with attributes first sees whether they are asked for, see Nodes.
type vjp func(b *Backprop, g *Tensor)

func (n *node) inputs() []int32 {
	if n.more != nil {
		return n.more
	}
	return n.few[:n.nin]
}

// Option configures a tape.
type Option func(*Tape)

// On places the tape on a backend; without it the default backend is used.
func On(be backend.Backend) Option { return func(t *Tape) { t.be = be } }

// Seed starts the tape's random stream (dropout masks, noise); default 0.
func Seed(seed uint64) Option {
	return func(t *Tape) { t.rng = RNG{stream: backend.Stream{Key: seed}} }
}

// Train switches dropout on and makes batch normalisation use its batch's
// statistics. Without it a tape is in evaluation mode.
func Train() Option { return func(t *Tape) { t.train = true } }

// NoGrad makes a tape that records nothing: inference.
func NoGrad() Option { return func(t *Tape) { t.recording = false } }

// NewTape starts a pass. One tape serves any number of passes, each ended by
// [Tape.Release].
func NewTape(options ...Option) *Tape {
	t := &Tape{recording: true, leaves: map[*Tensor]int32{}}
	for _, o := range options {
		o(t)
	}
	if t.be == nil {
		t.be = backend.Default()
	}
	t.rng.be = t.be
	return t
}

// Backend is where the tape's values live.
func (t *Tape) Backend() backend.Backend { return t.be }

// Training reports whether the pass is a training pass.
func (t *Tape) Training() bool { return t.train }

// SetTraining switches between training and evaluation mode.
func (t *Tape) SetTraining(on bool) { t.train = on }

// Recording reports whether operations are being recorded.
func (t *Tape) Recording() bool { return t.recording }

// NoGrad runs f without recording.
func (t *Tape) NoGrad(f func()) {
	was := t.recording
	t.recording = false
	defer func() { t.recording = was }()
	f()
}

// RNG is the tape's random stream; its state can be saved and restored. What
// is drawn from it directly is on no tape; [Tape.Normal] and its kin draw
// values on the tape.
func (t *Tape) RNG() *RNG { return &t.rng }

// Of puts a tensor on the tape: a view of the same memory that operations
// record from. Its gradient flows to the original.
func (t *Tape) Of(x *Tensor) *Tensor {
	x.check("of")
	if x.tape == t {
		return x
	}
	if x.tape != nil {
		panic(&UseError{"of", "the value is on another tape: Clone it first"})
	}
	if x.be != t.be {
		panic(&UseError{"of", "the value lives on backend " + x.be.Name() + ", the tape on " + t.be.Name()})
	}
	y := x.alias(t, x.view)
	if t.records() {
		t.record("of", y, func(b *Backprop, g *Tensor) { b.Add(0, g) }, x)
	}
	return y
}

// Release ends the pass: it frees every value on the tape, and none can be used
// afterwards. Parameters and their gradients stay. The random stream and the mode
// continue into the next pass.
func (t *Tape) Release() {
	for i, x := range t.owned {
		x.drop()
		t.owned[i] = nil
	}
	t.owned = t.owned[:0]
	clear(t.values)
	t.values = t.values[:0]
	clear(t.nodes)
	t.nodes = t.nodes[:0]
	clear(t.leaves)
	t.cells = nil
}

// Tensors in a chunk: few in the first, since the smallest passes have few values;
// at most so many that one value in use keeps little else from the collector.
const (
	firstCells = 8
	mostCells  = 64
)

// cell cuts a tensor from the current chunk. Chunks start small, for passes of a
// few values, and grow.
func (t *Tape) cell() *cell {
	if len(t.cells) == cap(t.cells) {
		n := min(max(firstCells, 2*cap(t.cells)), mostCells)
		t.cells = make([]cell, 0, n)
	}
	t.cells = t.cells[:len(t.cells)+1]
	return &t.cells[len(t.cells)-1]
}

// own makes the tape responsible for x's memory; a nil tape owns nothing.
func (t *Tape) own(x *Tensor) {
	if t != nil {
		t.owned = append(t.owned, x)
	}
}

// valueOf numbers a tensor that takes part in a recorded operation.
func (t *Tape) valueOf(x *Tensor) int32 {
	if x.tape == t {
		if x.id == 0 {
			t.values = append(t.values, x)
			x.id = int32(len(t.values))
		}
		return x.id - 1
	}
	id, ok := t.leaves[x]
	if !ok {
		id = int32(len(t.values))
		t.values = append(t.values, x)
		t.leaves[x] = id
	}
	return id
}

// records reports whether an operation should call record; a nil tape records
// nothing. Callers ask first, because making the closure allocates.
func (t *Tape) records() bool { return t != nil && t.recording }

// record adds a node that sends out's gradient to the inputs.
func (t *Tape) record(op string, out *Tensor, f vjp, ins ...*Tensor) *node {
	n := t.push(op, f, ins)
	n.out, n.outs = t.output(out), 1
	return n
}

// recordMany is record for several outputs. Backprop.Grad(i) is the gradient of
// output i, nil if the loss does not depend on it.
func (t *Tape) recordMany(op string, outs []*Tensor, f vjp, ins ...*Tensor) *node {
	n := t.push(op, f, ins)
	n.out, n.outs = int32(len(t.values)), int32(len(outs))
	for _, o := range outs {
		t.output(o)
	}
	return n
}

func (t *Tape) push(op string, f vjp, ins []*Tensor) *node {
	t.nodes = append(t.nodes, node{op: op, vjp: f, nin: int32(len(ins))})
	n := &t.nodes[len(t.nodes)-1]
	if len(ins) > len(n.few) {
		n.more = make([]int32, len(ins))
	}
	idx := n.inputs()
	for i, x := range ins {
		idx[i] = t.valueOf(x)
	}
	return n
}

func (t *Tape) output(x *Tensor) int32 {
	t.values = append(t.values, x)
	x.id = int32(len(t.values))
	return x.id - 1
}
