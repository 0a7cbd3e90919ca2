package tensor

import "github.com/org/artnn/backend"

// Gated is act(gate)·up, as in the middle of a gated multi-layer perceptron. Neither
// act(gate) nor a product that only its gradient needs goes through memory.
//
// Shape: both alike → the same.
//
// Panics if the shapes differ, and for leaky ReLU, which needs a slope.
//
// Reference: Shazeer, "GLU Variants Improve Transformer", 2020.
func Gated(gate, up *Tensor, act backend.Activation) *Tensor {
	if act == backend.ActLeakyReLU || !gate.view.SameShape(&up.view) {
		Fail("gated", "needs two values of one shape and an activation without a slope", "%v, %v and %v", gate.Shape(), up.Shape(), act)
	}
	tape, be := common("gated", gate, up)
	kernel, ok := be.(backend.GatedKernel)
	if !ok {
		return gatedComposed(gate, up, act)
	}
	gate, up = gate.Contiguous(), up.Contiguous()
	y := alloc(tape, be, gate.view.Dims())
	if !kernel.Gated(y.view, gate.view, up.view, act) {
		return gatedComposed(gate, up, act)
	}
	if tape.records() {
		tape.record("gated", y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				b.say("activation", act.String())
				return
			}
			if b.Creating() || !gatedBackward(kernel, b, g.Contiguous(), gate, up, act) {
				b.Compose(func(ins []*Tensor) []*Tensor { return []*Tensor{gatedComposed(ins[0], ins[1], act)} })
			}
		}, gate, up).says()
	}
	return y
}

func gatedBackward(kernel backend.GatedKernel, b *Backprop, g, gate, up *Tensor, act backend.Activation) bool {
	dgate, dup := alloc(g.tape, g.be, gate.view.Dims()), alloc(g.tape, g.be, gate.view.Dims())
	if !kernel.GatedGrad(backend.GatedGradArgs{DGate: dgate.view, DUp: dup.view, DY: g.view, Gate: gate.view, Up: up.view, Act: act}) {
		return false
	}
	b.Add(0, dgate)
	b.Add(1, dup)
	return true
}

func gatedComposed(gate, up *Tensor, act backend.Activation) *Tensor {
	return gate.Activate(act, 0).Mul(up)
}
