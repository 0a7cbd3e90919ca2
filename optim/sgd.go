package optim

import (
	"iter"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
)

// SGDConfig are the options of [NewSGD].
type SGDConfig struct {
	LR          float64 // learning rate; 0 means 1e-3
	Momentum    float64 // μ; 0 is plain descent
	Dampening   float64 // τ; 0 adds whole gradients to the momentum
	WeightDecay float64 // λ; 0 decays nothing
	Nesterov    bool    // Nesterov momentum
}

// SGD is stochastic gradient descent:
//
//	g = ∇ + λ·p
//	b = μ·b + (1−τ)·g      (b = g at the first step)
//	p = p − lr·(g + μ·b)   with Nesterov, else p − lr·b
//
// and p = p − lr·g without momentum.
//
// Reference: Sutskever et al., "On the importance of initialization and momentum
// in deep learning", 2013. Deviation, as in PyTorch: the rate multiplies the
// momentum when it is used, not when it is collected.
type SGD struct {
	base
	cfg SGDConfig
}

// NewSGD makes a descent on the parameters.
//
// Panics if there are no parameters, if an option is negative or not finite, if
// Nesterov is asked for without momentum or with dampening, or if two groups
// share a name or one has no name or no Has.
func NewSGD(params iter.Seq2[string, *tensor.Tensor], cfg SGDConfig, groups ...Group) *SGD {
	const op = "sgd"
	atLeastZero(op, "momentum", cfg.Momentum)
	atLeastZero(op, "dampening", cfg.Dampening)
	if cfg.Nesterov && (cfg.Momentum == 0 || cfg.Dampening != 0) {
		panic("sgd: Nesterov needs momentum and no dampening")
	}
	var kinds []string
	if cfg.Momentum != 0 {
		kinds = []string{"momentum_buffer"}
	}
	return &SGD{
		base: newBase(setup{op, params, orDefault(cfg.LR, 1e-3), cfg.WeightDecay, groups, kinds}),
		cfg:  cfg,
	}
}

// Step updates every parameter that has a gradient.
func (o *SGD) Step() {
	for i := range o.slots {
		s := &o.slots[i]
		grad := s.param.Grad()
		if grad == nil {
			continue
		}
		s.steps++
		cfg := backend.SGDConfig{
			LR: o.lr * s.rate, Momentum: o.cfg.Momentum, Dampening: o.cfg.Dampening, WeightDecay: s.decay,
			Nesterov: o.cfg.Nesterov, First: s.steps == 1,
		}
		var buf backend.View
		if cfg.Momentum != 0 {
			buf = line(s.moments[0])
		}
		p, g := line(s.param), line(grad)
		if o.kernel == nil || !o.kernel.SGDStep(p, g, buf, cfg) {
			o.update(p, g, buf, cfg)
			o.flush(s)
		}
	}
}

// update is the step composed of mandatory operations.
func (o *SGD) update(p, g, buf backend.View, cfg backend.SGDConfig) {
	n := p.Shape[0]
	g = o.decayed(0, g, p, cfg.WeightDecay)
	tmp := o.room(1, n)
	if cfg.Momentum != 0 {
		if cfg.First {
			o.be.Copy(buf, g)
		} else {
			o.scale(buf, buf, cfg.Momentum)
			o.scale(tmp, g, 1-cfg.Dampening)
			o.add(buf, buf, tmp)
		}
		if cfg.Nesterov {
			o.scale(tmp, buf, cfg.Momentum)
			o.add(tmp, tmp, g)
			g = tmp
		} else {
			g = buf
		}
	}
	o.scale(tmp, g, cfg.LR)
	o.sub(p, p, tmp)
}
