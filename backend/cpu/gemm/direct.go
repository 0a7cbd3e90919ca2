package gemm

import "github.com/org/artnn/asm"

// direct computes columns [j0, j1) by a method that packs nothing.
func (x *Product) direct(in Inner, j0, j1 int) {
	all := rect{0, x.M, j0, j1}
	switch in.Method {
	case Empty:
		x.empty(all)
	case Vector:
		x.vector(j0, j1)
	case Dots:
		x.dots(in, j0, j1)
	case Tiles:
		x.tiles(in.Block, j0, j1)
	case InPlace:
		x.inPlace(in, 0, x.M)
		return
	}
	x.finish(all)
}

// empty is the product over no K.
func (x *Product) empty(r rect) {
	if x.start(r) {
		return
	}
	for i := r.i0; i < r.i1; i++ {
		clear(x.C[i*x.LdC+r.j0 : i*x.LdC+r.j1])
	}
}

// vector adds the rows of B, each times its element of the vector. Blocks of K
// are summed separately, since one long sum loses more than a sum of short ones.
func (x *Product) vector(j0, j1 int) {
	acc := x.start(rect{0, 1, j0, j1})
	if x.A.Col == 1 && x.K <= directK {
		y := x.C[j0:j1]
		if !acc {
			clear(y)
		}
		asm.GemvT(y, x.B.From(0, j0).Mem, x.B.Row, x.A.Mem[:x.K])
		return
	}
	x.vectorBlocks(j0, j1, acc)
}

func (x *Product) vectorBlocks(j0, j1 int, acc bool) {
	var vec, part [directK]float32
	for c := j0; c < j1; c += len(part) {
		y := x.C[c:min(j1, c+len(part))]
		if !acc {
			clear(y)
		}
		for p := 0; p < x.K; p += directK {
			n := min(directK, x.K-p)
			v := vec[:n]
			if x.A.Col == 1 {
				v = x.A.Mem[p : p+n]
			} else {
				for i := range v {
					v[i] = x.A.Mem[(p+i)*x.A.Col]
				}
			}
			b := x.B.From(p, c).Mem
			if p == 0 && !acc {
				asm.GemvT(y, b, x.B.Row, v)
				continue
			}
			sum := part[:len(y)]
			clear(sum)
			asm.GemvT(sum, b, x.B.Row, v)
			asm.Add(y, y, sum)
		}
	}
}

// dots takes the columns a few at a time, so that they stay in cache for all rows
// of A. If there is one row, they pass one after the other.
func (x *Product) dots(in Inner, j0, j1 int) {
	acc, rows := x.start(rect{0, x.M, j0, j1}), CutRows(x.M, asm.DotMR)
	if x.M == 1 {
		for p := 0; p < x.K; p += dotsK {
			asm.Gemv(x.C[j0:j1], x.B.From(p, j0).Mem, x.B.Col, x.A.Mem[p:min(x.K, p+dotsK)], acc || p > 0, in.Far)
		}
		return
	}
	for c := j0; c < j1; c += asm.DotNR {
		n := min(asm.DotNR, j1-c)
		for p := 0; p < x.K; p += dotsK {
			k := min(dotsK, x.K-p)
			for t := range rows.Tiles {
				i, m := rows.At(t)
				asm.GemmDot(&asm.DotTile{
					K: k, M: m, N: n, A: x.A.From(i, p).Mem, ARow: x.A.Row, B: x.B.From(p, c).Mem, BRow: x.B.Col,
					C: x.C[i*x.LdC+c:], CRow: x.LdC, Accumulate: acc || p > 0,
				})
			}
		}
	}
}

// tiles keeps rows of A in the level 1 cache while the columns pass by, or, if there
// are more than one tile has, some columns of B while the tiles pass by.
func (x *Product) tiles(block Size, j0, j1 int) {
	acc, rows, width := x.start(rect{0, x.M, j0, j1}), CutRows(x.M, asm.MR), j1-j0
	if rows.Tiles > 1 {
		width = block.N
	}
	run := x.tilesInPlace()
	for c := j0; c < j1; c += width {
		for p := 0; p < x.K; p += block.K {
			for t := range rows.Tiles {
				i, m := rows.At(t)
				x.tileRow(&run, &rect{i, i + m, c, min(j1, c+width)}, p, min(block.K, x.K-p), acc || p > 0)
			}
		}
	}
}

// inPlace computes rows [i0, i1). A tile's rows of A stay in the level 1 cache for
// all of B, and C is written along its rows.
func (x *Product) inPlace(in Inner, i0, i1 int) {
	all := rect{i0, i1, 0, x.N}
	acc, left := x.start(all), all
	if in.Wide && sumsOnce(i1-i0) {
		left.j0 = x.N / asm.NR * asm.NR
		x.inPlaceWide(in.Block.K, rect{i0, i1, 0, left.j0}, acc)
	}
	if left.j0 < x.N {
		run, rows := x.tilesInPlace(), CutRows(i1-i0, asm.MR)
		for t := range rows.Tiles {
			i, m := rows.At(t)
			left.i0, left.i1 = i0+i, i0+i+m
			for p := 0; p < x.K; p += in.Block.K {
				x.tileRow(&run, &left, p, min(in.Block.K, x.K-p), acc || p > 0)
			}
		}
	}
	x.finish(all)
}

// sumsOnce reports whether all tiles of so many rows have at least four: the kernels
// for fewer split each sum in two or four, those for more rows do not.
func sumsOnce(rows int) bool { return rows >= asm.MR-2 && rows != asm.MR+1 }

// inPlaceWide is inPlace for whole slivers of columns by the kernel for several of
// each operand: two at a time, and an odd one with the two before it.
func (x *Product) inPlaceWide(kc int, r rect, accumulate bool) {
	for c := r.j0; c < r.j1; {
		n, most := min(2*asm.NR, r.j1-c), 2*asm.MR
		if r.j1-c == 3*asm.NR {
			n, most = 3*asm.NR, asm.InPlaceRows48
		}
		x.inPlaceColumns(kc, rect{r.i0, r.i1, c, c + n}, most, accumulate)
		c += n
	}
}

// inPlaceColumns is inPlaceWide for as many columns as a tile has, in tiles of at most
// so many rows.
func (x *Product) inPlaceColumns(kc int, r rect, most int, accumulate bool) {
	t := asm.InPlaceTiles{N: r.j1 - r.j0, ARow: x.A.Row, ACol: x.A.Col, BRow: x.B.Row, CRow: x.LdC}
	for p := 0; p < x.K; p += kc {
		t.K, t.B, t.Accumulate = min(kc, x.K-p), x.B.Mem[p*x.B.Row+r.j0:], accumulate || p > 0
		t.A, t.C = x.A.Mem[r.i0*x.A.Row+p*x.A.Col:], x.C[r.i0*x.LdC+r.j0:]
		MultiplyInPlace(t, r.i1-r.i0, most)
	}
}

// tilesInPlace is a row of tiles whose operands are read where they are. tileRow says
// which.
func (x *Product) tilesInPlace() asm.Tiles {
	return asm.Tiles{ARow: x.A.Row, ACol: x.A.Col, BTile: asm.NR, BRow: x.B.Row, CTile: asm.NR, CRow: x.LdC}
}

// tileRow adds k rows of B from p on to at most MR rows of C.
func (x *Product) tileRow(t *asm.Tiles, r *rect, p, k int, accumulate bool) {
	n := r.j1 - r.j0
	whole := n / asm.NR
	t.K, t.M, t.Accumulate = k, r.i1-r.i0, accumulate
	t.A = x.A.Mem[r.i0*x.A.Row+p*x.A.Col:]
	t.B = x.B.Mem[p*x.B.Row+r.j0*x.B.Col:]
	t.C = x.C[r.i0*x.LdC+r.j0:]
	if whole > 0 {
		t.Count, t.N = whole, asm.NR
		asm.GemmTiles(t)
	}
	if n %= asm.NR; n > 0 {
		t.Count, t.N, t.B, t.C = 1, n, t.B[whole*asm.NR:], t.C[whole*asm.NR:]
		asm.GemmTiles(t)
	}
}
