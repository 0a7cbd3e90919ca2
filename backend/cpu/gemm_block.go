package cpu

import (
	"runtime"

	"github.com/org/artnn/asm"
)

// Block sizes. A sliver of B (blockK × NR) lives in the level 1 cache while the
// slivers of a packed block of A (blockM × blockK) stream past it from level 2.
const (
	blockK = 512
	// wideK is that for the kernel that takes two slivers of B at a time.
	wideK  = 256
	blockM = 96
	// columnsM is the most rows for which all of A is packed first and columns
	// of B are packed by whoever multiplies them. Above, the roles change.
	columnsM = 384
	// For so few rows a block of B is at least blockB numbers: packed, and as much
	// of the next one as it lies in memory, it stays in the level 2 cache. Where
	// rows of B are contiguous, and more than farB numbers, it has at most runK of
	// them, in runs of at least runN numbers: short runs of many rows, a page or
	// more apart, come slowly, and drive each other out of the cache.
	blockB = 16 << 10
	farB   = 256 << 10
	runK   = 128
	runN   = 256
	// panelA and panelB bound, in numbers, the operand packed first. A panel of
	// B is walked for every block of rows and should stay in the level 2 cache.
	// Deeper, the destination is visited less often; wider, A is packed less
	// often: it is for every panel.
	panelA     = 1 << 20
	panelB     = 1 << 18
	panelDepth = 512

	// shallow is the size of a block, in numbers, that streams from the level 2
	// cache as fast as it is used, and thin the most steps of K for which the
	// destination outweighs the blocks.
	shallow = 32 << 10
	thin    = 128

	// grain is how many multiplications make a chunk worth handing out, about
	// 2 µs of work, and aloneWork how many make a product worth dividing.
	grain     = 64 << 10
	aloneWork = 64 << 10
	// batchWork is the most multiplications per matrix for which a batch is
	// divided by matrices.
	batchWork = 4 << 20

	// A product with few columns and rows but a long K is split along K, into
	// at most maxPieces pieces of at least pieceK.
	pieceK    = 2048
	maxPieces = 32
	// splitArea is the largest destination for which that is done.
	splitArea = 64 << 10
	// enough chunks to keep many workers busy without splitting K.
	enough = 12
	// balanced is how many chunks the columns are cut into if they are wide
	// enough: 7 would leave one of two workers idle for an eighth of the time.
	balanced = 16
)

// multiply computes one product, by all workers if it is large enough.
func (g *gemm) multiply() {
	work := g.m * g.n * g.k
	if work <= aloneWork {
		g.alone()
		return
	}
	g.way = g.directWay()
	switch g.way {
	case waySmall:
		g.loop(phaseSmall, g.m, roundUp(ceilDiv(grain, g.n*g.k), asm.MR), asm.MR)
		return
	case wayBlocked:
	default:
		step, unit := g.directStep()
		if ceilDiv(g.n, step) >= enough || !g.splittable() {
			if runtime.GOMAXPROCS(0) == 1 {
				step = g.n // long rows of B come faster than those of chunks
			}
			if g.way == wayTurned {
				g.lookDown()
				defer g.doneLooking()
			}
			g.loop(phaseDirect, g.n, step, unit)
			return
		}
	}
	switch {
	case g.splittable():
		g.split()
	case g.m <= columnsM:
		g.columns()
	default:
		g.rows()
	}
}

// directStep is how many columns a chunk has, and a unit of one. Whole rows of a
// chunk should span several cache lines, or each page is visited for a few numbers
// only.
func (g *gemm) directStep() (step, unit int) {
	least, unit := asm.DotNR, asm.NR
	switch g.way {
	case wayVector:
		least = 512
	case wayTiles:
		least = 64
	case wayTurned:
		least, unit = ceilDiv(g.n, turnedChunks), turnedUnit
	}
	return max(roundUp(ceilDiv(grain, g.m*g.k), unit), least), unit
}

// alone computes the product without the help of other workers.
func (g *gemm) alone() {
	if way := g.directWay(); way != wayBlocked {
		g.direct(way, 0, g.n)
		return
	}
	if g.size.k == 0 {
		g.setSize(g.k, g.n)
	}
	for i := 0; i < g.m; i += blockM {
		s := sweep{g: g, i0: i, i1: min(g.m, i+blockM), j1: g.n, p1: g.k}
		s.run()
	}
}

// cutK cuts K into equal blocks of at most so many steps. Deep blocks visit the
// destination less often, and are read in longer runs along K.
func cutK(k, most int) int {
	if asm.Wide() {
		most = min(most, wideK)
	}
	return min(k, roundUp(ceilDiv(k, ceilDiv(k, most)), 8))
}

// setSize sets the size of the blocks of B that are packed for a few rows of A, out
// of k rows and n columns.
func (g *gemm) setSize(k, n int) {
	most, run := blockK, 2*asm.NR
	if g.b.cs == 1 && g.k*g.n > farB {
		most, run = runK, runN
	}
	g.size.k = cutK(k, most)
	g.size.n = min(roundUp(n, asm.NR), max(run, blockB/g.size.k/asm.NR*asm.NR))
}

// block adds the product of packed slivers of A and B to the rows of a cut that
// begins at row i0, and to columns [j0, j1). Meanwhile it asks for what is needed
// next.
func (g *gemm) block(a, b []float32, rows cut, i0, j0, j1, k int, accumulate bool, next ahead) {
	if asm.Wide() {
		g.blockWide(a, b, rows, i0, j0, j1, k, accumulate)
		return
	}
	whole, lines := (j1-j0)/asm.NR*asm.NR, asm.PrefetchLines(k)
	if (j1-j0)*k <= shallow && (k <= thin || rows.tiles*asm.MR*k <= shallow) {
		// The blocks are small: walk along the rows of the destination.
		for t := range rows.tiles {
			i, m := rows.at(t)
			mem, at := next.tile(t, lines)
			asm.GemmTiles(&asm.Tiles{
				Count: whole / asm.NR, K: k, M: m, N: asm.NR, A: a[t*k*asm.MR:], ARow: 1, ACol: asm.MR,
				B: b, BTile: k * asm.NR, BRow: asm.NR, C: g.d[(i0+i)*g.ldd+j0:], CTile: asm.NR, CRow: g.ldd, Accumulate: accumulate,
				Prefetch: asm.Prefetch{Next: mem, NextTile: next.stride, Offsets: at},
			})
		}
	} else {
		for j := 0; j < whole; j += asm.NR {
			rows.multiply(k, a, b[j*k:],
				g.d[i0*g.ldd+j0+j:], g.ldd, next, j/asm.NR, accumulate)
		}
	}
	if n := j1 - j0 - whole; n > 0 {
		for t := range rows.tiles {
			i, m := rows.at(t)
			asm.GemmTiles(&asm.Tiles{
				Count: 1, K: k, M: m, N: n, A: a[t*k*asm.MR:], ARow: 1, ACol: asm.MR, B: b[whole*k:], BRow: asm.NR,
				C: g.d[(i0+i)*g.ldd+j0+whole:], CRow: g.ldd, Accumulate: accumulate,
			})
		}
	}
}

// multiply adds the product of packed slivers of A and one of B to dst, or sets it.
// Its first tiles ask for what comes next, after the group of columns.
func (c cut) multiply(k int, a, b, dst []float32, ldd int, next ahead, group int, accumulate bool) {
	each, sliver, mem := asm.PrefetchLines(k), k*asm.MR, next.group(group)
	x := asm.Tiles{
		K: k, N: asm.NR, ATile: sliver, ARow: 1, ACol: asm.MR, B: b, BRow: asm.NR, CRow: ldd, Accumulate: accumulate,
	}
	c.runs(func(t, tiles, i, m int) {
		x.M, x.CTile = m, m*ldd
		if early := min(tiles, next.tiles-t); early > 0 && mem != nil {
			x.Count, x.A, x.C = early, a[t*sliver:], dst[i*ldd:]
			x.Prefetch = asm.Prefetch{Next: mem, Offsets: next.lines[t*each:], OffsetsTile: each}
			asm.GemmTiles(&x)
			x.Prefetch = asm.Prefetch{}
			t, tiles, i = t+early, tiles-early, i+early*m
		}
		if tiles > 0 {
			x.Count, x.A, x.C = tiles, a[t*sliver:], dst[i*ldd:]
			asm.GemmTiles(&x)
		}
	})
}

// blockWide is block by the kernel for two slivers of each operand.
func (g *gemm) blockWide(a, b []float32, rows cut, i0, j0, j1, k int, accumulate bool) {
	tile := func(t, j int) {
		i, m := rows.at(t)
		if t+1 < rows.tiles {
			_, more := rows.at(t + 1)
			m += more
		}
		asm.GemmWide(k, a[t*k*asm.MR:], b[(j-j0)*k:], g.d[(i0+i)*g.ldd+j:], g.ldd, m, min(2*asm.NR, j1-j), accumulate)
	}
	if (j1-j0)*k <= shallow {
		for t := 0; t < rows.tiles; t += 2 {
			for j := j0; j < j1; j += 2 * asm.NR {
				tile(t, j)
			}
		}
		return
	}
	for j := j0; j < j1; j += 2 * asm.NR {
		for t := 0; t < rows.tiles; t += 2 {
			tile(t, j)
		}
	}
}

// columnsStep is how many columns a chunk has: few enough for several chunks,
// but no fewer than make it worth handing out.
func (g *gemm) columnsStep() int {
	return roundUp(max(ceilDiv(grain, g.m*g.k), ceilDiv(g.n, balanced), 2*asm.NR), asm.NR)
}

// columns packs A once, then cuts B into groups of columns that are packed and
// used in cache, so that a wide B is read from memory once.
func (g *gemm) columns() {
	g.setSize(g.k, g.columnsStep())
	tiles, kc := ceilDiv(g.m, asm.MR), g.size.k
	depth := min(g.k, max(kc, panelA/(tiles*asm.MR)/kc*kc))
	scratch := g.c.pool.alloc(tiles * asm.MR * depth)
	g.packed = scratch.data
	g.lookAhead()
	defer g.doneLooking()
	for g.p0 = 0; g.p0 < g.k; g.p0 = g.p1 {
		g.p1 = min(g.k, g.p0+depth)
		g.loop(phasePackA, tiles, ceilDiv(grain/8/asm.MR, g.p1-g.p0), 1)
		g.loop(phaseColumns, g.n, g.columnsStep(), asm.NR)
	}
	g.c.pool.put(scratch)
}

// packRows packs tiles [t0, t1) of the panel of A, block by block of K.
func (g *gemm) packRows(t0, t1 int) {
	rows, kc := cutPacked(g.m), g.size.k
	for p := g.p0; p < g.p1; p += kc {
		q := min(g.p1, p+kc)
		g.packA(g.packed[((p-g.p0)*rows.tiles+t0*(q-p))*asm.MR:], rows, 0, t0, t1, p, q)
	}
}

func (g *gemm) multiplyColumns(j0, j1 int) {
	s := sweep{g: g, i1: g.m, j0: j0, j1: j1, p0: g.p0, p1: g.p1, deep: true, packed: g.packed}
	s.run()
}

// rows packs a panel of B, then cuts A into blocks of rows that are packed and
// used in cache.
func (g *gemm) rows() {
	kc := cutK(g.k, blockK)
	depth := min(g.k, panelDepth/kc*kc)
	width := min(roundUp(g.n, asm.NR), panelB/depth/asm.NR*asm.NR)
	// Panels of equal width.
	width = roundUp(ceilDiv(g.n, ceilDiv(g.n, width)), asm.NR)
	mc := blockM
	if g.m < 8*blockM {
		mc = blockM / 2
	}
	scratch := g.c.pool.alloc(width * depth)
	g.packed = scratch.data
	for g.j0 = 0; g.j0 < g.n; g.j0 = g.j1 {
		g.j1 = min(g.n, g.j0+width)
		for g.p0 = 0; g.p0 < g.k; g.p0 = g.p1 {
			g.p1 = min(g.k, g.p0+depth)
			g.loop(phasePackB, g.j1-g.j0, max(runN/2, roundUp(ceilDiv(grain/8, g.p1-g.p0), asm.NR)), asm.NR)
			g.loop(phaseRows, g.m, mc, stripMR())
		}
	}
	g.c.pool.put(scratch)
}

// packColumns packs columns [j0, j1) of the panel of B, block by block of K.
func (g *gemm) packColumns(j0, j1 int) {
	cols, kc := roundUp(g.j1-g.j0, asm.NR), cutK(g.k, blockK)
	for p := g.p0; p < g.p1; p += kc {
		q := min(g.p1, p+kc)
		packB(g.packed[(p-g.p0)*cols+(j0-g.j0)*(q-p):], g.b, j0, j1, p, q)
	}
}

func (g *gemm) multiplyRows(i0, i1 int) {
	rows, cols, kc := cutPacked(i1-i0), roundUp(g.j1-g.j0, asm.NR), cutK(g.k, blockK)
	scratch := g.c.pool.alloc(rows.tiles * asm.MR * kc)
	acc := g.p0 > 0 || g.start(i0, i1, g.j0, g.j1)
	for p := g.p0; p < g.p1; p += kc {
		q := min(g.p1, p+kc)
		g.packA(scratch.data, rows, i0, 0, rows.tiles, p, q)
		b := g.packed[(p-g.p0)*cols:]
		g.block(scratch.data, b, rows, i0, g.j0, g.j1, q-p, acc, aheadPacked(b, q-p, cols))
		acc = true
	}
	if g.p1 == g.k {
		g.finish(i0, i1, g.j0, g.j1)
	}
	g.c.pool.put(scratch)
}

// splittable reports whether K is long and the destination small.
func (g *gemm) splittable() bool {
	return g.k >= 2*pieceK && g.m*g.n <= splitArea
}

// split computes the products of pieces of K apart and adds them in order.
func (g *gemm) split() {
	pieceLen := roundUp(max(pieceK, ceilDiv(g.k, maxPieces)), blockK)
	g.pieces = ceilDiv(g.k, pieceLen)
	scratch := g.c.pool.alloc(g.pieces * g.m * g.n)
	g.sums = scratch.data
	g.p1 = pieceLen
	if g.way == wayTurned {
		g.lookDown()
	} else {
		g.setSize(pieceLen, g.n)
		g.lookAhead()
	}
	defer g.doneLooking()
	g.loop(phaseSplit, g.pieces, 1, 1)
	g.loop(phaseJoin, g.m, max(1, grain/8/(g.n*g.pieces)), 1)
	g.sums = nil
	g.c.pool.put(scratch)
}

func (g *gemm) multiplyPiece(i int) {
	p0 := i * g.p1
	piece := *g
	piece.k = min(g.k-p0, g.p1)
	piece.a.mem, piece.b.mem = g.a.at(0, p0), g.b.at(p0, 0)
	piece.d, piece.ldd = g.sums[i*g.m*g.n:], g.n
	piece.beta = 0
	piece.ep = epilogue{scale: 1}
	piece.alone()
}

// join adds the partial products of rows [i0, i1).
func (g *gemm) join(i0, i1 int) {
	acc := g.start(i0, i1, 0, g.n)
	for i := i0; i < i1; i++ {
		row := g.d[i*g.ldd:][:g.n]
		for s := range g.pieces {
			part := g.sums[(s*g.m+i)*g.n:][:g.n]
			if s == 0 && !acc {
				copy(row, part)
			} else {
				asm.Add(row, row, part)
			}
		}
	}
	g.finish(i0, i1, 0, g.n)
}
