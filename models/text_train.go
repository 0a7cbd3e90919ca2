package models

import (
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// Step learns from one batch of token rows and the tokens that follow each. It
// returns the mean cross-entropy before the update, in nats a token; targets of
// −100 do not count.
//
// Shape: inputs and targets [batch, steps].
//
// Panics if the lengths are not batch·steps or a token is not in the
// vocabulary.
func (m *TextGenerator) Step(inputs, targets []int32, batch, steps int) float64 {
	checkBatch("text step", inputs, targets, batch, steps)
	if m.cfg.Stateful {
		m.memory.begin(batch)
	}
	total := stepText(m.update, targets, batch, steps, func(lo, hi int) *tensor.Tensor {
		return m.forwardRows(inputs[lo*steps:hi*steps], lo, hi, steps)
	})
	if m.cfg.Stateful && m.update.NonFinite() == "" {
		m.memory.advance()
	}
	return total
}

// forwardRows computes the logits of some rows of a batch on the training tape.
func (m *TextGenerator) forwardRows(ids []int32, lo, hi, steps int) *tensor.Tensor {
	if !m.cfg.Stateful {
		logits, _ := m.Forward(m.update.Tape(), ids, hi-lo, steps, layers.LSTMState{})
		return logits
	}
	logits, last := m.Forward(m.update.Tape(), ids, hi-lo, steps, m.memory.rows(lo, hi))
	m.memory.store(lo, hi, last)
	return logits
}

// ResetState makes the next step start from zeros, where a text begins. Without
// Stateful every step does.
func (m *TextGenerator) ResetState() { m.memory.reset() }
