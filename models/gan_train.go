package models

import (
	"github.com/org/artnn/layers"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// Step trains on one batch of real images: the discriminator first, then the
// generator through the updated discriminator, on the same noise.
//
//	d = BCE(D(x), 1) + BCE(D(G(z)), 0)
//	g = BCE(D(G(z)), 1)
//
// The generator's is the non-saturating loss. BCE works on what goes into the
// sigmoid, which neither overflows nor loses its gradient. The Penalty, if any,
// is minimised with d and not counted in it. Both losses are batch means before
// their update; d is 2·ln 2 ≈ 1.39 and g is ln 2 ≈ 0.69 when the discriminator
// cannot tell.
//
// If a loss, or with Clip a gradient, is not finite, that network and those after
// it are not updated: NonFinite tells what went bad.
//
// Shape: images [n, channels, height, width], values in [−1, 1].
//
// Panics if the length is not that of one or more images, or if there is no
// discriminator.
func (m *GAN) Step(images []float32) (dLoss, gLoss float64) {
	m.needDiscriminator("gan step")
	n, pixels := rowsOf("gan step", images, m.cfg.pixels()), m.cfg.pixels()
	defer m.tape.Release()
	if m.cfg.Accumulate <= 1 || n == 1 {
		return m.update(m.tape.FromSlice(images, n, pixels), m.tape.Normal(0, 1, n, m.cfg.ZDim))
	}
	z := m.tape.Normal(0, 1, n, m.cfg.ZDim).Float32s()
	m.tape.Release()
	return m.updateParts(n, m.cfg.Accumulate, func(lo, hi int) (real, noise *tensor.Tensor) {
		return m.tape.FromSlice(images[lo*pixels:hi*pixels], hi-lo, pixels),
			m.tape.FromSlice(z[lo*m.cfg.ZDim:hi*m.cfg.ZDim], hi-lo, m.cfg.ZDim)
	})
}

// update is Step on one batch that is on the training tape, with the noise z.
//
// The generator's graph stays whole over the discriminator's update, so that it
// runs once.
func (m *GAN) update(real, z *tensor.Tensor) (dLoss, gLoss float64) {
	m.begin()
	fake := m.Generator.Forward(z)
	d, all := m.dLoss(real, fake)
	if dLoss = d.Item(); !m.backward(all, all.Item(), m.dParams) || !m.apply(m.dOpt, m.Discriminator) {
		return dLoss, dLoss
	}
	g := m.gLoss(fake)
	if gLoss = g.Item(); !m.backward(g, gLoss, m.gParams) || !m.apply(m.gOpt, m.Generator) {
		return dLoss, gLoss
	}
	m.finish()
	return dLoss, gLoss
}

// updateParts is update in parts, which part puts on the training tape. Images
// are generated twice, to hold those of one part at a time.
func (m *GAN) updateParts(n, parts int, part func(lo, hi int) (real, z *tensor.Tensor)) (dLoss, gLoss float64) {
	m.begin()
	for lo, hi := range cut(n, parts) {
		real, z := part(lo, hi)
		var fake *tensor.Tensor
		m.tape.NoGrad(func() { fake = m.Generator.Forward(z) })
		d, all := m.dLoss(real, fake)
		all = share(all, hi-lo, n)
		if dLoss += share(d, hi-lo, n).Item(); !m.backward(all, all.Item(), m.dParams) {
			return dLoss, dLoss
		}
		m.tape.Release()
	}
	if !m.apply(m.dOpt, m.Discriminator) {
		return dLoss, dLoss
	}
	for lo, hi := range cut(n, parts) {
		_, z := part(lo, hi)
		g := share(m.gLoss(m.Generator.Forward(z)), hi-lo, n)
		if gLoss += g.Item(); !m.backward(g, gLoss, m.gParams) {
			return dLoss, gLoss
		}
		m.tape.Release()
	}
	if !m.apply(m.gOpt, m.Generator) {
		return dLoss, gLoss
	}
	m.finish()
	return dLoss, gLoss
}

// begin forgets the gradients before anything else: what they are made of takes
// memory.
func (m *GAN) begin() {
	m.makeOptimizers()
	m.clear()
	m.gOpt.ZeroGrad()
	m.dOpt.ZeroGrad()
}

// finish counts the update and moves the average.
func (m *GAN) finish() {
	m.steps++
	if m.average != nil {
		m.average.Update(m.steps)
	}
}

// dLoss is the discriminator's loss, and that with the penalty. The generator's
// values are not consumed, for want of Detach's history.
func (m *GAN) dLoss(real, fake *tensor.Tensor) (d, all *tensor.Tensor) {
	n, fake := real.Dim(0), fake.Detach()
	if m.cfg.Penalty == 0 {
		// One pass over both halves reads the weights once.
		scores := m.Discriminator.Forward(m.blur(tensor.Cat(0, real, fake)))
		d = m.bce(scores.Narrow(0, 0, n), 1-m.cfg.Smooth).Add(m.bce(scores.Narrow(0, n, n), 0))
		return d, d
	}
	scores := m.Discriminator.Forward(m.blur(real))
	slope := m.tape.Grad(scores.Sum(), []*tensor.Tensor{real}, tensor.CreateGraph())[0]
	penalty := slope.Square().Sum(1).Mean().MulScalar(m.cfg.Penalty / 2)
	d = m.bce(scores, 1-m.cfg.Smooth).Add(m.bce(m.Discriminator.Forward(m.blur(fake)), 0))
	return d, d.Add(penalty)
}

// gLoss is the generator's loss.
func (m *GAN) gLoss(fake *tensor.Tensor) *tensor.Tensor {
	return m.bce(m.Discriminator.Forward(m.blur(fake)), 1)
}

// backward collects gradients, unless the loss is not finite.
func (m *GAN) backward(l *tensor.Tensor, value float64, params []*tensor.Tensor) bool {
	if !isFinite(value) {
		m.inPass(m.tape, m.Params())
		return false
	}
	m.tape.Backward(l, params...)
	return true
}

// apply updates one of the networks, unless its gradient is not finite.
func (m *GAN) apply(opt optim.Optimizer, net layers.Sequential) bool {
	if m.cfg.Clip > 0 && !isFinite(optim.ClipGradNorm(layers.Params(net), m.cfg.Clip)) {
		m.inGradient(m.Params())
		return false
	}
	opt.Step()
	return true
}

// blur adds the noise that hides tiny traces from the discriminator.
func (m *GAN) blur(x *tensor.Tensor) *tensor.Tensor {
	if m.cfg.Noise == 0 {
		return x
	}
	return x.Add(m.tape.Normal(0, m.cfg.Noise, x.Shape()...))
}

func (m *GAN) bce(logits *tensor.Tensor, target float64) *tensor.Tensor {
	return loss.BCEWithLogits(logits, m.tape.Full(target, logits.Shape()...), loss.BCEWithLogitsConfig{})
}

// Optimizers are the update rules of the generator and the discriminator and
// their state: for learning rate schedules. Without a discriminator there are
// none.
func (m *GAN) Optimizers() []optim.Optimizer {
	if m.Discriminator == nil {
		return nil
	}
	m.makeOptimizers()
	return []optim.Optimizer{m.gOpt, m.dOpt}
}

// makeOptimizers makes them when they are first needed: moments take memory.
func (m *GAN) makeOptimizers() {
	if m.gOpt == nil {
		cfg := optim.AdamConfig{LR: m.cfg.LR, Betas: [2]float64{m.cfg.Beta1, 0.999}}
		m.gOpt = optim.NewAdam(layers.Prefix(generatorName, layers.Params(m.Generator)), cfg)
		m.dOpt = optim.NewAdam(layers.Prefix(discriminatorName, layers.Params(m.Discriminator)), cfg)
	}
}
