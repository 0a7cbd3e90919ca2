package tensorboard

import "math"

// buckets is how many a histogram has, as in TensorBoard's own.
const buckets = 30

// Histogram logs how values are spread: how many there are in each of 30 ranges
// of equal width from the smallest to the largest. NaN and infinities have no
// place there and are left out.
//
// Errors: those of [Writer.Scalar].
func (w *Writer) Histogram(step int, tag string, values []float32) error {
	return w.tensor(step, tag, histograms, doubleTensor(bucketise(values), buckets, 3))
}

// bucketise returns left edge, right edge and count of each bucket. Each holds
// its left edge, and the last one also its right. Values that are all the same
// are counted in the last. Without any, all numbers are zero.
func bucketise(values []float32) []float64 {
	b := make([]float64, 3*buckets)
	lo, hi := float32(math.Inf(1)), float32(math.Inf(-1))
	for _, v := range values {
		// Comparisons with NaN are false.
		if v < lo && v >= -math.MaxFloat32 {
			lo = v
		}
		if v > hi && v <= math.MaxFloat32 {
			hi = v
		}
	}
	if lo > hi {
		return b
	}
	left, width := float64(lo), (float64(hi)-float64(lo))/buckets
	for i := range buckets {
		b[3*i] = left + width*float64(i)
		b[3*i+1] = left + width*float64(i+1)
	}
	b[3*buckets-2] = float64(hi) // whatever the rounding

	var counts [buckets]int
	perWidth := 0.0
	if width > 0 {
		perWidth = 1 / width
	}
	for _, v := range values {
		if v >= lo && v <= hi {
			counts[min(int((float64(v)-left)*perWidth), buckets-1)]++
		}
	}
	if width == 0 {
		counts[0], counts[buckets-1] = 0, counts[0]
	}
	for i, n := range counts {
		b[3*i+2] = float64(n)
	}
	return b
}
