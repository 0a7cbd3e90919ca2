package measure

import (
	"context"
	"math/rand/v2"

	"github.com/org/artnn/tensor"
)

// Halves draws two disjoint sets of n indices below total. If total is less than
// 2n, each set has half of total.
//
// Panics if total is below 2 or n below 1.
func Halves(total, n int, seed uint64) (a, b []int) {
	if total < 2 || n < 1 {
		tensor.Fail("halves", "needs two indices, and one in each half", "%d, %d in each", total, n)
	}
	n = min(n, total/2)
	order := rand.New(rand.NewPCG(seed, 0)).Perm(total)
	return order[:n:n], order[n : 2*n : 2*n]
}

// Compare measures how far generated pictures are from real ones and, at the same
// count, how far real ones are from real ones. It draws two disjoint sets of n real
// pictures, A and B, with [Halves], takes the first n generated pictures G, and
// returns f(A, G) and f(A, B):
//
//	n = min(len(generated), ⌊real.Len()/2⌋)
//
// The excess of the first value over the second is not due to the count. Of the real
// pictures only A and B are read.
//
// Errors: those of f.
// Panics as [Halves] and f do.
func Compare[T any](ctx context.Context, real Set, generated [][]float32, seed uint64, f func(ctx context.Context, real, other [][]float32) (T, error)) (toGenerated, toReal T, err error) {
	a, b := Halves(real.Len(), len(generated), seed)
	size := len(generated[0])
	half := Pick(real, size, a)
	if toGenerated, err = f(ctx, half, generated[:len(a)]); err != nil {
		return toGenerated, toReal, err
	}
	toReal, err = f(ctx, half, Pick(real, size, b))
	return toGenerated, toReal, err
}
