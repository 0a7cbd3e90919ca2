package recipe

import (
	"math"
	"slices"
)

// nearest is the root mean square difference, in shades of 255, of a picture to
// the most similar of others, not counting one of them.
func nearest(p []float32, others [][]float32, except int) float64 {
	best := math.Inf(1)
	for i, o := range others {
		if i == except {
			continue
		}
		if d := squares(p, o, best); d < best {
			best = d
		}
	}
	return math.Sqrt(best/float64(len(p))) * 127.5
}

// squares is the sum of squared differences, or any larger number once it has
// passed limit.
func squares(a, b []float32, limit float64) float64 {
	sum := 0.0
	for len(a) > 0 {
		n := min(len(a), 256)
		part := float32(0)
		for i, v := range a[:n] {
			d := v - b[i]
			part += d * d
		}
		if sum += float64(part); sum > limit {
			return sum
		}
		a, b = a[n:], b[n:]
	}
	return sum
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}

func mean(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	return sum / float64(len(x))
}

// rows cuts a slice into pieces of equal size.
func rows(x []float32, size int) [][]float32 { return slices.Collect(slices.Chunk(x, size)) }

// spaced is n indices below total, evenly spaced.
func spaced(total, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i * total / n
	}
	return out
}
