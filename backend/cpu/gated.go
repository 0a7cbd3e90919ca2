package cpu

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/team"
)

// gated is one call of Gated or GatedGrad, cut into chunks of elements.
type gated struct {
	dst, gate, up []float32 // dst is the gradient of gate going back
	dup, dy       []float32 // nil going forward
	value         backend.UnaryOp
	slope         backend.BinaryOp
	parts         team.Division
}

var gateds team.Recycler[gated]

// gates are the activations whose derivative is a map of what goes into them.
var gates = [backend.NumActivations]backend.BinaryOp{
	backend.ActGELU: backend.GELUGrad, backend.ActGELUTanh: backend.GELUTanhGrad, backend.ActSiLU: backend.SiLUGrad,
}

// Gated computes dst = act(gate)·up.
func (c *cpu) Gated(dst, gate, up backend.View, act backend.Activation) bool {
	return c.gated(gated{dst: dense(&dst), gate: dense(&gate), up: dense(&up)}, act)
}

// GatedGrad computes DGate and DUp.
func (c *cpu) GatedGrad(a backend.GatedGradArgs) bool {
	return c.gated(gated{dst: dense(&a.DGate), dup: dense(&a.DUp), dy: dense(&a.DY), gate: dense(&a.Gate), up: dense(&a.Up)}, a.Act)
}

func (c *cpu) gated(g gated, act backend.Activation) bool {
	op, ok := act.Unary()
	if !ok || gates[act] == 0 {
		return false
	}
	t := gateds.Get()
	*t = g
	t.value, t.slope = op, gates[act]
	t.parts = team.Divide(len(t.dst), expensiveChunk, alignFloats)
	c.team.Do(t.parts.Count, t)
	*t = gated{}
	gateds.Put(t)
	return true
}

// Chunk goes through elements in blocks that stay in the first cache from one map to
// the next.
func (t *gated) Chunk(i int) {
	var act, g [blockLen]float32
	for lo, hi := t.parts.Bounds(i); lo < hi; lo += blockLen {
		end := min(hi, lo+blockLen)
		act, gate, up, dst := act[:end-lo], t.gate[lo:end], t.up[lo:end], t.dst[lo:end]
		unary(t.value, act, gate, backend.Params{})
		if t.dy == nil {
			asm.Mul(dst, act, up)
			continue
		}
		g, dy := g[:end-lo], t.dy[lo:end]
		asm.Mul(g, dy, up)
		binary(t.slope, dst, g, gate, backend.Params{})
		asm.Mul(t.dup[lo:end], dy, act)
	}
}
