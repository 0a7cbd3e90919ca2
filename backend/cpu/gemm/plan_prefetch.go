package gemm

import (
	"math"

	"github.com/org/artnn/asm"
)

const (
	// PrefetchMin is the least size of an operand, in numbers, that is worth
	// prefetching: less stays in the level 2 cache.
	PrefetchMin = 64 << 10
	// prefetchTiles is the most tiles of a group of columns that prefetch: the
	// lines of one group are few, and evenly spread they do not delay loads.
	prefetchTiles = 4
	// line is a cache line, in numbers.
	line = 16
)

// Prefetch says which lines of B the tiles of a block ask for while they compute:
// those of the block that is packed next. Lines of them, spread evenly over Runs
// runs of Each lines, Step numbers apart. Evenly: in a burst, the loads of the
// tiles wait behind.
type Prefetch struct {
	Lines            int // 0 for none
	Runs, Each, Step int
	Stride           int // numbers from the lines of one group of NR columns to the next
	Tiles            int // of a group ask
}

// prefetchBlocks is for packed blocks: the tiles of a group of columns ask for some
// rows of a block, or for some columns if these are contiguous.
func prefetchBlocks(p *Problem, block Size) Prefetch {
	f := Prefetch{Runs: asm.NR, Each: max(1, block.K/line), Step: p.B.Col, Tiles: min(prefetchTiles, ceilDiv(p.M, asm.MR))}
	if p.B.Col == 1 {
		f.Runs, f.Each, f.Step = ceilDiv(block.K, block.N/asm.NR), block.N/line, p.B.Row
	}
	f.Stride, f.Lines = f.Runs*f.Step, f.Tiles*asm.PrefetchLines(block.K)
	if p.Patches || p.K*p.N < PrefetchMin || p.B.Col != 1 && p.B.Row != 1 || f.Stride > math.MaxInt32/8 {
		return Prefetch{}
	}
	return f
}

// prefetchColumns is for Transposed: the tiles of some columns ask for as many
// columns, one after the other: memory gives long runs faster.
func prefetchColumns(p *Problem, k int) Prefetch {
	if p.K*p.N < PrefetchMin || asm.MR*p.B.Col > math.MaxInt32/8 {
		return Prefetch{}
	}
	return Prefetch{Lines: ceilDiv(p.M, asm.NR) * asm.PrefetchLines(k), Runs: asm.MR, Each: ceilDiv(k, line), Step: p.B.Col}
}

// prefetchRows is for PackB: the tiles of a group of columns ask for some of so many
// rows of A, which are packed next. Where columns of A are contiguous, packing them
// prefetches.
func prefetchRows(p *Problem, rows int, block Size) Prefetch {
	groups, lines := ceilDiv(block.N, asm.NR), asm.PrefetchLines(block.K)
	f := Prefetch{Runs: ceilDiv(rows, groups), Each: max(1, block.K/line), Step: p.A.Row}
	f.Stride = f.Runs * f.Step
	if p.Patches || p.A.Col != 1 || lines == 0 || f.Stride > math.MaxInt32/8 {
		return Prefetch{}
	}
	f.Tiles = min(prefetchTiles, ceilDiv(f.Runs*f.Each, lines))
	f.Lines = f.Tiles * lines
	return f
}
