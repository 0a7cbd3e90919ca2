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
	defer m.tape.Release()
	return m.update(m.lossOf(m.tape.FromSlice(x, n, m.cfg.Sizes[0]), m.tape.FromSlice(y, n, out)))
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
	defer m.tape.Release()
	logits := m.logits.Forward(m.tape.FromSlice(x, n, m.cfg.Sizes[0]))
	return m.update(loss.CrossEntropy(logits, labels, loss.CrossEntropyConfig{}))
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

func (m *MLP) update(l *tensor.Tensor) float64 {
	opt := m.Optimizer()
	opt.ZeroGrad()
	m.tape.Backward(l, m.params...)
	opt.Step()
	return l.Item()
}
