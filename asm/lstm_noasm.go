//go:build (!amd64 && !arm64) || purego

package asm

func lstmCell(h, c, gates, cPrev []float32) {
	lstmCellGeneric(h, c, gates, cPrev)
}

func lstmCellGrad(dgates, dcPrev, gates, c, cPrev, dh, dc []float32) {
	lstmCellGradGeneric(dgates, dcPrev, gates, c, cPrev, dh, dc)
}
