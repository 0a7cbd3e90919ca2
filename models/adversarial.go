package models

import (
	"github.com/org/artnn/backend"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

// adversarial trains a generator against a discriminator: two objectives in turn.
// All GANs train by it.
type adversarial struct {
	generator, discriminator layers.Layer
	objective                loss.Adversarial

	// latents draws what n pictures are generated from, on the tape.
	latents func(tape *tensor.Tape, n int, classes *tensor.Tensor) *tensor.Tensor

	penalties penalties
	between   func(real, fake *tensor.Tensor) *tensor.Tensor // where the gradient penalty looks
	noise     float64                                        // deviation of the noise added to what the discriminator sees
	critic    int                                            // updates of the discriminator for each of the generator
	// apart shows real and generated pictures to the discriminator in two passes, as
	// a batch norm in it must see them.
	apart bool
	// augment is the discriminator's first layer, whose strength adapts by rate a
	// picture; nil if there is none.
	augment *layers.Augment
	rate    float64

	g, d  *update.Update // on one tape
	named update.Params  // all parameters, to name one that went bad
	gLast *lastLoss      // the generator's loss in its last turn; nil if each step is one
	seen  []float64      // the discriminator's margins of the real pictures of a step
}

// penalties are the weights of what is added to the discriminator's loss; 0 is
// none.
type penalties struct {
	r1, r2   float64 // γ, on the slope at real and at generated pictures
	gradient float64 // λ, on how far the slope between them is from 1
}

// rule is how both networks learn.
type rule struct {
	lr         float64
	betas      [2]float64
	clip, ema  float64
	accumulate int
	seed       uint64
}

// updates makes the two updates.
func (a *adversarial) updates(generator, discriminator layers.Layer, r rule) {
	a.generator, a.discriminator = generator, discriminator
	adam := func(p update.Params) optim.Optimizer {
		return optim.NewAdam(p, optim.AdamConfig{LR: r.lr, Betas: r.betas})
	}
	g, d := prefixed{generatorName, generator}, prefixed{discriminatorName, discriminator}
	cfg := update.Config{
		Params: layers.Params(g), Buffers: layers.Buffers(g), Optimizer: adam,
		Clip: r.clip, Accumulate: r.accumulate, EMA: r.ema, Seed: r.seed,
	}
	if a.critic > 1 { // some steps have no loss of the generator's own
		a.gLast = &lastLoss{}
		cfg.Memory = a.gLast
	}
	a.g = update.New(cfg)
	if a.gLast != nil {
		a.gLast.on = a.g.Tape().Backend()
	}
	a.d = update.New(update.Config{
		Params: layers.Params(d), Buffers: layers.Buffers(d), Optimizer: adam,
		Clip: r.clip, Accumulate: r.accumulate, Tape: a.g.Tape(),
	})
}

// batch is real pictures on the tape, and their classes as rows with a 1; nil
// without classes.
type batch struct{ x, classes *tensor.Tensor }

// rows puts rows [lo, hi) of a batch on the tape.
type rows func(lo, hi int) batch

// ofClass is a discriminator that judges pictures as ones of a class.
type ofClass interface {
	ForwardOf(x, classes *tensor.Tensor) *tensor.Tensor
}

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
	a.seen = a.seen[:0]
	turn := (a.d.Steps()+1)%a.critic == 0 // of the generator
	begin := tape.RNG().State()
	if turn && a.d.PartCount(n) == 1 {
		b := real(0, n)
		return a.whole(b, a.latents(tape, n, b.classes))
	}
	for lo, hi := range a.d.Parts(n) {
		b := real(lo, hi)
		var fake *tensor.Tensor
		tape.NoGrad(func() { fake = a.generator.Forward(a.latents(tape, hi-lo, b.classes)) })
		d, all := a.dLoss(b, fake)
		all = update.Share(all, hi-lo, n)
		dLoss += update.Share(d, hi-lo, n).Item()
		if !a.d.Check(all.Item(), a.named) {
			return dLoss, dLoss
		}
		a.d.Backward(all, hi == n)
		tape.Release()
	}
	if !a.applied() {
		return dLoss, dLoss
	}
	if !turn {
		return dLoss, a.gLast.value()
	}
	for lo, hi := range a.g.Parts(n) {
		var b batch
		if a.objective.Paired() || a.conditional() {
			b = real(lo, hi)
		}
		fake := a.generator.Forward(a.sameLatents(begin, hi-lo, b.classes))
		g := update.Share(a.gLoss(b, fake), hi-lo, n)
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
func (a *adversarial) whole(b batch, z *tensor.Tensor) (dLoss, gLoss float64) {
	fake := a.generator.Forward(z)
	d, all := a.dLoss(b, fake)
	dLoss = d.Item()
	if !a.d.Check(all.Item(), a.named) {
		return dLoss, dLoss
	}
	a.d.Backward(all, true)
	if !a.applied() {
		return dLoss, dLoss
	}
	g := a.gLoss(b, fake)
	gLoss = g.Item()
	if !a.g.Check(gLoss, a.named) {
		return dLoss, gLoss
	}
	a.g.Backward(g, true)
	a.g.Apply()
	return dLoss, a.gLast.keep(gLoss)
}

// applied updates the discriminator, and the strength of its augmentation by what
// it said of the real pictures. It reports whether the gradient was finite.
func (a *adversarial) applied() bool {
	if !a.d.Apply() {
		return false
	}
	if a.augment != nil {
		a.augment.Adapt(a.seen, a.rate*float64(len(a.seen)))
	}
	return true
}

// sameLatents draws again what the discriminator's turn drew first.
func (a *adversarial) sameLatents(begin backend.Stream, n int, classes *tensor.Tensor) *tensor.Tensor {
	rng := a.d.Tape().RNG()
	now := rng.State()
	rng.SetState(begin)
	z := a.latents(a.d.Tape(), n, classes)
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
func (a *adversarial) dLoss(real batch, fake *tensor.Tensor) (d, all *tensor.Tensor) {
	n, p := real.x.Dim(0), a.penalties
	made := batch{fake.Detach(), real.classes}
	if p.r1 == 0 && p.r2 == 0 && !a.apart {
		both := batch{x: tensor.Cat(0, a.noisy(real.x), a.noisy(made.x))}
		if real.classes != nil {
			both.classes = tensor.Cat(0, real.classes, real.classes)
		}
		scores := a.judge(both)
		onReal, onFake := scores.Narrow(0, 0, n), scores.Narrow(0, n, n)
		a.see(onReal, onFake)
		d = a.objective.Discriminator(onReal, onFake)
		return d, a.sloped(d, real, made)
	}
	var sum []*tensor.Tensor
	scores := func(b batch, weight float64) *tensor.Tensor {
		y := a.judge(batch{a.noisy(b.x), b.classes})
		if weight > 0 {
			sum = append(sum, loss.GradientNorm2(y, b.x).Mean().MulScalar(weight/2))
		}
		return y
	}
	onReal, onFake := scores(real, p.r1), scores(made, p.r2)
	a.see(onReal, onFake)
	d = a.objective.Discriminator(onReal, onFake)
	all = d
	for _, penalty := range sum {
		all = all.Add(penalty)
	}
	return d, a.sloped(all, real, made)
}

// sloped adds the gradient penalty, if there is one.
func (a *adversarial) sloped(l *tensor.Tensor, real, made batch) *tensor.Tensor {
	if a.penalties.gradient == 0 {
		return l
	}
	x := a.between(real.x, made.x)
	scores := a.judge(batch{a.noisy(x), real.classes})
	return l.Add(loss.GradientPenalty(scores, x).MulScalar(a.penalties.gradient))
}

// gLoss is the generator's loss, with the real pictures for one that compares with
// them; they give the generator no gradient.
func (a *adversarial) gLoss(real batch, fake *tensor.Tensor) *tensor.Tensor {
	var onReal *tensor.Tensor
	if a.objective.Paired() {
		fake.Tape().NoGrad(func() { onReal = a.judge(batch{a.noisy(real.x), real.classes}) })
	}
	return a.objective.Generator(onReal, a.judge(batch{a.noisy(fake), real.classes}))
}

// judge is the discriminator's logits.
func (a *adversarial) judge(b batch) *tensor.Tensor {
	if b.classes == nil {
		return a.discriminator.Forward(b.x)
	}
	return a.discriminator.(ofClass).ForwardOf(b.x, b.classes)
}

func (a *adversarial) conditional() bool {
	_, ok := a.discriminator.(ofClass)
	return ok
}

// see keeps how sure the discriminator is of real pictures, by which augmentation
// adapts.
func (a *adversarial) see(onReal, onFake *tensor.Tensor) {
	if a.augment != nil {
		onReal.Tape().NoGrad(func() {
			a.seen = append(a.seen, a.objective.Margin(onReal, onFake).Float64s()...)
		})
	}
}

// noisy adds noise to what the discriminator is to see.
func (a *adversarial) noisy(x *tensor.Tensor) *tensor.Tensor {
	if a.noise == 0 {
		return x
	}
	return x.Add(x.Tape().Normal(0, a.noise, x.Shape()...))
}
