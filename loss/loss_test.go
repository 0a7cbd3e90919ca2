package loss_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/gradcheck"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/tensor"
)

// span is distinct numbers spread over [lo, hi) in no particular order.
func span(be backend.Backend, lo, hi float64, shape ...int) *tensor.Tensor {
	n := 1
	for _, d := range shape {
		n *= d
	}
	data := make([]float64, n)
	for i := range data {
		frac := float64(i+1) * 0.6180339887
		data[i] = lo + (hi-lo)*(frac-float64(int(frac)))
	}
	return tensor.FromSliceOn(be, data, shape...)
}

// Every loss's first and second derivatives, for prediction and target.
func TestDerivatives(t *testing.T) {
	be := places(t)[0].be
	type values = []*tensor.Tensor
	for _, c := range []struct {
		name   string
		lo, hi float64
		inputs int
		f      func(x values) *tensor.Tensor
	}{
		{"half squared error", -2, 2, 2, func(x values) *tensor.Tensor { return loss.HalfSquaredError(x[0], x[1]) }},
		{"mse", -2, 2, 2, func(x values) *tensor.Tensor { return loss.MSE(x[0], x[1]) }},
		{"mse by element", -2, 2, 2, func(x values) *tensor.Tensor { return loss.MSE(x[0], x[1], loss.None) }},
		{"l1", -2, 2, 2, func(x values) *tensor.Tensor { return loss.L1(x[0], x[1], loss.Sum) }},
		{"huber", -2, 2, 2, func(x values) *tensor.Tensor { return loss.Huber(x[0], x[1], loss.HuberConfig{}) }},
		{"cross entropy", -2, 2, 1, func(x values) *tensor.Tensor {
			return loss.CrossEntropy(x[0], []int32{2, -100, 0, 1}, loss.CrossEntropyConfig{LabelSmoothing: 0.1})
		}},
		{"cross entropy of a sequence", -2, 2, 1, func(x values) *tensor.Tensor {
			return loss.CrossEntropy(x[0].Reshape(2, 2, 3), []int32{2, 1, 0, 1}, loss.CrossEntropyConfig{Reduction: loss.None})
		}},
		{"cross entropy of probabilities", 0.1, 0.9, 2, func(x values) *tensor.Tensor { return loss.CrossEntropyProbs(x[0], x[1]) }},
		{"bce", 0.1, 0.9, 2, func(x values) *tensor.Tensor { return loss.BCE(x[0], x[1]) }},
		{"bce with logits", -3, 3, 2, func(x values) *tensor.Tensor {
			return loss.BCEWithLogits(x[0], x[1], loss.BCEWithLogitsConfig{PosWeight: tensor.FromSliceOn(be, []float64{1, 2, 0.5}, 3)})
		}},
		{"kl divergence", 0.1, 0.9, 2, func(x values) *tensor.Tensor { return loss.KLDiv(x[0], x[1], loss.BatchMean) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			xs := values{span(be, c.lo, c.hi, 4, 3), span(be, c.lo-0.05, c.hi+0.03, 4, 3)}[:c.inputs]
			gradcheck.Run(t, func(_ *tensor.Tape, x []*tensor.Tensor) *tensor.Tensor { return c.f(x) }, xs...)
		})
	}
}

func TestReductions(t *testing.T) {
	x := tensor.FromSlice([]float32{1, 2, 3, 4, 5, 6}, 3, 2)
	zero := tensor.Zeros(3, 2)
	require.Equal(t, 3.5, loss.L1(x, zero).Item())
	require.Equal(t, 3.5, loss.L1(x, zero, loss.Mean).Item())
	require.Equal(t, 21.0, loss.L1(x, zero, loss.Sum).Item())
	require.Equal(t, 7.0, loss.L1(x, zero, loss.BatchMean).Item())
	require.Equal(t, x.Float32s(), loss.L1(x, zero, loss.None).Float32s())
	require.Equal(t, []int{3, 2}, loss.L1(x, zero, loss.None).Shape())
	require.Equal(t, []int{3}, loss.CrossEntropyProbs(x, zero, loss.None).Shape())

	logits := tensor.Zeros(2, 3, 4)
	targets := []int32{0, 1, -100, 3, 2, 1}
	by := loss.CrossEntropy(logits, targets, loss.CrossEntropyConfig{Reduction: loss.None})
	require.Equal(t, []int{2, 3}, by.Shape())
	ln4 := math.Log(4)
	require.InDeltaSlice(t, []float64{ln4, ln4, 0, ln4, ln4, ln4}, by.Float64s(), 1e-6)
	require.InDelta(t, ln4, loss.CrossEntropy(logits, targets, loss.CrossEntropyConfig{Reduction: loss.BatchMean}).Item(), 1e-6)
	require.InDelta(t, 5*ln4, loss.CrossEntropy(logits, targets, loss.CrossEntropyConfig{Reduction: loss.Sum}).Item(), 1e-5)

	for r, name := range map[loss.Reduction]string{loss.Mean: "mean", loss.Sum: "sum", loss.BatchMean: "batch mean", loss.None: "none", 9: "unknown"} {
		require.Equal(t, name, r.String())
	}
}

// With nothing to learn from there is nothing lost, and no NaN.
func TestCrossEntropyAllIgnored(t *testing.T) {
	for _, p := range places(t) {
		tape := tensor.NewTape(tensor.On(p.be))
		x := span(p.be, -1, 1, 2, 3)
		l := loss.CrossEntropy(tape.Of(x), []int32{1, 1}, loss.CrossEntropyConfig{IgnoreIndex: new(int32(1)), LabelSmoothing: 0.2})
		require.Equal(t, 0.0, l.Item())
		tape.Backward(l, x)
		require.Equal(t, make([]float64, 6), x.Grad().Float64s())
	}
}

// Certain mistakes cost 100 and give finite gradients of both orders.
func TestBoundedLogarithm(t *testing.T) {
	for _, p := range places(t) {
		tape := tensor.NewTape(tensor.On(p.be))
		probs := tape.Of(tensor.FromSliceOn(p.be, []float64{0, 1}, 1, 2))
		wrong := tape.Of(tensor.FromSliceOn(p.be, []float64{1, 0}, 1, 2))
		for name, f := range map[string]func(x, y *tensor.Tensor, r ...loss.Reduction) *tensor.Tensor{
			"bce": loss.BCE, "cross entropy": loss.CrossEntropyProbs,
		} {
			require.Equal(t, 100.0, f(probs, wrong).Item(), name)
			require.Equal(t, 0.0, f(wrong, wrong).Item(), name)
			first := tape.Grad(f(probs, wrong), []*tensor.Tensor{probs}, tensor.CreateGraph())[0]
			second := tape.Grad(first.Sum().Add(probs.Sum()), []*tensor.Tensor{probs})[0]
			for _, v := range append(first.Float64s(), second.Float64s()...) {
				require.False(t, math.IsNaN(v) || math.IsInf(v, 0), name)
			}
		}
		tape.Release()
	}
}

// A target on no tape is a constant that a bare Backward leaves alone.
func TestTargetsGetNoGradient(t *testing.T) {
	w, y := tensor.Full(0.5, 2, 3), tensor.Full(0.3, 2, 3)
	for name, f := range map[string]func(x *tensor.Tensor) *tensor.Tensor{
		"half":  func(x *tensor.Tensor) *tensor.Tensor { return loss.HalfSquaredError(x, y) },
		"mse":   func(x *tensor.Tensor) *tensor.Tensor { return loss.MSE(x, y) },
		"l1":    func(x *tensor.Tensor) *tensor.Tensor { return loss.L1(x, y) },
		"huber": func(x *tensor.Tensor) *tensor.Tensor { return loss.Huber(x, y, loss.HuberConfig{}) },
		"probs": func(x *tensor.Tensor) *tensor.Tensor { return loss.CrossEntropyProbs(x, y) },
		"bce":   func(x *tensor.Tensor) *tensor.Tensor { return loss.BCE(x, y) },
		"logits": func(x *tensor.Tensor) *tensor.Tensor {
			return loss.BCEWithLogits(x, y, loss.BCEWithLogitsConfig{PosWeight: y})
		},
		"kl": func(x *tensor.Tensor) *tensor.Tensor { return loss.KLDiv(x, y) },
	} {
		w.ZeroGrad()
		tape := tensor.NewTape()
		tape.Backward(f(tape.Of(w)))
		require.NotNil(t, w.Grad(), name)
		require.Nil(t, y.Grad(), name)
		tape.Release()
	}
}

func TestMisuse(t *testing.T) {
	a, b := tensor.Zeros(2, 3), tensor.Zeros(2, 1)
	for _, c := range []struct {
		want string
		f    func()
	}{
		{"mse: prediction [2 3] needs a target of the same shape, got [2 1]", func() { loss.MSE(a, b) }},
		{"half squared error: prediction [2 3] needs a target of the same shape, got [2 1]", func() { loss.HalfSquaredError(a, b) }},
		{"l1: prediction [2 3] needs a target of the same shape, got [2 1]", func() { loss.L1(a, b) }},
		{"huber: prediction [2 3] needs a target of the same shape, got [2 1]", func() { loss.Huber(a, b, loss.HuberConfig{}) }},
		{"bce: prediction [2 3] needs a target of the same shape, got [2 1]", func() { loss.BCE(a, b) }},
		{"bce with logits: prediction [2 3] needs a target of the same shape, got [2 1]", func() { loss.BCEWithLogits(a, b, loss.BCEWithLogitsConfig{}) }},
		{"bce with logits: positive weights must broadcast to [2 1], got [2 3]", func() { loss.BCEWithLogits(b, b, loss.BCEWithLogitsConfig{PosWeight: a}) }},
		{"kl divergence: prediction [2 3] needs a target of the same shape, got [2 1]", func() { loss.KLDiv(a, b) }},
		{"cross entropy of probabilities: prediction [2 3] needs a target of the same shape, got [2 1]", func() { loss.CrossEntropyProbs(a, b) }},
		{"cross entropy of probabilities: needs probabilities [..., classes], got shape []", func() { loss.CrossEntropyProbs(tensor.Zeros(), tensor.Zeros()) }},
		{"cross entropy: needs logits [..., classes] of at least two axes, got [3]", func() { loss.CrossEntropy(tensor.Zeros(3), []int32{1}, loss.CrossEntropyConfig{}) }},
		{"cross entropy: expected logits [3, classes], a row for each target, got [2 3]", func() { loss.CrossEntropy(a, []int32{1, 1, 1}, loss.CrossEntropyConfig{}) }},
		{"cross entropy: targets must be in [0, 3) or -100 (ignored), got 3 at position 1", func() { loss.CrossEntropy(a, []int32{1, 3}, loss.CrossEntropyConfig{}) }},
		{"l1: a batch mean needs at least one axis, got shape []", func() { loss.L1(tensor.Zeros(), tensor.Zeros(), loss.BatchMean) }},
	} {
		require.EqualError(t, tensor.Try(c.f), c.want)
	}
	for want, f := range map[string]func(){
		"cross entropy: label smoothing must lie in [0, 1), got 1": func() { loss.CrossEntropy(a, []int32{1, 1}, loss.CrossEntropyConfig{LabelSmoothing: 1}) },
		"huber: delta must be positive, got -1":                    func() { loss.Huber(a, a, loss.HuberConfig{Delta: -1}) },
		"mse: at most one reduction can be given, got 2":           func() { loss.MSE(a, a, loss.Sum, loss.Mean) },
		"mse: unknown reduction 7":                                 func() { loss.MSE(a, a, 7) },
	} {
		require.PanicsWithValue(t, want, f)
	}
}
