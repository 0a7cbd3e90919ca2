package optim

import (
	"iter"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/tensor"
)

// RMSpropConfig are the options of [NewRMSprop].
type RMSpropConfig struct {
	LR          float64 // learning rate; 0 means 1e-2
	Alpha       float64 // how much of the average square each step keeps; 0 means 0.99
	Eps         float64 // ε; 0 means 1e-8
	WeightDecay float64 // λ; 0 decays nothing
	Momentum    float64 // μ; 0 is none
	Centered    bool    // divide by the deviation of the gradient instead
}

// RMSprop divides each gradient by a running average of its size:
//
//	g = ∇ + λ·p
//	v = α·v + (1−α)·g²
//	a = α·a + (1−α)·g             (Centered; else a = 0)
//	d = g/(√(v − a²) + ε)
//	b = μ·b + d,  p = p − lr·b    (p − lr·d without momentum)
//
// Reference: Hinton, "Neural Networks for Machine Learning", lecture 6e, 2012;
// Graves, "Generating Sequences With Recurrent Neural Networks", 2013, for the
// centred form.
type RMSprop struct {
	base
	cfg      RMSpropConfig
	mean     int // places of the optional moments
	momentum int
}

// NewRMSprop makes RMSprop on the parameters.
//
// Panics if there are no parameters, if an option is negative or not finite, if
// alpha is not in [0, 1), or if two groups share a name or one has no name or no
// Has.
func NewRMSprop(params iter.Seq2[string, *tensor.Tensor], cfg RMSpropConfig, groups ...Group) *RMSprop {
	const op = "rmsprop"
	cfg.Alpha = fraction(op, "alpha", orDefault(cfg.Alpha, 0.99))
	cfg.Eps = atLeastZero(op, "epsilon", orDefault(cfg.Eps, 1e-8))
	atLeastZero(op, "momentum", cfg.Momentum)
	kinds := []string{"square_avg"}
	o := &RMSprop{cfg: cfg}
	if cfg.Centered {
		o.mean = len(kinds)
		kinds = append(kinds, "grad_avg")
	}
	if cfg.Momentum != 0 {
		o.momentum = len(kinds)
		kinds = append(kinds, "momentum_buffer")
	}
	o.base = newBase(setup{op, params, orDefault(cfg.LR, 1e-2), cfg.WeightDecay, groups, kinds})
	return o
}

// Step updates every parameter that has a gradient.
func (o *RMSprop) Step() {
	for i := range o.slots {
		s := &o.slots[i]
		grad := s.param.Grad()
		if grad == nil {
			continue
		}
		s.steps++
		o.update(s, line(s.param), line(grad))
		o.flush(s)
	}
}

func (o *RMSprop) update(s *slot, p, g backend.View) {
	g = o.decayed(0, g, p, s.decay)
	tmp := o.room(1, p.Shape[0])
	v := line(s.moments[0])
	o.square(tmp, g)
	o.average(v, tmp, tmp, o.cfg.Alpha)
	if o.cfg.Centered {
		mean := line(s.moments[o.mean])
		o.average(mean, g, tmp, o.cfg.Alpha)
		o.square(tmp, mean)
		o.sub(tmp, v, tmp)
		o.sqrt(tmp, tmp)
	} else {
		o.sqrt(tmp, v)
	}
	o.addScalar(tmp, tmp, o.cfg.Eps)
	o.div(tmp, g, tmp)
	if o.cfg.Momentum != 0 {
		buf := line(s.moments[o.momentum])
		o.scale(buf, buf, o.cfg.Momentum)
		o.add(buf, buf, tmp)
		o.scale(tmp, buf, o.lr*s.rate)
	} else {
		o.scale(tmp, tmp, o.lr*s.rate)
	}
	o.sub(p, p, tmp)
}
