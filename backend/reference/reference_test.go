package reference

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/org/artnn/backend"
)

var (
	ref  = New()
	none backend.Epilogue
	inf  = math.Inf(1)
	nan  = math.NaN()
)

func view(values []float64, shape ...int) backend.View {
	b := ref.Alloc(len(values))
	ref.Write64(b, 0, values)
	return backend.NewView(b, shape...)
}

func empty(shape ...int) backend.View {
	v := backend.NewView(nil, shape...)
	v.Buf = ref.Alloc(v.Size())
	return v
}

func values(v backend.View) []float64 {
	out := make([]float64, v.Buf.Len())
	ref.Read64(out, v.Buf, 0)
	return out
}

func transposed(v backend.View) backend.View {
	i, j := v.Rank-2, v.Rank-1
	v.Shape[i], v.Shape[j] = v.Shape[j], v.Shape[i]
	v.Strides[i], v.Strides[j] = v.Strides[j], v.Strides[i]
	return v
}

// The expected values below were worked out by hand or with bc, to 15 digits.
func TestUnaryAgainstTables(t *testing.T) {
	for _, c := range []struct {
		op      backend.UnaryOp
		x, want float64
		p       backend.Params
	}{
		{backend.Neg, 2, -2, backend.Params{}},
		{backend.Abs, -2, 2, backend.Params{}},
		{backend.Sign, -7, -1, backend.Params{}},
		{backend.Sign, nan, nan, backend.Params{}},
		{backend.Sqrt, 9, 3, backend.Params{}},
		{backend.Rsqrt, 4, 0.5, backend.Params{}},
		{backend.Recip, -4, -0.25, backend.Params{}},
		{backend.Square, -3, 9, backend.Params{}},
		{backend.Exp, 1, 2.718281828459045, backend.Params{}},
		{backend.Log, 2, 0.693147180559945, backend.Params{}},
		{backend.Sin, 1, 0.841470984807897, backend.Params{}},
		{backend.Cos, 1, 0.540302305868140, backend.Params{}},
		{backend.Tanh, 1, 0.761594155955765, backend.Params{}},
		{backend.Sigmoid, 1, 0.731058578630005, backend.Params{}},
		{backend.Sigmoid, -1, 0.268941421369995, backend.Params{}},
		{backend.Sigmoid, -700, 9.859676543759770e-305, backend.Params{}}, // math.Exp on arm64 gives 0 where results are subnormal
		{backend.Erf, 1, 0.842700792949715, backend.Params{}},
		{backend.Softplus, 1, 1.313261687518223, backend.Params{}},
		{backend.Softplus, 1000, 1000, backend.Params{}},
		{backend.Softplus, -1000, 0, backend.Params{}},
		{backend.ReLU, -1, 0, backend.Params{}},
		{backend.ReLU, nan, nan, backend.Params{}},
		{backend.LeakyReLU, -2, -0.5, backend.Params{0.25}},
		{backend.LeakyReLU, 2, 2, backend.Params{0.25}},
		{backend.GELU, 1, 0.841344746068543, backend.Params{}},
		{backend.GELU, -1, -0.158655253931457, backend.Params{}},
		{backend.GELUTanh, 1, 0.841191990608276705, backend.Params{}},
		{backend.GELUTanh, -1, -0.158808009391723295, backend.Params{}},
		{backend.SiLU, 1, 0.731058578630005, backend.Params{}},
		{backend.AddScalar, 2, 5, backend.Params{3}},
		{backend.MulScalar, 2, 6, backend.Params{3}},
		{backend.RSubScalar, 2, 1, backend.Params{3}},
		{backend.RDivScalar, 2, 1.5, backend.Params{3}},
		{backend.PowScalar, 2, 8, backend.Params{3}},
		{backend.Clamp, 2, 1, backend.Params{-1, 1}},
		{backend.Clamp, -2, -1, backend.Params{-1, 1}},
		{backend.Clamp, nan, nan, backend.Params{-1, 1}},
	} {
		x := view([]float64{c.x}, 1)
		ref.Unary(c.op, x, x, c.p)
		same(t, c.want, values(x)[0], "%v(%v)", c.op, c.x)
	}
}

func TestBinaryAgainstTables(t *testing.T) {
	for _, c := range []struct {
		op         backend.BinaryOp
		a, b, want float64
	}{
		{backend.Add, 2, 3, 5}, {backend.Sub, 2, 3, -1}, {backend.Mul, 2, 3, 6}, {backend.Div, 3, 2, 1.5},
		{backend.Pow, 2, 3, 8}, {backend.Maximum, 2, nan, nan}, {backend.Maximum, nan, inf, nan},
		{backend.Maximum, 2, 3, 3}, {backend.Minimum, 2, 3, 2}, {backend.Minimum, -inf, nan, nan},
		{backend.Equal, 2, 2, 1}, {backend.Equal, nan, nan, 0}, {backend.NotEqual, nan, nan, 1},
		{backend.Less, 2, 3, 1}, {backend.LessEqual, 3, 3, 1}, {backend.Greater, 2, 3, 0}, {backend.GreaterEqual, 3, 3, 1},
		{backend.ReLUGrad, 5, 0, 0}, {backend.ReLUGrad, 5, 1, 5}, {backend.LeakyReLUGrad, 5, -1, 1.25},
		{backend.TanhGrad, 2, 0.5, 1.5}, {backend.SigmoidGrad, 2, 0.25, 0.375},
		{backend.GELUGrad, 1, 1, 1.083315470587686}, {backend.GELUTanhGrad, 1, 1, 1.08296408384578256}, {backend.GELUTanhGrad, 1, 1e10, 1},
		{backend.SiLUGrad, 1, 1, 0.927670511871487},
	} {
		a, b := view([]float64{c.a}, 1), view([]float64{c.b}, 1)
		ref.Binary(c.op, a, a, b, backend.Params{0.25})
		same(t, c.want, values(a)[0], "%v(%v, %v)", c.op, c.a, c.b)
	}
}

func same(t *testing.T, want, got float64, msg string, args ...any) {
	t.Helper()
	if math.IsNaN(want) {
		assert.True(t, math.IsNaN(got), append([]any{msg + " is %v"}, append(args, got)...)...)
		return
	}
	assert.InDelta(t, want, got, 2e-15*math.Abs(want), append([]any{msg}, args...)...)
}

func TestMovement(t *testing.T) {
	x := view([]float64{1, 2, 3, 4, 5, 6}, 2, 3)
	d := empty(3, 2)
	ref.Copy(d, transposed(x))
	assert.Equal(t, []float64{1, 4, 2, 5, 3, 6}, values(d))

	ref.Fill(transposed(d), 7)
	assert.Equal(t, []float64{7, 7, 7, 7, 7, 7}, values(d))

	w := empty(2, 3)
	ref.Where(w, view([]float64{1, 0, nan, 0, 0, -1}, 2, 3), x, view([]float64{10, 20, 30, 40, 50, 60}, 2, 3))
	assert.Equal(t, []float64{1, 20, 3, 40, 50, 6}, values(w))

	d = empty(3, 2)
	ref.Take(d, transposed(x), []int32{2, 0, 2})
	assert.Equal(t, []float64{3, 6, 1, 4, 3, 6}, values(d))

	d = view([]float64{0, 0, 100, 0}, 2, 2)
	ref.TakeAdd(d, transposed(x), []int32{1, 0, 1})
	assert.Equal(t, []float64{2, 5, 104, 10}, values(d))

	d = empty(2, 2)
	ref.Gather(d, x, []int32{2, 2, 0, 1})
	assert.Equal(t, []float64{3, 3, 4, 5}, values(d))

	d = view([]float64{0, 0, 0, 100, 0, 0}, 2, 3)
	ref.ScatterAdd(d, view([]float64{1, 2, 3, 4}, 2, 2), []int32{2, 2, 0, 1})
	assert.Equal(t, []float64{0, 0, 3, 103, 4, 0}, values(d))
}

func TestReductions(t *testing.T) {
	x := view([]float64{1, 2, 3, 4, 5, 6}, 2, 3)
	for _, c := range []struct {
		op    backend.ReduceOp
		shape []int
		want  []float64
	}{
		{backend.ReduceSum, []int{1, 1}, []float64{21}},
		{backend.ReduceSum, []int{2, 1}, []float64{6, 15}},
		{backend.ReduceSum, []int{1, 3}, []float64{5, 7, 9}},
		{backend.ReduceMax, []int{2, 1}, []float64{3, 6}},
		{backend.ReduceMin, []int{1, 3}, []float64{1, 2, 3}},
	} {
		d := empty(c.shape...)
		ref.Reduce(c.op, d, x)
		assert.Equal(t, c.want, values(d))
	}
	for op, want := range map[backend.ReduceOp]float64{backend.ReduceSum: 0, backend.ReduceMax: -inf, backend.ReduceMin: inf} {
		d := empty(1)
		ref.Reduce(op, d, empty(0))
		assert.Equal(t, []float64{want}, values(d))
	}

	index := make([]int32, 3)
	ref.ArgMax(index, view([]float64{1, nan, 7, 2, nan, 7}, 2, 3), 0)
	assert.Equal(t, []int32{1, 0, 0}, index)
}

func TestGemm(t *testing.T) {
	a, b := view([]float64{1, 2, 3, 4, 5, 6}, 2, 3), view([]float64{1, 0, 2, -1, 0, 3}, 3, 2)
	d := empty(2, 2)
	ref.Gemm(d, a, b, 1, 0, none)
	assert.Equal(t, []float64{5, 7, 14, 13}, values(d))

	ref.Gemm(d, transposed(b), transposed(a), 2, -1, backend.Epilogue{Bias: view([]float64{1, -100}, 2), Act: backend.ActReLU})
	assert.Equal(t, []float64{6, 0, 1, 0}, values(d))
}

func TestMisusePanics(t *testing.T) {
	x := view([]float64{1, 2, 3, 4}, 4)
	part := func(offset, n, stride int) backend.View {
		v := x
		v.Offset, v.Shape[0], v.Strides[0] = offset, n, stride
		return v
	}
	freed := empty(4)
	ref.Free(freed.Buf)
	for want, f := range map[string]func(){
		"reference: Free: buffer freed twice":                                                     func() { ref.Free(freed.Buf) },
		"reference: Fill: buffer used after Free":                                                 func() { ref.Fill(freed, 1) },
		"reference: Alloc: expected at least 0 numbers, got -1":                                   func() { ref.Alloc(-1) },
		"reference: Copy: expected shape [3], got [4]":                                            func() { ref.Copy(empty(3), x) },
		"reference: Copy: destination view[3] overlaps input view[3]":                             func() { ref.Copy(part(0, 3, 1), part(1, 3, 1)) },
		"reference: Copy: expected a destination apart from its input, got view[4] for both":      func() { ref.Copy(x, x) },
		"reference: Fill: expected distinct elements in the destination, got view[4] strides [0]": func() { ref.Fill(part(0, 4, 0), 1) },
		"reference: exp: expected a contiguous destination, got view[2] strides [2]":              func() { ref.Unary(backend.Exp, part(0, 2, 2), empty(2), backend.Params{}) },
		"reference: Fill: view[2] at offset 3 reaches from 3 to 4, expected inside a buffer of 4": func() { ref.Fill(part(3, 2, 1), 1) },
		"reference: take: expected an index below 4, got -1":                                      func() { ref.Take(empty(1), x, []int32{-1}) },
		"reference: gather: expected an index below 4, got 4":                                     func() { ref.Gather(empty(1), x, []int32{4}) },
		"reference: gemm: [2 2] does not equal [2 3] @ [2 2]":                                     func() { ref.Gemm(empty(2, 2), empty(2, 3), empty(2, 2), 1, 0, none) },
		"reference: sum: shape [4] does not fold to [2]":                                          func() { ref.Reduce(backend.ReduceSum, empty(2), x) },
		"reference: argmax: expected an axis of [4], got 1":                                       func() { ref.ArgMax(make([]int32, 1), x, 1) },
		"reference: unknown unary operation 26":                                                   func() { ref.Unary(backend.NumUnary, empty(1), empty(1), backend.Params{}) },
		"reference: unknown binary operation 20":                                                  func() { ref.Binary(backend.NumBinary, empty(1), empty(1), empty(1), backend.Params{}) },
		"reference: unknown reduction 3":                                                          func() { ref.Reduce(backend.NumReduce, empty(1), x) },
		"reference: Fill: expected a buffer of this backend, got <nil>":                           func() { ref.Fill(backend.NewView(nil, 1), 1) },
	} {
		assert.PanicsWithValue(t, want, f, want)
	}
	// Interleaved columns do not overlap.
	assert.NotPanics(t, func() { ref.Copy(part(0, 2, 2), part(1, 2, 2)) })
	assert.True(t, math.IsNaN(values(empty(1))[0]), "fresh memory holds NaN")
}

func TestRegistered(t *testing.T) {
	b, err := backend.Get("reference")
	assert.NoError(t, err)
	assert.Equal(t, "reference", b.Name())
	assert.Equal(t, backend.Float64, b.Precision())
}
