package cpu

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/team"
)

// update is one step of an optimiser on one parameter.
type update struct {
	p, g, m, v []float32 // m is the momentum of SGD
	isAdam     bool
	adam       asm.Adam
	sgd        asm.SGD
	parts      team.Division
}

var updates team.Recycler[update]

func (t *update) Chunk(i int) {
	lo, hi := t.parts.Bounds(i)
	if t.isAdam {
		asm.AdamStep(t.p[lo:hi], t.g[lo:hi], t.m[lo:hi], t.v[lo:hi], t.adam)
		return
	}
	var buf []float32
	if t.m != nil {
		buf = t.m[lo:hi]
	}
	asm.SGDStep(t.p[lo:hi], t.g[lo:hi], buf, t.sgd)
}

func (t *update) do(c *cpu) {
	t.parts = team.Divide(len(t.p), cheapChunk, alignFloats)
	c.team.Do(t.parts.Count, t)
	*t = update{}
	updates.Put(t)
}

// AdamStep updates p and the moments m and v from gradient g.
func (c *cpu) AdamStep(p, g, m, v backend.View, cfg backend.AdamConfig) bool {
	if !p.Contiguous() || !g.Contiguous() || !m.Contiguous() || !v.Contiguous() {
		return false
	}
	t := updates.Get()
	t.p, t.g, t.m, t.v, t.isAdam = dense(&p), dense(&g), dense(&m), dense(&v), true
	t.adam = adamConstants(&cfg)
	t.do(c)
	return true
}

// adamConstants is what the kernels need of an update.
func adamConstants(cfg *backend.AdamConfig) asm.Adam {
	return asm.NewAdam(asm.AdamConfig{
		LR: cfg.LR, Beta1: cfg.Beta1, Beta2: cfg.Beta2, Eps: cfg.Eps,
		WeightDecay: cfg.WeightDecay, Decoupled: cfg.Decoupled,
		Bias1: cfg.BiasCorrection1, Bias2: cfg.BiasCorrection2,
	})
}

// SGDStep updates p and the momentum buffer from gradient g.
func (c *cpu) SGDStep(p, g, buf backend.View, cfg backend.SGDConfig) bool {
	if !p.Contiguous() || !g.Contiguous() || buf.Buf != nil && !buf.Contiguous() {
		return false
	}
	t := updates.Get()
	t.p, t.g = dense(&p), dense(&g)
	if cfg.Momentum != 0 {
		t.m = dense(&buf)
	}
	t.sgd = asm.SGD{
		LR: float32(cfg.LR), WeightDecay: float32(cfg.WeightDecay), Momentum: float32(cfg.Momentum),
		Rest: float32(1 - cfg.Dampening), Nesterov: cfg.Nesterov, First: cfg.First,
	}
	t.do(c)
	return true
}
