package gemm

import "github.com/org/artnn/asm"

// direct computes columns [j0, j1) without packing both operands.
func (j *job) direct(in Inner, j0, j1 int) {
	all := rect{0, j.M, j0, j1}
	switch in.Method {
	case Empty:
		j.empty(all)
	case Vector:
		j.vector(j0, j1)
	case Dots:
		j.dots(in, j0, j1)
	case Tiles:
		j.tiles(in.Block, j0, j1)
	case Transposed:
		j.transposed(in.Block, j0, j1)
		return // which finishes part by part
	case InPlace:
		j.inPlace(0, j.M, in.Block.K)
		return
	}
	j.finish(all)
}

// empty is the product over no K.
func (j *job) empty(r rect) {
	if j.start(r) {
		return
	}
	for i := r.i0; i < r.i1; i++ {
		clear(j.C[i*j.LdC+r.j0 : i*j.LdC+r.j1])
	}
}

// vector adds the rows of B, each times its element of the vector. Blocks of K
// are summed separately, since one long sum loses more than a sum of short ones.
func (j *job) vector(j0, j1 int) {
	acc := j.start(rect{0, 1, j0, j1})
	if j.A.Col == 1 && j.K <= directK {
		y := j.C[j0:j1]
		if !acc {
			clear(y)
		}
		asm.GemvT(y, j.B.From(0, j0).Mem, j.B.Row, j.A.Mem[:j.K])
		return
	}
	j.vectorBlocks(j0, j1, acc)
}

func (j *job) vectorBlocks(j0, j1 int, acc bool) {
	var x, part [directK]float32
	for c := j0; c < j1; c += len(part) {
		y := j.C[c:min(j1, c+len(part))]
		if !acc {
			clear(y)
		}
		for p := 0; p < j.K; p += directK {
			n := min(directK, j.K-p)
			v := x[:n]
			if j.A.Col == 1 {
				v = j.A.Mem[p : p+n]
			} else {
				for i := range v {
					v[i] = j.A.Mem[(p+i)*j.A.Col]
				}
			}
			b := j.B.From(p, c).Mem
			if p == 0 && !acc {
				asm.GemvT(y, b, j.B.Row, v)
				continue
			}
			sum := part[:len(y)]
			clear(sum)
			asm.GemvT(sum, b, j.B.Row, v)
			asm.Add(y, y, sum)
		}
	}
}

// dots takes the columns a few at a time, so that they stay in cache for all rows
// of A. If there is one row, they pass one after the other.
func (j *job) dots(in Inner, j0, j1 int) {
	acc, rows := j.start(rect{0, j.M, j0, j1}), CutRows(j.M, asm.DotMR)
	if j.M == 1 {
		for p := 0; p < j.K; p += dotsK {
			asm.Gemv(j.C[j0:j1], j.B.From(p, j0).Mem, j.B.Col, j.A.Mem[p:min(j.K, p+dotsK)], acc || p > 0, in.Far)
		}
		return
	}
	for c := j0; c < j1; c += asm.DotNR {
		n := min(asm.DotNR, j1-c)
		for p := 0; p < j.K; p += dotsK {
			k := min(dotsK, j.K-p)
			for t := range rows.Tiles {
				i, m := rows.At(t)
				asm.GemmDot(&asm.DotTile{
					K: k, M: m, N: n, A: j.A.From(i, p).Mem, ARow: j.A.Row, B: j.B.From(p, c).Mem, BRow: j.B.Col,
					C: j.C[i*j.LdC+c:], CRow: j.LdC, Accumulate: acc || p > 0,
				})
			}
		}
	}
}

// tiles keeps rows of A in the level 1 cache while the columns pass by, or, if there
// are more than one tile has, some columns of B while the tiles pass by.
func (j *job) tiles(block Size, j0, j1 int) {
	acc, rows, width := j.start(rect{0, j.M, j0, j1}), CutRows(j.M, asm.MR), j1-j0
	if rows.Tiles > 1 {
		width = block.N
	}
	for c := j0; c < j1; c += width {
		for p := 0; p < j.K; p += block.K {
			for t := range rows.Tiles {
				i, m := rows.At(t)
				j.tileRow(rect{i, i + m, c, min(j1, c+width)}, p, min(block.K, j.K-p), acc || p > 0)
			}
		}
	}
}

// inPlace computes rows [i0, i1). A tile's rows of A stay in the level 1 cache for
// all of B, and C is written along its rows.
func (j *job) inPlace(i0, i1, kc int) {
	all := rect{i0, i1, 0, j.N}
	acc, rows := j.start(all), CutRows(i1-i0, asm.MR)
	for t := range rows.Tiles {
		i, m := rows.At(t)
		for p := 0; p < j.K; p += kc {
			j.tileRow(rect{i0 + i, i0 + i + m, 0, j.N}, p, min(kc, j.K-p), acc || p > 0)
		}
	}
	j.finish(all)
}

// tileRow adds k rows of B from p on, whose numbers are read where they are, to at
// most MR rows of C.
func (j *job) tileRow(r rect, p, k int, accumulate bool) {
	m, n := r.i1-r.i0, r.j1-r.j0
	whole := n / asm.NR * asm.NR
	a, b, c := j.A.From(r.i0, p).Mem, j.B.From(p, r.j0).Mem, j.C[r.i0*j.LdC+r.j0:]
	t := asm.Tiles{
		Count: whole / asm.NR, K: k, M: m, N: asm.NR, A: a, ARow: j.A.Row, ACol: j.A.Col,
		B: b, BTile: asm.NR, BRow: j.B.Row, C: c, CTile: asm.NR, CRow: j.LdC, Accumulate: accumulate,
	}
	asm.GemmTiles(&t)
	if n := n - whole; n > 0 {
		t.Count, t.N, t.B, t.C = 1, n, b[whole:], c[whole:]
		asm.GemmTiles(&t)
	}
}
