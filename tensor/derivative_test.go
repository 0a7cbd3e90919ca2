package tensor_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/gradcheck"
	. "github.com/org/artnn/tensor"
)

func reference(t testing.TB) backend.Backend {
	be, err := backend.Get("reference")
	require.NoError(t, err)
	return be
}

// span is a tensor of distinct numbers spread over [lo, hi], away from zero and
// in no particular order.
func span(be backend.Backend, lo, hi float64, shape ...int) *Tensor {
	n := 1
	for _, d := range shape {
		n *= d
	}
	data := make([]float64, n)
	for i := range data {
		_, frac := math.Modf(float64(i+1) * 0.6180339887)
		data[i] = lo + (hi-lo)*frac
	}
	return FromSliceOn(be, data, shape...)
}

type derivative struct {
	name   string
	f      func(x []*Tensor) *Tensor
	lo, hi float64
	shapes [][]int
}

func one(name string, lo, hi float64, f func(x *Tensor) *Tensor) derivative {
	return derivative{name, func(x []*Tensor) *Tensor { return f(x[0]) }, lo, hi, [][]int{{2, 3}}}
}

func two(name string, lo, hi float64, a, b []int, f func(x, y *Tensor) *Tensor) derivative {
	return derivative{name, func(x []*Tensor) *Tensor { return f(x[0], x[1]) }, lo, hi, [][]int{a, b}}
}

func derivatives() []derivative {
	flat, row, col := []int{2, 3}, []int{3}, []int{2, 1}
	ds := []derivative{
		one("neg", -2, 2, (*Tensor).Neg),
		one("abs", -2, 2, (*Tensor).Abs),
		one("sqrt", 0.3, 2, (*Tensor).Sqrt),
		one("rsqrt", 0.3, 2, (*Tensor).Rsqrt),
		one("recip", 0.3, 2, (*Tensor).Recip),
		one("square", -2, 2, (*Tensor).Square),
		one("exp", -2, 2, (*Tensor).Exp),
		one("log", 0.3, 2, (*Tensor).Log),
		one("sin", -2, 2, (*Tensor).Sin),
		one("cos", -2, 2, (*Tensor).Cos),
		one("tanh", -2, 2, (*Tensor).Tanh),
		one("sigmoid", -3, 3, (*Tensor).Sigmoid),
		one("erf", -2, 2, (*Tensor).Erf),
		one("softplus", -3, 3, (*Tensor).Softplus),
		one("relu", -2, 2, (*Tensor).ReLU),
		one("leaky relu", -2, 2, func(x *Tensor) *Tensor { return x.LeakyReLU(0.2) }),
		one("gelu", -3, 3, (*Tensor).GELU),
		one("gelu tanh", -3, 3, (*Tensor).GELUTanh),
		one("silu", -3, 3, (*Tensor).SiLU),
		one("add scalar", -2, 2, func(x *Tensor) *Tensor { return x.AddScalar(3).Square() }),
		one("sub scalar", -2, 2, func(x *Tensor) *Tensor { return x.SubScalar(3).Square() }),
		one("mul scalar", -2, 2, func(x *Tensor) *Tensor { return x.MulScalar(3).Square() }),
		one("div scalar", -2, 2, func(x *Tensor) *Tensor { return x.DivScalar(3).Square() }),
		one("rsub scalar", -2, 2, func(x *Tensor) *Tensor { return x.RSubScalar(3).Square() }),
		one("rdiv scalar", 0.5, 2, func(x *Tensor) *Tensor { return x.RDivScalar(3) }),
		one("pow scalar", 0.5, 2, func(x *Tensor) *Tensor { return x.PowScalar(2.5) }),
		one("pow 3 of negative", -2, 2, func(x *Tensor) *Tensor { return x.PowScalar(3) }),
		one("pow 0", 0.5, 2, func(x *Tensor) *Tensor { return x.PowScalar(0) }),
		one("clamp", -2, 2, func(x *Tensor) *Tensor { return x.Clamp(-1, 0.7).Square() }),
		one("sum", -2, 2, func(x *Tensor) *Tensor { return x.Square().Sum() }),
		one("sum axis", -2, 2, func(x *Tensor) *Tensor { return x.Square().Sum(0) }),
		one("sum keep", -2, 2, func(x *Tensor) *Tensor { return x.Square().SumKeep(-1) }),
		one("sum to", -2, 2, func(x *Tensor) *Tensor { return x.Square().SumTo(3) }),
		one("mean", -2, 2, func(x *Tensor) *Tensor { return x.Square().Mean(1) }),
		one("mean keep", -2, 2, func(x *Tensor) *Tensor { return x.Square().MeanKeep() }),
		one("max", -2, 2, func(x *Tensor) *Tensor { return x.Square().Max(1) }),
		one("max keep", -2, 2, func(x *Tensor) *Tensor { return x.Square().MaxKeep(0) }),
		one("min", -2, 2, func(x *Tensor) *Tensor { return x.Square().Min() }),
		one("min keep", -2, 2, func(x *Tensor) *Tensor { return x.Square().MinKeep(1) }),
		one("var", -2, 2, func(x *Tensor) *Tensor { return x.Square().Var(1, 1) }),
		one("var keep", -2, 2, func(x *Tensor) *Tensor { return x.Square().VarKeep(0, 0) }),
		one("softmax", -2, 2, func(x *Tensor) *Tensor { return x.Softmax(-1) }),
		one("softmax first axis", -2, 2, func(x *Tensor) *Tensor { return x.Softmax(0) }),
		one("log softmax", -2, 2, func(x *Tensor) *Tensor { return x.LogSoftmax(1) }),
		one("logsumexp", -2, 2, func(x *Tensor) *Tensor { return x.LogSumExp(1) }),
		one("reshape", -2, 2, func(x *Tensor) *Tensor { return x.Square().Reshape(3, -1).Square() }),
		one("reshape of view", -2, 2, func(x *Tensor) *Tensor { return x.Square().T().Reshape(6).Square() }),
		one("flatten", -2, 2, func(x *Tensor) *Tensor { return x.Square().Flatten(0).Square() }),
		one("transpose", -2, 2, func(x *Tensor) *Tensor { return x.Square().Transpose(0, 1).Square() }),
		one("narrow", -2, 2, func(x *Tensor) *Tensor { return x.Square().Narrow(1, 1, 2).Square() }),
		one("select", -2, 2, func(x *Tensor) *Tensor { return x.Square().Select(1, -1).Square() }),
		one("squeeze", -2, 2, func(x *Tensor) *Tensor { return x.Square().Unsqueeze(1).Square().Squeeze(1) }),
		one("expand", -2, 2, func(x *Tensor) *Tensor { return x.Square().Unsqueeze(0).Expand(4, 2, 3).Square() }),
		one("contiguous", -2, 2, func(x *Tensor) *Tensor { return x.Square().T().Contiguous().Square() }),
		one("pad", -2, 2, func(x *Tensor) *Tensor { return x.Square().Pad(1, 2, 1).Square() }),
		one("split", -2, 2, func(x *Tensor) *Tensor {
			p := x.Square().Split(1, 1, 2)
			return p[0].Mul(p[1])
		}),
		one("chunk", -2, 2, func(x *Tensor) *Tensor {
			p := x.Square().Chunk(0, 2)
			return p[0].Mul(p[1])
		}),
		one("take", -2, 2, func(x *Tensor) *Tensor { return x.Square().Take([]int32{1, 0, 1}).Square() }),
		one("take add", -2, 2, func(x *Tensor) *Tensor { return x.Square().TakeAdd([]int32{3, 3}, 5).Square() }),
		one("gather", -2, 2, func(x *Tensor) *Tensor { return x.Square().Gather([]int32{2, 0, 0, 1, 1, 1, 2, 2}).Square() }),
		one("scatter add", -2, 2, func(x *Tensor) *Tensor {
			return x.Square().ScatterAdd([]int32{0, 3, 0, 1, 1, 1}, 4).Square()
		}),
		one("cross entropy", -2, 2, func(x *Tensor) *Tensor { return CrossEntropy(x, []int32{2, 0}, 0.1, -100) }),
		one("cross entropy ignoring", -2, 2, func(x *Tensor) *Tensor { return CrossEntropy(x, []int32{-100, 1}, 0, -100) }),
		one("detach", -2, 2, func(x *Tensor) *Tensor { return x.Mul(x.Sign().Detach()) }),
		one("one value used twice", -2, 2, func(x *Tensor) *Tensor { y := x.Square(); return y.Mul(y).Add(y) }),
		one("gelu tanh", -3, 3, (*Tensor).GELUTanh),
		one("flip", -2, 2, func(x *Tensor) *Tensor { return x.Square().Flip(1).Square() }),
		one("rms norm", -2, 2, func(x *Tensor) *Tensor { return RMSNorm(x, nil, 1e-5) }),
		one("layer norm", -2, 2, func(x *Tensor) *Tensor { return LayerNorm(x, nil, nil, 1e-5) }),

		two("add", -2, 2, flat, row, (*Tensor).Add),
		two("sub", -2, 2, col, flat, (*Tensor).Sub),
		two("mul", -2, 2, flat, row, (*Tensor).Mul),
		two("mul both broadcast", -2, 2, col, row, (*Tensor).Mul),
		two("div", 0.5, 2, flat, col, (*Tensor).Div),
		two("pow", 0.5, 2, flat, row, (*Tensor).Pow),
		two("maximum", -2, 2, flat, []int{1, 1}, (*Tensor).Maximum),
		two("minimum", -2, 2, flat, []int{1, 1}, (*Tensor).Minimum),
		two("where", -2, 2, flat, row, func(x, y *Tensor) *Tensor { return Where(x.Less(x.Const(0.3)), x.Square(), y.Square()) }),
		two("cat", -2, 2, flat, []int{2, 1}, func(x, y *Tensor) *Tensor { return Cat(1, x.Square(), y.Square()).Square() }),
		two("stack", -2, 2, flat, flat, func(x, y *Tensor) *Tensor { return Stack(1, x, y).Square() }),
		two("matmul", -2, 2, flat, []int{3, 2}, (*Tensor).MatMul),
		two("matmul transposed", -2, 2, []int{3, 2}, []int{2, 3}, func(x, y *Tensor) *Tensor { return x.T().MatMul(y.T()) }),
		two("matmul tall", -2, 2, []int{2, 2, 3}, []int{3, 2}, (*Tensor).MatMul),
		two("matmul batched", -2, 2, []int{2, 2, 3}, []int{2, 3, 1}, (*Tensor).MatMul),
		two("matmul broadcast", -2, 2, []int{2, 1, 2, 3}, []int{1, 2, 3, 2}, (*Tensor).MatMul),
		two("matmul one against many", -2, 2, []int{2, 3}, []int{2, 3, 2}, (*Tensor).MatMul),
		two("matmul many transposed", -2, 2, []int{3, 2, 2}, []int{2, 3}, func(x, y *Tensor) *Tensor { return x.Transpose(0, 1).MatMul(y.T().Narrow(0, 0, 2)) }),
		two("linear without bias", -2, 2, flat, []int{4, 3}, func(x, w *Tensor) *Tensor { return Linear(x, w, nil) }),
	}
	permute := one("permute", -2, 2, func(x *Tensor) *Tensor { return x.Square().Permute(2, 0, 1).Square() })
	permute.shapes = [][]int{{2, 3, 2}}
	ds = append(ds, permute)
	for a := backend.ActNone; a < backend.NumActivations; a++ {
		ds = append(ds, derivative{"linear " + a.String(), func(x []*Tensor) *Tensor {
			return LinearAct(x[0], x[1], x[2], a, 0.2)
		}, -1, 1, [][]int{{2, 2, 3}, {4, 3}, {4}}})
	}
	for a := backend.ActNone; a < backend.NumActivations; a++ {
		if a != backend.ActLeakyReLU {
			ds = append(ds, two("gated "+a.String(), -2, 2, flat, flat, func(x, y *Tensor) *Tensor { return Gated(x.Square(), y, a) }))
		}
	}
	ds = append(ds,
		derivative{"layer norm without bias", func(x []*Tensor) *Tensor { return LayerNorm(x[0], x[1], nil, 1e-5) }, -2, 2, [][]int{{2, 2, 3}, {3}}},
		derivative{"layer norm affine", func(x []*Tensor) *Tensor { return LayerNorm(x[0], x[1], x[2], 1e-5) }, -2, 2, [][]int{{2, 2, 3}, {3}, {3}}},
		derivative{"rms norm affine", func(x []*Tensor) *Tensor { return RMSNorm(x[0], x[1], 1e-5) }, -2, 2, [][]int{{2, 2, 3}, {3}}},
		derivative{"lstm rows", func(x []*Tensor) *Tensor {
			y, h, c := LSTMRows(x[0], []int32{2, 0, 2, 1, 0, 0}, x[1], x[2], x[3])
			return Cat(1, y, h.Unsqueeze(1), c.Unsqueeze(1))
		}, -1, 1, [][]int{{3, 8}, {8, 2}, {2, 2}, {2, 2}}},
		derivative{"gru", func(x []*Tensor) *Tensor {
			y, h := GRU(x[0], x[1], x[2], x[3], x[4], x[5])
			return Cat(1, y, h.Unsqueeze(1))
		}, -1, 1, [][]int{{2, 3, 2}, {6, 2}, {6, 2}, {6}, {6}, {2, 2}}},
		derivative{"gru last state", func(x []*Tensor) *Tensor {
			_, h := GRU(x[0], x[1], x[2], x[3], x[4], x[5])
			return h
		}, -1, 1, [][]int{{1, 2, 1}, {3, 1}, {3, 1}, {3}, {3}, {1, 1}}},
		derivative{"gru rows", func(x []*Tensor) *Tensor {
			y, h := GRURows(x[0], []int32{2, 0, 2, 1, 0, 0}, x[1], x[2], x[3])
			return Cat(1, y, h.Unsqueeze(1))
		}, -1, 1, [][]int{{3, 6}, {6, 2}, {6}, {2, 2}}},
		derivative{"lstm", func(x []*Tensor) *Tensor {
			y, h, c := LSTM(x[0], x[1], x[2], x[3], x[4], x[5])
			return Cat(1, y, h.Unsqueeze(1), c.Unsqueeze(1))
		}, -1, 1, [][]int{{2, 3, 2}, {8, 2}, {8, 2}, {8}, {2, 2}, {2, 2}}},
		derivative{"lstm last state", func(x []*Tensor) *Tensor {
			_, h, _ := LSTM(x[0], x[1], x[2], x[3], x[4], x[5])
			return h
		}, -1, 1, [][]int{{1, 2, 1}, {4, 1}, {4, 1}, {4}, {1, 1}, {1, 1}}},
	)
	return append(append(ds, attentionDerivatives()...), convDerivatives()...)
}

// Every operation's first and second derivative, on the reference backend.
func TestDerivatives(t *testing.T) {
	be := reference(t)
	for _, d := range derivatives() {
		t.Run(d.name, func(t *testing.T) {
			xs := make([]*Tensor, len(d.shapes))
			for i, s := range d.shapes {
				xs[i] = span(be, d.lo, d.hi+0.01*float64(i), s...)
			}
			gradcheck.Run(t, func(_ *Tape, x []*Tensor) *Tensor { return d.f(x) }, xs...)
		})
	}
}

// The same on every backend: fused kernels give what the reference gives, for
// values, gradients and gradients of gradients.
func TestBackendsAgree(t *testing.T) {
	ref := reference(t)
	for _, name := range backend.Names() {
		be, err := backend.Get(name)
		require.NoError(t, err)
		for _, d := range derivatives() {
			t.Run(name+"/"+d.name, func(t *testing.T) {
				want, got := everything(ref, d), everything(be, d)
				for i := range want {
					scale := 1.0
					for _, w := range want[i] {
						scale = max(scale, math.Abs(w))
					}
					require.InDeltaSlice(t, want[i], got[i], 64*be.Precision().Epsilon()*scale, "result %d", i)
				}
			})
		}
	}
}

// everything is the value, the gradients by Backward, by Grad, and the
// gradients of the squared gradients.
func everything(be backend.Backend, d derivative) (out [][]float64) {
	xs := make([]*Tensor, len(d.shapes))
	ins := make([]*Tensor, len(d.shapes))
	tape := NewTape(On(be))
	defer tape.Release()
	for i, s := range d.shapes {
		xs[i] = span(be, d.lo, d.hi+0.01*float64(i), s...)
		ins[i] = tape.Of(xs[i])
	}
	y := d.f(ins)
	out = append(out, y.Float64s())
	loss := y.Square().Sum()
	grads := tape.Grad(loss, ins, CreateGraph())
	var total *Tensor
	for _, g := range grads {
		out = append(out, g.Float64s())
		if part := g.Square().Sum(); total == nil {
			total = part
		} else {
			total = total.Add(part)
		}
	}
	for _, g := range tape.Grad(total, ins) {
		out = append(out, g.Float64s())
	}
	tape.Backward(loss, xs...)
	for _, x := range xs {
		if x.Grad() != nil {
			out = append(out, x.Grad().Float64s())
		}
	}
	return out
}
