package gemm

import (
	"github.com/org/artnn/asm"
	"github.com/org/artnn/backend/cpu/team"
)

// prefetch is what the tiles of a block ask for while they compute.
type prefetch struct {
	mem    []float32  // from the first number on; nil for nothing
	stride int        // numbers from one group of NR columns to the next
	lines  *lineTable // of one group: where they are, in bytes
	tiles  int        // how many of a group ask
}

// lineTable has room for the lines that the tiles of a group of columns ask for,
// in order.
type lineTable [prefetchTiles * blockK / 2]int32

var lineTables team.Recycler[lineTable]

// startPrefetch writes down the lines that the plan asks for.
func (j *job) startPrefetch() {
	f := &j.plan.Prefetch
	if f.Lines == 0 {
		return
	}
	j.lines = lineTables.Get()
	for s := range j.lines[:f.Lines] {
		i := s * f.Runs * f.Each / f.Lines
		j.lines[s] = int32(4 * (i/f.Each*f.Step + i%f.Each*line))
	}
}

func (j *job) endPrefetch() {
	if j.lines != nil {
		lineTables.Put(j.lines)
		j.lines = nil
	}
}

// prefetchAt is what to ask for before the block of B at row p and column c is
// packed.
func (j *job) prefetchAt(p, c int) prefetch {
	if j.lines == nil || p >= j.K || c >= j.N {
		return prefetch{}
	}
	f := &j.plan.Prefetch
	return prefetch{j.B.From(p, c).Mem, f.Stride, j.lines, f.Tiles}
}

// consecutive are the lines of a packed sliver, as many for each of prefetchTiles.
var consecutive = func() *lineTable {
	var t lineTable
	for i := range t {
		t[i] = int32(64 * (i * 2 / prefetchTiles))
	}
	return &t
}()

// prefetchPacked is, for each sliver of a block of B that is packed already, the
// next one, if the block has more columns than stay in the level 2 cache.
func prefetchPacked(b []float32, k, columns int) prefetch {
	if k*columns < PrefetchMin || len(b) <= k*asm.NR {
		return prefetch{}
	}
	return prefetch{b[k*asm.NR:], k * asm.NR, consecutive, prefetchTiles}
}

// tile is from where tile t of a block's columns asks, and for which of a group's
// lines; the first tiles ask.
func (x *prefetch) tile(t, lines int) ([]float32, []int32) {
	if t >= x.tiles || x.mem == nil {
		return nil, nil
	}
	return x.mem, x.lines[t*lines:]
}

// group is the part from group i of NR columns on.
func (x *prefetch) group(i int) []float32 {
	if at := i * x.stride; at < len(x.mem) {
		return x.mem[at:]
	}
	return nil
}

// prefetchRows is what to ask for while the rows before row i are multiplied.
func (j *job) prefetchRows(i, p int) prefetch {
	if j.lines == nil || i >= j.M {
		return prefetch{}
	}
	f := &j.plan.Prefetch
	return prefetch{j.A.From(i, p).Mem, f.Stride, j.lines, f.Tiles}
}
