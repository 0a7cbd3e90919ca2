//go:build !purego

package asm

func lstmCell(h, c, gates, cPrev []float32) {
	if useAVX2 {
		lstmCellAVX2(h, c, gates, cPrev)
		return
	}
	lstmCellGeneric(h, c, gates, cPrev)
}

func lstmCellGrad(dgates, dcPrev, gates, c, cPrev, dh, dc []float32) {
	if useAVX2 {
		lstmCellGradAVX2(dgates, dcPrev, gates, c, cPrev, dh, dc)
		return
	}
	lstmCellGradGeneric(dgates, dcPrev, gates, c, cPrev, dh, dc)
}
