package main

import "github.com/org/artnn/asm/_gen/table"

// philoxFile writes the mask of Philox's words. A vector has a word of four blocks; a
// group of 32 numbers is two such, of eight words.
//
//	R0 … R2    groups, keys, dst
//	R3, R4     counter, that of a lane
//	V0 … V7    words of both halves of a group
//	V16 … V19  products
//	V20, V21   the multipliers
//	V22, V23   keys of a round
//	V24, V25   below, scale
func philoxFile() *program {
	const rounds, mul0, mul1 = 10, 0xD2511F53, 0xCD9E8D57
	p := newProgram("philox", "")
	at := p.kernel("philoxMaskNEON", table.PhiloxMaskKernel, table.PhiloxMaskDoc)
	for i, name := range []string{"groups", "keys", "dst", "counter"} {
		p.op("MOVD %s, R%d", at[name], i)
	}
	p.op("MOVWU %s, R5", at["below"])
	p.op("VDUP R5, V24.S4")
	p.op("MOVWU %s, R5", at["scale"])
	p.op("VDUP R5, V25.S4")
	for i, mul := range []uint32{mul0, mul1} {
		p.op("MOVD $0x%X, R5", mul)
		p.op("VDUP R5, V%d.S4", 20+i)
	}
	group := p.label("group")
	p.at(group)
	for half := range 2 {
		c := 4 * half
		for lane := range 4 { // of a counter of 64 bits, the two halves are the first two words
			p.op("VMOV R3, V%d.D[%d]", 16+lane/2, lane%2)
			p.op("ADD $1, R3")
		}
		p.v("uzp1", c, 16, 17)
		p.v("uzp2", c+1, 16, 17)
		p.v("eor", c+2, c+2, c+2)
		p.v("eor", c+3, c+3, c+3)
	}
	for r := range rounds {
		for i := range 2 {
			p.op("MOVWU %d(R1), R5", 8*r+4*i)
			p.op("VDUP R5, V%d.S4", 22+i)
		}
		for half := range 2 {
			c := 4 * half
			p.v("umull", 16, c, 20)
			p.v("umull2", 17, c, 20)
			p.v("umull", 18, c+2, 21)
			p.v("umull2", 19, c+2, 21)
			// c0 = high(q) ^ c1 ^ k0, c2 = high(p) ^ c3 ^ k1
			p.v("uzp2", c, 18, 19)
			p.v("eor", c, c, c+1)
			p.v("eor", c, c, 22)
			p.v("uzp2", c+2, 16, 17)
			p.v("eor", c+2, c+2, c+3)
			p.v("eor", c+2, c+2, 23)
			p.v("uzp1", c+1, 18, 19)
			p.v("uzp1", c+3, 16, 17)
		}
	}
	for half := range 2 {
		c := 4 * half
		for w := range 4 {
			p.v("cmhi", c+w, 24, c+w)
			p.v("and", c+w, c+w, 25)
		}
		p.v("zip1", 16, c, c+1)
		p.v("zip2", 17, c, c+1)
		p.v("zip1", 18, c+2, c+3)
		p.v("zip2", 19, c+2, c+3)
		for i := range 2 {
			p.v("zip1.2d", 22, 16+i, 18+i)
			p.v("zip2.2d", 23, 16+i, 18+i)
			p.op("FMOVQ.P F22, 16(R2)")
			p.op("FMOVQ.P F23, 16(R2)")
		}
	}
	p.op("SUBS $1, R0")
	p.op("BNE %s", group)
	p.ret()
	return p
}
