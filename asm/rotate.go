package asm

// RotateHalves turns the pairs (x[r], x[R+r]) by angles given as cosine and sine, for
// r < R = len(cos):
//
//	dst[r]   = x[r]·cos[r] − x[R+r]·sin[r]
//	dst[R+r] = x[R+r]·cos[r] + x[r]·sin[r]
//
// or, if back is set, by the opposite angles. dst may be x. Each sum is rounded once
// more than each of its products.
//
// Panics if dst or x has not 2·R numbers, or sin not R.
func RotateHalves(dst, x, cos, sin []float32, back bool) {
	checkRotate("rotate halves", dst, x, cos, sin)
	rotateHalvesGeneric(dst, x, cos, sin, back)
}

// RotatePairs is [RotateHalves] for the pairs (x[2·r], x[2·r+1]).
func RotatePairs(dst, x, cos, sin []float32, back bool) {
	checkRotate("rotate pairs", dst, x, cos, sin)
	rotatePairsGeneric(dst, x, cos, sin, back)
}

func checkRotate(op string, dst, x, cos, sin []float32) {
	same(op, len(dst), len(x))
	same(op, len(dst), 2*len(cos))
	same(op, len(cos), len(sin))
}
