package linear

import (
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/internal/golden"
)

// rowOf is row i of a case's inputs, which are float32 numbers.
func rowOf(x golden.Array, i int) []float32 {
	row := make([]float32, x.Shape[1])
	for k, v := range x.At(i).Data {
		row[k] = float32(v)
	}
	return row
}

func TestRidgeMatchesNumPy(t *testing.T) {
	golden.Load(t, "testdata/ridge.safetensors").Run(t, func(t *testing.T, c *golden.Case) {
		x, y := c.Array("in.x"), c.Array("in.y")
		m := NewMoments(x.Shape[1])
		for i, v := range y.Data {
			m.Add(rowOf(x, i), v)
		}
		var got Ridge
		var err error
		if c.Has("out.lambda") {
			got, err = m.FitGCV()
			c.Close("out.lambda", []float64{got.Lambda}, 1e-12)
			var scores []float64
			for lambda := m.n; len(scores) < 7; lambda /= 10 {
				scores = append(scores, m.gcv(lambda))
			}
			c.Close("out.scores", scores, 1e-9)
		} else {
			got, err = m.Fit(c.Float("lambda"))
		}
		require.NoError(t, err)
		c.Close("out.weights", got.Weights, 1e-10)
		c.Close("out.bias", []float64{got.Bias}, 1e-10)
	})
}

// gcv is the score of one penalty.
func (m *Moments) gcv(lambda float64) float64 {
	r, score, ok := m.centred().score(lambda)
	if !ok || r.Lambda != lambda {
		return -1
	}
	return score
}

func TestSoftmaxMatchesNewton(t *testing.T) {
	golden.Load(t, "testdata/softmax.safetensors").Run(t, func(t *testing.T, c *golden.Case) {
		x, labels := c.Array("in.x"), c.Array("in.labels").Int32s()
		rounds := 0
		var rows iter.Seq2[[]float32, int32] = func(yield func([]float32, int32) bool) {
			rounds++
			for i, label := range labels {
				if !yield(rowOf(x, i), label) {
					return
				}
			}
		}
		got, err := FitSoftmax(rows, x.Shape[1], c.Int("classes"), c.Float("lambda"))
		require.NoError(t, err)
		t.Logf("%d rounds", rounds)
		c.Close("out.weights", got.Weights, 1e-4)
		c.Close("out.bias", got.Bias, 1e-4)
	})
}
