package asm

// RotateHalves turns the pairs (x[r], x[R+r]) by angles given as cosine and sine, for
// r < R = len(cos):
//
//	dst[r]   = x[r]·cos[r] − x[R+r]·sin[r]
//	dst[R+r] = x[R+r]·cos[r] + x[r]·sin[r]
//
// or, if back is set, by the opposite angles. dst may be x. Products and sums are
// rounded one by one on all paths, which give the same bits.
//
// Panics if dst or x has not 2·R numbers, or sin not R.
func RotateHalves(dst, x, cos, sin []float32, back bool) {
	checkRotate("rotate halves", dst, x, cos, sin)
	rotateHalves(dst, x, cos, sin, turn(back))
}

// RotatePairs is [RotateHalves] for the pairs (x[2·r], x[2·r+1]).
func RotatePairs(dst, x, cos, sin []float32, back bool) {
	checkRotate("rotate pairs", dst, x, cos, sin)
	rotatePairsGeneric(dst, x, cos, sin, turn(back))
}

// turn is the sign of the angles.
func turn(back bool) float32 {
	if back {
		return -1
	}
	return 1
}

func checkRotate(op string, dst, x, cos, sin []float32) {
	same(op, len(dst), len(x))
	same(op, len(dst), 2*len(cos))
	same(op, len(cos), len(sin))
}
