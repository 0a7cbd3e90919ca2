//go:build !purego

package asm

// int8Lanes is how many terms the vector kernel takes at a time, and the fewest
// it can.
const int8Lanes = 8

func gemmInt8(k int, x []int16, ldx int, scaleX []float32, w []int8, ldw int, scale, y []float32, ldy, m, n int, accumulate bool) {
	if useNEON && k >= int8Lanes {
		gemmInt8NEON(k, &x[0], ldx, &scaleX[0], &w[0], ldw, &scale[0], &y[0], ldy, m, n, accumulate)
		return
	}
	gemmInt8Generic(k, x, ldx, scaleX, w, ldw, scale, y, ldy, m, n, accumulate)
}

func gemvInt8(y []float32, w []int8, ldw int, scale []float32, x []int16, scaleX float32, accumulate bool) {
	gemvInt8Tiles(y, w, ldw, scale, x, scaleX, accumulate)
}

// gemmInt8NEON is gemmInt8Generic with 1 ≤ m ≤ 3, 1 ≤ n ≤ 4 and k ≥ 8.
//
//go:noescape
func gemmInt8NEON(k int, x *int16, ldx int, scaleX *float32, w *int8, ldw int, scale, y *float32, ldy, m, n int, accumulate bool)
