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
// sigmoid, which neither overflows nor loses its gradient. Both losses are
// batch means before their update; d is 2·ln 2 ≈ 1.39 and g is ln 2 ≈ 0.69 when
// the discriminator cannot tell.
//
// Shape: images [n, channels, height, width], values in [−1, 1].
//
// Panics if the length is not that of one or more images.
func (m *GAN) Step(images []float32) (dLoss, gLoss float64) {
	n := rowsOf("gan step", images, m.cfg.pixels())
	defer m.tape.Release()
	return m.update(m.tape.FromSlice(images, n, m.cfg.pixels()), m.tape.Normal(0, 1, n, m.cfg.ZDim))
}

// update is Step with the noise given. Both values are on the training tape.
func (m *GAN) update(real, z *tensor.Tensor) (dLoss, gLoss float64) {
	gOpt, dOpt := m.Optimizers()
	// Before anything else, since what a gradient is made of takes memory.
	gOpt.ZeroGrad()
	dOpt.ZeroGrad()
	n := real.Dim(0)
	fake := m.Generator.Forward(z)

	// One pass over both halves reads the discriminator's weights once. The
	// generator's graph stays whole: its values are not consumed for want of
	// Detach's history.
	scores := m.Discriminator.Forward(m.blur(tensor.Cat(0, real, fake.Detach())))
	d := m.bce(scores.Narrow(0, 0, n), 1-m.cfg.Smooth).Add(m.bce(scores.Narrow(0, n, n), 0))
	m.tape.Backward(d, m.dParams...)
	dOpt.Step()

	g := m.bce(m.Discriminator.Forward(m.blur(fake)), 1)
	m.tape.Backward(g, m.gParams...)
	gOpt.Step()

	m.steps++
	m.track()
	return d.Item(), g.Item()
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

// track moves the averaged weights towards the generator's. The first steps
// count for more, lest the random start stay in the average.
func (m *GAN) track() {
	if m.average == nil {
		return
	}
	t := float64(m.steps)
	decay := min(m.cfg.EMA, (1+t)/(10+t))
	m.tape.NoGrad(func() {
		for i, p := range layers.List(m.average) {
			old, latest := m.tape.Of(p), m.tape.Of(m.gParams[i])
			p.Set(old.MulScalar(decay).Add(latest.MulScalar(1 - decay)))
		}
	})
}

// Optimizers are the update rules and their state: for learning rate schedules.
func (m *GAN) Optimizers() (generator, discriminator optim.Optimizer) {
	if m.gOpt == nil {
		cfg := optim.AdamConfig{LR: m.cfg.LR, Betas: [2]float64{m.cfg.Beta1, 0.999}}
		m.gOpt = optim.NewAdam(layers.Prefix(generatorName, m.Generator.Params()), cfg)
		m.dOpt = optim.NewAdam(layers.Prefix(discriminatorName, m.Discriminator.Params()), cfg)
	}
	return m.gOpt, m.dOpt
}
