package cpu

import (
	"math"

	"github.com/org/artnn/asm"
)

const (
	// aheadB is the least size of B, in numbers, that is worth looking ahead in:
	// less stays in the level 2 cache.
	aheadB = 64 << 10
	// wayBytes is how far apart in memory two numbers are that may drive each
	// other out of the level 2 cache.
	wayBytes = 64 << 10
	// aheadTiles is how many tiles of rows it takes to ask for as many lines as
	// the columns of B have that they are multiplied with.
	aheadTiles = 2
)

// ahead is what the tiles of a block ask for while they compute: the part of B
// that is packed next. Packing alone would wait for memory, line by line, and
// take as long for a few rows as multiplying does.
type ahead struct {
	mem    []float32 // from the first number of that part on; nil for nothing
	stride int       // numbers from one group of NR columns to the next
	lines  []int32   // of one group: where they are, in bytes
}

// lineTable has room for the lines of NR columns of a block.
type lineTable [blockK]int32

var lineTables recycler[lineTable]

// lookAhead prepares for blocks of k rows of B, if it is worth it.
func (g *gemm) lookAhead(k int) {
	g.lines = nil
	far := g.b.rs * (k - 1) // the distance of the farthest line
	if g.b.cs != 1 {
		far = g.b.cs*(asm.NR-1) + k
	}
	// Rows that fall in the same few places of the cache would not stay there
	// until they are packed.
	crowded := g.b.cs == 1 && g.b.rs%(wayBytes/4) == 0
	if g.k*g.n < aheadB || far > math.MaxInt32/4 || crowded || g.b.cs != 1 && g.b.rs != 1 {
		return
	}
	g.lines = lineTables.get()
	const line = 16
	if g.b.cs == 1 {
		for p := range k {
			g.lines[p] = int32(4 * p * g.b.rs)
		}
		return
	}
	for i := range g.lines[:k] {
		each := max(1, k/line) // lines a column has
		g.lines[i] = int32(4 * (min(i/each, asm.NR-1)*g.b.cs + i%each*line))
	}
}

func (g *gemm) doneLooking() {
	if g.lines != nil {
		lineTables.put(g.lines)
		g.lines = nil
	}
}

// aheadAt is the part of B that begins at row p and column j.
func (g *gemm) aheadAt(p, j int) ahead {
	if g.lines == nil || p >= g.k || j >= g.n {
		return ahead{}
	}
	return ahead{g.b.at(p, j), asm.NR * g.b.cs, g.lines[:]}
}

// consecutive are the lines of a packed sliver.
var consecutive = func() (t lineTable) {
	for i := range t {
		t[i] = int32(64 * i)
	}
	return t
}()

// aheadPacked is, for each sliver of a block of B that is packed already, the
// next one, if the block has more columns than stay in the level 2 cache.
func aheadPacked(b []float32, k, columns int) ahead {
	if k*columns < aheadB || len(b) <= k*asm.NR {
		return ahead{}
	}
	return ahead{b[k*asm.NR:], k * asm.NR, consecutive[:]}
}

// tile is where the tiles of row t of a block begin to look, and for which of a
// group's lines; the first rows do it.
func (x *ahead) tile(t, lines int) ([]float32, []int32) {
	if t >= aheadTiles || x.mem == nil {
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
