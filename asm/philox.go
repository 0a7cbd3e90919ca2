package asm

// PhiloxMask draws a mask of the words of Philox4x32-10, a random generator without
// state: word w of a block depends on the key and the block's counter only.
//
//	dst[4*b+w] = scale where word w of block counter+b is less than below, else 0
//
// The bits are the same on every path. Whole groups of 32 numbers are fastest.
//
// Panics if the length of dst is not a multiple of 4.
//
// Reference: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011.
func PhiloxMask(dst []float32, key, counter uint64, below uint32, scale float32) {
	if len(dst)%philoxWords != 0 {
		badSize("philox mask", "a multiple of 4 numbers", len(dst))
	}
	philoxMask(dst, key, counter, below, scale)
}

const (
	philoxWords  = 4  // of a block
	philoxGroup  = 32 // numbers that kernels draw at a time
	philoxRounds = 10
)

// philoxKeys is the two halves of the key of each round, one after the other.
func philoxKeys(key uint64) (keys [2 * philoxRounds]uint32) {
	const weyl0, weyl1 = 0x9E3779B9, 0xBB67AE85 // the golden ratio and √3−1
	k0, k1 := uint32(key), uint32(key>>32)
	for r := range philoxRounds {
		keys[2*r], keys[2*r+1] = k0, k1
		k0 += weyl0
		k1 += weyl1
	}
	return keys
}
