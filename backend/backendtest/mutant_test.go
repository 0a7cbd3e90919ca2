//go:build !race

package backendtest

import "github.com/org/artnn/backend"

// mutant is a sound backend whose methods can be replaced one by one.
type mutant struct {
	single
	alloc      func(n int) backend.Buffer
	free       func(b backend.Buffer)
	write64    func(dst backend.Buffer, offset int, src []float64)
	read64     func(dst []float64, src backend.Buffer, offset int)
	read32     func(dst []float32, src backend.Buffer, offset int)
	fill       func(dst backend.View, value float64)
	copy       func(dst, src backend.View)
	unary      func(op backend.UnaryOp, dst, x backend.View, p backend.Params)
	binary     func(op backend.BinaryOp, dst, a, b backend.View, p backend.Params)
	where      func(dst, cond, a, b backend.View)
	reduce     func(op backend.ReduceOp, dst, x backend.View)
	argMax     func(dst []int32, x backend.View, axis int)
	take       func(dst, x backend.View, index []int32)
	takeAdd    func(dst, src backend.View, index []int32)
	gather     func(dst, x backend.View, index []int32)
	scatterAdd func(dst, src backend.View, index []int32)
	gemm       func(dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue)
	conv2d     func(dst, x, w backend.View, c backend.Conv, ep backend.Epilogue)
	inputGrad  func(dst, g, w backend.View, c backend.Conv, ep backend.Epilogue)
	weightGrad func(dst, g, x backend.View, c backend.Conv, beta float64)
	random     func(dst backend.View, dist backend.Distribution, p backend.Params, s backend.Stream)
}

// with makes a mutant; f gets it to replace methods, which may call the sound
// ones on m.single.
func with(f func(m *mutant)) *mutant {
	m := new(mutant)
	f(m)
	return m
}

func (m *mutant) Alloc(n int) backend.Buffer {
	if m.alloc != nil {
		return m.alloc(n)
	}
	return m.single.Alloc(n)
}

func (m *mutant) Free(b backend.Buffer) {
	if m.free != nil {
		m.free(b)
		return
	}
	m.single.Free(b)
}

func (m *mutant) Write64(dst backend.Buffer, offset int, src []float64) {
	if m.write64 != nil {
		m.write64(dst, offset, src)
		return
	}
	m.single.Write64(dst, offset, src)
}

func (m *mutant) Read64(dst []float64, src backend.Buffer, offset int) {
	if m.read64 != nil {
		m.read64(dst, src, offset)
		return
	}
	m.single.Read64(dst, src, offset)
}

func (m *mutant) Read32(dst []float32, src backend.Buffer, offset int) {
	if m.read32 != nil {
		m.read32(dst, src, offset)
		return
	}
	m.single.Read32(dst, src, offset)
}

func (m *mutant) Fill(dst backend.View, value float64) {
	if m.fill != nil {
		m.fill(dst, value)
		return
	}
	m.single.Fill(dst, value)
}

func (m *mutant) Copy(dst, src backend.View) {
	if m.copy != nil {
		m.copy(dst, src)
		return
	}
	m.single.Copy(dst, src)
}

func (m *mutant) Unary(op backend.UnaryOp, dst, x backend.View, p backend.Params) {
	if m.unary != nil {
		m.unary(op, dst, x, p)
		return
	}
	m.single.Unary(op, dst, x, p)
}

func (m *mutant) Binary(op backend.BinaryOp, dst, a, b backend.View, p backend.Params) {
	if m.binary != nil {
		m.binary(op, dst, a, b, p)
		return
	}
	m.single.Binary(op, dst, a, b, p)
}

func (m *mutant) Where(dst, cond, a, b backend.View) {
	if m.where != nil {
		m.where(dst, cond, a, b)
		return
	}
	m.single.Where(dst, cond, a, b)
}

func (m *mutant) Reduce(op backend.ReduceOp, dst, x backend.View) {
	if m.reduce != nil {
		m.reduce(op, dst, x)
		return
	}
	m.single.Reduce(op, dst, x)
}

func (m *mutant) ArgMax(dst []int32, x backend.View, axis int) {
	if m.argMax != nil {
		m.argMax(dst, x, axis)
		return
	}
	m.single.ArgMax(dst, x, axis)
}

func (m *mutant) Take(dst, x backend.View, index []int32) {
	if m.take != nil {
		m.take(dst, x, index)
		return
	}
	m.single.Take(dst, x, index)
}

func (m *mutant) TakeAdd(dst, src backend.View, index []int32) {
	if m.takeAdd != nil {
		m.takeAdd(dst, src, index)
		return
	}
	m.single.TakeAdd(dst, src, index)
}

func (m *mutant) Gather(dst, x backend.View, index []int32) {
	if m.gather != nil {
		m.gather(dst, x, index)
		return
	}
	m.single.Gather(dst, x, index)
}

func (m *mutant) ScatterAdd(dst, src backend.View, index []int32) {
	if m.scatterAdd != nil {
		m.scatterAdd(dst, src, index)
		return
	}
	m.single.ScatterAdd(dst, src, index)
}

func (m *mutant) Gemm(dst, a, b backend.View, alpha, beta float64, ep backend.Epilogue) {
	if m.gemm != nil {
		m.gemm(dst, a, b, alpha, beta, ep)
		return
	}
	m.single.Gemm(dst, a, b, alpha, beta, ep)
}

func (m *mutant) Conv2d(dst, x, w backend.View, c backend.Conv, ep backend.Epilogue) {
	if m.conv2d != nil {
		m.conv2d(dst, x, w, c, ep)
		return
	}
	m.single.Conv2d(dst, x, w, c, ep)
}

func (m *mutant) Conv2dInputGrad(dst, g, w backend.View, c backend.Conv, ep backend.Epilogue) {
	if m.inputGrad != nil {
		m.inputGrad(dst, g, w, c, ep)
		return
	}
	m.single.Conv2dInputGrad(dst, g, w, c, ep)
}

func (m *mutant) Conv2dWeightGrad(dst, g, x backend.View, c backend.Conv, beta float64) {
	if m.weightGrad != nil {
		m.weightGrad(dst, g, x, c, beta)
		return
	}
	m.single.Conv2dWeightGrad(dst, g, x, c, beta)
}

func (m *mutant) Random(dst backend.View, dist backend.Distribution, p backend.Params, s backend.Stream) {
	if m.random != nil {
		m.random(dst, dist, p, s)
		return
	}
	m.single.Random(dst, dist, p, s)
}
