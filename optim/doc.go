// Package optim changes parameters so that a loss falls.
//
// An optimiser is made from a model's parameters, by name, and steps along the
// gradients that [tensor.Tape.Backward] has left in them:
//
//	opt := optim.NewAdam(layers.Params(net), optim.AdamConfig{LR: 1e-3})
//	for step := range steps {
//		tape.Backward(lossOf(net, tape))
//		optim.ClipGradNorm(layers.Params(net), 1)
//		opt.SetLR(schedule.Rate(step))
//		opt.Step()
//		opt.ZeroGrad()
//		tape.Release()
//	}
//
// Zero fields of a configuration mean PyTorch's defaults, which their comments
// state. Numbers that make no sense, such as a negative rate, panic.
//
// Moments that fade below the smallest normal number become 0, at once or a few
// steps later, for subnormal numbers are slow to compute with. PyTorch keeps
// them; the parameters do not show it.
package optim
