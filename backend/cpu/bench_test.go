package cpu

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/org/artnn/backend"
)

// gemmShapes are the products of real steps: squares, a wide layer forwards
// and back, recurrent and embedding-sized ones, and those of tiny networks.
var gemmShapes = []struct {
	m, n, k int
	bT      bool // b is the transpose of a row-major matrix, as in x·Wᵀ
}{
	{5, 2, 3, true}, {16, 16, 16, false}, {64, 64, 64, false}, {128, 128, 128, false}, {256, 256, 256, false},
	{512, 512, 512, false}, {1024, 1024, 1024, false}, {64, 256, 784, true}, {64, 128, 256, true}, {64, 256, 128, false}, {128, 256, 64, false}, {64, 784, 256, false}, {64, 3000, 256, false}, {32, 10000, 512, false}, {128, 784, 256, false}, {1, 2048, 512, false}, {1, 2048, 512, true}, {1, 10000, 512, true}, {1, 256, 256, true}, {1, 1024, 512, true}, {1, 4096, 512, true},
	{32, 2048, 512, false}, {32, 2048, 512, true}, {1024, 10000, 512, true},
	{32, 196608, 256, true}, {32, 256, 196608, false}, {256, 196608, 32, false}, {256, 49152, 64, false}, {256, 24576, 128, false}, {64, 2048, 256, false}, {192, 2048, 256, false}, {384, 2048, 256, false}, {64, 2048, 256, true}, {192, 2048, 256, true}, {384, 2048, 256, true}, {384, 2048, 1024, true}, {384, 2048, 1024, false},
	{16, 2048, 256, true}, {16, 2048, 256, false}, {16, 2064, 256, false}, {16, 196624, 256, false}, {16, 196608, 256, true}, {16, 196608, 256, false}, {16, 256, 196608, true}, {16, 256, 196608, false},
	{32, 12288, 256, true}, {32, 12288, 256, false}, {32, 256, 12288, true}, {32, 256, 12288, false}, {64, 256, 12288, true}, {64, 256, 12288, false}, {64, 12288, 256, false},
	{16, 784, 256, false}, {64, 200, 256, false}, {64, 208, 1024, false},
}

func BenchmarkGemm(b *testing.B) {
	c, rng := newCPU(), rand.New(rand.NewPCG(1, 1))
	for _, s := range gemmShapes {
		name := fmt.Sprintf("%dx%dx%d/plain", s.m, s.n, s.k)
		if s.bT {
			name = fmt.Sprintf("%dx%dx%d/transposed", s.m, s.n, s.k)
		}
		b.Run(name, func(b *testing.B) {
			x, y, d := randomView(c, rng, []int{s.m, s.k}, nil), randomView(c, rng, []int{s.k, s.n}, nil), randomView(c, rng, []int{s.m, s.n}, nil)
			if s.bT {
				y.Strides[0], y.Strides[1] = 1, s.k
			}
			for b.Loop() {
				c.Gemm(d, x, y, 1, 0, backend.Epilogue{})
			}
			flop := 2 * float64(s.m) * float64(s.n) * float64(s.k)
			b.ReportMetric(flop*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			for _, v := range []backend.View{x, y, d} {
				c.Free(v.Buf)
			}
		})
	}
}

// BenchmarkAdamStepProduct reports the time per parameter of updates whose
// gradient is xᵀ·y of a batch: of matrices in the caches, and of wide layers of a
// GAN, forwards and back.
func BenchmarkAdamStepProduct(b *testing.B) {
	c, rng := newCPU(), rand.New(rand.NewPCG(1, 1))
	for _, s := range [][3]int{{96, 96, 16}, {96, 96, 32}, {256, 784, 64}, {256, 12288, 32}, {256, 12288, 64}, {12288, 256, 32}, {256, 196608, 16}, {256, 196608, 32}, {196608, 256, 16}} {
		m, n, k := s[0], s[1], s[2]
		b.Run(fmt.Sprintf("%dx%dx%d", m, n, k), func(b *testing.B) {
			x, y := randomView(c, rng, []int{k, m}, nil), randomView(c, rng, []int{k, n}, nil)
			var mem [3]backend.View
			for i := range mem {
				mem[i] = randomView(c, rng, []int{m, n}, nil)
			}
			c.Unary(backend.Square, mem[2], mem[2], backend.Params{})
			for b.Loop() {
				c.AdamStepProduct(mem[0], transposed(x), y, mem[1], mem[2], backend.AdamConfig{LR: 1e-3, Beta1: 0.9, Beta2: 0.99, Eps: 1e-8, BiasCorrection1: 1, BiasCorrection2: 1})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*m*n), "ns/parameter")
			for _, v := range append(mem[:], x, y) {
				c.Free(v.Buf)
			}
		})
	}
}

// BenchmarkMap reports the bytes of operands read and written, for everything
// that is bound by memory or by a vector function.
func BenchmarkMap(b *testing.B) {
	c, rng := newCPU(), rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{8, 1024, 1 << 16, 1 << 22} {
		const cols = 8
		in := func(shape ...int) backend.View { return randomView(c, rng, shape, nil) }
		x, y, d, u, v := in(n/cols, cols), in(n/cols, cols), in(n/cols, cols), in(n), in(n)
		row, sums, col := in(1, cols), in(1, cols), in(n/cols, 1)
		row.Shape[0], row.Strides[0] = n/cols, 0
		columns := in(cols, n/cols)
		run := func(name string, operands int, f func()) {
			b.Run(fmt.Sprintf("%s/n=%d", name, n), func(b *testing.B) {
				for b.Loop() {
					f()
				}
				b.ReportMetric(float64(4*operands*n)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
			})
		}
		run("Add", 3, func() { c.Binary(backend.Add, d, x, y, backend.Params{}) })
		run("AddRow", 2, func() { c.Binary(backend.Add, d, x, row, backend.Params{}) })
		run("Tanh", 2, func() { c.Unary(backend.Tanh, d, x, backend.Params{}) })
		run("CopyTransposed", 2, func() { c.Copy(columns, transposed(x)) })
		run("SumRows", 1, func() { c.Reduce(backend.ReduceSum, col, x) })
		run("SumColumns", 1, func() { c.Reduce(backend.ReduceSum, sums, x) })
		run("Softmax", 2, func() { c.Softmax(d, x, false) })
		run("Normal", 1, func() { c.Random(d, backend.Normal, backend.Params{0, 1}, backend.Stream{}) })
		run("Adam", 7, func() {
			c.AdamStep(u, v, reshaped(x, n), reshaped(y, n), backend.AdamConfig{LR: 1e-3, Beta1: 0.9, Beta2: 0.99, Eps: 1e-8, BiasCorrection1: 1, BiasCorrection2: 1})
		})
		run("AllocFree", 0, func() { c.Free(c.Alloc(n)) })
		for _, v := range []backend.View{x, y, d, u, v, row, sums, col, columns} {
			c.Free(v.Buf)
		}
	}
}

func reshaped(v backend.View, n int) backend.View { return backend.NewView(v.Buf, n) }

// BenchmarkLSTM runs 32 steps of a layer, forwards and back, without the input
// projections and weight gradients that Gemm does.
func BenchmarkLSTM(b *testing.B) {
	c, rng := newCPU(), rand.New(rand.NewPCG(1, 1))
	for _, s := range [][3]int{{1, 32, 512}, {32, 32, 512}, {32, 64, 512}, {32, 32, 64}} {
		batch, steps, h := s[0], s[1], s[2]
		in := func(shape ...int) backend.View {
			v := randomView(c, rng, shape, nil)
			c.Unary(backend.MulScalar, v, v, backend.Params{0.05})
			return v
		}
		gates, y, cells, whh := in(batch, steps, 4*h), in(batch, steps, h), in(batch, steps, h), in(4*h, h)
		h0, c0, dg, dy := in(batch, h), in(batch, h), in(batch, steps, 4*h), in(batch, steps, h)
		flop := 2 * float64(batch*steps) * float64(4*h*h)
		rate := func(b *testing.B) { b.ReportMetric(flop*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s") }
		name := fmt.Sprintf("%dx%dx%d", batch, steps, h)
		b.Run("Forward/"+name, func(b *testing.B) {
			for b.Loop() {
				c.LSTM(y, cells, gates, whh, h0, c0)
			}
			rate(b)
		})
		b.Run("Backward/"+name, func(b *testing.B) {
			for b.Loop() {
				c.LSTMGrad(backend.LSTMGradArgs{DGates: dg, DH0: h0, DC0: c0, DY: dy, Gates: gates, Cells: cells, WHH: whh, C0: c0})
			}
			rate(b)
		})
	}
}
