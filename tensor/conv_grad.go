package tensor

import "github.com/org/artnn/backend"

// A convolution is linear in the pictures and in the weights, and its two gradients
// are linear in what they are computed from. So each of the three operations has the
// other two for derivatives, however often it is differentiated.

// convOp is one of the operations without its operands.
type convOp struct {
	backend.Conv
	size  [2]int // height and width of the result; for weights, the taps
	act   backend.Activation
	slope float64
}

// linear is the operation with a result of another size and no activation.
func (o convOp) linear(like *Tensor) convOp {
	return convOp{Conv: o.Conv, size: [2]int{like.view.Shape[2], like.view.Shape[3]}}
}

// say tells the attributes.
func (o *convOp) say(b *Backprop) {
	pair := func(x [2]int) []int { return []int{x[0], x[1]} }
	b.say("stride", pair(o.Stride), "dilation", pair(o.Dilation), "padding", pair(o.Pad), "groups", o.Groups, "size", pair(o.size),
		"activation", o.act.String(), "slope", o.slope)
}

func (o *convOp) epilogue(bias *Tensor) backend.Epilogue {
	ep := backend.Epilogue{Act: o.act, Slope: o.slope}
	if bias != nil {
		ep.Bias = bias.view
	}
	return ep
}

// operands are those of an operation, the last one if there is one.
func operands(a, c, bias *Tensor) []*Tensor {
	if bias == nil {
		return []*Tensor{a, c}
	}
	return []*Tensor{a, c, bias}
}

// conv2d is the convolution of x with w.
func conv2d(x, w, bias *Tensor, o convOp) *Tensor {
	ins := operands(x, w, bias)
	tape, be := common("conv2d", ins...)
	y := allocPixels(tape, be, x.view.Shape[0], w.view.Shape[0], o.size[0], o.size[1])
	be.Conv2d(y.view, x.view, w.view, o.Conv, o.epilogue(bias))
	if tape.records() {
		tape.record("conv2d", y, func(b *Backprop, g *Tensor) {
			if b.asked() {
				o.say(b)
				return
			}
			g = activationGrad(o.act, o.slope, g, y)
			if b.Needs(0) {
				b.Add(0, convInputGrad(g, w, nil, o.linear(x)))
			}
			b.addConvWeightGrad(1, g, x, o.linear(w))
			b.addBiasGrad(2, g, bias)
		}, ins...).says()
	}
	return y
}

// convInputGrad is the gradient of a convolution's input, and the transposed
// convolution.
func convInputGrad(g, w, bias *Tensor, o convOp) *Tensor {
	ins := operands(g, w, bias)
	tape, be := common("conv2d input grad", ins...)
	y := allocPixels(tape, be, g.view.Shape[0], w.view.Shape[1]*o.Groups, o.size[0], o.size[1])
	be.Conv2dInputGrad(y.view, g.view, w.view, o.Conv, o.epilogue(bias))
	if tape.records() {
		tape.record("conv2d input grad", y, func(b *Backprop, up *Tensor) {
			if b.asked() {
				o.say(b)
				return
			}
			up = activationGrad(o.act, o.slope, up, y)
			if b.Needs(0) {
				b.Add(0, conv2d(up, w, nil, o.linear(g)))
			}
			b.addConvWeightGrad(1, g, up, o.linear(w))
			b.addBiasGrad(2, up, bias)
		}, ins...).says()
	}
	return y
}

// convWeightGrad is the gradient of a convolution's weights.
func convWeightGrad(g, x *Tensor, o convOp) *Tensor {
	tape, be := common("conv2d weight grad", g, x)
	y := alloc(tape, be, []int{g.view.Shape[1], x.view.Shape[1] / o.Groups, o.size[0], o.size[1]})
	be.Conv2dWeightGrad(y.view, g.view, x.view, o.Conv, 0)
	if tape.records() {
		tape.record("conv2d weight grad", y, func(b *Backprop, up *Tensor) {
			if b.asked() {
				o.say(b)
				return
			}
			if b.Needs(0) {
				b.Add(0, conv2d(x, up, nil, o.linear(g)))
			}
			if b.Needs(1) {
				b.Add(1, convInputGrad(g, up, nil, o.linear(x)))
			}
		}, g, x).says()
	}
	return y
}

// addConvWeightGrad sends the gradient of a convolution's weights to input i. That of
// a parameter is added right to the parameter's gradient.
func (b *Backprop) addConvWeightGrad(i int, g, x *Tensor, o convOp) {
	id := b.node.inputs()[i]
	if !b.needs[id] {
		return
	}
	p := b.sinks[id]
	if p == nil {
		b.Add(i, convWeightGrad(g, x, o))
		return
	}
	grad, beta := p.gradBuffer()
	b.tape.be.Conv2dWeightGrad(grad.view, g.view, x.view, o.Conv, beta)
}

// addBiasGrad sends the gradient of a bias, which may be nil, to input i.
func (b *Backprop) addBiasGrad(i int, g, bias *Tensor) {
	if bias != nil && b.Needs(i) {
		b.Add(i, g.Sum(0, 2, 3))
	}
}
