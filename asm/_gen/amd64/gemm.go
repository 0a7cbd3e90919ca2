package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
)

// tile describes one GEMM micro-kernel.
type tile struct {
	rows   int
	vecs   int  // vectors of eight columns
	masked bool // the last vector has n − 8·(vecs−1) columns
	fetch  bool // it prefetches what is needed next
}

func (t tile) name() string {
	s := fmt.Sprintf("gemm%dx%d", t.rows, 8*t.vecs)
	if t.masked {
		s += "Mask"
	}
	if t.fetch {
		s += "Prefetch"
	}
	return s + "AVX2"
}

// sets is how many sums each element of the tile is split into, so that enough
// additions are in flight to hide their latency (eight or more).
func (t tile) sets() int {
	switch acc := t.rows * t.vecs; {
	case acc >= 7:
		return 1
	case acc >= 3:
		return 2
	}
	return 4
}

func (t tile) signature() string {
	if t.masked {
		return "func(k int, a *float32, ars, acs int, b *float32, ldb int, c *float32, ldc, n, whole int, accumulate bool)"
	}
	fetch := ""
	if t.fetch {
		fetch = "next *float32, ns int, offsets *int32, os int, "
	}
	return "func(tiles, k int, a *float32, as, ars, acs int, b *float32, bs, ldb int, c *float32, cs, ldc int, " + fetch + "accumulate bool)"
}

func (t tile) doc() string {
	if t.masked {
		return fmt.Sprintf("is gemm%dx16AVX2 for one tile of n columns, %d < n ≤ %d. It reads %d of the first whole\nrows of b.",
			t.rows, 8*t.vecs-8, 8*t.vecs, 8*t.vecs)
	}
	if t.fetch {
		return fmt.Sprintf("is gemm%dx16AVX2 that prefetches the lines offsets[i] bytes after next,\n"+
			"i < k/4·2, in each tile; next and offsets move on by ns and os from tile to tile.", t.rows)
	}
	return fmt.Sprintf("is\n\n\tfor range tiles {\n\t\tfor i := range %d { for j := range 16 { for p := range k {\n"+
		"\t\t\tc[i*ldc+j] += a[i*ars+p*acs] * b[p*ldb+j]\n\t\t} } }\n\t\ta, b, c = a[as:], b[bs:], c[cs:]\n\t}\n\n"+
		"or c[i*ldc+j] = that sum if accumulate is not set. tiles is not 0.", t.rows)
}

// unrollK is how many products of each element an iteration adds.
const unrollK = 4

// lines is how many cache lines an iteration prefetches if asked to.
const lines = unrollK / 2

// emitGemm emits the tiles 1…6 × {16, 16 with prefetches, up to 16, up to 8}.
func emitGemm(g *gen) {
	for rows := 6; rows > 0; rows-- {
		g.tile(tile{rows: rows, vecs: 2})
		g.tile(tile{rows: rows, vecs: 2, fetch: true})
		g.tile(tile{rows: rows, vecs: 2, masked: true})
		g.tile(tile{rows: rows, vecs: 1, masked: true})
	}
}

// micro holds the registers of a micro-kernel.
type micro struct {
	tile
	g        *gen
	acc      [][]vec // by set, then row·vecs + vector
	a, b     gp      // at the current p
	ars, acs gp
	ars3     gp // 3·ars and 5·ars, which addresses cannot scale to
	ars5     gp
	ldb      gp
	ldb3     gp // 3·ldb
	next     gp // what to prefetch: offsets from it
	offsets  gp
	mask     vec
	av       vec
	bv       []vec
}

func (g *gen) tile(t tile) {
	g.kernel(t.name(), t.signature(), t.doc())

	m := &micro{tile: t, g: g}
	again := g.label("tile")
	if !t.masked {
		g.Label(again)
	}
	m.a, m.b = g.integer("a"), g.integer("b")
	m.ars, m.acs, m.ldb = g.stride("ars"), g.stride("acs"), g.stride("ldb")
	m.ldb3 = g.multiple(m.ldb, m.ldb, 2)
	if t.rows > 3 {
		m.ars3 = g.multiple(m.ars, m.ars, 2)
	}
	if t.rows > 5 {
		m.ars5 = g.multiple(m.ars, m.ars, 4)
	}
	if t.masked {
		n := g.integer("n")
		if t.vecs > 1 {
			g.SUBQ(imm(8*(t.vecs-1)), n)
		}
		m.mask = g.tailMask(n)
	}
	if t.fetch {
		m.next, m.offsets = g.integer("next"), g.integer("offsets")
	}
	m.prefetch()
	m.product()
	m.finish()
	if !t.masked {
		for _, name := range []string{"a", "b", "c"} {
			g.ADDQ(g.stride(name+"s"), g.argument(name))
		}
		if t.fetch {
			g.ADDQ(g.stride("ns"), g.argument("next"))
			g.ADDQ(g.stride("os"), g.argument("offsets"))
		}
		g.DECQ(g.argument("tiles"))
		g.JNZ(operand.LabelRef(again))
	}
	g.end()
}

// prefetch prefetches the rows of c, which are needed last.
func (m *micro) prefetch() {
	if m.rows < 6 || m.vecs < 2 {
		return
	}
	c, ldc := m.g.integer("c"), m.g.stride("ldc")
	for i := range m.rows {
		m.g.PREFETCHT0(operand.Mem{Base: c})
		m.g.PREFETCHT0(operand.Mem{Base: c, Disp: 60})
		if i < m.rows-1 {
			m.g.ADDQ(ldc, c)
		}
	}
}

// product computes the sums over k.
func (m *micro) product() {
	g := m.g
	m.acc = make([][]vec, m.sets())
	for s := range m.acc {
		for range m.rows * m.vecs {
			m.acc[s] = append(m.acc[s], g.zero())
		}
	}
	m.av = g.YMM()
	for range m.vecs {
		m.bv = append(m.bv, g.YMM())
	}
	k := g.integer("k")
	main, single, tail, out := g.label("main"), g.label("single"), g.label("tail"), g.label("out")
	var rest gp
	if m.masked {
		whole := g.integer("whole")
		rest = k
		g.SUBQ(whole, rest)
		k = whole
	}
	g.SUBQ(imm(unrollK), k)
	g.JL(operand.LabelRef(tail))
	g.Label(main)
	for u := range unrollK {
		m.step(u, m.acc[u%len(m.acc)], false)
		if m.tile.fetch && u%2 == 1 {
			m.prefetchLine(u / 2)
		}
	}
	if m.tile.fetch {
		g.ADDQ(imm(4*lines), m.offsets)
	}
	m.nextRows(unrollK)
	g.SUBQ(imm(unrollK), k)
	g.JGE(operand.LabelRef(main))
	g.Label(tail)
	g.ADDQ(imm(unrollK), k)
	g.JZ(operand.LabelRef(out))
	g.Label(single)
	m.step(0, m.acc[0], false)
	m.nextRows(1)
	g.DECQ(k)
	g.JNZ(operand.LabelRef(single))
	g.Label(out)
	if m.masked {
		m.masks(rest)
	}
	for n := len(m.acc); n > 1; n /= 2 {
		for s := range n / 2 {
			for i := range m.acc[s] {
				g.VADDPS(m.acc[s+n/2][i], m.acc[s][i], m.acc[s][i])
			}
		}
	}
}

// prefetchLine prefetches line i of an iteration. Bursts would fill the line-fill buffers, and
// the loads of the product would wait for them.
func (m *micro) prefetchLine(i int) {
	offset := m.g.GP64()
	m.g.MOVLQSX(operand.Mem{Base: m.offsets, Disp: 4 * i}, offset)
	m.g.PREFETCHT1(operand.Mem{Base: m.next, Index: offset, Scale: 1})
}

// masks adds the last products, whose rows of b may end at the end of a page. Masked
// loads take some processors ten times as long as whole ones.
func (m *micro) masks(rest gp) {
	g := m.g
	masked, out := g.label("masked"), g.label("out")
	g.TESTQ(rest, rest)
	g.JZ(operand.LabelRef(out))
	g.Label(masked)
	m.step(0, m.acc[0], true)
	m.nextRows(1)
	g.DECQ(rest)
	g.JNZ(operand.LabelRef(masked))
	g.Label(out)
}

// step adds the products of the p that is u steps after the pointer to b. It has few
// additions of addresses: they compete with the products for ports.
func (m *micro) step(u int, acc []vec, masked bool) {
	g := m.g
	for v := range m.vecs {
		at := m.row(u).Offset(32 * v)
		if masked && v == m.vecs-1 {
			g.VMASKMOVPS(at, m.mask, m.bv[v])
		} else {
			g.VMOVUPS(at, m.bv[v])
		}
	}
	for i := range m.rows {
		g.VBROADCASTSS(m.element(i), m.av)
		for v := range m.vecs {
			g.VFMADD231PS(m.bv[v], m.av, acc[i*m.vecs+v])
		}
	}
	g.ADDQ(m.acs, m.a)
}

// row is row u of b after the current one.
func (m *micro) row(u int) operand.Mem {
	switch {
	case u == 3:
		return operand.Mem{Base: m.b, Index: m.ldb3, Scale: 1}
	case u > 0:
		return operand.Mem{Base: m.b, Index: m.ldb, Scale: uint8(u)}
	}
	return operand.Mem{Base: m.b}
}

// element is row i of a at the current p.
func (m *micro) element(i int) operand.Mem {
	switch {
	case i == 3:
		return operand.Mem{Base: m.a, Index: m.ars3, Scale: 1}
	case i == 5:
		return operand.Mem{Base: m.a, Index: m.ars5, Scale: 1}
	case i > 0:
		return operand.Mem{Base: m.a, Index: m.ars, Scale: uint8(i)}
	}
	return operand.Mem{Base: m.a}
}

// nextRows moves b on.
func (m *micro) nextRows(n uint8) {
	m.g.LEAQ(operand.Mem{Base: m.b, Index: m.ldb, Scale: n}, m.b)
}

// finish adds c if asked to and stores the tile.
func (m *micro) finish() {
	g := m.g
	acc, ldc := m.acc[0], g.stride("ldc")
	each := func(f func(at operand.Mem, v vec, masked bool)) {
		c := g.integer("c")
		for i := range m.rows {
			for v := range m.vecs {
				f(operand.Mem{Base: c, Disp: 32 * v}, acc[i*m.vecs+v], m.masked && v == m.vecs-1)
			}
			if i < m.rows-1 {
				g.ADDQ(ldc, c)
			}
		}
	}
	store := g.label("store")
	accumulate := g.Load(g.Param("accumulate"), g.GP8()).(gp)
	g.TESTB(accumulate, accumulate)
	g.JZ(operand.LabelRef(store))
	each(func(at operand.Mem, v vec, masked bool) {
		if masked {
			g.VMASKMOVPS(at, m.mask, m.av)
			g.VADDPS(m.av, v, v)
		} else {
			g.VADDPS(at, v, v)
		}
	})
	g.Label(store)
	each(func(at operand.Mem, v vec, masked bool) {
		if masked {
			g.VMASKMOVPS(v, m.mask, at)
		} else {
			g.VMOVUPS(v, at)
		}
	})
}
