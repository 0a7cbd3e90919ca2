package optim

import (
	"iter"
	"math"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
)

// AdamConfig are the options of [NewAdam] and [NewAdamW].
type AdamConfig struct {
	LR float64 // learning rate; 0 means 1e-3
	// Betas are how much of the two moments each step keeps. Both 0 mean 0.9
	// and 0.999; {0, 0.9} has no first moment, as some GANs want.
	Betas [2]float64
	Eps   float64 // ε; 0 means 1e-8
	// WeightDecay is λ; 0 means none for Adam and 0.01 for AdamW. AdamW with
	// none is Adam.
	WeightDecay float64
}

// Adam scales each parameter's steps by the history of its gradient:
//
//	g = ∇ + λ·p               (AdamW: p = p − lr·λ·p instead)
//	m = β₁·m + (1−β₁)·g
//	v = β₂·v + (1−β₂)·g²
//	p = p − lr·m̂/(√v̂ + ε),  m̂ = m/(1−β₁ᵗ),  v̂ = v/(1−β₂ᵗ)
//
// where t counts the updates of the parameter.
//
// Reference: Kingma and Ba, "Adam", 2014; Loshchilov and Hutter, "Decoupled
// Weight Decay Regularization", 2017, for AdamW.
type Adam struct {
	base
	cfg       AdamConfig
	decoupled bool
	products  backend.ProductAdamKernel // nil if the backend has none
}

// NewAdam makes Adam on the parameters.
//
// Panics if there are no parameters, if an option is negative or not finite, if a
// beta is not in [0, 1), or if two groups share a name or one has no name or no
// Has.
func NewAdam(params iter.Seq2[string, *tensor.Tensor], cfg AdamConfig, groups ...Group) *Adam {
	return newAdam(cfg, false, setup{op: "adam", params: params, groups: groups})
}

// NewAdamW makes Adam with decoupled weight decay on the parameters.
//
// Panics as [NewAdam].
func NewAdamW(params iter.Seq2[string, *tensor.Tensor], cfg AdamConfig, groups ...Group) *Adam {
	cfg.WeightDecay = orDefault(cfg.WeightDecay, 0.01)
	return newAdam(cfg, true, setup{op: "adamw", params: params, groups: groups})
}

func newAdam(cfg AdamConfig, decoupled bool, u setup) *Adam {
	if cfg.Betas == [2]float64{} {
		cfg.Betas = [2]float64{0.9, 0.999}
	}
	fraction(u.op, "first beta", cfg.Betas[0])
	fraction(u.op, "second beta", cfg.Betas[1])
	cfg.Eps = atLeastZero(u.op, "epsilon", orDefault(cfg.Eps, 1e-8))
	u.lr, u.decay, u.kinds = orDefault(cfg.LR, 1e-3), cfg.WeightDecay, []string{"exp_avg", "exp_avg_sq"}
	b := newBase(u)
	products, _ := b.be.(backend.ProductAdamKernel)
	return &Adam{base: b, cfg: cfg, decoupled: decoupled, products: products}
}

// Step updates every parameter that has a gradient.
func (o *Adam) Step() {
	for i := range o.slots {
		s := &o.slots[i]
		if o.stepProduct(s) {
			continue
		}
		grad := s.param.Grad()
		if grad == nil {
			continue
		}
		s.steps++
		cfg := o.config(s, s.steps)
		p, g, m, v := line(s.param), line(grad), line(s.moments[0]), line(s.moments[1])
		if o.kernel == nil || !o.kernel.AdamStep(p, g, m, v, cfg) {
			o.update(p, g, m, v, cfg)
			o.flush(s)
		}
	}
}

// stepProduct updates a parameter whose gradient is a product that has not been
// formed, if the backend can without forming it.
func (o *Adam) stepProduct(s *slot) bool {
	if o.products == nil {
		return false
	}
	a, b, ok := s.param.GradProduct()
	if !ok || !o.products.AdamStepProduct(s.param.View(), a, b, s.moments[0].View(), s.moments[1].View(), o.config(s, s.steps+1)) {
		return false
	}
	s.steps++
	return true
}

// config is the t-th update of a parameter.
func (o *Adam) config(s *slot, t int) backend.AdamConfig {
	return backend.AdamConfig{
		LR: o.lr * s.rate, Beta1: o.cfg.Betas[0], Beta2: o.cfg.Betas[1], Eps: o.cfg.Eps,
		WeightDecay: s.decay, Decoupled: o.decoupled,
		BiasCorrection1: 1 - math.Pow(o.cfg.Betas[0], float64(t)),
		BiasCorrection2: 1 - math.Pow(o.cfg.Betas[1], float64(t)),
	}
}

// update is the step composed of mandatory operations.
func (o *Adam) update(p, g, m, v backend.View, cfg backend.AdamConfig) {
	if cfg.Decoupled {
		o.scale(p, p, 1-cfg.LR*cfg.WeightDecay)
	} else {
		g = o.decayed(0, g, p, cfg.WeightDecay)
	}
	tmp := o.room(1, p.Shape[0])
	o.average(m, g, tmp, cfg.Beta1)
	o.square(tmp, g)
	o.average(v, tmp, tmp, cfg.Beta2)
	o.sqrt(tmp, v)
	o.scale(tmp, tmp, 1/math.Sqrt(cfg.BiasCorrection2))
	o.addScalar(tmp, tmp, cfg.Eps)
	o.div(tmp, m, tmp)
	o.scale(tmp, tmp, cfg.LR/cfg.BiasCorrection1)
	o.sub(p, p, tmp)
}
