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
	objective                loss.Adversarial

	// latents draws what n pictures are generated from, on the tape.
	latents func(tape *tensor.Tape, n int) *tensor.Tensor

	penalties penalties
	between   func(real, fake *tensor.Tensor) *tensor.Tensor // where the gradient penalty looks
	noise     float64                                        // deviation of the noise added to what the discriminator sees
	critic    int                                            // updates of the discriminator for each of the generator

	g, d  *update.Update // on one tape
	named update.Params  // all parameters, to name one that went bad
	gLast *lastLoss      // the generator's loss in its last turn; nil if each step is one
}

// penalties are the weights of what is added to the discriminator's loss; 0 is
// none.
type penalties struct {
	r1, r2   float64 // γ, on the slope at real and at generated pictures
	gradient float64 // λ, on how far the slope between them is from 1
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
	done := false
	defer func() {
		if !done {
			a.g.Abort()
			a.d.Abort()
		}
	}()
	dLoss, gLoss = a.turns(n, real)
	done = true
	return dLoss, gLoss
}

// turns are the two updates of a step.
func (a *adversarial) turns(n int, real rows) (dLoss, gLoss float64) {
	tape := a.d.Tape()
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
		g := update.Share(a.gLoss(func() *tensor.Tensor { return real(lo, hi) }, fake), hi-lo, n)
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
	g := a.gLoss(func() *tensor.Tensor { return real }, fake)
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

// dLoss is the discriminator's loss, and that with the penalties:
//
//	γ₁/2·mean ‖∂D(x)/∂x‖² + γ₂/2·mean ‖∂D(G(z))/∂G(z)‖² + λ·mean (‖∂D(x̂)/∂x̂‖ − 1)²
//
// The generator's values are not consumed, because Detach cuts them off.
//
// A batch norm must see real and generated pictures apart, and so must the first
// two penalties; otherwise one pass over both reads the weights once.
func (a *adversarial) dLoss(real, fake *tensor.Tensor) (d, all *tensor.Tensor) {
	n, fake, p := real.Dim(0), fake.Detach(), a.penalties
	if p.r1 == 0 && p.r2 == 0 && !a.normalises() {
		scores := a.discriminator.Forward(tensor.Cat(0, a.noisy(real), a.noisy(fake)))
		d = a.objective.Discriminator(scores.Narrow(0, 0, n), scores.Narrow(0, n, n))
		return d, a.sloped(d, real, fake)
	}
	var sum []*tensor.Tensor
	scores := func(x *tensor.Tensor, weight float64) *tensor.Tensor {
		y := a.discriminator.Forward(a.noisy(x))
		if weight > 0 {
			sum = append(sum, loss.GradientNorm2(y, x).Mean().MulScalar(weight/2))
		}
		return y
	}
	onReal := scores(real, p.r1)
	d = a.objective.Discriminator(onReal, scores(fake, p.r2))
	all = d
	for _, penalty := range sum {
		all = all.Add(penalty)
	}
	return d, a.sloped(all, real, fake)
}

// sloped adds the gradient penalty, if there is one.
func (a *adversarial) sloped(l, real, fake *tensor.Tensor) *tensor.Tensor {
	if a.penalties.gradient == 0 {
		return l
	}
	x := a.between(real, fake)
	return l.Add(loss.GradientPenalty(a.discriminator.Forward(a.noisy(x)), x).MulScalar(a.penalties.gradient))
}

// normalises reports whether the discriminator keeps statistics of its batches.
func (a *adversarial) normalises() bool {
	for range layers.Buffers(a.discriminator) {
		return true
	}
	return false
}

// gLoss is the generator's loss. Real pictures are asked for only if it compares
// with them; they give the generator no gradient.
func (a *adversarial) gLoss(real func() *tensor.Tensor, fake *tensor.Tensor) *tensor.Tensor {
	var onReal *tensor.Tensor
	if a.objective.Paired() {
		fake.Tape().NoGrad(func() { onReal = a.discriminator.Forward(a.noisy(real())) })
	}
	return a.objective.Generator(onReal, a.discriminator.Forward(a.noisy(fake)))
}

// noisy adds noise to what the discriminator is to see.
func (a *adversarial) noisy(x *tensor.Tensor) *tensor.Tensor {
	if a.noise == 0 {
		return x
	}
	return x.Add(x.Tape().Normal(0, a.noise, x.Shape()...))
}
