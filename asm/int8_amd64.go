//go:build !purego

package asm

// int8Lanes is how many terms the vector kernels take at a time, and the
// fewest they can.
const int8Lanes = 16

func gemmInt8(k int, x []int16, ldx int, scaleX []float32, w []int8, ldw int, scale, y []float32, ldy, m, n int, accumulate bool) {
	if !useAVX2 || k < int8Lanes {
		gemmInt8Generic(k, x, ldx, scaleX, w, ldw, scale, y, ldy, m, n, accumulate)
		return
	}
	px, psx, pw, ps, py := &x[0], &scaleX[0], &w[0], &scale[0], &y[0]
	switch m<<4 | n {
	case 0x11:
		gemmInt8r1x1AVX2(k, px, ldx, psx, pw, ldw, ps, py, ldy, accumulate)
	case 0x12:
		gemmInt8r1x2AVX2(k, px, ldx, psx, pw, ldw, ps, py, ldy, accumulate)
	case 0x13:
		gemmInt8r1x3AVX2(k, px, ldx, psx, pw, ldw, ps, py, ldy, accumulate)
	case 0x14:
		gemmInt8r1x4AVX2(k, px, ldx, psx, pw, ldw, ps, py, ldy, accumulate)
	case 0x21:
		gemmInt8r2x1AVX2(k, px, ldx, psx, pw, ldw, ps, py, ldy, accumulate)
	case 0x22:
		gemmInt8r2x2AVX2(k, px, ldx, psx, pw, ldw, ps, py, ldy, accumulate)
	case 0x23:
		gemmInt8r2x3AVX2(k, px, ldx, psx, pw, ldw, ps, py, ldy, accumulate)
	case 0x24:
		gemmInt8r2x4AVX2(k, px, ldx, psx, pw, ldw, ps, py, ldy, accumulate)
	case 0x31:
		gemmInt8r3x1AVX2(k, px, ldx, psx, pw, ldw, ps, py, ldy, accumulate)
	case 0x32:
		gemmInt8r3x2AVX2(k, px, ldx, psx, pw, ldw, ps, py, ldy, accumulate)
	case 0x33:
		gemmInt8r3x3AVX2(k, px, ldx, psx, pw, ldw, ps, py, ldy, accumulate)
	case 0x34:
		gemmInt8r3x4AVX2(k, px, ldx, psx, pw, ldw, ps, py, ldy, accumulate)
	}
}

func gemvInt8(y []float32, w []int8, ldw int, scale []float32, x []int16, scaleX float32, accumulate bool) {
	if tiles := len(y) / DotNR; useAVX2 && len(x) >= int8Lanes && tiles > 0 {
		gemvInt8x4AVX2(tiles, len(x), &x[0], &w[0], ldw, scaleX, &scale[0], &y[0], accumulate)
		done := tiles * DotNR
		if y = y[done:]; len(y) == 0 {
			return
		}
		w, scale = w[done*ldw:], scale[done:]
	}
	gemvInt8Tiles(y, w, ldw, scale, x, scaleX, accumulate)
}
