package measure

import "math"

// Digits of the radix sort: three of 11 bits hold a float32, and a count for each
// value of a digit stays in the first level of the cache.
const (
	digitBits = 11
	digits    = 3
	digitMask = 1<<digitBits - 1
)

// sorter has the memory to sort float32s by radix, several times faster than by
// comparison.
type sorter struct{ from, to []uint32 }

func newSorter(n int) *sorter { return &sorter{make([]uint32, n), make([]uint32, n)} }

// floats sorts x, of the sorter's length and without NaN, in ascending order.
func (s *sorter) floats(x []float32) {
	from, to := s.from, s.to
	var starts [digits][1 << digitBits]uint32
	for i, v := range x {
		k := key(v)
		from[i] = k
		starts[0][k&digitMask]++
		starts[1][k>>digitBits&digitMask]++
		starts[2][k>>(2*digitBits)]++
	}
	for d := range starts {
		counts, at := &starts[d], uint32(0)
		for i, n := range counts {
			counts[i], at = at, at+n
		}
		shift := d * digitBits
		for _, k := range from {
			digit := k >> shift & digitMask
			to[counts[digit]] = k
			counts[digit]++
		}
		from, to = to, from
	}
	for i, k := range from {
		x[i] = unkey(k)
	}
}

// key maps float32s to integers in the same order: all bits of negative ones and
// the sign of others are turned.
func key(v float32) uint32 {
	b := math.Float32bits(v)
	return b ^ (uint32(int32(b)>>31) | 1<<31)
}

func unkey(k uint32) float32 {
	return math.Float32frombits(k ^ (^uint32(int32(k)>>31) | 1<<31))
}
