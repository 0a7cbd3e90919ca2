package cpu

import (
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/team"
)

// decodeGrain is how many stored weights make a chunk worth decoding apart, 8 to
// 16 µs.
const decodeGrain = 16 << 10

// decodeBlock is how many weights are decoded at a time: the 256 KiB that they take
// stay in the level 2 cache until they have been multiplied.
const decodeBlock = 1 << 16

// DecodeBlock is decodeBlock.
func (c *cpu) DecodeBlock() int { return decodeBlock }

// Decode writes rows of w from lo on to dst.
func (c *cpu) Decode(dst backend.View, w backend.StoredMatrix, lo int) bool {
	if !dst.Contiguous() {
		return false
	}
	c.decode(dense(&dst), w, lo, lo+dst.Shape[0], dst.Shape[1])
	return true
}

// decode writes rows [lo, hi) of w, k numbers each.
func (c *cpu) decode(dst []float32, w backend.StoredMatrix, lo, hi, k int) {
	t := decodings.Get()
	*t = decoding{dst, w, lo, hi, k, max(1, decodeGrain/max(1, k))}
	c.team.Do(ceilDiv(hi-lo, t.step), t)
	*t = decoding{}
	decodings.Put(t)
}

// decoding is one call of decode, cut into chunks of step rows.
type decoding struct {
	dst             []float32
	w               backend.StoredMatrix
	lo, hi, k, step int
}

var decodings team.Recycler[decoding]

func (t *decoding) Chunk(i int) {
	first := t.lo + i*t.step
	for r := first; r < min(t.hi, first+t.step); r++ {
		t.w.DecodeRow(t.dst[(r-t.lo)*t.k:][:t.k], r)
	}
}
