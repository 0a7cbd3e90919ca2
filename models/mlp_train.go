package models

import (
	"fmt"

	"github.com/org/artnn/loss"
	"github.com/org/artnn/tensor"
)

// Step learns from one batch: forward, backward and an update. It returns the
// loss before the update.
//
// Shape: x [n, inputs], y [n, outputs].
//
// Panics if the lengths are not those of equally many rows, at least one.
func (m *MLP) Step(x, y []float32) float64 {
	n, out := rowsOf("mlp step", x, m.cfg.Sizes[0]), m.cfg.Sizes[len(m.cfg.Sizes)-1]
	if len(y) != n*out {
		tensor.Fail("mlp step", fmt.Sprintf("%d rows of inputs need %d rows of %d targets", n, n, out), "%d numbers", len(y))
	}
	return m.update(n, m.cfg.Accumulate, func(lo, hi int) *tensor.Tensor {
		return m.share(m.lossOf(m.rows(x, lo, hi), m.tape.FromSlice(y[lo*out:hi*out], hi-lo, out)), hi-lo, n)
	})
}

// StepLabels is Step for classes: the target of row i is 1 at output labels[i]
// and 0 elsewhere.
//
// Shape: x [n, inputs], labels [n].
//
// Panics if the lengths differ or a label is not the number of an output.
func (m *MLP) StepLabels(x []float32, labels []int32) float64 {
	n, out := rowsOf("mlp step", x, m.cfg.Sizes[0]), m.cfg.Sizes[len(m.cfg.Sizes)-1]
	if len(labels) != n {
		tensor.Fail("mlp step", fmt.Sprintf("%d rows of inputs need %d labels", n, n), "%d", len(labels))
	}
	for i, c := range labels {
		if c < 0 || int(c) >= out {
			tensor.Fail("mlp step", fmt.Sprintf("labels must lie in [0, %d)", out), "%d in row %d", c, i)
		}
	}
	if m.cfg.Loss != CrossEntropy {
		y := make([]float32, n*out)
		for i, c := range labels {
			y[i*out+int(c)] = 1
		}
		return m.Step(x, y)
	}
	return m.update(n, m.cfg.Accumulate, func(lo, hi int) *tensor.Tensor {
		return m.share(loss.CrossEntropy(m.logits.Forward(m.rows(x, lo, hi)), labels[lo:hi], loss.CrossEntropyConfig{}), hi-lo, n)
	})
}

// rows puts some rows of a batch on the training tape.
func (m *MLP) rows(x []float32, lo, hi int) *tensor.Tensor {
	in := m.cfg.Sizes[0]
	return m.tape.FromSlice(x[lo*in:hi*in], hi-lo, in)
}

// share is what the loss of some of n rows has in that of all. The document's
// losses are sums, the others means.
func (m *MLP) share(l *tensor.Tensor, rows, n int) *tensor.Tensor {
	if m.cfg.Loss == HalfSquaredError || m.cfg.Loss == CrossEntropySum {
		return l
	}
	return share(l, rows, n)
}

// lossOf is the loss of a batch on the training tape.
func (m *MLP) lossOf(x, y *tensor.Tensor) *tensor.Tensor {
	switch m.cfg.Loss {
	case MeanSquaredError:
		return loss.MSE(m.net.Forward(x), y)
	case CrossEntropySum:
		return loss.CrossEntropyProbs(m.net.Forward(x), y, loss.Sum)
	case CrossEntropy:
		return m.logits.Forward(x).LogSoftmax(1).Mul(y).Sum(1).Mean().Neg()
	case BinaryCrossEntropy:
		return loss.BCEWithLogits(m.logits.Forward(x), y, loss.BCEWithLogitsConfig{})
	}
	return loss.HalfSquaredError(m.net.Forward(x), y)
}
