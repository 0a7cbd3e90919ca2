package tensor

import "slices"

// OnGrad makes every later [Tape.Backward] call f once for each of its
// parameters, as soon as the parameter's gradient is complete: when the first
// operation of the pass that reads it has been walked. A reduction over machines
// can start there, while the walk goes on. Those that the pass did not read come
// last, in the order in which they were named. The order of the calls depends on
// the graph alone. nil, the default, calls nothing and costs nothing.
//
// A gradient kept as a product ([Tensor.GradProduct]) stays one unless f asks
// for [Tensor.Grad], which is nil for a parameter without a gradient. f may
// change the gradient, but must not record on the tape.
func (t *Tape) OnGrad(f func(p *Tensor)) { t.onGrad = f }

// watch notes by value number which node completes a parameter's gradient: 1 +
// the index of the first that reads it, 0 for none.
func (b *Backprop) watch() {
	t := b.tape
	b.completes = zeroed(b.completes, len(t.values))
	for i := b.from; i < len(t.nodes); i++ {
		for _, id := range t.nodes[i].inputs() {
			if b.completes[id] == 0 && b.sinks[id] != nil {
				b.completes[id] = int32(i + 1)
			}
		}
	}
}

// announce calls the hook for the parameters that node i completes.
func (b *Backprop) announce(i int) {
	for _, id := range b.tape.nodes[i].inputs() {
		if b.completes[id] == int32(i+1) {
			b.completes[id] = 0
			p := b.sinks[id]
			delete(b.sinks, id) // no later call for it
			b.tape.onGrad(p)
		}
	}
}

// announceRest calls the hook for the parameters named that no node completes.
func (b *Backprop) announceRest(params []*Tensor) {
	for i, p := range params {
		id, read := b.tape.lookup(p)
		if _, open := b.sinks[id]; read && !open || slices.Contains(params[:i], p) {
			continue
		}
		b.tape.onGrad(p)
	}
}
