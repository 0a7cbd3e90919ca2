package recipe

import "slices"

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}

// rows cuts a slice into pieces of equal size.
func rows(x []float32, size int) [][]float32 { return slices.Collect(slices.Chunk(x, size)) }
