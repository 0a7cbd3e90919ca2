package models

import (
	"github.com/org/artnn/backend"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

// adversarial trains a generator against a discriminator: two objectives in turn.
// All GANs train by it.
type adversarial struct {
	generator, discriminator layers.Layer
	objective                adversarialLoss

	// latents draws what n pictures are generated from, on the tape.
	latents func(tape *tensor.Tape, n int) *tensor.Tensor

	r1     float64 // weight γ of the R1 penalty; 0 is none
	noise  float64 // deviation of the noise added to what the discriminator sees
	critic int     // updates of the discriminator for each of the generator

	g, d  *update.Update // on one tape
	named update.Params  // all parameters, to name one that went bad
	gLast *lastLoss      // the generator's loss in its last turn; nil if each step is one
}

// adversarialLoss is what the two networks minimise, from the discriminator's
// logits.
type adversarialLoss interface {
	discriminator(real, fake *tensor.Tensor) *tensor.Tensor
	generator(fake *tensor.Tensor) *tensor.Tensor
}

// nonSaturating is binary cross-entropy, for the generator with the labels
// exchanged instead of the sign. It works on what goes into the sigmoid, which
// neither overflows nor loses its gradient.
//
// Reference: Goodfellow et al. 2014; Salimans et al. 2016 for smooth labels.
type nonSaturating struct{ smooth float64 }

func (l nonSaturating) discriminator(real, fake *tensor.Tensor) *tensor.Tensor {
	return bce(real, 1-l.smooth).Add(bce(fake, 0))
}

func (nonSaturating) generator(fake *tensor.Tensor) *tensor.Tensor { return bce(fake, 1) }

func bce(logits *tensor.Tensor, target float64) *tensor.Tensor {
	return loss.BCEWithLogits(logits, logits.Tape().Full(target, logits.Shape()...), loss.BCEWithLogitsConfig{})
}

// rows puts rows [lo, hi) of a batch on the tape.
type rows func(lo, hi int) *tensor.Tensor

// step updates the discriminator and, when it is its turn, the generator, from n
// real pictures. Losses are batch means before their update. It stops at a loss or
// gradient that is not finite: what comes after is not updated.
func (a *adversarial) step(n int, real rows) (dLoss, gLoss float64) {
	tape := a.d.Tape()
	defer tape.Release()
	a.g.Begin()
	defer a.g.End()
	a.d.Begin()
	defer a.d.End()
	turn := (a.d.Steps()+1)%a.critic == 0 // of the generator
	begin := tape.RNG().State()
	if turn && a.d.PartCount(n) == 1 {
		return a.whole(real(0, n), a.latents(tape, n))
	}
	for lo, hi := range a.d.Parts(n) {
		x := real(lo, hi)
		var fake *tensor.Tensor
		tape.NoGrad(func() { fake = a.generator.Forward(a.latents(tape, hi-lo)) })
		d, all := a.dLoss(x, fake)
		all = update.Share(all, hi-lo, n)
		dLoss += update.Share(d, hi-lo, n).Item()
		if !a.d.Check(all.Item(), a.named) {
			return dLoss, dLoss
		}
		a.d.Backward(all, hi == n)
		tape.Release()
	}
	if !a.d.Apply() {
		return dLoss, dLoss
	}
	if !turn {
		return dLoss, a.gLast.value()
	}
	for lo, hi := range a.g.Parts(n) {
		fake := a.generator.Forward(a.sameLatents(begin, hi-lo))
		g := update.Share(a.gLoss(fake), hi-lo, n)
		gLoss += g.Item()
		if !a.g.Check(g.Item(), a.named) {
			return dLoss, gLoss
		}
		a.g.Backward(g, hi == n)
		tape.Release()
	}
	a.g.Apply()
	return dLoss, a.gLast.keep(gLoss)
}

// whole is a step of both on a batch that is on the tape. The generator's graph
// stays whole over the discriminator's update, so that it runs once.
func (a *adversarial) whole(real, z *tensor.Tensor) (dLoss, gLoss float64) {
	fake := a.generator.Forward(z)
	d, all := a.dLoss(real, fake)
	dLoss = d.Item()
	if !a.d.Check(all.Item(), a.named) {
		return dLoss, dLoss
	}
	a.d.Backward(all, true)
	if !a.d.Apply() {
		return dLoss, dLoss
	}
	g := a.gLoss(fake)
	gLoss = g.Item()
	if !a.g.Check(gLoss, a.named) {
		return dLoss, gLoss
	}
	a.g.Backward(g, true)
	a.g.Apply()
	return dLoss, a.gLast.keep(gLoss)
}

// sameLatents draws again what the discriminator's turn drew first.
func (a *adversarial) sameLatents(begin backend.Stream, n int) *tensor.Tensor {
	rng := a.d.Tape().RNG()
	now := rng.State()
	rng.SetState(begin)
	z := a.latents(a.d.Tape(), n)
	rng.SetState(now)
	return z
}

// dLoss is the discriminator's loss, and that with the R1 penalty,
// γ/2·mean ‖∂D(x)/∂x‖². The generator's values are not consumed, because Detach
// cuts them off.
//
// A batch norm must see real and generated pictures apart, and so must R1;
// otherwise one pass over both reads the weights once.
//
// Reference: Mescheder, Geiger and Nowozin 2018 for R1.
func (a *adversarial) dLoss(real, fake *tensor.Tensor) (d, all *tensor.Tensor) {
	n, fake := real.Dim(0), fake.Detach()
	if a.r1 == 0 && !a.normalises() {
		scores := a.discriminator.Forward(tensor.Cat(0, a.noisy(real), a.noisy(fake)))
		d = a.objective.discriminator(scores.Narrow(0, 0, n), scores.Narrow(0, n, n))
		return d, d
	}
	scores := a.discriminator.Forward(a.noisy(real))
	if a.r1 == 0 {
		d = a.objective.discriminator(scores, a.discriminator.Forward(a.noisy(fake)))
		return d, d
	}
	slope := real.Tape().Grad(scores.Sum(), []*tensor.Tensor{real}, tensor.CreateGraph())[0]
	penalty := slope.Square().Sum(1).Mean().MulScalar(a.r1 / 2)
	d = a.objective.discriminator(scores, a.discriminator.Forward(a.noisy(fake)))
	return d, d.Add(penalty)
}

// normalises reports whether the discriminator keeps statistics of its batches.
func (a *adversarial) normalises() bool {
	for range layers.Buffers(a.discriminator) {
		return true
	}
	return false
}

// gLoss is the generator's loss.
func (a *adversarial) gLoss(fake *tensor.Tensor) *tensor.Tensor {
	return a.objective.generator(a.discriminator.Forward(a.noisy(fake)))
}

// noisy adds noise to what the discriminator is to see.
func (a *adversarial) noisy(x *tensor.Tensor) *tensor.Tensor {
	if a.noise == 0 {
		return x
	}
	return x.Add(x.Tape().Normal(0, a.noise, x.Shape()...))
}
