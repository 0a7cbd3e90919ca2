package models

import (
	"fmt"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/loss"
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
	if batch < 1 || steps < 1 || len(inputs) != batch*steps || len(targets) != batch*steps {
		tensor.Fail("text step", fmt.Sprintf("expected as many inputs and targets as %s of %s have", words.Count(batch, "row"), words.Count(steps, "step")),
			"%d and %d", len(inputs), len(targets))
	}
	if m.cfg.Stateful {
		m.memory.begin(batch)
	}
	counted := countTargets(targets)
	total := m.update.Step(batch, func(lo, hi int) *tensor.Tensor {
		logits := m.forwardRows(inputs[lo*steps:hi*steps], lo, hi, steps)
		part := targets[lo*steps : hi*steps]
		l := loss.CrossEntropy(logits, part, loss.CrossEntropyConfig{})
		if hi-lo < batch && counted > 0 {
			l = l.MulScalar(float64(countTargets(part)) / float64(counted))
		}
		return l
	})
	if m.cfg.Stateful && m.update.NonFinite() == "" {
		m.memory.advance()
	}
	return total
}

// countTargets is how many targets count in a loss.
func countTargets(targets []int32) (n int) {
	for _, t := range targets {
		if t != loss.DefaultIgnoreIndex {
			n++
		}
	}
	return n
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
