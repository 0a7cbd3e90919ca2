package asm

import "math"

// Adam holds the constants of one Adam or AdamW update.
type Adam struct {
	Beta1, Beta2 float32
	Rest1, Rest2 float32 // 1 − β₁ and 1 − β₂, rounded from float64
	Step         float32 // learning rate / (1 − β₁ᵗ)
	InvRoot2     float32 // 1/√(1 − β₂ᵗ)
	Eps          float32
	L2           float32 // λ of a penalty ½λ|p|² on the loss, else 0
	Keep         float32 // 1 − learning rate · λ of a decoupled decay, else 1
}

// AdamConfig holds what the constants of one update are computed from.
type AdamConfig struct {
	LR           float64 // learning rate
	Beta1, Beta2 float64 // decay rates of the moments
	Eps          float64
	WeightDecay  float64 // λ
	Decoupled    bool    // AdamW: the weights decay, not the loss
	Bias1, Bias2 float64 // 1 − β₁ᵗ and 1 − β₂ᵗ
}

// NewAdam computes the constants of an update.
func NewAdam(cfg AdamConfig) Adam {
	c := Adam{
		Beta1: float32(cfg.Beta1), Beta2: float32(cfg.Beta2),
		Rest1: float32(1 - cfg.Beta1), Rest2: float32(1 - cfg.Beta2),
		Step:     float32(cfg.LR / cfg.Bias1),
		InvRoot2: float32(1 / math.Sqrt(cfg.Bias2)),
		Eps:      float32(cfg.Eps),
		Keep:     1,
	}
	if cfg.Decoupled {
		c.Keep = float32(1 - cfg.LR*cfg.WeightDecay)
	} else {
		c.L2 = float32(cfg.WeightDecay)
	}
	return c
}

// decays reports whether the weights decay. If not, the update of m does not
// depend on p, as in PyTorch: an infinite p does not make m NaN.
func (c *Adam) decays() bool { return c.L2 != 0 || c.Keep != 1 }

// AdamStep updates parameters p and moments m and v from gradients g in one
// pass, the same bits on every path:
//
//	g' = g + L2·p
//	m  = flush(β₁·m + (1−β₁)·g')
//	v  = flush(β₂·v + (1−β₂)·g'²)
//	p  = Keep·p − Step · m/(√v·InvRoot2 + ε)
//
// where g' = g and Keep·p = p, whatever p is, if L2 is 0 and Keep is 1, and flush
// replaces subnormal numbers, smaller than 2⁻¹²⁶, by 0. Without it the moments of a
// parameter whose gradient has become 0 would stay subnormal for ever, because 0.9
// of the smallest number rounds to that number, and most processors compute many
// times slower with subnormals.
//
// Panics if lengths differ. The slices do not overlap.
//
// Deviation: PyTorch does not flush. Here moments below 1.2·10⁻³⁸ are 0, so v is 0
// for gradients below √(2⁻¹²⁶/(1−β₂)), 3·10⁻¹⁸ by default; next to an ε of 10⁻⁸
// neither matters.
func AdamStep(p, g, m, v []float32, c Adam) {
	same3("adam step", len(p), len(g), len(m), len(v))
	adam(p, g, m, v, &c)
}

// SGD holds the constants of one update by stochastic gradient descent.
type SGD struct {
	LR          float32
	WeightDecay float32 // λ
	Momentum    float32 // μ
	Rest        float32 // 1 − dampening
	Nesterov    bool
	First       bool // buf holds nothing yet
}

// SGDStep updates parameters p and, if Momentum is not 0, the momentum buffer
// from gradients g in one pass, the same bits on every path:
//
//	g' = g + λ·p
//	b  = flush(μ·b + Rest·g')   (flush(g') at first)
//	u  = g' + μ·b if Nesterov, b with momentum, g' without
//	p  = p − LR·u
//
// where flush is that of [AdamStep]. buf is not touched, and may be nil, if
// Momentum is 0. Panics if lengths differ. The slices do not overlap.
func SGDStep(p, g, buf []float32, c SGD) {
	if c.Momentum == 0 {
		same("sgd step", len(p), len(g))
		sgd(p, g, c.LR, c.WeightDecay)
		return
	}
	same2("sgd step", len(p), len(g), len(buf))
	k := sgdConsts{lr: c.LR, decay: c.WeightDecay, old: c.Momentum, new: c.Rest, useBuf: 1}
	if c.First {
		clear(buf) // what is there may be NaN
		k.old, k.new = 0, 1
	}
	if c.Nesterov {
		k.useGrad, k.useBuf = 1, c.Momentum
	}
	sgdMomentum(p, g, buf, &k)
}

// sgdConsts makes one branch-free update of all kinds of momentum:
// b = old·b + new·g, u = useGrad·g + useBuf·b.
type sgdConsts struct {
	lr, decay, old, new, useGrad, useBuf float32
}
