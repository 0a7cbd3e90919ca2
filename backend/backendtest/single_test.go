package backendtest

import (
	"math"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/backend/reference"
)

// single is the best float32 backend there can be, if not the fastest: the
// reference with every result rounded. It has all optional kernels. The suite
// must pass it, and catch whatever is broken on top of it.
type single struct{ reference.Backend }

func (*single) Name() string                 { return "single" }
func (*single) Precision() backend.Precision { return backend.Float32 }

func (b *single) get(v backend.View) []float64 {
	buf := make([]float64, v.Buf.Len())
	b.Read64(buf, v.Buf, 0)
	return pick(buf, positions(v))
}

func (b *single) set(v backend.View, x []float64) {
	buf := make([]float64, v.Buf.Len())
	b.Read64(buf, v.Buf, 0)
	for i, pos := range positions(v) {
		buf[pos] = x[i]
	}
	b.Write64(v.Buf, 0, buf)
}

// change replaces each element of v.
func (b *single) change(v backend.View, f func(i int, x float64) float64) {
	x := b.get(v)
	for i := range x {
		x[i] = f(i, x[i])
	}
	b.set(v, x)
}

// round rounds the elements of v, by writing them.
func (b *single) round(v backend.View) { b.set(v, b.get(v)) }

func (b *single) Write64(dst backend.Buffer, offset int, src []float64) {
	rounded := make([]float64, len(src))
	for i, x := range src {
		rounded[i] = float64(float32(x))
	}
	b.Backend.Write64(dst, offset, rounded)
}

func (b *single) Fill(dst backend.View, value float64) { b.Backend.Fill(dst, float64(float32(value))) }

func (b *single) Unary(op backend.UnaryOp, dst, x backend.View, p backend.Params) {
	b.Backend.Unary(op, dst, x, p)
	b.round(dst)
}

func (b *single) Binary(op backend.BinaryOp, dst, x, y backend.View, p backend.Params) {
	b.Backend.Binary(op, dst, x, y, p)
	b.round(dst)
}

func (b *single) Reduce(op backend.ReduceOp, dst, x backend.View) {
	b.Backend.Reduce(op, dst, x)
	b.round(dst)
}

func (b *single) TakeAdd(dst, src backend.View, index []int32) {
	sum, add := b.get(dst), b.get(src)
	n := len(sum) / dst.Shape[0]
	for i, r := range index {
		for j := range n {
			sum[int(r)*n+j] = float64(float32(sum[int(r)*n+j] + add[i*n+j]))
		}
	}
	b.set(dst, sum)
}

func (b *single) ScatterAdd(dst, src backend.View, index []int32) {
	b.Backend.ScatterAdd(dst, src, index)
	b.round(dst)
}

func (b *single) Gemm(dst, x, y backend.View, alpha, beta float64, ep backend.Epilogue) {
	b.Backend.Gemm(dst, x, y, alpha, beta, ep)
	b.round(dst)
}

func (b *single) Conv2d(dst, x, w backend.View, c backend.Conv, ep backend.Epilogue) {
	b.Backend.Conv2d(dst, x, w, c, ep)
	b.round(dst)
}

func (b *single) Conv2dInputGrad(dst, g, w backend.View, c backend.Conv, ep backend.Epilogue) {
	b.Backend.Conv2dInputGrad(dst, g, w, c, ep)
	b.round(dst)
}

func (b *single) Conv2dWeightGrad(dst, g, x backend.View, c backend.Conv, beta float64) {
	b.Backend.Conv2dWeightGrad(dst, g, x, c, beta)
	b.round(dst)
}

func (b *single) Random(dst backend.View, dist backend.Distribution, p backend.Params, s backend.Stream) {
	b.Backend.Random(dst, dist, p, s)
	b.round(dst)
	if dist == backend.Uniform {
		below := float64(math.Nextafter32(float32(p[1]), float32(math.Inf(-1))))
		b.change(dst, func(_ int, x float64) float64 { return max(min(x, below), p[0]) })
	}
}

func (b *single) Softmax(dst, x backend.View, logarithm bool) bool {
	var out []float64
	all := b.get(x)
	lines(len(all), x.Shape[x.Rank-1], func(from, to int) {
		y, _ := softmaxTruth(all[from:to], logarithm)
		out = append(out, y...)
	})
	b.set(dst, out)
	return true
}

func (b *single) SoftmaxGrad(dst, g, y backend.View, logarithm bool) bool {
	var out []float64
	gs, ys := b.get(g), b.get(y)
	lines(len(gs), g.Shape[g.Rank-1], func(from, to int) {
		d, _ := softmaxGradTruth(gs[from:to], ys[from:to], logarithm)
		out = append(out, d...)
	})
	b.set(dst, out)
	return true
}

func (b *single) CrossEntropy(loss, lse, logits backend.View, targets []int32, smoothing float64, ignore int32) bool {
	x, n := b.get(logits), logits.Shape[1]
	losses, sums := make([]float64, len(targets)), make([]float64, len(targets))
	for i, t := range targets {
		if t != ignore {
			losses[i], sums[i], _ = crossEntropyTruth(x[i*n:(i+1)*n], int(t), smoothing)
		}
	}
	b.set(loss, losses)
	b.set(lse, sums)
	return true
}

func (b *single) CrossEntropyGrad(a backend.CrossEntropyGradArgs) bool {
	x, n := b.get(a.Logits), a.Logits.Shape[1]
	gs, sums, out := b.get(a.DLoss), b.get(a.LSE), make([]float64, len(x))
	for i, t := range a.Targets {
		if t != a.Ignore {
			d, _ := crossEntropyGradTruth(x[i*n:(i+1)*n], int(t), gs[i], sums[i], a.Smoothing)
			copy(out[i*n:], d)
		}
	}
	b.set(a.DX, out)
	return true
}

// maybe is get for a view that may have no buffer.
func (b *single) maybe(v backend.View) []float64 {
	if v.Buf == nil {
		return nil
	}
	return b.get(v)
}

func (b *single) LayerNorm(a backend.LayerNormArgs) bool {
	rows, d := a.X.Shape[0], a.X.Shape[1]
	xs, w, c := b.get(a.X), b.maybe(a.Weight), b.maybe(a.Bias)
	var ys, means, rstds []float64
	for r := range rows {
		t := layerNormTruth(xs[r*d:(r+1)*d], w, c, a.Eps)
		ys, means, rstds = append(ys, t.y...), append(means, t.mean), append(rstds, t.rstd)
	}
	b.set(a.Y, ys)
	b.set(a.Mean, means)
	b.set(a.RStd, rstds)
	return true
}

func (b *single) LayerNormGrad(a backend.LayerNormGradArgs) bool {
	dxs, dws, dbs, _, _, _ := layerNormGradTruth(b.get(a.DY), b.get(a.X), b.get(a.Mean), b.get(a.RStd), b.maybe(a.Weight))
	b.set(a.DX, dxs)
	if a.DWeight.Buf != nil {
		b.set(a.DWeight, dws)
	}
	if a.DBias.Buf != nil {
		b.set(a.DBias, dbs)
	}
	return true
}

func (b *single) RMSNorm(a backend.RMSNormArgs) bool {
	rows, d := a.X.Shape[0], a.X.Shape[1]
	xs, w := b.get(a.X), b.maybe(a.Weight)
	var ys, rstds []float64
	for r := range rows {
		y, _, rstd, _ := rmsNormTruth(xs[r*d:(r+1)*d], w, a.Eps)
		ys, rstds = append(ys, y...), append(rstds, rstd)
	}
	b.set(a.Y, ys)
	b.set(a.RStd, rstds)
	return true
}

func (b *single) RMSNormGrad(a backend.RMSNormGradArgs) bool {
	dxs, dws, _, _ := rmsNormGradTruth(b.get(a.DY), b.get(a.X), b.get(a.RStd), b.maybe(a.Weight), a.X.Shape[1])
	b.set(a.DX, dxs)
	if a.DWeight.Buf != nil {
		b.set(a.DWeight, dws)
	}
	return true
}

func (b *single) Gated(dst, gate, up backend.View, act backend.Activation) bool {
	b.set(dst, gatedTruth(b.get(gate), b.get(up), act))
	return true
}

func (b *single) GatedGrad(a backend.GatedGradArgs) bool {
	dgate, dup := gatedGradTruth(b.get(a.DY), b.get(a.Gate), b.get(a.Up), a.Act)
	b.set(a.DGate, dgate)
	b.set(a.DUp, dup)
	return true
}

func (b *single) ScaleShift(a backend.ScaleShiftArgs) bool {
	b.set(a.Y, scaleShiftTruth(b.get(a.X), b.get(a.Scale), b.get(a.Shift), a.Act, a.Slope))
	return true
}

func (b *single) BatchNorm(a backend.BatchNormArgs) bool {
	t := batchNormTruth(b.get(a.X), a.X.Shape[1], b.maybe(a.Weight), b.maybe(a.Bias), a.Eps)
	b.set(a.Y, t.y)
	b.set(a.Mean, t.mean)
	b.set(a.Var, t.variance)
	return true
}

func (b *single) BatchNormGrad(a backend.BatchNormGradArgs) bool {
	t := batchNormGradTruth(b.get(a.DY), b.get(a.X), b.get(a.Mean), b.get(a.Var), b.maybe(a.Weight), a.Eps)
	b.set(a.DX, t.dx)
	b.set(a.DWeight, t.dw)
	b.set(a.DBias, t.db)
	return true
}

func (b *single) LSTM(y, cells, gates, whh, h0, c0 backend.View) bool {
	active := b.get(gates)
	ys, cs := lstmTruth(lstmSize{y.Shape[0], y.Shape[1], y.Shape[2]}, active, b.get(whh), b.get(h0), b.get(c0))
	b.set(y, ys)
	b.set(cells, cs)
	b.set(gates, active)
	return true
}

func (b *single) LSTMGrad(a backend.LSTMGradArgs) bool {
	dgs, dhs, dcs := lstmGradTruth(lstmGradIn{
		lstmSize: lstmSize{a.DY.Shape[0], a.DY.Shape[1], a.DY.Shape[2]},
		dy:       b.get(a.DY), gates: b.get(a.Gates), cells: b.get(a.Cells), whh: b.get(a.WHH), c0: b.get(a.C0),
		dhn: b.maybe(a.DHN), dcn: b.maybe(a.DCN),
	})
	b.set(a.DGates, dgs)
	b.set(a.DH0, dhs)
	b.set(a.DC0, dcs)
	return true
}

func (b *single) GRU(a backend.GRUArgs) bool {
	active := b.get(a.Gates)
	ys, cs := gruTruth(gruSize{a.Y.Shape[0], a.Y.Shape[1], a.Y.Shape[2]}, active, b.get(a.WHH), b.get(a.BHH), b.get(a.H0))
	b.set(a.Y, ys)
	b.set(a.Candidates, cs)
	b.set(a.Gates, active)
	return true
}

func (b *single) GRUGrad(a backend.GRUGradArgs) bool {
	dgs, dps, dhs := gruGradTruth(gruGradIn{
		gruSize: gruSize{a.DY.Shape[0], a.DY.Shape[1], a.DY.Shape[2]},
		dy:      b.get(a.DY), gates: b.get(a.Gates), candidates: b.get(a.Candidates), before: b.get(a.Before), whh: b.get(a.WHH),
		dhn: b.maybe(a.DHN),
	})
	b.set(a.DGates, dgs)
	b.set(a.DProducts, dps)
	b.set(a.DH0, dhs)
	return true
}

func (b *single) AdamStep(p, g, m, v backend.View, cfg backend.AdamConfig) bool {
	ps, gs, ms, vs := b.get(p), b.get(g), b.get(m), b.get(v)
	for i := range ps {
		ps[i], ms[i], vs[i], _ = adamTruth(ps[i], gs[i], ms[i], vs[i], cfg)
	}
	b.set(p, ps)
	b.set(m, ms)
	b.set(v, vs)
	return true
}

func (b *single) SGDStep(p, g, buf backend.View, cfg backend.SGDConfig) bool {
	ps, gs, bs := b.get(p), b.get(g), b.maybe(buf)
	for i := range ps {
		old := 0.0
		if bs != nil && !cfg.First {
			old = bs[i]
		}
		next := 0.0
		if ps[i], next, _ = sgdTruth(ps[i], gs[i], old, cfg); bs != nil {
			bs[i] = next
		}
	}
	b.set(p, ps)
	if bs != nil {
		b.set(buf, bs)
	}
	return true
}
