package cpu

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
)

// call is one operation with its operands, ready to run again and again, and
// the buffers it writes.
type call struct {
	name string
	run  func()
	out  []backend.View
}

// calls covers every kind of work that is divided, at sizes that are.
func calls(c *cpu) []call {
	rng := rand.New(rand.NewPCG(7, 8))
	in := func(shape ...int) backend.View { return randomView(c, rng, shape, nil) }
	index := func(n, limit int) []int32 {
		x := make([]int32, n)
		for i := range x {
			x[i] = int32(rng.IntN(limit))
		}
		return x
	}
	var all []call
	add := func(name string, run func(), out ...backend.View) { all = append(all, call{name, run, out}) }

	for _, s := range [][3]int{
		{5, 2, 3}, {40, 40, 40}, {1, 2000, 300}, {3, 700, 300}, {32, 700, 600}, {90, 70, 80}, {400, 300, 300}, {8, 30, 20000}, {1, 40, 20000}, {32, 60, 10000},
	} {
		a, b, bt, d, e := in(s[0], s[2]), in(s[2], s[1]), in(s[1], s[2]), in(s[0], s[1]), in(s[0], s[1])
		bt = transposed(bt)
		ep := backend.Epilogue{Bias: in(s[1]), Act: backend.ActReLU} // which keeps the last digits
		add("gemm", func() { c.Gemm(d, a, b, 1, 0, ep) }, d)
		add("gemm transposed", func() { c.Gemm(e, a, bt, 0.5, 0, backend.Epilogue{}) }, e)
	}
	ba, bb, bd := in(30, 40, 20), in(30, 20, 50), in(30, 40, 50)
	add("gemm batch", func() { c.Gemm(bd, ba, bb, 1, 0, backend.Epilogue{}) }, bd)

	for _, s := range [][7]int{{3, 12, 13, 10, 3, 1, 1}, {20, 16, 15, 34, 4, 2, 1}, {33, 8, 8, 33, 1, 1, 1}, {32, 30, 31, 32, 3, 1, 32}, {32, 30, 31, 32, 3, 1, 2}, {20, 14, 15, 3, 3, 1, 1}, {32, 20, 18, 48, 3, 1, 1}, {32, 18, 20, 32, 4, 2, 1}} {
		conv := backend.Conv{Stride: [2]int{s[5], s[5]}, Dilation: [2]int{1, 1}, Pad: [2]int{s[4] / 3, s[4] / 3}, Groups: s[6]}
		size := func(n int) int { return (n+2*conv.Pad[0]-s[4])/s[5] + 1 }
		x, w, y := in(4, s[1], s[2], s[0]), in(s[3], s[0]/s[6], s[4], s[4]), in(4, size(s[1]), size(s[2]), s[3])
		x, y = channelsFirst(x), channelsFirst(y)
		dx, dw, dy := channelsFirst(in(4, s[1], s[2], s[0])), in(s[3], s[0]/s[6], s[4], s[4]), in(4, s[3], size(s[1]), size(s[2]))
		add("conv2d", func() { c.Conv2d(dy, x, w, conv, backend.Epilogue{Act: backend.ActTanh}) }, dy)
		add("conv2d input grad", func() { c.Conv2dInputGrad(dx, y, w, conv, backend.Epilogue{}) }, dx)
		add("conv2d weight grad", func() { c.Conv2dWeightGrad(dw, y, x, conv, 0) }, dw)
	}

	x, y, z, d := in(300, 400), in(300, 400), in(300, 400), in(300, 400)
	row, d2, d3, d4, d5, d6 := in(1, 400), in(300, 400), in(300, 400), in(300, 400), in(400, 300), in(300, 400)
	row.Shape[0], row.Strides[0] = 300, 0
	add("unary", func() { c.Unary(backend.Tanh, d, x, backend.Params{}) }, d)
	add("binary", func() { c.Binary(backend.Mul, d2, x, y, backend.Params{}) }, d2)
	add("binary row", func() { c.Binary(backend.Add, d3, x, row, backend.Params{}) }, d3)
	add("where", func() { c.Where(d4, x, y, row) }, d4)
	add("copy", func() { c.Copy(d5, transposed(x)) }, d5)
	add("fill and random", func() {
		c.Fill(d6, 1)
		c.Random(d6, backend.Normal, backend.Params{0, 1}, backend.Stream{Key: 1})
	}, d6)

	r1, r2, r3, long := in(300, 1), in(1, 400), in(1, 1), in(1, 1)
	line := in(1, 300000)
	add("sum rows", func() { c.Reduce(backend.ReduceSum, r1, x) }, r1)
	add("sum columns", func() { c.Reduce(backend.ReduceSum, r2, x) }, r2)
	add("max", func() { c.Reduce(backend.ReduceMax, r3, x) }, r3)
	add("sum of a long row", func() { c.Reduce(backend.ReduceSum, long, line) }, long)

	rows, cols, wide := index(200, 300), index(300*50, 400), in(300, 50)
	t1, t2, t3, t4 := in(200, 400), in(300, 400), in(300, 50), in(300, 400)
	add("take", func() { c.Take(t1, x, rows) }, t1)
	add("take add", func() { c.Fill(t2, 0); c.TakeAdd(t2, t1, rows) }, t2)
	add("gather", func() { c.Gather(t3, x, cols) }, t3)
	add("scatter add", func() { c.Fill(t4, 0); c.ScatterAdd(t4, wide, cols) }, t4)
	best := make([]int32, 300)
	add("argmax", func() { c.ArgMax(best, x, 1) })

	s1, s2 := in(300, 400), in(300, 400)
	add("softmax", func() { c.Softmax(s1, x, false) }, s1)
	add("softmax grad", func() { c.SoftmaxGrad(s2, y, s1, false) }, s2)
	loss, lse, dl, targets := in(300), in(300), in(300, 400), index(300, 400)
	add("cross entropy", func() { c.CrossEntropy(loss, lse, x, targets, 0.1, -1) }, loss, lse)
	entropyGrad := backend.CrossEntropyGradArgs{DX: dl, DLoss: loss, LSE: lse, Logits: x, Targets: targets, Smoothing: 0.1, Ignore: -1}
	add("cross entropy grad", func() { c.CrossEntropyGrad(entropyGrad) }, dl)
	mean, rstd, w, b, dw, db := in(300), in(300), in(400), in(400), in(400), in(400)
	n1, n2 := in(300, 400), in(300, 400)
	norm := backend.LayerNormArgs{Y: n1, Mean: mean, RStd: rstd, X: x, Weight: w, Bias: b, Eps: 1e-5}
	add("layer norm", func() { c.LayerNorm(norm) }, n1, mean, rstd)
	normGrad := backend.LayerNormGradArgs{DX: n2, DWeight: dw, DBias: db, DY: y, X: x, Mean: mean, RStd: rstd, Weight: w}
	add("layer norm grad", func() { c.LayerNormGrad(normGrad) }, n2, dw, db)

	rmsNorm := backend.RMSNormArgs{Y: n1, RStd: rstd, X: x, Weight: w, Eps: 1e-5}
	add("rms norm", func() { c.RMSNorm(rmsNorm) }, n1, rstd)
	rmsNormGrad := backend.RMSNormGradArgs{DX: n2, DWeight: dw, DY: y, X: x, RStd: rstd, Weight: w}
	add("rms norm grad", func() { c.RMSNormGrad(rmsNormGrad) }, n2, dw)

	ga, gb := in(300, 400), in(300, 400)
	add("gated", func() { c.Gated(n1, x, y, backend.ActSiLU) }, n1)
	gatedGrad := backend.GatedGradArgs{DGate: ga, DUp: gb, DY: y, Gate: x, Up: y, Act: backend.ActGELUTanh}
	add("gated grad", func() { c.GatedGrad(gatedGrad) }, ga, gb)

	nmean, nvar, ny, ndx, ndw, ndb := in(40), in(40), in(3000, 40), in(3000, 40), in(40), in(40)
	nx, ng, nw, nb := in(3000, 40), in(3000, 40), in(40), in(40)
	batchNorm := backend.BatchNormArgs{Y: ny, Mean: nmean, Var: nvar, X: nx, Weight: nw, Bias: nb, Eps: 1e-5}
	add("batch norm", func() { c.BatchNorm(batchNorm) }, ny, nmean, nvar)
	batchNormGrad := backend.BatchNormGradArgs{DX: ndx, DWeight: ndw, DBias: ndb, DY: ng, X: nx, Mean: nmean, Var: nvar, Weight: nw, Eps: 1e-5}
	add("batch norm grad", func() { c.BatchNormGrad(batchNormGrad) }, ndx, ndw, ndb)
	scaleShift := backend.ScaleShiftArgs{Y: ny, X: nx, Scale: nw, Shift: nb, Act: backend.ActReLU}
	add("scale and shift", func() { c.ScaleShift(scaleShift) }, ny)
	for _, batch := range []int{2, 20} {
		const steps, h = 5, 96
		proj, gates, ly, cells := in(batch, steps, 4*h), in(batch, steps, 4*h), in(batch, steps, h), in(batch, steps, h)
		whh, h0, c0 := in(4*h, h), in(batch, h), in(batch, h)
		dg, dh0, dc0, dy := in(batch, steps, 4*h), in(batch, h), in(batch, h), in(batch, steps, h)
		add("lstm", func() { c.Copy(gates, proj); c.LSTM(ly, cells, gates, whh, h0, c0) }, gates, ly, cells)
		lstmGrad := backend.LSTMGradArgs{DGates: dg, DH0: dh0, DC0: dc0, DY: dy, Gates: gates, Cells: cells, WHH: whh, C0: c0}
		add("lstm grad", func() { c.LSTMGrad(lstmGrad) }, dg, dh0, dc0)

		gproj, ggates, gy, candidates, before := in(batch, steps, 3*h), in(batch, steps, 3*h), in(batch, steps, h), in(batch, steps, h), in(batch, steps, h)
		gwhh, bhh, gdg, gdp, gdh := in(3*h, h), in(3*h), in(batch, steps, 3*h), in(batch, steps, 3*h), in(batch, h)
		gru := backend.GRUArgs{Y: gy, Candidates: candidates, Gates: ggates, WHH: gwhh, BHH: bhh, H0: h0}
		add("gru", func() { c.Copy(ggates, gproj); c.GRU(gru) }, ggates, gy, candidates)
		gruGrad := backend.GRUGradArgs{DGates: gdg, DProducts: gdp, DH0: gdh, DY: dy, Gates: ggates, Candidates: candidates, Before: before, WHH: gwhh}
		add("gru grad", func() { c.GRUGrad(gruGrad) }, gdg, gdp, gdh)
	}
	for i, s := range [][5]int{{3, 130, 130, 4, 2}, {1, 200, 390, 2, 1}, {1, 1, 700, 8, 2}, {1, 200, 390, 2, 1}, {1, 2, 700, 8, 2}} { // many heads; few, so that keys are divided; one query
		const dim = 20
		mask := backend.AttentionMask{Causal: true, Offset: s[2] - s[1]}
		if i > 2 {
			mask.Dropout = backend.AttentionDropout{P: 0.3, Stream: backend.Stream{Key: 4}, First: 1}
		}
		q, y, dy, dq := in(s[0], s[1], s[3], dim), in(s[0], s[1], s[3], dim), in(s[0], s[1], s[3], dim), in(s[0], s[1], s[3], dim)
		k, v, dk, dv := in(s[0], s[2], s[4], dim), in(s[0], s[2], s[4], dim), in(s[0], s[2], s[4], dim), in(s[0], s[2], s[4], dim)
		lse := in(s[0], s[3], s[1])
		forward := backend.AttentionArgs{Y: y, LSE: lse, Q: q, K: []backend.View{k}, V: []backend.View{v}, Scale: 0.2, Mask: mask}
		add("attention", func() { c.Attention(forward) }, y, lse)
		grad := backend.AttentionGradArgs{DQ: dq, DK: dk, DV: dv, DY: dy, Y: y, LSE: lse, Q: q, K: k, V: v, Scale: 0.2, Mask: mask}
		add("attention grad", func() { c.AttentionGrad(grad) }, dq, dk, dv)
		turned, cos, sin := in(s[0], s[1], s[3], dim), in(s[1], dim/2), in(s[1], dim/2)
		add("rotary", func() { c.Rotary(backend.RotaryArgs{Dst: turned, X: q, Cos: cos, Sin: sin}) }, turned)
	}
	p, m, v := in(300, 400), in(300, 400), in(300, 400)
	add("adam", func() {
		c.Copy(p, z)
		c.Fill(m, 0)
		c.Fill(v, 0)
		c.AdamStep(p, x, m, v, backend.AdamConfig{LR: 0.1, Beta1: 0.9, Beta2: 0.99, Eps: 1e-8, BiasCorrection1: 0.1, BiasCorrection2: 0.01})
	}, p, m, v)
	for _, s := range [][3]int{{600, 300, 7}, {20, 9000, 12}} {
		p, m, v, start, x, y := in(s[0], s[1]), in(s[0], s[1]), in(s[0], s[1]), in(s[0], s[1]), in(s[2], s[0]), in(s[2], s[1])
		add("adam product", func() {
			c.Copy(p, start)
			c.Fill(m, 0)
			c.Fill(v, 0)
			c.AdamStepProduct(p, transposed(x), y, m, v, backend.AdamConfig{LR: 0.1, Beta1: 0.9, Beta2: 0.99, Eps: 1e-8, BiasCorrection1: 0.1, BiasCorrection2: 0.01})
		}, p, m, v)
	}
	q, u := in(300, 400), in(300, 400)
	add("sgd", func() {
		c.Copy(q, z)
		c.SGDStep(q, x, u, backend.SGDConfig{LR: 0.1, Momentum: 0.9, First: true})
	}, q, u)
	return all
}

// channelsFirst is v, whose last axis is that of channels, with it second.
func channelsFirst(v backend.View) backend.View {
	w := v
	for to, from := range [...]int{0, 3, 1, 2} {
		w.Shape[to], w.Strides[to] = v.Shape[from], v.Strides[from]
	}
	return w
}

func transposed(v backend.View) backend.View {
	v.Shape[0], v.Shape[1] = v.Shape[1], v.Shape[0]
	v.Strides[0], v.Strides[1] = v.Strides[1], v.Strides[0]
	return v
}

// Results do not depend on how many processors there are.
func TestDeterministicAcrossGOMAXPROCS(t *testing.T) {
	forPaths(t, func(t *testing.T) {
		c := newCPU()
		all := calls(c)
		want := make([][][]float32, len(all))
		atProcs(t, func(procs int) {
			for i, call := range all {
				call.run()
				for o, v := range call.out {
					if procs == 1 && len(want[i]) < len(call.out) {
						want[i] = append(want[i], values(v))
						continue
					}
					sameBits(t, call.name, values(v), want[i][o])
				}
			}
		})
	})
}

// A second run of anything needs nothing from the Go heap.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	c := newCPU()
	all := calls(c)
	// A worker that runs for the first time takes a scratch block of its own.
	for range 8 {
		for _, call := range all {
			call.run()
		}
	}
	for _, call := range all {
		require.Zero(t, testing.AllocsPerRun(4, call.run), call.name)
	}
	n := testing.AllocsPerRun(100, func() {
		a, b := c.Alloc(1000), c.Alloc(70000)
		c.Free(a)
		c.Free(b)
	})
	require.Zero(t, n, "alloc and free")
}

// Goroutines that share a backend, but no destination, do not disturb one
// another.
func TestConcurrentCallers(t *testing.T) {
	c := newCPU()
	const callers = 4
	var sets [callers][]call
	for i := range sets {
		sets[i] = calls(c)
	}
	for _, call := range sets[0] {
		call.run()
	}
	var wg sync.WaitGroup
	for _, set := range sets[1:] {
		wg.Go(func() {
			for range 2 {
				for _, call := range set {
					call.run()
				}
			}
		})
	}
	wg.Wait()
	for i := range sets[0] {
		for _, set := range sets[1:] {
			for o, v := range set[i].out {
				sameBits(t, set[i].name, values(v), values(sets[0][i].out[o]))
			}
		}
	}
}
