package measure

import (
	"context"
	"math"
	"slices"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tensor"
)

// Features turns pictures into vectors, one for each, in which distance means
// difference to the eye: what a classifier knows before its last layer.
type Features func(pictures [][]float32) [][]float32

// featureBatch is how many pictures a network gets at a time: enough to be fast,
// and few enough to bound its memory.
const featureBatch = 64

// Of is the features of any number of pictures, in batches of at most 64.
//
// Errors: an ended context, which is looked at between the batches.
func (f Features) Of(ctx context.Context, pictures [][]float32) ([][]float32, error) {
	out := make([][]float32, 0, len(pictures))
	for len(pictures) > 0 {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		n := min(featureBatch, len(pictures))
		out = append(out, f(pictures[:n])...)
		pictures = pictures[n:]
	}
	return out, nil
}

// OfSet is [Features.Of] the pictures of a set, of size numbers each, of which no more
// than 64 are in memory at a time.
//
// Errors: an ended context.
func (f Features) OfSet(ctx context.Context, set Set, size int) ([][]float32, error) {
	out := make([][]float32, 0, set.Len())
	for part := range slices.Chunk(Spaced(set.Len(), set.Len()), featureBatch) {
		vectors, err := f.Of(ctx, Pick(set, size, part))
		if err != nil {
			return nil, err
		}
		out = append(out, vectors...)
	}
	return out, nil
}

// sizeOf is the length of the vectors of both sets.
func sizeOf(op string, least int, a, b [][]float32) int {
	if n := min(len(a), len(b)); n < least {
		tensor.Fail(op, "needs sets of at least "+words.Count(least, "vector"), "%d and %d", len(a), len(b))
	}
	d := len(a[0])
	for _, set := range [][][]float32{a, b} {
		checkLengths(op, set, d)
	}
	return d
}

func checkLengths(op string, set [][]float32, want int) {
	for i, x := range set {
		if len(x) != want || want == 0 {
			tensor.Fail(op, "needs vectors of one length, not 0", "%d beside %d at position %d", len(x), want, i)
		}
	}
}

// finite tells whether all numbers of some sets are.
func finite(sets ...[][]float32) bool {
	for _, set := range sets {
		for _, x := range set {
			zero := float32(0)
			for _, v := range x {
				zero += v * 0 // NaN from then on where v is NaN or infinite
			}
			if zero != 0 {
				return false
			}
		}
	}
	return true
}

// matrix copies rows into a tensor [len(rows), d].
func matrix(rows [][]float32, d int) *tensor.Tensor {
	flat := make([]float32, 0, len(rows)*d)
	for _, r := range rows {
		flat = append(flat, r...)
	}
	return tensor.FromSlice(flat, len(rows), d)
}

// blockNumbers is the most products that are in memory at a time: 16 MiB.
const blockNumbers = 4 << 20

// products gives the inner products of rows of a with all rows of b, in blocks
// of rows of bounded memory. row is called from several goroutines, for each i
// once, with what it must not keep; for fewer if the context ends.
func products(ctx context.Context, a, b *tensor.Tensor, row func(i int, products []float32)) {
	m, n := a.Dim(0), b.Dim(0)
	step := min(m, max(1, blockNumbers/n))
	block := make([]float32, step*n)
	transposed := b.T()
	defer transposed.Release()
	for lo := 0; lo < m && ctx.Err() == nil; lo += step {
		hi := min(m, lo+step)
		part := a.Narrow(0, lo, hi-lo)
		y := part.MatMul(transposed)
		out := block[:(hi-lo)*n]
		y.ReadFloat32s(out)
		y.Release()
		part.Release()
		parallel(hi-lo, func(i int) { row(lo+i, out[i*n:(i+1)*n:(i+1)*n]) })
	}
}

// squared is the squared distance, exact to float64.
func squared(a, b []float32) float64 {
	sum := 0.0
	b = b[:len(a)]
	for i, v := range a {
		d := float64(v) - float64(b[i])
		sum += d * d
	}
	return sum
}

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

var nan = math.NaN()
