package models

import (
	"fmt"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

const (
	halfSquaredError   = "half_squared_error"
	meanSquaredError   = "mean_squared_error"
	crossEntropySum    = "cross_entropy_sum"
	crossEntropy       = "cross_entropy"
	binaryCrossEntropy = "binary_cross_entropy"
)

// checkLoss returns an error unless a loss is known and fits the output.
func checkLoss(name, output string) error {
	switch name {
	case halfSquaredError, meanSquaredError:
	case crossEntropySum:
		if output != softmax && output != sigmoid {
			return fmt.Errorf("loss %s needs probabilities: output softmax or sigmoid, got %q", name, output)
		}
	case crossEntropy, binaryCrossEntropy:
		need := softmax
		if name == binaryCrossEntropy {
			need = sigmoid
		}
		if output != need && output != "identity" {
			return fmt.Errorf("loss %s needs output %s (or identity), got %q", name, need, output)
		}
	default:
		return fmt.Errorf("loss %q: not one of half_squared_error, mean_squared_error, cross_entropy_sum, cross_entropy, binary_cross_entropy", name)
	}
	return nil
}

// Step learns from one batch: forward, backward and an update. It returns the
// loss before the update.
//
// If the loss, or with Clip the gradient, is not finite, nothing is updated:
// NonFinite of the Updates tells what went bad.
//
// Shape: x [n, inputs], y [n, outputs].
//
// Panics if the lengths are not those of equally many rows, at least one.
func (m *MLP) Step(x, y []float32) float64 {
	n, out := rowsOf("mlp step", x, m.inputs()), m.outputs()
	if len(y) != n*out {
		tensor.Fail("mlp step", fmt.Sprintf("expected %s of %s, one for each row of inputs", words.Count(n, "row"), words.Count(out, "target")), "%s", words.Count(len(y), "number"))
	}
	return m.update.Step(n, func(lo, hi int) *tensor.Tensor {
		return m.share(m.lossOf(m.rows(x, lo, hi), m.update.Tape().FromSlice(y[lo*out:hi*out], hi-lo, out)), hi-lo, n)
	})
}

// StepLabels is Step for classes: the target of row i is 1 at output labels[i]
// and 0 elsewhere.
//
// Shape: x [n, inputs], labels [n].
//
// Panics if the lengths differ or a label is not the number of an output.
func (m *MLP) StepLabels(x []float32, labels []int32) float64 {
	n, out := rowsOf("mlp step", x, m.inputs()), m.outputs()
	if len(labels) != n {
		tensor.Fail("mlp step", fmt.Sprintf("expected %s, one for each row of inputs", words.Count(n, "label")), "%d", len(labels))
	}
	for i, c := range labels {
		if c < 0 || int(c) >= out {
			tensor.Fail("mlp step", fmt.Sprintf("labels must lie in [0, %d)", out), "%d in row %d", c, i)
		}
	}
	if m.cfg.Loss != crossEntropy {
		y := make([]float32, n*out)
		for i, c := range labels {
			y[i*out+int(c)] = 1
		}
		return m.Step(x, y)
	}
	return m.update.Step(n, func(lo, hi int) *tensor.Tensor {
		return m.share(loss.CrossEntropy(m.logits.Forward(m.rows(x, lo, hi)), labels[lo:hi], loss.CrossEntropyConfig{}), hi-lo, n)
	})
}

// rows puts some rows of a batch on the training tape.
func (m *MLP) rows(x []float32, lo, hi int) *tensor.Tensor {
	in := m.inputs()
	return m.update.Tape().FromSlice(x[lo*in:hi*in], hi-lo, in)
}

// share is what the loss of some of n rows has in that of all: some losses are
// sums, the others means.
func (m *MLP) share(l *tensor.Tensor, rows, n int) *tensor.Tensor {
	if m.cfg.Loss == halfSquaredError || m.cfg.Loss == crossEntropySum {
		return l
	}
	return update.Share(l, rows, n)
}

// lossOf is the loss of a batch on the training tape.
func (m *MLP) lossOf(x, y *tensor.Tensor) *tensor.Tensor {
	switch m.cfg.Loss {
	case meanSquaredError:
		return loss.MSE(m.net.Forward(x), y)
	case crossEntropySum:
		return loss.CrossEntropyProbs(m.net.Forward(x), y, loss.Sum)
	case crossEntropy:
		return m.logits.Forward(x).LogSoftmax(1).Mul(y).Sum(1).Mean().Neg()
	case binaryCrossEntropy:
		return loss.BCEWithLogits(m.logits.Forward(x), y, loss.BCEWithLogitsConfig{})
	}
	return loss.HalfSquaredError(m.net.Forward(x), y)
}
