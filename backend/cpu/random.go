package cpu

import (
	"math"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/cpu/team"
	"github.com/org/artnn/internal/philox"
)

// randomChunk is the elements of a chunk of random numbers, a multiple of the
// four that one counter gives.
const randomChunk = 4 << 10

// drawing is one call of Random.
type drawing struct {
	nest   nest
	dst    []float32 // whole buffer
	dist   backend.Distribution
	p      backend.Params
	stream backend.Stream
}

var drawings team.Recycler[drawing]

// Random fills dst, in index order, from the stream.
func (c *cpu) Random(dst backend.View, dist backend.Distribution, p backend.Params, s backend.Stream) {
	n := dst.Size()
	if n == 0 {
		return
	}
	t := drawings.Get()
	t.dst, t.dist, t.p, t.stream = data(dst.Buf), dist, p, s
	t.nest.push(&dst)
	t.nest.collapse()
	c.team.Do(ceilDiv(n, randomChunk), t)
	*t = drawing{}
	drawings.Put(t)
}

func (t *drawing) Chunk(i int) {
	lo := i * randomChunk
	hi := min(t.nest.size, lo+randomChunk)
	s := &t.nest
	if s.flat(0) {
		t.fill(t.dst[s.base[0]+lo:s.base[0]+hi], lo)
		return
	}
	var buf [blockLen]float32
	for cur := s.seek(lo); lo < hi; {
		b := buf[:min(blockLen, hi-lo)]
		t.fill(b, lo)
		s.scatterNext(t.dst, 0, &cur, b)
		lo += len(b)
	}
}

// fill writes numbers first, first+1, … of the stream. first is a multiple of
// philox.PerBlock.
func (t *drawing) fill(dst []float32, first int) {
	if below := philox.Below(t.p[0]); t.dist == backend.Bernoulli && below <= math.MaxUint32 {
		n := len(dst) / philox.PerBlock * philox.PerBlock
		asm.PhiloxMask(dst[:n], t.stream.Key, t.stream.Counter+uint64(first/philox.PerBlock), uint32(below), 1)
		dst, first = dst[n:], first+n
	}
	philox.FillAt(dst, first, t.dist, t.p, t.stream)
}
