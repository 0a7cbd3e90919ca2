package data

import "math/bits"

// Randomness here is counter-based: every draw is a hash of what it is for
// (seed, epoch, position). Nothing has to be stepped to reach a given draw, so
// a position is the whole state, and no library's generator can change it.

// mix hashes two words; the finaliser is SplitMix64's.
// Reference: Steele, Lea, Flood, "Fast splittable pseudorandom number
// generators", OOPSLA 2014.
func mix(a, b uint64) uint64 {
	z := a + 0x9e3779b97f4a7c15*(b+1)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below maps a random word to [0, n), with a bias under n/2⁶⁴.
func below(word uint64, n int) int {
	hi, _ := bits.Mul64(word, uint64(n))
	return int(hi)
}

// permutation returns 0..n-1 in the order that key picks.
func permutation(n int, key uint64) []int {
	p := identity(n)
	shuffle(p, key)
	return p
}

// shuffle puts elements into the order that key picks (Fisher–Yates).
func shuffle[T any](p []T, key uint64) {
	for i := len(p) - 1; i > 0; i-- {
		j := below(mix(key, uint64(i)), i+1)
		p[i], p[j] = p[j], p[i]
	}
}

// epochKey separates the streams of one seed's epochs.
func epochKey(seed uint64, epoch int) uint64 {
	return mix(mix(seed, 0x64617461), uint64(epoch))
}
