package cpu

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/team"
)

// rotary is one call of Rotary, cut into groups of places.
type rotary struct {
	dst, x      heads
	cos, sin    []float32
	ldc, lds    int // strides from place to place in the tables
	places      int
	heads, dim  int
	pairs       int
	interleaved bool
	back        bool
	chunks      team.Division // of all places of all sequences
}

var rotaries team.Recycler[rotary]

// Rotary turns pairs by the angles of their places.
func (c *cpu) Rotary(args backend.RotaryArgs) bool {
	t := rotaries.Get()
	var okDst, okX bool
	t.dst, okDst = headsOf(&args.Dst)
	t.x, okX = headsOf(&args.X)
	ok := okDst && okX && args.Dst.Size() > 0 && args.Cos.Size() > 0 && !hasNegative(&args.Cos) && !hasNegative(&args.Sin)
	if ok {
		t.cos, t.sin, t.ldc, t.lds = from(&args.Cos), from(&args.Sin), args.Cos.Strides[0], args.Sin.Strides[0]
		t.places, t.heads, t.dim, t.pairs = args.X.Shape[1], args.X.Shape[2], args.X.Shape[3], args.Cos.Shape[1]
		t.interleaved, t.back = args.Interleaved, args.Back
		n := args.X.Shape[0] * t.places
		t.chunks = team.Divide(n, max(1, expensiveChunk/(t.heads*t.dim)), 1)
		c.team.Do(t.chunks.Count, t)
	}
	*t = rotary{}
	rotaries.Put(t)
	return ok
}

func (t *rotary) Chunk(i int) {
	lo, hi := t.chunks.Bounds(i)
	for ; lo < hi; lo++ {
		batch, place := lo/t.places, lo%t.places
		cos, sin := t.cos[place*t.ldc:][:t.pairs], t.sin[place*t.lds:][:t.pairs]
		for h := range t.heads {
			dst, x := t.dst.at(batch, place, h)[:t.dim], t.x.at(batch, place, h)[:t.dim]
			if t.interleaved {
				asm.RotatePairs(dst[:2*t.pairs], x[:2*t.pairs], cos, sin, t.back)
			} else {
				asm.RotateHalves(dst[:2*t.pairs], x[:2*t.pairs], cos, sin, t.back)
			}
			copy(dst[2*t.pairs:], x[2*t.pairs:])
		}
	}
}
