package tensor_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	. "github.com/org/artnn/tensor"
)

func TestCreate(t *testing.T) {
	assert.Equal(t, []float64{0, 0.5, 1, 1.5}, Arange(0, 0.5, 4).Float64s())
	assert.Equal(t, []float32{1, 0, 0, 1}, Eye(2).Float32s())
	assert.Equal(t, []float32{0, 0, 1, 1, 0, 0}, OneHot(backend.Default(), []int32{2, 0}, 3).Float32s())
	assert.Equal(t, 7.0, Full(7).Item())
	assert.Equal(t, []int{0, 3}, Zeros(0, 3).Shape())
}

func TestViewsShareMemory(t *testing.T) {
	x := Arange(0, 1, 24).Reshape(2, 3, 4)
	row := x.Narrow(0, 1, 1).Squeeze(0).Transpose(0, 1)
	assert.Equal(t, []int{4, 3}, row.Shape())
	row.SetFloat64s([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
	assert.Equal(t, []float64{1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12}, x.Select(0, 1).Reshape(-1).Float64s())
	assert.Equal(t, []float64{0, 12, 4, 16, 8, 20}[:1], x.Select(0, 0).Select(0, 0).Narrow(0, 0, 1).Float64s())
	assert.Equal(t, []int{4, 2, 3}, x.Permute(2, 0, 1).Shape())
	assert.Equal(t, x.Permute(2, 0, 1).Contiguous().Float64s(), x.Permute(2, 0, 1).Float64s())
}

func TestSet(t *testing.T) {
	x, y := Zeros(2, 2), Arange(1, 1, 4).Reshape(2, 2)
	x.Set(y.T())
	assert.Equal(t, []float32{1, 3, 2, 4}, x.Float32s())
	assert.ErrorContains(t, Try(func() { x.Set(Zeros(4)) }), "set: the destination has shape [2 2], got [4]")
}

func TestReductions(t *testing.T) {
	x := FromSlice([]float64{3, 1, 2, 5, 5, -4}, 2, 3)
	assert.Equal(t, []float64{6, 6}, x.Sum(1).Float64s())
	assert.Equal(t, []float64{2, 2}, x.Mean(-1).Float64s())
	assert.Equal(t, []float64{5, 5, 2}, x.Max(0).Float64s())
	assert.Equal(t, []int{1, 3}, x.MinKeep(0).Shape())
	assert.Equal(t, []int32{0, 0}, x.ArgMax(1), "the first among equals")
	assert.InDeltaSlice(t, []float64{1, 27}, x.Var(1, 1).Float64s(), 1e-5)
	assert.InDelta(t, 12, x.Sum().Item(), 0)
	assert.Equal(t, []float64{12}, x.SumTo(1).Float64s())
}

func TestMaxSharesTheGradientAmongEquals(t *testing.T) {
	tape := NewTape()
	defer tape.Release()
	x := tape.FromSlice([]float32{5, 1, 5, 5}, 4)
	assert.InDeltaSlice(t, []float32{1. / 3, 0, 1. / 3, 1. / 3}, tape.Grad(x.Max(), []*Tensor{x})[0].Float32s(), 1e-6)
	y := tape.FromSlice([]float32{5, 2, 1, 9}, 4)
	assert.Equal(t, []float32{0.5, 0, 1, 0}, tape.Grad(x.Maximum(y), []*Tensor{x})[0].Float32s())
}

func TestSoftmaxDoesNotOverflow(t *testing.T) {
	x := FromSlice([]float64{1000, 1000, -1000}, 1, 3)
	assert.InDeltaSlice(t, []float64{0.5, 0.5, 0}, x.Softmax(1).Float64s(), 1e-6)
	assert.InDeltaSlice(t, []float64{-math.Ln2, -math.Ln2, -2000 - math.Ln2}, x.LogSoftmax(1).Float64s(), 1e-3)
}

func TestString(t *testing.T) {
	assert.Equal(t, "tensor[2 2] [[1 2]\n [3 4]]", Arange(1, 1, 4).Reshape(2, 2).String())
	assert.Equal(t, "tensor[12] [0 1 2 … 9 10 11]", Arange(0, 1, 12).String())
	assert.Equal(t, "tensor[] 2.5", Full(2.5).String())
}

func TestRandomStream(t *testing.T) {
	a, b := NewRNG(5), NewRNG(5)
	x := a.Normal(1, 2, 1000)
	assert.Equal(t, x.Float32s(), b.Normal(1, 2, 1000).Float32s(), "equal seeds, equal numbers")
	saved := a.State()
	y := a.Uniform(-1, 1, 10).Float32s()
	assert.NotEqual(t, y, a.Uniform(-1, 1, 10).Float32s(), "the stream moves on")
	a.SetState(saved)
	assert.Equal(t, y, a.Uniform(-1, 1, 10).Float32s(), "a saved state replays")
	assert.InDelta(t, 1, x.Mean().Item(), 0.2)
	assert.InDelta(t, 4, x.Var(1).Item(), 0.6)
	assert.InDelta(t, 0.3, a.Bernoulli(0.3, 10000).Mean().Item(), 0.03)
	counts := [3]int{}
	for range 3000 {
		counts[a.IntN(3)]++
	}
	for _, c := range counts {
		assert.InDelta(t, 1000, c, 120)
	}
	for _, bad := range []func(){func() { a.IntN(0) }, func() { a.Normal(0, -1, 1) }, func() { a.Bernoulli(1.5, 1) }, func() { a.FanIn(0, 1) }} {
		assert.Panics(t, bad)
	}
}

func TestTapeDrawsFollowItsStream(t *testing.T) {
	draw := func(tape *Tape) []float32 {
		defer tape.Release()
		return append(tape.Normal(0, 1, 5).Float32s(), append(tape.Uniform(0, 1, 5).Float32s(), tape.Bernoulli(0.5, 5).Float32s()...)...)
	}
	tape := NewTape(Seed(9))
	first, second := draw(tape), draw(tape)
	assert.NotEqual(t, first, second, "the stream carries on into the next pass")
	assert.Equal(t, first, draw(NewTape(Seed(9))))
	tape.RNG().SetState(backend.Stream{Key: 9})
	assert.Equal(t, first, draw(tape))
}

func TestInitialisers(t *testing.T) {
	r := NewRNG(1)
	deviation := func(x *Tensor) float64 { return math.Sqrt(x.Var(0).Item()) }
	assert.InDelta(t, math.Sqrt(2.0/(300+200)), deviation(r.XavierUniform(1, 200, 300)), 1e-3)
	assert.InDelta(t, 3*math.Sqrt(2.0/(300+200)), deviation(r.XavierNormal(3, 200, 300)), 3e-3)
	assert.InDelta(t, math.Sqrt(2.0/(30*9)), deviation(r.KaimingUniform(0, 50, 30, 3, 3)), 1e-2)
	assert.InDelta(t, math.Sqrt(2/1.04/300), deviation(r.KaimingNormal(0.2, 200, 300)), 1e-3)
	x := r.FanIn(25, 1000)
	assert.Less(t, x.Max().Item(), 0.2)
	assert.InDelta(t, 0.2/math.Sqrt(3), deviation(x), 1e-2)
	for _, shape := range [][]int{{3, 7}, {7, 3}, {4, 2, 2, 2}} {
		q := r.Orthogonal(2, shape...)
		require.Equal(t, shape, q.Shape())
		m := q.Flatten(1)
		if m.Dim(0) > m.Dim(1) {
			m = m.T()
		}
		assert.InDeltaSlice(t, Eye(m.Dim(0)).MulScalar(4).Float64s(), m.MatMul(m.T()).Float64s(), 1e-5, "shape %v", shape)
	}
}
