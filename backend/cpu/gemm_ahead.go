package cpu

import (
	"math"

	"github.com/org/artnn/asm"
)

const (
	// aheadB is the least size of B, in numbers, that is worth looking ahead in:
	// less stays in the level 2 cache.
	aheadB = 64 << 10
	// askTiles is the most tiles of a group of columns that look ahead.
	askTiles = 4
)

// ahead is what the tiles of a block ask for while they compute: the part of B
// that is packed next.
type ahead struct {
	mem    []float32  // from the first number of that part on; nil for nothing
	stride int        // numbers from one group of NR columns to the next
	lines  *lineTable // of one group: where they are, in bytes
	tiles  int        // how many of a group ask
}

// lineTable has room for the lines that the tiles of a group of columns ask for,
// in order.
type lineTable [askTiles * blockK / 2]int32

var lineTables recycler[lineTable]

// lookAhead prepares for looking ahead in B, if it is worth it: the tiles of a
// group of columns ask for some rows of a block, or for some columns if these are
// contiguous. Evenly: in a burst, the loads of the tiles wait behind.
func (g *gemm) lookAhead() {
	g.look = ahead{}
	const line = 16 // numbers
	runs, step, each := asm.NR, g.b.cs, max(1, g.size.k/line)
	if g.b.cs == 1 {
		runs, step, each = ceilDiv(g.size.k, g.size.n/asm.NR), g.b.rs, g.size.n/line
	}
	if g.k*g.n < aheadB || g.b.cs != 1 && g.b.rs != 1 || runs*step > math.MaxInt32/8 {
		return
	}
	table := lineTables.get()
	g.look = ahead{stride: runs * step, lines: table, tiles: min(askTiles, ceilDiv(g.m, asm.MR))}
	slots := table[:g.look.tiles*asm.PrefetchLines(g.size.k)]
	for s := range slots {
		i := s * runs * each / len(slots)
		slots[s] = int32(4 * (i/each*step + i%each*line))
	}
}

func (g *gemm) doneLooking() {
	if g.look.lines != nil {
		lineTables.put(g.look.lines)
		g.look = ahead{}
	}
}

// aheadAt is what to ask for before the block of B at row p and column j is
// packed.
func (g *gemm) aheadAt(p, j int) ahead {
	if g.look.lines == nil || p >= g.k || j >= g.n {
		return ahead{}
	}
	next := g.look
	next.mem = g.b.at(p, j)
	return next
}

// consecutive are the lines of a packed sliver, as many for each of askTiles.
var consecutive = func() *lineTable {
	var t lineTable
	for i := range t {
		t[i] = int32(64 * (i * 2 / askTiles))
	}
	return &t
}()

// aheadPacked is, for each sliver of a block of B that is packed already, the
// next one, if the block has more columns than stay in the level 2 cache.
func aheadPacked(b []float32, k, columns int) ahead {
	if k*columns < aheadB || len(b) <= k*asm.NR {
		return ahead{}
	}
	return ahead{b[k*asm.NR:], k * asm.NR, consecutive, askTiles}
}

// tile is where the tiles of row t of a block begin to look, and for which of a
// group's lines; the first rows do it.
func (x *ahead) tile(t, lines int) ([]float32, []int32) {
	if t >= x.tiles || x.mem == nil {
		return nil, nil
	}
	return x.mem, x.lines[t*lines:]
}

// group is the part from group i of NR columns on.
func (x *ahead) group(i int) []float32 {
	if at := i * x.stride; at < len(x.mem) {
		return x.mem[at:]
	}
	return nil
}
