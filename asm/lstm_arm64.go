//go:build !purego

package asm

func lstmCell(h, c, gates, cPrev []float32) {
	if useNEON {
		lstmCellNEON(h, c, gates, cPrev)
		return
	}
	lstmCellGeneric(h, c, gates, cPrev)
}

func lstmCellGrad(dgates, dcPrev, gates, c, cPrev, dh, dc []float32) {
	if useNEON {
		lstmCellGradNEON(dgates, dcPrev, gates, c, cPrev, dh, dc)
		return
	}
	lstmCellGradGeneric(dgates, dcPrev, gates, c, cPrev, dh, dc)
}

// lstmCellNEON is lstmCellGeneric.
//
//go:noescape
func lstmCellNEON(h, c, gates, cPrev []float32)

// lstmCellGradNEON is lstmCellGradGeneric.
//
//go:noescape
func lstmCellGradNEON(dgates, dcPrev, gates, c, cPrev, dh, dc []float32)
