package loss_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/golden"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/tensor"
)

// place is a backend and how near to PyTorch's float64 its results must be, as
// a share of the largest.
type place struct {
	be  backend.Backend
	tol float64
}

func places(t testing.TB) []place {
	var list []place
	for _, p := range []struct {
		name string
		tol  float64
	}{{"reference", 1e-12}, {"cpu", 1e-5}} {
		be, err := backend.Get(p.name)
		require.NoError(t, err)
		list = append(list, place{be, p.tol})
	}
	return list
}

func (p place) of(a golden.Array) *tensor.Tensor {
	return tensor.FromSliceOn(p.be, a.Data, a.Shape...)
}

// function computes the loss of a case for a prediction.
type function func(c *golden.Case, p place, x *tensor.Tensor) *tensor.Tensor

// goldens holds value and gradient of every case of a file against PyTorch's,
// on every backend.
func goldens(t *testing.T, file string, f function) {
	g := golden.Load(t, "testdata/"+file+".safetensors")
	for _, p := range places(t) {
		t.Run(p.be.Name(), func(t *testing.T) {
			g.Run(t, func(t *testing.T, c *golden.Case) {
				tape := tensor.NewTape(tensor.On(p.be))
				defer tape.Release()
				x := p.of(c.Array("in.input"))
				l := f(c, p, tape.Of(x))
				require.Equal(t, len(c.Array("out.loss").Shape), l.Rank())
				c.Close("out.loss", l.Float64s(), p.tol)
				if c.Has("up.loss") {
					l = l.Mul(tape.Of(p.of(c.Array("up.loss")))).Sum()
				}
				tape.Backward(l, x)
				got, want := x.Grad().Float64s(), c.Array("grad.input").Data
				if c.Name == "bce_clamped" {
					want = unbounded(c, want)
				}
				golden.Close(t, c.Name+"/grad.input", got, want, p.tol)
			})
		})
	}
}

// unbounded replaces what PyTorch makes of a prediction of exactly 0 or 1 by the
// slopes that BCE documents: 0 from the bounded logarithm, the true slope from
// the other.
func unbounded(c *golden.Case, grad []float64) []float64 {
	x, y := c.Array("in.input").Data, c.Array("in.target").Data
	want := append([]float64{}, grad...)
	for i := range want {
		switch x[i] {
		case 0:
			want[i] = (1 - y[i]) / float64(len(x))
		case 1:
			want[i] = -y[i] / float64(len(x))
		}
	}
	return want
}

var reductions = map[string]loss.Reduction{
	"mean": loss.Mean, "sum": loss.Sum, "none": loss.None, "batchmean": loss.BatchMean,
}

func reduction(c *golden.Case) loss.Reduction { return reductions[c.Note("reduction")] }

func TestRegressionGolden(t *testing.T) {
	goldens(t, "regression", func(c *golden.Case, p place, x *tensor.Tensor) *tensor.Tensor {
		y := p.of(c.Array("in.target"))
		switch kind, _, _ := strings.Cut(c.Name, "_"); kind {
		case "mse":
			return loss.MSE(x, y, reduction(c))
		case "l1":
			return loss.L1(x, y, reduction(c))
		case "huber":
			return loss.Huber(x, y, loss.HuberConfig{Delta: c.Float("delta"), Reduction: reduction(c)})
		case "smooth": // PyTorch's smooth L1 is Huber's loss over its δ
			beta := c.Float("beta")
			return loss.Huber(x, y, loss.HuberConfig{Delta: beta, Reduction: reduction(c)}).DivScalar(beta)
		}
		half := loss.HalfSquaredError(x, y)
		if c.Name == "half_squared_error_batch_mean" {
			half = half.DivScalar(float64(x.Dim(0)))
		}
		return half
	})
}

func TestCrossEntropyGolden(t *testing.T) {
	goldens(t, "crossentropy", func(c *golden.Case, p place, x *tensor.Tensor) *tensor.Tensor {
		switch c.Name {
		case "probs_sum":
			return loss.CrossEntropyProbs(x, p.of(c.Array("in.target")), loss.Sum)
		case "probs_batch_mean":
			return loss.CrossEntropyProbs(x, p.of(c.Array("in.target")))
		case "nll_mean": // on logarithms it is a choice of elements
			return x.Gather(c.Array("in.target").Int32s()).Mean().Neg()
		}
		ignore := int32(c.Int("ignore_index"))
		cfg := loss.CrossEntropyConfig{LabelSmoothing: c.Float("label_smoothing"), Reduction: reduction(c)}
		if ignore != loss.DefaultIgnoreIndex {
			cfg.IgnoreIndex = &ignore
		}
		return loss.CrossEntropy(x, c.Array("in.target").Int32s(), cfg)
	})
}

func TestBinaryGolden(t *testing.T) {
	goldens(t, "binary", func(c *golden.Case, p place, x *tensor.Tensor) *tensor.Tensor {
		y := p.of(c.Array("in.target"))
		if strings.HasPrefix(c.Name, "bce") {
			return loss.BCE(x, y, reduction(c))
		}
		cfg := loss.BCEWithLogitsConfig{Reduction: reduction(c)}
		if c.Has("in.pos_weight") {
			cfg.PosWeight = p.of(c.Array("in.pos_weight"))
		}
		return loss.BCEWithLogits(x, y, cfg)
	})
}

func TestKLDivGolden(t *testing.T) {
	goldens(t, "kl", func(c *golden.Case, p place, x *tensor.Tensor) *tensor.Tensor {
		y := c.Array("in.target")
		if c.Bool("log_target") {
			probs := make([]float64, len(y.Data))
			for i, v := range y.Data {
				probs[i] = math.Exp(v)
			}
			y.Data = probs
		}
		return loss.KLDiv(x, p.of(y), reduction(c))
	})
}
