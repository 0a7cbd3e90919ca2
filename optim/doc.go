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
// state. Invalid values, such as a negative rate, panic. [Group] gives some of the
// parameters another rate or weight decay.
//
// Moments below the smallest normal number are set to 0, immediately or within a
// few steps, because arithmetic on subnormal numbers is slow. PyTorch keeps them;
// the parameters come out the same.
package optim
