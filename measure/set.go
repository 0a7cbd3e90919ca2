package measure

import "github.com/org/artnn/tensor"

// Set is vectors of one length that are read when they are needed, so that not all of
// them take memory: a folder of pictures, such as data.Images.
type Set interface {
	Len() int
	// Read writes vector i to dst, which is as long. Several goroutines may call it.
	Read(dst []float32, i int)
}

// Vectors is a [Set] in memory.
type Vectors [][]float32

// Len is the number of vectors.
func (v Vectors) Len() int { return len(v) }

// Read copies vector i.
//
// Panics if dst is not as long.
func (v Vectors) Read(dst []float32, i int) {
	if len(v[i]) != len(dst) {
		tensor.Fail("set", "needs vectors of one length", "%d beside %d at position %d", len(v[i]), len(dst), i)
	}
	copy(dst, v[i])
}

// Pick reads some vectors of a set, each of size numbers.
func Pick(set Set, size int, indices []int) [][]float32 {
	out := make([][]float32, len(indices))
	if v, ok := set.(Vectors); ok {
		for k, i := range indices {
			out[k] = v[i]
		}
		return out
	}
	read := func(k int) {
		out[k] = make([]float32, size)
		set.Read(out[k], indices[k])
	}
	if len(indices) > 0 {
		read(0) // in this goroutine, where a panic about the size can be recovered
		parallel(len(indices)-1, func(k int) { read(k + 1) })
	}
	return out
}

// Spaced is n indices below total, or all if they are fewer, evenly spaced.
func Spaced(total, n int) []int {
	n = min(n, total)
	out := make([]int, n)
	for i := range out {
		out[i] = i * total / n
	}
	return out
}
