//go:build (!amd64 && !arm64) || purego

package asm

func gemmInt8(k int, x []int16, ldx int, scaleX []float32, w []int8, ldw int, scale, y []float32, ldy, m, n int, accumulate bool) {
	gemmInt8Generic(k, x, ldx, scaleX, w, ldw, scale, y, ldy, m, n, accumulate)
}

func gemvInt8(y []float32, w []int8, ldw int, scale []float32, x []int16, scaleX float32, accumulate bool) {
	gemvInt8Tiles(y, w, ldw, scale, x, scaleX, accumulate)
}
