// Package philox is the counter-based random generator behind every random
// fill: number i of a sequence is a pure function of (key, counter, i), so a
// fill can be split at any point, replayed, and resumed from a saved
// [backend.Stream].
//
// Reference: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy
// as 1, 2, 3", SC 2011.
package philox

import "github.com/org/artnn/backend"

const (
	mul0  = 0xD2511F53 // round multipliers of Philox4x32
	mul1  = 0xCD9E8D57
	weyl0 = 0x9E3779B9 // key increments: the golden ratio and √3−1
	weyl1 = 0xBB67AE85

	rounds = 10
)

// PerBlock is how many numbers one counter gives.
const PerBlock = 4

// Float is what a fill can write.
type Float interface{ ~float32 | ~float64 }

// Blocks is the number of counters a fill of n numbers consumes: ⌈n/4⌉. Two
// fills whose counters lie at least that far apart share no randomness.
func Blocks(n int) uint64 {
	if n <= 0 {
		return 0
	}
	return (uint64(n)-1)/4 + 1
}

// Advance is the stream after a fill of n numbers.
func Advance(s backend.Stream, n int) backend.Stream { return Skip(s, uint64(max(n, 0))) }

// Skip is Advance for any number, also of numbers that no memory holds.
func Skip(s backend.Stream, n uint64) backend.Stream {
	s.Counter += n / PerBlock
	if n%PerBlock != 0 {
		s.Counter++
	}
	return s
}

// Block is Philox4x32-10 of a 64-bit counter: four independent uniform words.
func Block(key, counter uint64) (x0, x1, x2, x3 uint32) {
	return block(uint32(key), uint32(key>>32), uint32(counter), uint32(counter>>32), 0, 0)
}

func block(k0, k1, c0, c1, c2, c3 uint32) (x0, x1, x2, x3 uint32) {
	for range rounds {
		p, q := mul0*uint64(c0), mul1*uint64(c2)
		c0, c1, c2, c3 = uint32(q>>32)^c1^k0, uint32(q), uint32(p>>32)^c3^k1, uint32(p)
		k0 += weyl0
		k1 += weyl1
	}
	return c0, c1, c2, c3
}
