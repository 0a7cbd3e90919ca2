package cpu

import "github.com/org/artnn/asm"

// gemmWay is how a product, or a part of one, is computed by one worker.
type gemmWay uint8

const (
	wayBlocked gemmWay = iota // packing both operands block by block
	wayVector                 // a row vector times a matrix of contiguous rows
	wayDots                   // both operands have K contiguous
	wayTiles                  // the rows of B are contiguous, and those of A few, or B lies well
	wayTurned                 // the columns of B are contiguous, and the rows of A few
	waySmall                  // the rows of B are contiguous, and it stays in cache
	wayEmpty                  // K is 0
)

const (
	// dotRows is the most rows of A for which dot products in place beat
	// packing B, which then is read once for few multiplications each.
	dotRows = 11
	// dotsWork is the most multiplications for which dot products in place beat
	// packing.
	dotsWork = 4 << 10
	// smallWork is the most multiplications for which tiles in place beat
	// packing, and smallB the most numbers from the first of B to the last:
	// packing is then a tenth to a third of the work. More of B, in rows that
	// may all fall in a few sets of the cache, would be read from far away.
	smallWork = 2 << 20
	smallB    = 32 << 10
	// Where rows of B do not meet in the cache, tiles in place beat packing for up
	// to tilesRows rows of A and at least tilesColumns of B: if tilesK steps or all
	// of K stay in the nearest cache for as many columns as a tile has, and B in the
	// others. tilesN columns are done before the next ones are looked at.
	tilesRows    = 128
	tilesColumns = 192
	tilesK       = 128
	tilesN       = 64
	// directK and dotsK bound the terms that go into one sum; a dot product
	// has eight sums side by side.
	directK = 512
	dotsK   = 2 << 10
)

// streamB is the most numbers of B that may be in cache when a vector meets
// them; more come from memory. A large last-level cache is one of a server, which
// others fill too.
var streamB = min(asm.LastLevelCache()/4*3/4, 2<<20)

// directWay is the way for the product at hand that does not pack, if there is
// one that is worth it.
func (g *gemm) directWay() gemmWay {
	work := g.m * g.n * g.k
	switch {
	case g.k == 0:
		return wayEmpty
	case g.alpha != 1 || min(g.a.rs, g.a.cs, g.b.rs, g.b.cs) < 0:
		return wayBlocked
	case g.m == 1 && g.b.cs == 1:
		return wayVector
	case g.a.cs == 1 && g.b.rs == 1 && (g.m <= dotRows || work <= dotsWork):
		return wayDots
	case g.turnable():
		return wayTurned
	case g.b.cs == 1 && (g.m <= asm.MR || g.inTiles()):
		return wayTiles
	case g.b.cs == 1 && work <= smallWork && g.k*g.b.rs <= smallB:
		return waySmall
	}
	return wayBlocked
}

// inTiles reports whether tiles in place beat packing for more rows than a tile has.
// The wide kernel, for packed slivers only, is twice as fast.
func (g *gemm) inTiles() bool {
	return !asm.Wide() && g.m <= tilesRows && g.n >= tilesColumns && g.k*g.n <= farB && keptRows(g.b.rs) >= min(g.k, tilesK)
}

// keptRows is how many rows of a matrix, so many numbers apart, can be walked along
// tile by tile so that NR columns of all of them stay in the level 1 cache: five of
// the eight lines of each set that they fall in. Rows a power of two apart fall in a
// few sets. Rows that begin between lines have parts of two, and may meet in a set
// nearly as often as those a power of two apart unless they begin on quarters.
func keptRows(stride int) int {
	const line, sets, ways = 16, 64, 5
	switch apart := min(stride&-stride, sets*line); {
	case apart >= line:
		return sets * ways * line / apart
	case apart >= line/4:
		return sets * ways / 2
	}
	return 0
}

// direct computes columns [j0, j1) without packing.
func (g *gemm) direct(way gemmWay, j0, j1 int) {
	switch way {
	case wayEmpty:
		g.empty(j0, j1)
	case wayVector:
		g.vector(j0, j1)
	case wayDots:
		g.dots(j0, j1)
	case wayTiles:
		g.tiles(j0, j1)
	case wayTurned:
		g.turned(j0, j1)
		return
	case waySmall:
		g.small(0, g.m)
		return
	}
	g.finish(0, g.m, j0, j1)
}

// empty is the product over no K.
func (g *gemm) empty(j0, j1 int) {
	if g.start(0, g.m, j0, j1) {
		return
	}
	for i := range g.m {
		clear(g.d[i*g.ldd+j0 : i*g.ldd+j1])
	}
}

// vector adds the rows of B, each times its element of the vector. Blocks of K
// are summed apart, since one long sum loses more than a sum of short ones.
func (g *gemm) vector(j0, j1 int) {
	acc := g.start(0, 1, j0, j1)
	if g.a.cs == 1 && g.k <= directK {
		y := g.d[j0:j1]
		if !acc {
			clear(y)
		}
		asm.GemvT(y, g.b.at(0, j0), g.b.rs, g.a.mem[:g.k])
		return
	}
	g.vectorBlocks(j0, j1, acc)
}

func (g *gemm) vectorBlocks(j0, j1 int, acc bool) {
	var x, part [directK]float32
	for j := j0; j < j1; j += len(part) {
		y := g.d[j:min(j1, j+len(part))]
		if !acc {
			clear(y)
		}
		for p := 0; p < g.k; p += directK {
			n := min(directK, g.k-p)
			v := x[:n]
			if g.a.cs == 1 {
				v = g.a.mem[p : p+n]
			} else {
				loadStrided(v, g.a.mem, p*g.a.cs, g.a.cs)
			}
			if p == 0 && !acc {
				asm.GemvT(y, g.b.at(p, j), g.b.rs, v)
				continue
			}
			sum := part[:len(y)]
			clear(sum)
			asm.GemvT(sum, g.b.at(p, j), g.b.rs, v)
			asm.Add(y, y, sum)
		}
	}
}

// dots takes the columns a few at a time, so that they stay in cache for all
// rows of A. If there is one row, they pass by one after the other.
func (g *gemm) dots(j0, j1 int) {
	acc, rows := g.start(0, g.m, j0, j1), cutRows(g.m, asm.DotMR)
	if g.m == 1 {
		far := g.n*g.k > streamB
		for p := 0; p < g.k; p += dotsK {
			asm.Gemv(g.d[j0:j1], g.b.at(p, j0), g.b.cs, g.a.mem[p:min(g.k, p+dotsK)], acc || p > 0, far)
		}
		return
	}
	for j := j0; j < j1; j += asm.DotNR {
		n := min(asm.DotNR, j1-j)
		for p := 0; p < g.k; p += dotsK {
			k := min(dotsK, g.k-p)
			for t := range rows.tiles {
				i, m := rows.at(t)
				asm.GemmDot(&asm.DotTile{
					K: k, M: m, N: n, A: g.a.at(i, p), ARow: g.a.rs, B: g.b.at(p, j), BRow: g.b.cs,
					C: g.d[i*g.ldd+j:], CRow: g.ldd, Accumulate: acc || p > 0,
				})
			}
		}
	}
}

// tiles keeps rows of A in the nearest cache while the columns pass by, or, if there
// are more than one tile has, some columns of B while the tiles pass by.
func (g *gemm) tiles(j0, j1 int) {
	acc, rows, width, kc := g.start(0, g.m, j0, j1), cutRows(g.m, asm.MR), j1-j0, directK
	if rows.tiles > 1 {
		width, kc = tilesN, cutK(g.k, keptRows(g.b.rs))
	}
	for j := j0; j < j1; j += width {
		for p := 0; p < g.k; p += kc {
			for t := range rows.tiles {
				i, m := rows.at(t)
				g.rowOfTiles(i, m, j, min(j1, j+width), p, min(g.k, p+kc), acc || p > 0)
			}
		}
	}
}

// small computes rows [i0, i1). A tile's rows of A stay in the nearest cache for
// all of B, and the destination is written along its rows.
func (g *gemm) small(i0, i1 int) {
	acc, rows := g.start(i0, i1, 0, g.n), cutRows(i1-i0, asm.MR)
	for t := range rows.tiles {
		i, m := rows.at(t)
		for p := 0; p < g.k; p += directK {
			g.rowOfTiles(i0+i, m, 0, g.n, p, min(g.k, p+directK), acc || p > 0)
		}
	}
	g.finish(i0, i1, 0, g.n)
}

// rowOfTiles adds rows [p0, p1) of B, whose numbers are read where they are, to
// m ≤ MR rows of the destination from row i on, columns [j0, j1).
func (g *gemm) rowOfTiles(i, m, j0, j1, p0, p1 int, accumulate bool) {
	k, whole := p1-p0, (j1-j0)/asm.NR*asm.NR
	a, b, d := g.a.at(i, p0), g.b.at(p0, j0), g.d[i*g.ldd+j0:]
	x := asm.Tiles{
		Count: whole / asm.NR, K: k, M: m, N: asm.NR, A: a, ARow: g.a.rs, ACol: g.a.cs,
		B: b, BTile: asm.NR, BRow: g.b.rs, C: d, CTile: asm.NR, CRow: g.ldd, Accumulate: accumulate,
	}
	asm.GemmTiles(&x)
	if n := j1 - j0 - whole; n > 0 {
		x.Count, x.N, x.B, x.C = 1, n, b[whole:], d[whole:]
		asm.GemmTiles(&x)
	}
}
