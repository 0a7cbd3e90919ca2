package cpu

import (
	"math"

	"github.com/org/artnn/asm"
)

const (
	// turnedM is the most rows of A that are worth turning: they are read for
	// every few columns of B. leastK is the shortest K: the sums of shorter ones are
	// moved as often as added to.
	turnedM = 32
	leastK  = 64
	// turnedK is the most steps of K at a time: columns of B are read in runs of
	// 2 KB. turnedN is how many of them are turned back together.
	turnedK = 512
	turnedN = 64 * asm.MR
	// turnedUnit columns are whole tiles and whole lines of the destination.
	turnedUnit = 8 * asm.MR
	// turnedChunks is how many chunks wide products are cut into: nothing is done
	// anew for a chunk, and one worker may be much slower than another for a while.
	turnedChunks = 64
)

// turnable reports whether turned suits the product: the columns of B lie in
// memory order, and the few rows of A all but fill slivers of NR.
func (g *gemm) turnable() bool {
	height := roundUp(g.m, asm.NR)
	return g.b.rs == 1 && g.k >= leastK && g.m <= turnedM && height-g.m <= height/8 && !asm.Wide()
}

// turned computes columns [j0, j1) of the product of a few rows of A with a B
// whose columns are contiguous as Cᵀ = Bᵀ·Aᵀ. The roles of the operands change: A
// is packed, and B is read once, where it lies, and need not be packed.
func (g *gemm) turned(j0, j1 int) {
	slivers, kc := ceilDiv(g.m, asm.NR), cutK(g.k, turnedK)
	acc := g.start(0, g.m, j0, j1)
	height, width := slivers*asm.NR, min(turnedN, roundUp(j1-j0, asm.NR))
	scratch := g.c.pool.alloc(height*(kc+width) + asm.NR*width)
	a, sums := scratch.data[:height*kc], scratch.data[height*kc:]
	for j := j0; j < j1; j += width {
		n := min(width, j1-j)
		for p := 0; p < g.k; p += kc {
			k := min(kc, g.k-p)
			packSlivers(a, matrix{g.a.at(0, p), g.a.rs, g.a.cs}, 0, g.m, k, asm.NR)
			for t := 0; t < n; t += asm.MR {
				ask, each := g.afterTile(j, t, n, p, k), asm.PrefetchLines(k)
				var lines []int32
				if ask != nil {
					lines = g.look.lines[:slivers*each]
				}
				asm.GemmTiles(&asm.Tiles{
					Count: slivers, K: k, M: min(asm.MR, n-t), N: asm.NR, A: g.b.at(p, j+t), ARow: g.b.cs, ACol: 1,
					B: a, BTile: k * asm.NR, BRow: asm.NR, C: sums[t*asm.NR:], CTile: width * asm.NR, CRow: asm.NR, Accumulate: p > 0,
					Prefetch: asm.Prefetch{Next: ask, Offsets: lines, OffsetsTile: each},
				})
			}
		}
		g.turnBack(sums[:height*width], sums[height*width:], width, j, n, acc)
		g.finish(0, g.m, j, j+n)
	}
	g.c.pool.put(scratch)
}

// afterTile is the part of B that is read after the tile of columns from j+t on, of
// the n from j on, and rows from p on.
func (g *gemm) afterTile(j, t, n, p, k int) []float32 {
	switch {
	case t+asm.MR < n:
		t += asm.MR
	case p+k < g.k:
		p, t = p+k, 0
	default:
		p, t = 0, n
	}
	if g.look.lines == nil || j+t >= g.n {
		return nil
	}
	return g.b.at(p, j+t)
}

// lookDown prepares for looking ahead in B, as lookAhead does, for turned: the
// tiles of some columns ask for as many columns, one after the other: memory gives
// long runs faster.
func (g *gemm) lookDown() {
	const line = 16 // numbers
	if g.k*g.n < aheadB || asm.MR*g.b.cs > math.MaxInt32/8 {
		return
	}
	kc := cutK(g.k, turnedK)
	row := ceilDiv(kc, line)
	table := lineTables.get()
	slots := table[:ceilDiv(g.m, asm.NR)*asm.PrefetchLines(kc)]
	for s := range slots {
		i := s * asm.MR * row / len(slots)
		slots[s] = int32(4 * (i/row*g.b.cs + i%row*line))
	}
	g.look = ahead{lines: table}
}

// turnBack moves the sums of columns [j, j+n), in slivers of so many columns, to the
// destination, or adds them: a sliver of rows at a time, each in one run. The rows
// may all fall in the same few sets of the caches. squares is memory for a sliver.
func (g *gemm) turnBack(sums, squares []float32, width, j, n int, acc bool) {
	for i := 0; i < g.m; i += asm.NR {
		for t := 0; t < n; t += asm.NR {
			asm.PackTranspose(squares[t*asm.NR:], sums[i*width+t*asm.NR:], asm.NR, min(asm.NR, n-t), asm.NR, asm.NR)
		}
		for r := range min(asm.NR, g.m-i) {
			row := g.d[(i+r)*g.ldd+j:][:n]
			for t := 0; t < n; t += asm.NR {
				to, part := row[t:min(n, t+asm.NR)], squares[(t+r)*asm.NR:]
				switch {
				case acc:
					asm.Add(to, to, part[:len(to)])
				case len(to) == asm.NR:
					*(*[asm.NR]float32)(to) = *(*[asm.NR]float32)(part)
				default:
					copy(to, part)
				}
			}
		}
	}
}
