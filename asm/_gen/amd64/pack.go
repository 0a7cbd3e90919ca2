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
	g.packWhole()
}

// packWhole emits the copy of whole rows of a panel of 16 columns, which are
// cache lines: it asks for those that are ahead numbers on, and does without the
// masked loads of packCopy, which take some processors four times as long.
func (g *gen) packWhole() {
	g.kernel("packWhole16AVX2", "func(dst, src *float32, ld, k, ahead int)",
		"is\n\n\tfor p := range k { for j := range 16 { dst[p*16+j] = src[p*ld+j] } }\n\nfor k not 0. It prefetches src[p*ld+ahead].")
	dst, src, ld, k := g.integer("dst"), g.integer("src"), g.stride("ld"), g.integer("k")
	ahead := g.stride("ahead")
	top := g.label("row")
	g.Label(top)
	g.PREFETCHT0(operand.Mem{Base: src, Index: ahead, Scale: 1})
	for v := range 2 {
		x := g.YMM()
		g.VMOVUPS(operand.Mem{Base: src, Disp: 32 * v}, x)
		g.VMOVUPS(x, operand.Mem{Base: dst, Disp: 32 * v})
	}
	g.ADDQ(ld, src)
	g.ADDQ(imm(64), dst)
	g.DECQ(k)
	g.JNZ(operand.LabelRef(top))
	g.end()
}

// packTranspose emits the transposition of up to eight rows. Missing rows are
// read as copies of the last and blanked after the transposition.
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
		for range 7 {
			p := g.GP64()
			g.DECQ(left)
			g.MOVQ(row[len(row)-1], p)
			stay := g.label("stay")
			g.JLE(operand.LabelRef(stay))
			g.ADDQ(ld, p)
			g.Label(stay)
			row = append(row, p)
		}
		top, out := g.label("block"), g.label("out")
		g.Label(top)
		g.SUBQ(imm(8), k)
		g.JL(operand.LabelRef(out))
		var v [8]vec
		for i := range v {
			v[i] = g.YMM()
			g.VMOVUPS(operand.Mem{Base: row[i]}, v[i])
		}
		for i, p := range row {
			_ = i
			g.ADDQ(imm(32), p)
		}
		for q, c := range g.transpose(v) {
			g.VANDPS(mask, c, c)
			at := operand.Mem{Base: dst, Disp: 4 * width * q}
			g.storeLanes(c, at, width, q == 7)
		}
		g.ADDQ(imm(8*4*width), dst)
		g.JMP(operand.LabelRef(top))
		g.Label(out)
		g.end()
	}
}

// storeLanes stores eight lanes, or six. The two too many are written over by
// the next store, so only the last has to be exact.
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

// transpose gives the columns of an 8×8 block.
func (g *gen) transpose(r [8]vec) [8]vec {
	pair := func(f func(a, b, out op), a, b vec) vec { v := g.YMM(); f(b, a, v); return v }
	low := func(a, b, out op) { g.VUNPCKLPS(a, b, out) }
	high := func(a, b, out op) { g.VUNPCKHPS(a, b, out) }
	var t [8]vec
	for i := 0; i < 8; i += 2 {
		t[i], t[i+1] = pair(low, r[i], r[i+1]), pair(high, r[i], r[i+1])
	}
	low2 := func(a, b, out op) { g.VUNPCKLPD(a, b, out) }
	high2 := func(a, b, out op) { g.VUNPCKHPD(a, b, out) }
	var s [8]vec
	for i := 0; i < 8; i += 4 {
		s[i], s[i+1] = pair(low2, t[i], t[i+2]), pair(high2, t[i], t[i+2])
		s[i+2], s[i+3] = pair(low2, t[i+1], t[i+3]), pair(high2, t[i+1], t[i+3])
	}
	var c [8]vec
	for i := range 4 {
		c[i], c[i+4] = g.YMM(), g.YMM()
		g.VPERM2F128(operand.U8(0x20), s[i+4], s[i], c[i])
		g.VPERM2F128(operand.U8(0x31), s[i+4], s[i], c[i+4])
	}
	return c
}

// packCopy emits the copy of k rows of up to width columns.
func (g *gen) packCopy(width int) {
	g.kernel(fmt.Sprintf("packCopy%dAVX2", width), "func(dst, src *float32, ld, cols, k int)",
		fmt.Sprintf("is\n\n\tfor p := range k { for j := range cols { dst[p*%d+j] = src[p*ld+j] } }\n\n"+
			"with 0 for cols ≤ j < %d. cols and k are not 0.", width, width))
	dst, src, ld, k := g.integer("dst"), g.integer("src"), g.stride("ld"), g.integer("k")
	// One mask for each vector of the row: min(8, max(0, cols − 8v)) lanes.
	var masks []vec
	for v := range (width + 7) / 8 {
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
	row := func(last bool) {
		for v, mask := range masks {
			x := g.YMM()
			g.VMASKMOVPS(operand.Mem{Base: src, Disp: 32 * v}, mask, x)
			g.storeLanes(x, operand.Mem{Base: dst, Disp: 32 * v}, width, last)
		}
	}
	top, out := g.label("row"), g.label("out")
	g.DECQ(k)
	g.JZ(operand.LabelRef(out))
	g.Label(top)
	row(false)
	g.ADDQ(ld, src)
	g.ADDQ(imm(4*width), dst)
	g.DECQ(k)
	g.JNZ(operand.LabelRef(top))
	g.Label(out)
	row(true)
	g.end()
}
