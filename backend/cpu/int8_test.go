package cpu

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/org/artnn/backend"
	"github.com/stretchr/testify/require"
)

func randomInt8(rng *rand.Rand, rows, cols int) *backend.Int8Matrix {
	w := &backend.Int8Matrix{Rows: rows, Cols: cols, Values: make([]int8, rows*cols), Scale: make([]float32, rows)}
	for i := range w.Values {
		w.Values[i] = int8(rng.IntN(255) - 127)
	}
	for i := range w.Scale {
		w.Scale[i] = (1 + rng.Float32()) / 2000
	}
	return w
}

// int8Calls are large enough to be divided among workers.
func int8Calls(c *cpu) []call {
	rng := rand.New(rand.NewPCG(3, 4))
	in := func(shape ...int) backend.View { return randomView(c, rng, shape, nil) }
	var all []call
	for _, n := range []int{1, 2, 5, 40} {
		w, x, bias, dst := randomInt8(rng, 700, 300), in(n, 300), in(700), in(n, 700)
		all = append(all, call{fmt.Sprintf("linear_int8 %d", n), func() { c.LinearInt8(dst, x, w, bias) }, []backend.View{dst}})
	}
	for _, batch := range []int{2, 20} {
		const steps, h = 3, 200
		proj, gates, y, cells := in(batch, steps, 4*h), in(batch, steps, 4*h), in(batch, steps, h), in(batch, steps, h)
		whh, h0, c0 := randomInt8(rng, 4*h, h), in(batch, h), in(batch, h)
		run := func() { c.Copy(gates, proj); c.LSTMInt8(y, cells, gates, whh, h0, c0) }
		all = append(all, call{fmt.Sprintf("lstm_int8 %d", batch), run, []backend.View{y, cells, gates}})
	}
	return all
}

// Results do not depend on how many processors there are.
func TestInt8DeterministicAcrossGOMAXPROCS(t *testing.T) {
	forPaths(t, func(t *testing.T) {
		c := newCPU()
		all := int8Calls(c)
		var want [][]float32
		atProcs(t, func(procs int) {
			out := 0
			for _, call := range all {
				call.run()
				for _, v := range call.out {
					if got := values(v); out == len(want) {
						want = append(want, got)
					} else {
						sameBits(t, call.name, got, want[out])
					}
					out++
				}
			}
		})
	})
}

func TestInt8SteadyStateAllocatesNothing(t *testing.T) {
	all := int8Calls(newCPU())
	for range 5 {
		for _, call := range all {
			call.run()
		}
	}
	for _, call := range all {
		require.Zero(t, testing.AllocsPerRun(5, call.run), call.name)
	}
}

// BenchmarkLinearInt8 is the output layer of a language model, one token at a
// time and a few.
func BenchmarkLinearInt8(b *testing.B) {
	const rows, cols = 10000, 512
	for _, n := range []int{1, 2, 4, 8, 32, 33, 128} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			c, rng := newCPU(), rand.New(rand.NewPCG(1, 1))
			w, x, bias, dst := randomInt8(rng, rows, cols), randomView(c, rng, []int{n, cols}, nil),
				randomView(c, rng, []int{rows}, nil), randomView(c, rng, []int{n, rows}, nil)
			for b.Loop() {
				c.LinearInt8(dst, x, w, bias)
			}
			seconds := b.Elapsed().Seconds() / float64(b.N)
			b.ReportMetric(rows*cols/seconds/1e9, "GB/s")
			b.ReportMetric(2*float64(n)*rows*cols/seconds/1e9, "GFLOP/s")
		})
	}
}
