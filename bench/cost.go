package main

// cost is the least work of a step.
type cost struct {
	flops float64
	bytes float64 // read from memory or written to it
}

// limits are the most that this machine can do, on all threads in use.
type limits struct {
	flops     float64 // per second: fused multiply-adds from cache, two each
	bandwidth float64 // bytes per second, read from memory
}

// floor is the least time in milliseconds that a step could take:
//
//	FLOPs / peak + bytes / bandwidth
func (l limits) floor(c cost) float64 {
	return (c.flops/l.flops + c.bytes/l.bandwidth) * 1e3
}

// Bytes for each parameter in one update, four for each number. Adam reads the
// parameter, its gradient and two moments, and writes all but the gradient. SGD
// reads parameter and gradient and writes the parameter.
const (
	adamBytes = 28
	sgdBytes  = 12
)

// weights is the number of weights, without biases, of linear layers.
func weights(sizes []int) float64 {
	n := 0.0
	for i, out := range sizes[1:] {
		n += float64(sizes[i]) * float64(out)
	}
	return n
}

// parameters is weights with biases.
func parameters(sizes []int) float64 {
	n := weights(sizes)
	for _, out := range sizes[1:] {
		n += float64(out)
	}
	return n
}

// first is the number of weights of the first linear layer. Its input needs no
// gradient.
func first(sizes []int) float64 { return weights(sizes[:2]) }

// mlpCost is one step: forward, the gradients of weights and of inner inputs,
// and the update.
func mlpCost(batch int, sizes []int, bytes float64) cost {
	return cost{2 * float64(batch) * (3*weights(sizes) - first(sizes)), bytes * parameters(sizes)}
}

// ganCost is one update of the discriminator and one of the generator.
//
// The discriminator's update takes real and generated images through it: 2
// forward, 2 for gradients of weights, 2 for gradients of inner inputs. The
// generator's update takes the generated images through it again: 1 forward, 1
// for gradients of inputs, including the first layer's. The generator runs forward
// once and backward once.
func ganCost(batch int, g, d []int) cost {
	terms := 3*weights(g) - first(g) + 8*weights(d) - 2*first(d)
	return cost{2 * float64(batch) * terms, adamBytes * (parameters(g) + parameters(d))}
}

// textSizes are those of an embedding, an LSTM and a linear layer.
type textSizes struct{ vocab, embed, hidden int }

// products is the number of weights that each token is multiplied with.
func (s textSizes) products() float64 {
	v, e, h := float64(s.vocab), float64(s.embed), float64(s.hidden)
	return 4*h*(e+h) + h*v
}

func (s textSizes) parameters() float64 {
	v, e, h := float64(s.vocab), float64(s.embed), float64(s.hidden)
	return v*e + 8*h + v + s.products()
}

func (s textSizes) trainCost(batch, steps int) cost {
	return cost{2 * 3 * float64(batch*steps) * s.products(), adamBytes * s.parameters()}
}

// tokenCost is the cost of generating one token: every weight is read once and
// takes the given number of bytes.
func (s textSizes) tokenCost(bytes float64) cost {
	return cost{2 * s.products(), bytes * s.products()}
}
