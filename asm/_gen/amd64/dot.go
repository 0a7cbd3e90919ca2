package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
)

const (
	dotRows = 3
	dotCols = 4
)

// emitDot emits the tiles of GemmDot.
func emitDot(g *gen) {
	for m := dotRows; m > 0; m-- {
		for n := dotCols; n > 0; n-- {
			g.dotTile(m, n)
		}
	}
	cached := func(at op) { g.PREFETCHT0(at) }
	g.gemv("gemvNearAVX2", "It prefetches a.", 512, cached)
	g.gemv("gemvFarAVX2", "It prefetches a from memory.", 2048, cached)
	g.gemv("gemvPassingAVX2", "It keeps a out of the last-level cache.", 512, func(at op) { g.PREFETCHNTA(at) })
}

// gemv emits tiles of four rows of a, for one x. It reads row after row, so that
// the hardware prefetcher sees one stream. distance is the bytes from a load to what
// is prefetched. The passing kernel prefetches with a non-temporal hint, because no
// cache holds a: what else a step reads stays in the last-level cache.
func (g *gen) gemv(name, what string, distance int, prefetch func(op)) {
	g.kernel(name, "func(tiles, k int, x, a *float32, lda int, y *float32, accumulate bool)",
		"is, for tiles ≥ 1,\n\n\tfor i := range 4 * tiles { for p := range k {\n"+
			"\t\ty[i] += a[i*lda+p] * x[p]\n\t} }\n\nor y[i] = that sum if accumulate is not set. "+what)
	const (
		sets = 4  // sums, to hide the latency of additions
		line = 64 // bytes in a cache line
	)
	tiles, x, row, lda, y := g.integer("tiles"), g.integer("x"), g.integer("a"), g.stride("lda"), g.integer("y")
	accumulate := g.Load(g.Param("accumulate"), g.GP8()).(gp)
	top, store := g.label("tile"), g.label("store")
	g.Label(top)
	var sums []vec
	for range dotCols {
		acc := g.accumulators(sets, g.f32(0))
		g.sweep(g.integer("k"), sets, func(l lanes) {
			if l.disp%line == 0 && l.mask == nil {
				at := l.at(row)
				at.Disp += distance
				prefetch(at)
			}
			g.VFMADD231PS(l.load(row), l.load(x), acc[l.disp/32])
		})
		for w := sets / 2; w > 0; w /= 2 {
			for i := range w {
				g.VADDPS(acc[i+w], acc[i], acc[i])
			}
		}
		sums = append(sums, acc[0])
		g.ADDQ(lda, row)
	}
	sum := g.foldRow(sums, nil)
	g.TESTB(accumulate, accumulate)
	g.JZ(operand.LabelRef(store))
	g.VADDPS(operand.Mem{Base: y}, sum, sum)
	g.Label(store)
	g.VMOVUPS(sum, operand.Mem{Base: y})
	g.ADDQ(imm(4*dotCols), y)
	g.DECQ(tiles)
	g.JNZ(operand.LabelRef(top))
	g.end()
}

// dotTile emits m·n dot products at once: each vector of b serves m rows of a.
func (g *gen) dotTile(m, n int) {
	g.kernel(fmt.Sprintf("gemmDot%dx%dAVX2", m, n),
		"func(k int, a *float32, lda int, b *float32, ldb int, c *float32, ldc int, accumulate bool)",
		fmt.Sprintf("is\n\n\tfor i := range %d { for j := range %d { for p := range k {\n"+
			"\t\tc[i*ldc+j] += a[i*lda+p] * b[j*ldb+p]\n\t} } }\n\n"+
			"or c[i*ldc+j] = that sum if accumulate is not set.", m, n))
	a := g.rows(g.integer("a"), g.stride("lda"), m)
	b := g.rows(g.integer("b"), g.stride("ldb"), n)
	sets := max(1, min(4, 12/(m*n)))
	if sets == 3 {
		sets = 2
	}
	acc := make([][]vec, sets)
	for s := range acc {
		acc[s] = g.accumulators(m*n, g.f32(0))
	}
	g.sweep(g.integer("k"), sets, func(l lanes) {
		sums := acc[l.disp/32]
		var av []vec
		if l.mask == nil {
			for i := range m {
				av = append(av, l.load(a[i]))
			}
		}
		for j := range n {
			bv := l.load(b[j])
			for i := range m {
				if l.mask == nil {
					g.VFMADD231PS(bv, av[i], sums[i*n+j])
				} else { // the mask leaves no registers to keep a in
					g.VFMADD231PS(bv, l.load(a[i]), sums[i*n+j])
				}
			}
		}
	})
	for w := sets; w > 1; w /= 2 {
		for s := range w / 2 {
			for i := range acc[s] {
				g.VADDPS(acc[s+w/2][i], acc[s][i], acc[s][i])
			}
		}
	}
	row, zero := g.rowStore(n, "c"), g.zero()
	for i := range m {
		row.store(g.foldRow(acc[0][i*n:][:n], zero))
	}
	g.end()
}

// rows gives pointers to n rows at a stride in bytes.
func (g *gen) rows(base, stride gp, n int) []gp {
	p := []gp{base}
	for len(p) < n {
		p = append(p, g.multiple(p[len(p)-1], stride, 1))
	}
	return p
}

// rowStore stores rows of up to four numbers, one after the other, or adds them
// to what is there.
type rowStore struct {
	g                      *gen
	n                      int
	at, stride, accumulate gp
	mask                   vec // of n lanes, if n < 4
}

// rowStore is that for rows of n at a parameter dst, with its stride.
func (g *gen) rowStore(n int, dst string) *rowStore {
	s := &rowStore{g: g, n: n, at: g.integer(dst), stride: g.stride("ld" + dst)}
	s.accumulate = g.Load(g.Param("accumulate"), g.GP8()).(gp)
	if n < dotCols {
		count := g.GP64()
		g.MOVQ(imm(n), count)
		s.mask = g.tailMask(count).AsX().(vec)
	}
	return s
}

// load reads a row.
func (s *rowStore) load(at op) vec {
	v := s.g.XMM()
	if s.mask == nil {
		s.g.VMOVUPS(at, v)
	} else {
		s.g.VMASKMOVPS(at, s.mask, v)
	}
	return v
}

// store stores or adds a row and moves on to the next.
func (s *rowStore) store(row vec) {
	g, at, store := s.g, operand.Mem{Base: s.at}, s.g.label("store")
	g.TESTB(s.accumulate, s.accumulate)
	g.JZ(operand.LabelRef(store))
	g.VADDPS(s.load(at), row, row)
	g.Label(store)
	if s.mask == nil {
		g.VMOVUPS(row, at)
	} else {
		g.VMASKMOVPS(row, s.mask, at)
	}
	g.ADDQ(s.stride, s.at)
}

// foldRow is the sums of the lanes of up to four vectors, in one.
func (g *gen) foldRow(sums []vec, zero vec) vec {
	var col [dotCols]vec
	for j := range col {
		col[j] = zero
		if j < len(sums) {
			col[j] = sums[j]
		}
	}
	low, high := g.YMM(), g.YMM()
	g.VHADDPS(col[1], col[0], low)
	g.VHADDPS(col[3], col[2], high)
	g.VHADDPS(high, low, low)
	half, row := g.XMM(), g.XMM()
	g.VEXTRACTF128(operand.U8(1), low, half)
	g.VADDPS(half, low.AsX(), row)
	return row
}
