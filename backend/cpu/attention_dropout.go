package cpu

import (
	"math"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/philox"
)

// maskGroup is how many numbers of a mask are drawn at a time, as many as kernels draw
// fastest.
const maskGroup = 32

// dropping is which weights of attention are dropped.
type dropping struct {
	on    bool
	from  backend.Stream
	first int
	below uint32  // words below are kept
	scale float32 // of weights that are kept
}

func newDropping(d *backend.AttentionDropout) dropping {
	below := philox.Below(1 - d.P)
	if below > math.MaxUint32 {
		return dropping{} // P is 0, or so small that no word drops anything
	}
	drop := dropping{on: true, from: d.Stream, first: d.First, below: uint32(below)}
	if d.P < 1 {
		drop.scale = float32(1 / (1 - d.P))
	}
	return drop
}

// room is the memory that a mask of a block of keys takes.
func (d *dropping) room() int {
	if !d.on {
		return 0
	}
	return roundUp(attentionKeys+philox.PerBlock-1, maskGroup)
}

// mask is what weights of a query to n keys from j on are multiplied with, at most
// attentionKeys of them: 0, or what makes up for those that are dropped.
func (a *attentionShape) dropMask(mem []float32, batch, head, i, j, n int) []float32 {
	d := &a.drop
	// Of 64 bits on every machine: the weights are not held, so that there may be many.
	at := uint64(d.first) + (uint64(batch*a.heads+head)*uint64(a.queries)+uint64(i))*uint64(a.keys) + uint64(j)
	skip := int(at % philox.PerBlock)
	asm.PhiloxMask(mem[:roundUp(skip+n, maskGroup)], d.from.Key, d.from.Counter+at/philox.PerBlock, d.below, d.scale)
	return mem[skip:][:n]
}
