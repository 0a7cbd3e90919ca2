package tensor_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	. "github.com/org/artnn/tensor"
)

func TestBackwardAccumulates(t *testing.T) {
	w := FromSlice([]float64{1, 2, 3}, 3)
	tape := NewTape()
	defer tape.Release()
	for range 2 {
		tape.Backward(tape.Of(w).Square().Sum(), w)
	}
	assert.Equal(t, []float64{4, 8, 12}, w.Grad().Float64s())
	w.ZeroGrad()
	assert.Nil(t, w.Grad())
	tape.Backward(tape.Of(w).Square().Sum(), w)
	assert.Equal(t, []float64{2, 4, 6}, w.Grad().Float64s(), "stale numbers must not show through")
}

func TestBackwardWithoutNamesReachesAllParameters(t *testing.T) {
	v, w := FromSlice([]float64{2}, 1), FromSlice([]float64{5}, 1)
	tape := NewTape()
	defer tape.Release()
	x := tape.FromSlice([]float32{3}, 1)
	tape.Backward(x.Mul(v).Mul(w).Sum())
	assert.Equal(t, []float64{15}, v.Grad().Float64s())
	assert.Equal(t, []float64{6}, w.Grad().Float64s())
}

func TestBackwardComputesOnlyWhatIsNamed(t *testing.T) {
	v, w := FromSlice([]float64{2}, 1), FromSlice([]float64{5}, 1)
	tape := NewTape()
	defer tape.Release()
	tape.Backward(tape.Of(v).Mul(w).Sum(), v)
	assert.Equal(t, []float64{5}, v.Grad().Float64s())
	assert.Nil(t, w.Grad())
}

// A parameter may be read many times, directly and through views on the tape.
func TestSharedParameter(t *testing.T) {
	w := FromSlice([]float64{1, 2, 3, 4}, 2, 2)
	tape := NewTape()
	defer tape.Release()
	a := tape.Of(w)
	y := a.MatMul(w.T().Clone()).Sum().Add(a.T().Mul(a).Sum())
	tape.Backward(y, w)
	// d/dW Σ W·C = rows of column sums of Cᵀ…; d/dW Σ Wᵀ∘W = 2Wᵀ.
	assert.Equal(t, []float64{4 + 2, 6 + 6, 4 + 4, 6 + 8}, w.Grad().Float64s())
}

func TestGradientsOfGradients(t *testing.T) {
	x := FromSlice([]float64{2}, 1)
	tape := NewTape()
	defer tape.Release()
	v := tape.Of(x)
	y := v.PowScalar(4).Sum()
	g := tape.Grad(y, []*Tensor{v}, CreateGraph())[0]
	h := tape.Grad(g.Sum(), []*Tensor{v}, CreateGraph())[0]
	k := tape.Grad(h.Sum(), []*Tensor{v})[0]
	assert.InDelta(t, 32, g.Item(), 1e-4)
	assert.InDelta(t, 48, h.Item(), 1e-4)
	assert.InDelta(t, 48, k.Item(), 1e-4)
}

func TestGradOutput(t *testing.T) {
	tape := NewTape()
	defer tape.Release()
	x := tape.FromSlice([]float32{1, 2}, 2)
	g := tape.Grad(x.Square(), []*Tensor{x}, GradOutput(tape.FromSlice([]float32{10, 1}, 2)))[0]
	assert.Equal(t, []float32{20, 4}, g.Float32s())
	free := tape.FromSlice([]float32{7}, 1)
	assert.Equal(t, []float32{0}, tape.Grad(x.Square(), []*Tensor{free})[0].Float32s(), "no path, no gradient")
}

// The gradient penalty of WGAN-GP: a loss made of a gradient's norm.
func TestGradientPenaltyReachesWeights(t *testing.T) {
	be := reference(t)
	w := FromSliceOn(be, []float64{0.5, -1, 2, 0.3}, 2, 2)
	tape := NewTape(On(be))
	defer tape.Release()
	x := tape.Of(FromSliceOn(be, []float64{1, 2}, 1, 2))
	score := Linear(x, w, nil).Tanh().Sum()
	gx := tape.Grad(score, []*Tensor{x}, CreateGraph())[0]
	penalty := gx.Square().Sum().Sqrt().SubScalar(1).Square()
	tape.Backward(penalty, w)
	assert.Greater(t, w.Grad().Abs().Sum().Item(), 1e-3)
}

func TestReleasedValuesPanicClearly(t *testing.T) {
	tape := NewTape()
	x := tape.FromSlice([]float32{1, 2}, 2)
	y := x.Square()
	kept := x.Exp().Keep()
	loss := y.Add(kept).Sum()
	w := FromSlice([]float64{1}, 1)
	tape.Backward(loss.Mul(w).Sum(), w)
	assert.NotPanics(t, func() { kept.Float32s() }, "kept values survive Backward")
	err := Try(func() { y.Exp() })
	// y is not needed by w's gradient, so Backward had no reason to consume it.
	require.NoError(t, err)
	tape.Release()
	for name, use := range map[string]func(){
		"op":    func() { y.Exp() },
		"read":  func() { y.Float32s() },
		"item":  func() { loss.Item() },
		"view":  func() { x.Reshape(2, 1) },
		"clone": func() { kept.Clone() },
	} {
		err := Try(use)
		require.Error(t, err, name)
		assert.Contains(t, err.Error(), "released", name)
	}
	assert.Equal(t, "tensor[2] (released)", y.String())
}

func TestBackwardConsumesWhatItWalked(t *testing.T) {
	w := FromSlice([]float64{1, 2}, 2)
	tape := NewTape()
	defer tape.Release()
	hidden := tape.Of(w).Square()
	loss := hidden.Square().Sum()
	tape.Backward(loss, w)
	assert.Equal(t, 17.0, loss.Item(), "the loss stays readable")
	assert.ErrorContains(t, Try(func() { hidden.Float32s() }), "without Keep")
	assert.ErrorContains(t, Try(func() { tape.Backward(loss, w) }), "consumed by an earlier Backward")
}

func TestMisuse(t *testing.T) {
	tape, other := NewTape(), NewTape(NoGrad())
	defer tape.Release()
	defer other.Release()
	x, z := tape.FromSlice([]float32{1, 2, 3, 4}, 2, 2), other.FromSlice([]float32{1}, 1)
	here, away := backend.Default().Name(), "reference"
	if here == away {
		away = "cpu"
	}
	be, err := backend.Get(away)
	require.NoError(t, err)
	far := FullOn(be, 1, 2, 2)
	w := Full(1, 2, 2)
	for want, use := range map[string]func(){
		"add: operands are on two different tapes":                                                        func() { x.Add(z) },
		fmt.Sprintf("matmul: operands on backends %q and %q", here, away):                                 func() { x.MatMul(far) },
		"of: the value is on another tape: Clone it first":                                                func() { tape.Of(z) },
		"of: the value lives on backend " + away + ", the tape on " + here:                                func() { tape.Of(far) },
		"backward: the loss must have one element, got [2 2]":                                             func() { tape.Backward(x.Square()) },
		"backward: the value was not recorded on this tape (made under NoGrad, or from parameters only?)": func() { tape.Backward(w.Sum()) },
		"release: the value is on a tape: release the tape":                                               x.Release,
		"set: the value is on a tape, where its old contents may still be needed":                         func() { x.SetFloat32s(make([]float32, 4)) },
		"add: shapes must be equal or 1 along each axis to broadcast with [2 2], got [3]":                 func() { x.Add(tape.Zeros(3)) },
		"matmul: [2 2] needs 2 rows on the right, got [3 2]":                                              func() { x.MatMul(tape.Zeros(3, 2)) },
		"matmul: needs operands of at least two axes, got [2 2] @ [2]":                                    func() { x.MatMul(tape.Zeros(2)) },
		"reshape: [2 2] has 4 elements, got shape [3 -1]":                                                 func() { x.Reshape(3, -1) },
		"reshape: [2 2] has 4 elements, got shape [-1 -1]":                                                func() { x.Reshape(-1, -1) },
		"permute: needs each of 2 axes once, got [0 0]":                                                   func() { x.Permute(0, 0) },
		"narrow: axis 1 of [2 2] has places [0, 2), got [1, 3)":                                           func() { x.Narrow(1, 1, 2) },
		"sum: expected an axis in [-2, 2), got 2":                                                         func() { x.Sum(2) },
		"expand: [2 2] broadcasts only along axes of size 1, got shape [3 2]":                             func() { x.Expand(3, 2) },
		"squeeze: axis 0 must have size 1, got shape [2 2]":                                               func() { x.Squeeze(0) },
		"cat: shapes must equal [2 2] but for axis 0, got [1 3]":                                          func() { Cat(0, x, tape.Zeros(1, 3)) },
		"cat: needs at least one tensor, got none":                                                        func() { Cat(0) },
		"split: pieces must add up to 2, the size of axis 0, got [1 2]":                                   func() { x.Split(0, 1, 2) },
		"chunk: axis 0 of [2 2] must divide evenly, got 3 pieces":                                         func() { x.Chunk(0, 3) },
		"pad: counts must not be negative, got -1 before, 0 after":                                        func() { x.Pad(0, -1, 0) },
		"take: indices must lie in [0, 2), got 2 at position 1":                                           func() { x.Take([]int32{0, 2}) },
		"gather: indices must divide evenly among 2 lines, got 3":                                         func() { x.Gather([]int32{0, 0, 0}) },
		"item: needs one element, got shape [2 2]":                                                        func() { x.Item() },
		"read: shape [2 2] has 4 numbers, got room for 3":                                                 func() { x.ReadFloat32s(make([]float32, 3)) },
		"from slice: shape [3] needs 3 numbers, got 2":                                                    func() { FromSlice([]float32{1, 2}, 3) },
		"new: sizes must not be negative, got [2 -1]":                                                     func() { Zeros(2, -1) },
		"new: at most 6 axes are supported, got [1 1 1 1 1 1 1]":                                          func() { Zeros(1, 1, 1, 1, 1, 1, 1) },
		"linear: weight [4 3] needs inputs [..., 3], got [2 2]":                                           func() { Linear(x, Zeros(4, 3), nil) },
		"linear: weight [4 2] needs a bias [4], got [2]":                                                  func() { Linear(x, Zeros(4, 2), Zeros(2)) },
		"cross entropy: targets must be in [0, 2) or -100 (ignored), got 2 at position 0":                 func() { CrossEntropy(x, []int32{2, 0}, 0, -100) },
		"cross entropy: expected logits [1, classes], a row for each target, got [2 2]":                   func() { CrossEntropy(x, []int32{1}, 0, -100) },
		"layer norm: input [2 2] needs a weight and bias [2], got [3]":                                    func() { LayerNorm(x, Zeros(3), nil, 1e-5) },
		"lstm: needs input [batch, steps, features] with at least one step, got [2 2]":                    func() { LSTM(x, w, w, w, w, w) },
		"max: needs at least one element along the axes, got shape [0 2]":                                 func() { tape.Zeros(0, 2).Max(0) },
		"argmax: axis 0 must not be empty, got shape [0 2]":                                               func() { tape.Zeros(0, 2).ArgMax(0) },
		"grad: the output gradient must have shape [2 2], got [2]":                                        func() { tape.Grad(x.Square(), []*Tensor{x}, GradOutput(tape.Zeros(2))) },
		"xavier: needs a weight of at least two axes, got shape [3]":                                      func() { NewRNG(1).XavierUniform(1, 3) },
	} {
		if got := Try(use); got == nil || got.Error() != want {
			t.Errorf("want %q\n got %v", want, got)
		}
	}
	assert.PanicsWithValue(t, "unrelated", func() { _ = Try(func() { panic("unrelated") }) }, "Try passes other panics on")
}

func TestNoGrad(t *testing.T) {
	w := Full(2, 3)
	tape := NewTape()
	defer tape.Release()
	var y *Tensor
	tape.NoGrad(func() { y = tape.Of(w).Square().Sum() })
	assert.Equal(t, 12.0, y.Item())
	assert.ErrorContains(t, Try(func() { tape.Backward(y) }), "not recorded")
	assert.True(t, tape.Recording())
}

func TestModes(t *testing.T) {
	tape := NewTape(Train(), Seed(3))
	assert.True(t, tape.Training())
	tape.SetTraining(false)
	assert.False(t, tape.Training())
	tape.Release()
	assert.Equal(t, backend.Default(), tape.Backend())
}

// Any number of passes on one tape use no more Go memory than a few.
func TestPassesDoNotGrowTheHeap(t *testing.T) {
	rng := NewRNG(1)
	w1, w2 := rng.FanIn(64, 256, 64), rng.FanIn(256, 64, 256)
	tape := NewTape(Train())
	data := make([]float32, 32*64)
	step := func() {
		x := tape.FromSlice(data, 32, 64)
		y := Linear(LinearAct(x, w1, nil, backend.ActReLU, 0), w2, nil)
		tape.Backward(y.Sub(x).Square().Mean(), w1, w2)
		w1.ZeroGrad()
		w2.ZeroGrad()
		tape.Release()
	}
	heap := func(steps int) uint64 {
		for range steps {
			step()
		}
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap(20)
	assert.Less(t, heap(200), before+64<<10)
}

// One layer's parameters serve many tapes at once.
func TestTapesAreIndependent(t *testing.T) {
	w := NewRNG(1).Normal(0, 1, 8, 8)
	want := make(chan float64, 8)
	for range cap(want) {
		go func() {
			tape := NewTape()
			defer tape.Release()
			x := tape.Full(0.5, 4, 8)
			g := tape.Grad(Linear(x, w, nil).Tanh().Sum(), []*Tensor{x})[0]
			want <- g.Sum().Item()
		}()
	}
	first := <-want
	for range cap(want) - 1 {
		assert.Equal(t, first, <-want)
	}
}
