package profile

import "github.com/org/artnn/backend"

// Name is that of the backend inside.
func (p *Profiler) Name() string { return p.inner.Name() }

// Precision is that of the backend inside.
func (p *Profiler) Precision() backend.Precision { return p.inner.Precision() }

// Alloc, Free and the host transfers are passed on untimed.
func (p *Profiler) Alloc(n int) backend.Buffer { return p.inner.Alloc(n) }
func (p *Profiler) Free(b backend.Buffer)      { p.inner.Free(b) }
func (p *Profiler) Write32(dst backend.Buffer, offset int, s []float32) {
	p.inner.Write32(dst, offset, s)
}
func (p *Profiler) Write64(dst backend.Buffer, offset int, s []float64) {
	p.inner.Write64(dst, offset, s)
}
func (p *Profiler) Read32(dst []float32, src backend.Buffer, offset int) {
	p.inner.Read32(dst, src, offset)
}
func (p *Profiler) Read64(dst []float64, src backend.Buffer, offset int) {
	p.inner.Read64(dst, src, offset)
}

func (p *Profiler) Fill(dst backend.View, value float64) {
	p.time("fill", dst, moved(0, dst), func() { p.inner.Fill(dst, value) })
}

func (p *Profiler) Copy(dst, src backend.View) {
	p.time("copy", dst, moved(0, dst, src), func() { p.inner.Copy(dst, src) })
}

func (p *Profiler) Unary(op backend.UnaryOp, dst, x backend.View, params backend.Params) {
	p.time(op.String(), dst, moved(1, dst, x), func() { p.inner.Unary(op, dst, x, params) })
}

func (p *Profiler) Binary(op backend.BinaryOp, dst, a, b backend.View, params backend.Params) {
	p.time(op.String(), dst, moved(1, dst, a, b), func() { p.inner.Binary(op, dst, a, b, params) })
}

func (p *Profiler) Where(dst, cond, a, b backend.View) {
	p.time("where", dst, moved(0, dst, cond, a, b), func() { p.inner.Where(dst, cond, a, b) })
}

func (p *Profiler) Reduce(op backend.ReduceOp, dst, x backend.View) {
	p.time("reduce "+op.String(), dst, moved(1, x, dst), func() { p.inner.Reduce(op, dst, x) })
}

func (p *Profiler) ArgMax(dst []int32, x backend.View, axis int) {
	p.time("argmax", x, moved(1, x), func() { p.inner.ArgMax(dst, x, axis) })
}

func (p *Profiler) Take(dst, x backend.View, index []int32) {
	p.time("take", dst, moved(0, dst, dst), func() { p.inner.Take(dst, x, index) })
}

func (p *Profiler) TakeAdd(dst, src backend.View, index []int32) {
	p.time("take_add", src, moved(1, src, src, src), func() { p.inner.TakeAdd(dst, src, index) })
}

func (p *Profiler) Gather(dst, x backend.View, index []int32) {
	p.time("gather", dst, moved(0, dst, dst), func() { p.inner.Gather(dst, x, index) })
}

func (p *Profiler) ScatterAdd(dst, src backend.View, index []int32) {
	p.time("scatter_add", src, moved(1, src, src, src), func() { p.inner.ScatterAdd(dst, src, index) })
}

func (p *Profiler) Gemm(dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
	k := float64(a.Shape[a.Rank-1])
	c := moved(2*k, dst, a, b)
	if beta != 0 {
		c.elements += size(dst)
	}
	c.elements += size(ep.Bias)
	shape := dst // shown as M×N×K, after the batch if there is one
	shape.Shape[shape.Rank] = int(k)
	shape.Rank++
	p.time("gemm", shape, c, func() { p.inner.Gemm(dst, a, b, alpha, beta, ep) })
}

func (p *Profiler) Conv2d(dst, x, w backend.View, conv backend.Conv, ep backend.Epilogue) {
	c := convCost(dst, w, moved(0, dst, x, w))
	c.elements += size(ep.Bias)
	p.time("conv2d", dst, c, func() { p.inner.Conv2d(dst, x, w, conv, ep) })
}

func (p *Profiler) Conv2dInputGrad(dst, g, w backend.View, conv backend.Conv, ep backend.Epilogue) {
	c := convCost(g, w, moved(0, dst, g, w))
	c.elements += size(ep.Bias)
	p.time("conv2d input grad", dst, c, func() { p.inner.Conv2dInputGrad(dst, g, w, conv, ep) })
}

func (p *Profiler) Conv2dWeightGrad(dst, g, x backend.View, conv backend.Conv, beta float64) {
	c := convCost(g, dst, moved(0, dst, g, x))
	if beta != 0 {
		c.elements += size(dst)
	}
	p.time("conv2d weight grad", dst, c, func() { p.inner.Conv2dWeightGrad(dst, g, x, conv, beta) })
}

// convCost adds a multiplication and an addition for each tap of every window: the
// windows are the elements of y, and taps the weights of one channel of it.
func convCost(y, w backend.View, c cost) cost {
	if w.Shape[0] > 0 {
		c.flops += 2 * size(y) * size(w) / float64(w.Shape[0])
	}
	return c
}

func (p *Profiler) Random(dst backend.View, dist backend.Distribution, params backend.Params, s backend.Stream) {
	p.time("random", dst, moved(0, dst), func() { p.inner.Random(dst, dist, params, s) })
}
