// Package loss holds loss functions.
//
// Each takes a prediction, usually on a tape, and a target, and returns one
// number of rank 0 to call [tensor.Tape.Backward] on:
//
//	l := loss.MSE(net.Forward(x), y)
//	tape.Backward(l, params...)
//
// A target on no tape is a constant. The mean over all elements is the default;
// a [Reduction] asks for the sum, or for no reduction at all.
//
// [Adversarial] losses are those of the two networks of a GAN, and
// [GradientNorm2] and [GradientPenalty] what is added to a discriminator's.
//
// Prediction and target must have the same shape: nothing is broadcast, because
// a loss between [32] and [32, 1] is nearly always a mistake. Other shapes panic
// with a [*tensor.ShapeError].
package loss
