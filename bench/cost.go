package main

// cost is the work that a step cannot do without.
type cost struct {
	flops float64
	bytes float64 // that come from or go to memory
}

// limits are what this machine can do at most, with all the threads in use.
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

// Bytes a parameter costs in one update: Adam reads it, its gradient and two
// moments and writes all but the gradient; SGD reads two and writes one.
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

// first is the number of weights of the first of some linear layers, whose
// input needs no gradient.
func first(sizes []int) float64 { return weights(sizes[:2]) }

// mlpCost is one step: forward, the gradients of weights and of inner inputs,
// and the update.
func mlpCost(batch int, sizes []int, bytes float64) cost {
	return cost{2 * float64(batch) * (3*weights(sizes) - first(sizes)), bytes * parameters(sizes)}
}

// ganCost is one update of the discriminator and one of the generator.
//
// The discriminator sees real and generated images (2 forward, 2 for its
// weights, 2 for its inner inputs) and then the generated ones again (1 forward,
// 1 for inputs, the first layer's too); the generator runs forward once and
// backward once.
func ganCost(batch int, g, d []int) cost {
	terms := 3*weights(g) - first(g) + 8*weights(d) - 2*first(d)
	return cost{2 * float64(batch) * terms, adamBytes * (parameters(g) + parameters(d))}
}

// textSizes are those of an embedding, an LSTM and a linear layer.
type textSizes struct{ vocab, embed, hidden int }

// products is the number of weights that a token is multiplied with.
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

// tokenCost is that of generating one token: every weight is read once, in the
// given number of bytes each.
func (s textSizes) tokenCost(bytes float64) cost {
	return cost{2 * s.products(), bytes * s.products()}
}
