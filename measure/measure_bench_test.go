package measure

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
)

// noise is n vectors of independent normal numbers.
func noise(n, d int, seed uint64) [][]float32 {
	r := rand.New(rand.NewPCG(seed, 0))
	out := make([][]float32, n)
	for i := range out {
		out[i] = make([]float32, d)
		for j := range out[i] {
			out[i][j] = float32(r.NormFloat64())
		}
	}
	return out
}

func BenchmarkSlicedWasserstein(b *testing.B) {
	for _, n := range []int{200, 2000} {
		x, y := noise(n, 3*64*64, 1), noise(n, 3*64*64, 2)
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				must(SlicedWasserstein{Channels: 3, Height: 64, Width: 64}.Distance(context.Background(), x, y))
			}
		})
	}
}

func BenchmarkFeatures(b *testing.B) {
	const n, d = 10_000, 512
	x, y := noise(n, d, 1), noise(n, d, 2)
	for name, f := range map[string]func(){
		"Frechet":      func() { Frechet(x, y) },
		"Kernel":       func() { must(Kernel(context.Background(), x, y)) },
		"ByNeighbours": func() { must(ByNeighbours(context.Background(), x, y, 3)) },
	} {
		b.Run(fmt.Sprintf("%s/n=%d", name, n), func(b *testing.B) {
			for b.Loop() {
				f()
			}
		})
	}
}
