package backendtest

import (
	"fmt"
	"testing"

	"github.com/org/artnn/backend"
)

// RunBenchmarks measures a backend. Names read operation/size; rates are
// GFLOP/s where arithmetic is the bound and GB/s of operands moved elsewhere,
// counted in the backend's own precision.
func RunBenchmarks(b *testing.B, be backend.Backend) {
	for _, size := range [][3]int{{64, 64, 64}, {256, 256, 256}, {512, 512, 512}, {32, 2048, 512}, {1, 2048, 512}, {64, 784, 256}} {
		b.Run(fmt.Sprintf("Gemm/m=%d/n=%d/k=%d", size[0], size[1], size[2]), func(b *testing.B) { benchGemm(b, be, size) })
	}
	for _, z := range []convSize{conv(8, 3, 64, 64, 64, 4).stride(2, 2).pad(1, 1), conv(8, 128, 16, 16, 256, 4).stride(2, 2).pad(1, 1), conv(8, 64, 32, 32, 64, 3).pad(1, 1), conv(8, 64, 32, 32, 64, 3).pad(1, 1).groups(64)} {
		benchConv(b, be, z)
	}
	for _, n := range []int{1 << 10, 1 << 16, 1 << 20} {
		x, y, dst := benchView(be, n), benchView(be, n), benchView(be, n)
		for _, op := range []backend.UnaryOp{backend.MulScalar, backend.ReLU, backend.Exp, backend.Tanh, backend.Sigmoid, backend.Log, backend.GELU} {
			benchMoved(b, be, fmt.Sprintf("Unary/n=%d/op=%v", n, op), 2*n, func() { be.Unary(op, dst, x, backend.Params{0.5}) })
		}
		for _, op := range []backend.BinaryOp{backend.Add, backend.Mul, backend.Div, backend.ReLUGrad, backend.GELUGrad} {
			benchMoved(b, be, fmt.Sprintf("Binary/n=%d/op=%v", n, op), 3*n, func() { be.Binary(op, dst, x, y, backend.Params{}) })
		}
		benchMoved(b, be, fmt.Sprintf("Fill/n=%d", n), n, func() { be.Fill(dst, 1) })
		benchMoved(b, be, fmt.Sprintf("Random/n=%d/dist=uniform", n), n, func() {
			be.Random(dst, backend.Uniform, backend.Params{0, 1}, backend.Stream{})
		})
		benchMoved(b, be, fmt.Sprintf("Random/n=%d/dist=normal", n), n, func() {
			be.Random(dst, backend.Normal, backend.Params{0, 1}, backend.Stream{})
		})
		free(be, x, y, dst)
	}
	for _, side := range []int{64, 512, 1024} {
		x, dst := benchView(be, side, side), benchView(be, side, side)
		transposed := x
		transposed.Strides[0], transposed.Strides[1] = x.Strides[1], x.Strides[0]
		benchMoved(b, be, fmt.Sprintf("Copy/n=%d/from=transposed", side), 2*side*side, func() { be.Copy(dst, transposed) })
		row, column := benchView(be, 1, side), benchView(be, side, 1)
		for _, op := range []backend.ReduceOp{backend.ReduceSum, backend.ReduceMax} {
			benchMoved(b, be, fmt.Sprintf("Reduce/n=%d/op=%v/axis=0", side, op), side*side, func() { be.Reduce(op, row, x) })
			benchMoved(b, be, fmt.Sprintf("Reduce/n=%d/op=%v/axis=1", side, op), side*side, func() { be.Reduce(op, column, x) })
		}
		index := make([]int32, side)
		for i := range index {
			index[i] = int32(i * 7 % side)
		}
		benchMoved(b, be, fmt.Sprintf("Take/n=%d", side), 2*side*side, func() { be.Take(dst, x, index) })
		benchMoved(b, be, fmt.Sprintf("TakeAdd/n=%d", side), 3*side*side, func() { be.TakeAdd(dst, x, index) })
		benchOptional(b, be, side, dst, x)
		free(be, x, dst, row, column)
	}
	if k, ok := be.(backend.AttentionKernel); ok {
		for _, z := range [][4]int{{8, 4, 128, 64}, {1, 12, 1024, 64}} { // batch, heads, places, size
			benchAttention(b, be, k, z)
		}
	}
}

func benchOptional(b *testing.B, be backend.Backend, side int, dst, x backend.View) {
	if k, ok := be.(backend.SoftmaxKernel); ok {
		benchMoved(b, be, fmt.Sprintf("Softmax/n=%d", side), 2*side*side, func() { k.Softmax(dst, x, false) })
	}
	if k, ok := be.(backend.LayerNormKernel); ok {
		w, c, mean, rstd := benchView(be, side), benchView(be, side), benchView(be, side), benchView(be, side)
		norm := backend.LayerNormArgs{Y: dst, Mean: mean, RStd: rstd, X: x, Weight: w, Bias: c, Eps: 1e-5}
		benchMoved(b, be, fmt.Sprintf("LayerNorm/n=%d", side), 2*side*side, func() { k.LayerNorm(norm) })
		free(be, w, c, mean, rstd)
	}
	if k, ok := be.(backend.RMSNormKernel); ok {
		w, rstd := benchView(be, side), benchView(be, side)
		norm := backend.RMSNormArgs{Y: dst, RStd: rstd, X: x, Weight: w, Eps: 1e-6}
		benchMoved(b, be, fmt.Sprintf("RMSNorm/n=%d", side), 2*side*side, func() { k.RMSNorm(norm) })
		free(be, w, rstd)
	}
	if k, ok := be.(backend.OptimizerKernel); ok {
		n := side * side
		p, g, m, v := benchView(be, n), benchView(be, n), benchView(be, n), benchView(be, n)
		cfg := backend.AdamConfig{LR: 1e-3, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, BiasCorrection1: 0.1, BiasCorrection2: 0.001}
		benchMoved(b, be, fmt.Sprintf("Adam/n=%d", n), 7*n, func() { k.AdamStep(p, g, m, v, cfg) })
		free(be, p, g, m, v)
	}
}

// benchView is filled with numbers in [0.5, 1.5), which suit every operation.
func benchView(be backend.Backend, shape ...int) backend.View {
	v := backend.NewView(nil, shape...)
	v.Buf = be.Alloc(v.Size())
	be.Random(v, backend.Uniform, backend.Params{0.5, 1.5}, backend.Stream{Key: uint64(v.Size())})
	return v
}

func free(be backend.Backend, views ...backend.View) {
	for _, v := range views {
		be.Free(v.Buf)
	}
}

func benchMoved(b *testing.B, be backend.Backend, name string, numbers int, f func()) {
	width := 4
	if be.Precision() == backend.Float64 {
		width = 8
	}
	b.Run(name, func(b *testing.B) {
		for b.Loop() {
			f()
		}
		b.ReportMetric(float64(numbers*width)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
	})
}

// benchAttention counts the multiply-adds of the keys that are seen.
func benchAttention(b *testing.B, be backend.Backend, k backend.AttentionKernel, z [4]int) {
	batch, heads, places, dim := z[0], z[1], z[2], z[3]
	one := func() backend.View { return benchView(be, batch, places, heads, dim) }
	y, q, key, v, dy, dq, dk, dv := one(), one(), one(), one(), one(), one(), one(), one()
	lse := benchView(be, batch, heads, places)
	defer free(be, y, q, key, v, dy, dq, dk, dv, lse)
	mask, scale := backend.AttentionMask{Causal: true}, 0.125
	forward := backend.AttentionArgs{Y: y, LSE: lse, Q: q, K: []backend.View{key}, V: []backend.View{v}, Scale: scale, Mask: mask}
	grad := backend.AttentionGradArgs{DQ: dq, DK: dk, DV: dv, DY: dy, Y: y, LSE: lse, Q: q, K: key, V: v, Scale: scale, Mask: mask}
	for _, op := range []struct {
		name     string
		products int
		run      func()
	}{{"Attention", 2, func() { k.Attention(forward) }}, {"AttentionGrad", 5, func() { k.AttentionGrad(grad) }}} {
		b.Run(fmt.Sprintf("%s/batch=%d/heads=%d/places=%d/size=%d", op.name, batch, heads, places, dim), func(b *testing.B) {
			for b.Loop() {
				op.run()
			}
			flop := op.products * batch * heads * places * (places + 1) * dim
			b.ReportMetric(float64(flop)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}

func benchConv(b *testing.B, be backend.Backend, z convSize) {
	sx, sw, sy := z.views()
	last := func(shape []int) backend.View {
		v := benchView(be, shape[0], shape[2], shape[3], shape[1])
		s, t := v.Shape, v.Strides
		copy(v.Shape[1:], []int{s[3], s[1], s[2]})
		copy(v.Strides[1:], []int{t[3], t[1], t[2]})
		return v
	}
	x, w, y := last(sx), benchView(be, sw...), last(sy)
	defer free(be, x, w, y)
	flop := 2 * float64(y.Size()) * float64(w.Size()) / float64(z.o)
	for _, op := range []struct {
		name string
		run  func()
	}{
		{"Conv2d", func() { be.Conv2d(y, x, w, z.Conv, backend.Epilogue{}) }},
		{"Conv2dInputGrad", func() { be.Conv2dInputGrad(x, y, w, z.Conv, backend.Epilogue{}) }},
		{"Conv2dWeightGrad", func() { be.Conv2dWeightGrad(w, y, x, z.Conv, 0) }},
	} {
		b.Run(fmt.Sprintf("%s/c=%d/side=%d/o=%d/k=%d/stride=%d/groups=%d", op.name, z.c, z.h, z.o, z.kh, z.Stride[0], z.Groups), func(b *testing.B) {
			for b.Loop() {
				op.run()
			}
			b.ReportMetric(flop*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}

func benchGemm(b *testing.B, be backend.Backend, size [3]int) {
	m, n, k := size[0], size[1], size[2]
	dst, x, y := benchView(be, m, n), benchView(be, m, k), benchView(be, k, n)
	defer free(be, dst, x, y)
	for b.Loop() {
		be.Gemm(dst, x, y, 1, 0, backend.Epilogue{})
	}
	b.ReportMetric(2*float64(m)*float64(n)*float64(k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}
