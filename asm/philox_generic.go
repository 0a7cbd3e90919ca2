package asm

import "math"

// philoxMaskGeneric is
//
//	for b := range len(dst) / 4 {
//		words := the block of counter+b
//		for w := range 4 { dst[4*b+w] = scale if words[w] < below else 0 }
//	}
func philoxMaskGeneric(dst []float32, key, counter uint64, below uint32, scale float32) {
	keys, bits := philoxKeys(key), math.Float32bits(scale)
	for len(dst) >= philoxWords {
		d := dst[:philoxWords:philoxWords]
		c0, c1, c2, c3 := philoxBlock(&keys, counter)
		// By the sign of a difference: a branch would often be predicted wrongly.
		d[0] = math.Float32frombits(bits & uint32((int64(c0)-int64(below))>>63))
		d[1] = math.Float32frombits(bits & uint32((int64(c1)-int64(below))>>63))
		d[2] = math.Float32frombits(bits & uint32((int64(c2)-int64(below))>>63))
		d[3] = math.Float32frombits(bits & uint32((int64(c3)-int64(below))>>63))
		dst = dst[philoxWords:]
		counter++
	}
}

// philoxBlock is the four words of a counter.
func philoxBlock(keys *[2 * philoxRounds]uint32, counter uint64) (c0, c1, c2, c3 uint32) {
	const mul0, mul1 = 0xD2511F53, 0xCD9E8D57
	c0, c1 = uint32(counter), uint32(counter>>32)
	for r := 0; r < 2*philoxRounds; r += 2 {
		p, q := mul0*uint64(c0), mul1*uint64(c2)
		c0, c1, c2, c3 = uint32(q>>32)^c1^keys[r], uint32(q), uint32(p>>32)^c3^keys[r+1], uint32(p)
	}
	return c0, c1, c2, c3
}
