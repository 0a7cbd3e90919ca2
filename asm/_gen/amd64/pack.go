package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
)

// emitPack emits the kernels that lay operands out for GEMM.
func emitPack(g *gen) {
	g.packTranspose()
	g.packCopy(6)
	g.packCopy(16)
	g.packWhole(6)
	g.packWhole(16)
}

// packWhole emits the copy of whole rows of panels of some columns. It prefetches at a
// distance, and has no masked loads, as packCopy has: they take some processors four
// times as long. Rows of 16 columns are lines, which are used once. A line of rows of 6
// is used for several panels, and had better not push others out of the level 1 cache
// before.
func (g *gen) packWhole(width int) {
	g.kernel(fmt.Sprintf("packWhole%dAVX2", width), "func(panels int, dst *float32, ds int, src *float32, ld, k, distance int)",
		fmt.Sprintf("is\n\n\tfor range panels {\n\t\tfor p := range k { for j := range %d { dst[p*%d+j] = src[p*ld+j] } }\n"+
			"\t\tdst, src = dst[ds:], src[%d:]\n\t}\n\nfor panels and k not 0. It prefetches src[p*ld+distance].", width, width, width))
	panel, row := g.label("panel"), g.label("row")
	ld, distance := g.stride("ld"), g.stride("distance")
	g.Label(panel)
	dst, src, k := g.integer("dst"), g.integer("src"), g.integer("k")
	g.Label(row)
	ahead := operand.Mem{Base: src, Index: distance, Scale: 1}
	if width == 16 {
		g.PREFETCHT0(ahead)
		for v := range 2 {
			x := g.YMM()
			g.VMOVUPS(operand.Mem{Base: src, Disp: 32 * v}, x)
			g.VMOVUPS(x, operand.Mem{Base: dst, Disp: 32 * v})
		}
	} else {
		g.PREFETCHT1(ahead)
		four, two := g.XMM(), g.XMM()
		g.VMOVUPS(operand.Mem{Base: src}, four)
		g.VMOVSD(operand.Mem{Base: src, Disp: 16}, two)
		g.VMOVUPS(four, operand.Mem{Base: dst})
		g.VMOVSD(two, operand.Mem{Base: dst, Disp: 16})
	}
	g.ADDQ(ld, src)
	g.ADDQ(imm(4*width), dst)
	g.DECQ(k)
	g.JNZ(operand.LabelRef(row))
	g.ADDQ(g.stride("ds"), g.argument("dst"))
	g.ADDQ(imm(4*width), g.argument("src"))
	g.DECQ(g.argument("panels"))
	g.JNZ(operand.LabelRef(panel))
	g.end()
}

// packTranspose emits the transposition of up to eight rows. Missing rows are read
// as copies of the last and zeroed after the transposition. It prefetches the rows that
// are likely to come next.
func (g *gen) packTranspose() {
	for _, width := range []int{6, 16} {
		g.kernel(fmt.Sprintf("packTranspose8x%dAVX2", width), "func(dst, src *float32, ld, rows, k int)",
			fmt.Sprintf("is\n\n\tfor p := range k { for i := range %d { dst[p*%d+i] = src[i*ld+p] } }\n\n"+
				"for k a multiple of 8, with 0 for rows ≤ i. It stores %d columns.", min(8, width), width, min(8, width)))
		dst, ld, k := g.integer("dst"), g.stride("ld"), g.integer("k")
		row := []gp{g.integer("src")}
		left := g.integer("rows")
		mask := func() vec { // its argument is used up
			n := g.GP64()
			g.MOVQ(left, n)
			return g.tailMask(n)
		}()
		for range min(8, width) - 1 {
			p := g.GP64()
			g.DECQ(left)
			g.MOVQ(row[len(row)-1], p)
			stay := g.label("stay")
			g.JLE(operand.LabelRef(stay))
			g.ADDQ(ld, p)
			g.Label(stay)
			row = append(row, p)
		}
		ahead := func(p gp) operand.Mem { return operand.Mem{Base: p, Index: ld, Scale: 8} }
		if width == 6 {
			ld3 := g.multiple(ld, ld, 2)
			ahead = func(p gp) operand.Mem { return operand.Mem{Base: p, Index: ld3, Scale: 2} }
		}
		var columns [4]vec
		top, out := g.label("block"), g.label("out")
		g.Label(top)
		g.SUBQ(imm(8), k)
		g.JL(operand.LabelRef(out))
		for q := range 8 {
			if q%4 == 0 {
				columns = g.columns(row, 16*(q/4), min(8, width))
			}
			c := columns[q%4]
			g.VANDPS(mask, c, c)
			g.storeLanes(c, operand.Mem{Base: dst, Disp: 4 * width * q}, width, q == 7)
		}
		for _, p := range row {
			g.PREFETCHT1(ahead(p))
			g.ADDQ(imm(32), p)
		}
		g.ADDQ(imm(8*4*width), dst)
		g.JMP(operand.LabelRef(top))
		g.Label(out)
		g.end()
	}
}

// storeLanes stores eight lanes, or six. The next store overwrites the two lanes too
// many, so only the last has to be exact.
func (g *gen) storeLanes(v vec, at operand.Mem, width int, last bool) {
	if width >= 8 || !last {
		g.VMOVUPS(v, at)
		return
	}
	h := g.XMM()
	g.VMOVUPS(v.AsX(), at)
	g.VEXTRACTF128(operand.U8(1), v, h)
	g.VMOVLPS(h, at.Offset(16))
}

// columns gives four columns of n rows, at an offset of disp bytes. Rows 4 and up
// are loaded into the upper lanes directly: moving them there later, by VPERM2F128,
// takes some processors longer than everything else.
func (g *gen) columns(row []gp, disp, n int) [4]vec {
	var r [4]vec
	for i := range r {
		r[i] = g.YMM()
		g.VMOVUPS(operand.Mem{Base: row[i], Disp: disp}, r[i].AsX())
		if i+4 < n {
			g.VINSERTF128(operand.U8(1), operand.Mem{Base: row[i+4], Disp: disp}, r[i], r[i])
		}
	}
	pair := func(f func(a, b, out op), a, b vec) vec { v := g.YMM(); f(b, a, v); return v }
	low := func(a, b, out op) { g.VUNPCKLPS(a, b, out) }
	high := func(a, b, out op) { g.VUNPCKHPS(a, b, out) }
	low2 := func(a, b, out op) { g.VUNPCKLPD(a, b, out) }
	high2 := func(a, b, out op) { g.VUNPCKHPD(a, b, out) }
	t := [4]vec{pair(low, r[0], r[1]), pair(high, r[0], r[1]), pair(low, r[2], r[3]), pair(high, r[2], r[3])}
	return [4]vec{pair(low2, t[0], t[2]), pair(high2, t[0], t[2]), pair(low2, t[1], t[3]), pair(high2, t[1], t[3])}
}

// packCopy emits the copy of k rows of up to width columns.
func (g *gen) packCopy(width int) {
	read := roundUp(width, 8)
	g.kernel(fmt.Sprintf("packCopy%dAVX2", width), "func(dst, src *float32, ld, cols, whole, k int)",
		fmt.Sprintf("is\n\n\tfor p := range k { for j := range cols { dst[p*%d+j] = src[p*ld+j] } }\n\n"+
			"with 0 for cols ≤ j < %d. cols and k are not 0. It reads %d of the first whole rows,\nwhich are not all.",
			width, width, read))
	dst, src, ld, k := g.integer("dst"), g.integer("src"), g.stride("ld"), g.integer("k")
	// One mask for each vector of the row: min(8, max(0, cols − 8v)) lanes.
	var masks []vec
	for v := range read / 8 {
		n, limit := g.integer("cols"), g.GP64()
		g.SUBQ(imm(8*v), n)
		g.XORQ(limit, limit)
		g.CMPQ(n, limit)
		g.CMOVQLT(limit, n)
		g.MOVQ(imm(8), limit)
		g.CMPQ(n, limit)
		g.CMOVQGT(limit, n)
		masks = append(masks, g.tailMask(n))
	}
	row := func(masked, last bool) {
		for v, mask := range masks {
			x, at := g.YMM(), operand.Mem{Base: src, Disp: 32 * v}
			if masked {
				g.VMASKMOVPS(at, mask, x)
			} else {
				g.VANDPS(at, mask, x)
			}
			g.storeLanes(x, operand.Mem{Base: dst, Disp: 32 * v}, width, last)
		}
		g.ADDQ(ld, src)
		g.ADDQ(imm(4*width), dst)
	}
	rows := func(n gp, masked bool) {
		top, out := g.label("row"), g.label("out")
		g.TESTQ(n, n)
		g.JZ(operand.LabelRef(out))
		g.Label(top)
		row(masked, false)
		g.DECQ(n)
		g.JNZ(operand.LabelRef(top))
		g.Label(out)
	}
	whole := g.integer("whole")
	g.SUBQ(whole, k)
	g.DECQ(k)
	rows(whole, false)
	rows(k, true)
	row(true, true)
	g.end()
}

func roundUp(a, b int) int { return (a + b - 1) / b * b }
