package layers_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// restored gives a float matrix the numbers that int8 ones stand for, after
// checking that these are within half a step of what the matrix had.
func restored(t *testing.T, w *tensor.Tensor, q *backend.Int8Matrix) {
	t.Helper()
	require.Equal(t, w.Shape(), []int{q.Rows, q.Cols})
	values := w.Float64s()
	for i, v := range values {
		scale := float64(q.Scale[i/q.Cols])
		near := scale * float64(q.Values[i])
		require.InDelta(t, v, near, scale*0.5001)
		values[i] = near
	}
	w.SetFloat64s(values)
}

func evaluating(be backend.Backend) *tensor.Tape {
	return tensor.NewTape(tensor.On(be), tensor.NoGrad())
}

// close allows for inputs that a backend rounds to 14 bits.
func close(t *testing.T, p place, want, got *tensor.Tensor) {
	t.Helper()
	require.Equal(t, want.Shape(), got.Shape())
	factor := 20.0
	if p.be.Precision() == backend.Float32 {
		factor = 100
	}
	assert.InDeltaSlice(t, want.Float64s(), got.Float64s(), factor*p.tol)
}

// A quantized layer computes what the float layer does with the same numbers.
func TestQuantizedLayersEqualFloatOnesWithTheSameNumbers(t *testing.T) {
	for _, p := range places(t) {
		t.Run(p.be.Name(), func(t *testing.T) {
			rng := tensor.NewRNGOn(p.be, 5)
			tape := evaluating(p.be)
			defer tape.Release()

			linear := layers.NewLinear(37, 300, rng)
			ql := layers.QuantizeLinear(linear)
			restored(t, linear.Weight, ql.Weight)
			for _, shape := range [][]int{{37}, {1, 37}, {2, 37}, {2, 5, 37}, {50, 37}} {
				x := tape.Of(rng.Normal(0, 1, shape...))
				close(t, p, linear.Forward(x), ql.Forward(x))
			}
			linear.Bias, ql.Bias = nil, nil
			x := tape.Of(rng.Normal(0, 1, 3, 37))
			close(t, p, linear.Forward(x), ql.Forward(x))
			columns := tape.Of(rng.Normal(0, 1, 37, 3)).T()
			close(t, p, linear.Forward(columns), ql.Forward(columns))

			embedding := layers.NewEmbedding(9, 20, rng)
			qe := layers.QuantizeEmbedding(embedding)
			restored(t, embedding.Weight, qe.Weight)
			ids := []int32{3, 0, 8, 3, 1, 1}
			close(t, p, embedding.Forward(tape, ids, 2, 3), qe.Forward(tape, ids, 2, 3))
			close(t, p, embedding.Forward(nil, ids), qe.Forward(nil, ids))

			lstm := layers.NewLSTM(6, 11, layers.LSTMConfig{Layers: 2}, rng)
			qm := layers.QuantizeLSTM(lstm)
			for i, l := range lstm.Layers {
				restored(t, l.WeightIH, qm.Layers[i].WeightIH)
				restored(t, l.WeightHH, qm.Layers[i].WeightHH)
			}
			for _, batch := range []int{1, 3, 10} {
				state := layers.LSTMState{H: rng.Normal(0, 1, 2, batch, 11), C: rng.Normal(0, 1, 2, batch, 11)}
				for _, s := range []layers.LSTMState{{}, state} {
					x := tape.Of(rng.Normal(0, 1, batch, 4, 6))
					y, last := lstm.Forward(x, s)
					qy, qlast := qm.Forward(x, s)
					close(t, p, y, qy)
					close(t, p, last.H, qlast.H)
					close(t, p, last.C, qlast.C)
				}
			}
		})
	}
}

func TestQuantizingExtremes(t *testing.T) {
	w := tensor.FromSlice([]float32{
		0, 0, 0,
		-1, 1, 0.5,
		math.MaxFloat32, -math.MaxFloat32, 1,
		math.SmallestNonzeroFloat32, 0, 0,
		3, -127, 126.5,
	}, 5, 3)
	q := tensor.QuantizeInt8(w)
	assert.Equal(t, []int8{0, 0, 0, -127, 127, 64, 127, -127, 0, 0, 0, 0, 3, -127, 126}, q.Values)
	assert.Equal(t, []float32{0, 1. / 127, math.MaxFloat32 / 127, 0, 1}, q.Scale)
}

func TestQuantizedMisuse(t *testing.T) {
	rng := tensor.NewRNG(1)
	linear, embedding := layers.NewLinear(3, 2, rng), layers.NewEmbedding(4, 3, rng)
	lstm := layers.NewLSTM(3, 5, layers.LSTMConfig{}, rng)
	ql, qe, qm := layers.QuantizeLinear(linear), layers.QuantizeEmbedding(embedding), layers.QuantizeLSTM(lstm)
	tape := tensor.NewTape()
	defer tape.Release()
	x := tape.Zeros(1, 1, 3)
	for want, f := range map[string]func(){
		"linear_int8: int8 weights have no gradient":                 func() { ql.Forward(x) },
		"take_int8: int8 weights have no gradient":                   func() { qe.Forward(tape, []int32{1}) },
		"lstm_int8: int8 weights have no gradient":                   func() { qm.Forward(x, layers.LSTMState{}) },
		"linear_int8: weight [2 3] needs inputs [..., 3], got [1 4]": func() { ql.Forward(tensor.Zeros(1, 4)) },
		"take_int8: indices must lie in [0, 4), got 4 at position 1": func() { qe.Forward(nil, []int32{0, 4}) },
		"embedding: the shape must hold all ids":                     func() { qe.Forward(nil, []int32{0, 1}, 3) },
		"lstm: needs inputs [batch, steps, features]":                func() { qm.Forward(tensor.Zeros(1, 3), layers.LSTMState{}) },
		"lstm: needs a hidden state [1 2 5]": func() {
			qm.Forward(tensor.Zeros(2, 1, 3), layers.LSTMState{H: tensor.Zeros(1, 1, 5)})
		},
		"lstm_int8: needs input [batch, steps, features] with at least one step": func() {
			qm.Forward(tensor.Zeros(2, 0, 3), layers.LSTMState{})
		},
		"quantize: needs a matrix, got [3]": func() { tensor.QuantizeInt8(tensor.Zeros(3)) },
	} {
		assert.ErrorContains(t, tensor.Try(f), want)
	}
}
