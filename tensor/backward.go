package tensor

import (
	"fmt"

	"github.com/org/artnn/backend"
)

// Backward computes the gradient of a one-element loss and adds it to the Grad
// of each parameter named; with none named, of every parameter (a tensor on no
// tape) that the pass has read. Nothing is computed that they do not need.
//
// The memory of an intermediate value is freed as soon as its last reader has
// run, except that of the loss and of values marked with [Tensor.Keep], so a graph
// serves one Backward; [Tape.Grad] keeps it.
//
// Panics if loss is not a recorded one-element value on this tape, or if its
// graph has been consumed by an earlier Backward.
func (t *Tape) Backward(loss *Tensor, params ...*Tensor) {
	t.checkRoot("backward", loss)
	if loss.Size() != 1 {
		Fail("backward", "the loss must have one element", "%v", loss.Shape())
	}
	was := t.recording
	t.recording = false
	b := t.startBackprop(0)
	defer func() {
		t.recording = was
		t.endBackprop(b)
	}()
	b.consume = true
	if len(params) == 0 {
		for p, id := range t.leaves {
			b.target(id, p)
		}
	}
	for _, p := range params {
		if id, ok := t.lookup(p); ok {
			b.target(id, p)
		}
	}
	b.hook = t.onGrad != nil
	keep := loss.keep
	loss.keep = true
	b.run([]*Tensor{loss}, []*Tensor{loss.onesLike()})
	loss.keep = keep
	if b.hook {
		b.announceRest(params)
	}
}

// GradOption configures [Tape.Grad].
type GradOption func(*gradConfig)

type gradConfig struct {
	create bool
	seed   *Tensor
}

// CreateGraph makes Grad record its own computation, so that the gradients can
// be differentiated again.
func CreateGraph() GradOption { return func(c *gradConfig) { c.create = true } }

// GradOutput gives the vector of the vector–Jacobian product, of y's shape;
// without it, ones: the gradient of the sum of y.
func GradOutput(g *Tensor) GradOption { return func(c *gradConfig) { c.seed = g } }

// Grad returns the gradients of y with respect to each of xs, as values on the
// tape. An x that y does not depend on gets zeros. The graph is kept.
//
// Panics if y was not recorded on this tape.
func (t *Tape) Grad(y *Tensor, xs []*Tensor, options ...GradOption) []*Tensor {
	var cfg gradConfig
	for _, o := range options {
		o(&cfg)
	}
	t.checkRoot("grad", y)
	seed := cfg.seed
	if seed == nil {
		seed = y.onesLike()
	} else if !seed.HasShape(y.view.Dims()...) {
		Fail("grad", fmt.Sprintf("the output gradient must have shape %v", y.Shape()), "%v", seed.Shape())
	}
	return t.grad(0, []*Tensor{y}, []*Tensor{seed}, xs, cfg.create)
}

// grad is Grad over the nodes from one on, for several outputs.
func (t *Tape) grad(from int, ys, seeds, xs []*Tensor, create bool) []*Tensor {
	was := t.recording
	t.recording = create
	b := t.startBackprop(from)
	defer func() {
		t.recording = was
		t.endBackprop(b)
	}()
	b.create = create
	for _, x := range xs {
		if id, ok := t.lookup(x); ok {
			b.target(id, nil)
		}
	}
	b.run(ys, seeds)
	out := make([]*Tensor, len(xs))
	for i, x := range xs {
		if id, ok := t.lookup(x); ok && b.grads[id] != nil {
			out[i] = b.grads[id]
		} else {
			out[i] = t.zeros(x.view.Dims())
		}
	}
	return out
}

func (t *Tape) checkRoot(op string, y *Tensor) {
	y.check(op)
	if y.tape != t || y.id == 0 {
		panic(&UseError{op, "the value was not recorded on this tape (made under NoGrad, or from parameters only?)"})
	}
}

// lookup finds the number of a value or parameter that the pass has read.
func (t *Tape) lookup(x *Tensor) (int32, bool) {
	if x.tape == t {
		return x.id - 1, x.id != 0
	}
	id, ok := t.leaves[x]
	return id, ok
}

func (t *Tape) zeros(shape []int) *Tensor {
	z := alloc(t, t.be, shape)
	t.be.Fill(z.view, 0)
	return z
}

func (x *Tensor) onesLike() *Tensor {
	y := alloc(x.tape, x.be, x.view.Dims())
	x.be.Fill(y.view, 1)
	return y
}

// Backprop is one backward pass over a tape. Derivatives of operations use it to
// ask which inputs need a gradient and to send gradients to them.
type Backprop struct {
	tape    *Tape
	from    int       // the pass covers the nodes from this one on
	grads   []*Tensor // by value number: the gradient collected so far
	needs   []bool    // by value number: whether it depends on a target
	wanted  []bool    // by value number: whether it is a target
	sinks   map[int32]*Tensor
	node    node // the operation whose derivative is running
	create  bool // record the pass itself, to be differentiated again
	consume bool // free values whose last reader has run
	hook    bool // call the tape's onGrad

	attrs     *[]Attr // asks for a node's attributes instead of its derivative
	completes []int32 // with hook: by value number, see watch
}

func (t *Tape) startBackprop(from int) *Backprop {
	var b *Backprop
	if n := len(t.spare); n > 0 {
		b, t.spare = t.spare[n-1], t.spare[:n-1]
	} else {
		b = &Backprop{tape: t, sinks: map[int32]*Tensor{}}
	}
	n := len(t.values)
	b.from = from
	b.grads = zeroed(b.grads, n)
	b.needs = zeroed(b.needs, n)
	b.wanted = zeroed(b.wanted, n)
	return b
}

func (t *Tape) endBackprop(b *Backprop) {
	for i, g := range b.grads {
		if g != nil {
			g.held--
			b.grads[i] = nil
		}
	}
	clear(b.sinks)
	b.node, b.create, b.consume, b.hook = node{}, false, false, false
	t.spare = append(t.spare, b)
}

func zeroed[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2)
	}
	s = s[:n]
	clear(s)
	return s
}

// target asks for the gradient of a value; with a sink it is added to the
// sink's Grad, else it is left in grads.
func (b *Backprop) target(id int32, sink *Tensor) {
	b.needs[id] = true
	if sink != nil {
		b.sinks[id] = sink
	} else {
		b.wanted[id] = true
	}
}

func (b *Backprop) run(roots, seeds []*Tensor) {
	last := len(b.tape.nodes)
	b.markNeeds(b.from)
	for i, r := range roots {
		if seeds[i] != nil {
			b.collect(r.id-1, seeds[i])
		}
	}
	if b.hook {
		b.watch()
	}
	for i := last - 1; i >= b.from; i-- {
		b.step(i)
		if b.hook {
			b.announce(i)
		}
	}
}

// markNeeds marks the values of nodes from one on that depend on a target.
func (b *Backprop) markNeeds(from int) {
	t := b.tape
	for i := from; i < len(t.nodes); i++ {
		n := &t.nodes[i]
		for _, id := range n.inputs() {
			if b.needs[id] {
				for o := range n.outs {
					b.needs[n.out+o] = true
				}
				break
			}
		}
	}
}

// step runs the derivative of node i. The node is addressed by index because
// recording may move the slice.
func (b *Backprop) step(i int) {
	t := b.tape
	n := t.nodes[i]
	var g *Tensor
	needed, reached := false, false
	for o := range n.outs {
		needed = needed || b.needs[n.out+o]
		reached = reached || b.grads[n.out+o] != nil
	}
	if !needed {
		return
	}
	if reached {
		if n.done {
			panic(&UseError{"backward", "the graph of " + n.op + " was consumed by an earlier Backward"})
		}
		g = b.grads[n.out]
		outer := b.node
		b.node = n
		mark := len(t.owned)
		n.vjp(b, g)
		b.node = outer
		if !b.create {
			t.sweep(mark)
		}
	}
	for o := range n.outs {
		id := n.out + o
		if !b.wanted[id] {
			b.letGo(id)
		}
		if b.consume {
			if x := t.values[id]; !x.keep {
				x.drop()
			}
		}
	}
	if b.consume {
		t.nodes[i].done = true
		t.nodes[i].vjp = nil
	}
}

// letGo drops a collected gradient.
func (b *Backprop) letGo(id int32) {
	g := b.grads[id]
	if g == nil {
		return
	}
	b.grads[id] = nil
	g.held--
	if g.held == 0 && b.consume {
		g.drop()
	}
}

// sweep frees the values made since mark that no gradient slot holds.
func (t *Tape) sweep(mark int) {
	kept := t.owned[:mark]
	for _, x := range t.owned[mark:] {
		if x.held > 0 {
			kept = append(kept, x)
		} else {
			x.drop()
		}
	}
	clear(t.owned[len(kept):])
	t.owned = kept
}

// Needs reports whether the gradient of input i is wanted.
func (b *Backprop) Needs(i int) bool { return b.needs[b.node.inputs()[i]] }

// Creating reports whether the backward pass is itself being recorded; fused
// derivatives must then use public operations instead.
func (b *Backprop) Creating() bool { return b.create }

// Grad is the gradient of output i, nil if nothing depends on that output.
func (b *Backprop) Grad(i int) *Tensor { return b.grads[b.node.out+int32(i)] }

// Add sends a gradient to input i, summing it over axes along which the input
// was broadcast. It does nothing if the input's gradient is not wanted.
func (b *Backprop) Add(i int, g *Tensor) {
	id := b.node.inputs()[i]
	if !b.needs[id] {
		return
	}
	x := b.tape.values[id]
	if !g.view.SameShape(&x.view) {
		g = g.SumTo(x.view.Dims()...)
	}
	b.collect(id, g)
}

func (b *Backprop) collect(id int32, g *Tensor) {
	if p := b.sinks[id]; p != nil {
		p.accumulate(g)
		return
	}
	old := b.grads[id]
	if old == nil {
		g.held++
		b.grads[id] = g
		return
	}
	if !b.create && old.held == 1 && old.exclusive() && old.view.Contiguous() {
		b.tape.be.Binary(backend.Add, old.view, old.view, g.view, backend.Params{})
		return
	}
	if !b.create && old.held == 1 && old.exclusive() && channelsLast(&old.view) {
		v := pixels(old.view)
		b.tape.be.Binary(backend.Add, v, v, pixels(g.view), backend.Params{})
		return
	}
	sum := old.Add(g)
	old.held--
	sum.held++
	b.grads[id] = sum
}

// AddMatMul sends a@c to input i, for matrices. The product for a parameter is
// computed directly into the parameter's gradient, or, if it is large, when the
// gradient is asked for.
func (b *Backprop) AddMatMul(i int, a, c *Tensor) {
	id := b.node.inputs()[i]
	if !b.needs[id] {
		return
	}
	p := b.sinks[id]
	if p == nil {
		b.Add(i, a.MatMul(c))
		return
	}
	if p.postpone(a, c) {
		return
	}
	grad, beta := p.gradBuffer()
	b.tape.be.Gemm(grad.view, a.view, c.view, 1, beta, backend.Epilogue{})
}

// Compose sends the gradients of a composed form of the node's operation: f
// computes the outputs again from the inputs with public operations. Fused
// operations use it when the backward pass is recorded.
func (b *Backprop) Compose(f func(ins []*Tensor) []*Tensor) {
	t, n := b.tape, b.node
	idx := n.inputs()
	ins := make([]*Tensor, len(idx))
	for i, id := range idx {
		ins[i] = t.values[id]
	}
	var seeds []*Tensor
	for o := range n.outs {
		seeds = append(seeds, b.grads[n.out+o])
	}
	was := t.recording
	t.recording = true
	from := len(t.nodes)
	outs := f(ins)
	t.recording = was
	for i, g := range t.grad(from, outs, seeds, ins, b.create) {
		b.Add(i, g)
	}
}

// exclusive reports whether no other tensor shares the memory.
func (t *Tensor) exclusive() bool { return t.store.refs.Load() == 1 }

// Grad is the gradient that backward passes have accumulated in a parameter
// since [Tensor.ZeroGrad], nil if there is none. The first call may have to
// compute that of a large weight, so goroutines must not call it concurrently.
func (t *Tensor) Grad() *Tensor {
	if !t.gradSet {
		return nil
	}
	t.formGrad()
	return t.grad
}

// ZeroGrad discards the accumulated gradient and keeps its memory for the next.
func (t *Tensor) ZeroGrad() {
	t.forgetProduct()
	t.gradSet = false
}

// gradBuffer is the memory of the gradient, and the factor on its old contents: 0
// if there are none.
func (t *Tensor) gradBuffer() (*Tensor, float64) {
	if t.gradSet {
		t.formGrad()
		return t.grad, 1
	}
	t.gradSet = true
	return t.gradMemory(), 0
}

func (t *Tensor) gradMemory() *Tensor {
	if t.grad == nil {
		t.grad = alloc(nil, t.be, t.view.Dims())
	}
	return t.grad
}

func (t *Tensor) accumulate(g *Tensor) {
	grad, beta := t.gradBuffer()
	switch {
	case beta != 0:
		t.be.Binary(backend.Add, grad.view, grad.view, g.view, backend.Params{})
	case g.tape != nil && g.held == 0 && g.exclusive() && g.view.Contiguous() && g.view.Offset == 0 && g.store.buf.Len() == grad.store.buf.Len():
		// The temporary is about to be freed: exchange memory instead of copying.
		g.store, grad.store = grad.store, g.store
		g.view.Buf, grad.view.Buf = g.store.buf, grad.store.buf
		g.store.passing, grad.store.passing = true, false
	default:
		t.be.Copy(grad.view, g.view)
	}
}
