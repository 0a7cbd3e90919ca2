// Package update owns what follows a loss. An objective makes a loss on a tape;
// an [Update] does the rest, always in this order:
//
//  1. backward: gradients of the parameters that train
//  2. accumulation: a batch may be taken in parts whose gradients add up
//  3. reduction: a [Reducer] sums gradients over machines
//  4. clipping of the gradient's norm
//  5. the check that the loss and, with Clip or a Reducer, the gradient are finite
//  6. the optimiser's step
//  7. averaged weights and buffers
//
// A model of one loss calls [Update.Step]. Adversarial networks, which have a
// loss each, go through the pieces: [Update.Begin], [Update.Backward],
// [Update.Apply] and [Update.End], or [Update.Abort] where they panic.
//
//	u := update.New(update.Config{
//		Params:    layers.Params(net),
//		Optimizer: func(p update.Params) optim.Optimizer { return optim.NewAdam(p, optim.AdamConfig{}) },
//		Clip:      1,
//	})
//	loss := u.Step(batch.N, func(lo, hi int) *tensor.Tensor {
//		return objective(u.Tape(), batch, lo, hi) // of rows [lo, hi)
//	})
//
// Which parameters train is the choice of Params: leave out those of frozen
// layers.
//
// # Averaged weights
//
// With [Config.EMA] the tensors of a model hold the averaged weights, except
// during a step, which exchanges them for the latest and back. Whatever reads
// the model between steps (sampling, validation, saving) therefore sees the
// averaged weights without knowing of them; the exchange copies nothing.
package update
