package models

import (
	"fmt"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train/update"
)

// checkBatch panics unless inputs and targets are rows of steps.
func checkBatch(op string, inputs, targets []int32, batch, steps int) {
	if batch < 1 || steps < 1 || len(inputs) != batch*steps || len(targets) != batch*steps {
		tensor.Fail(op, fmt.Sprintf("expected as many inputs and targets as %s of %s have", words.Count(batch, "row"), words.Count(steps, "step")),
			"%d and %d", len(inputs), len(targets))
	}
}

// stepText is one update of a model of tokens. logits are those of some rows of the
// batch.
func stepText(u *update.Update, targets []int32, batch, steps int, logits func(lo, hi int) *tensor.Tensor) float64 {
	counted := countTargets(targets)
	return u.Step(batch, func(lo, hi int) *tensor.Tensor {
		part := targets[lo*steps : hi*steps]
		l := loss.CrossEntropy(logits(lo, hi), part, loss.CrossEntropyConfig{})
		if hi-lo < batch && counted > 0 {
			l = l.MulScalar(float64(countTargets(part)) / float64(counted))
		}
		return l
	})
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

// sumOfLosses is the cross-entropy of all targets that count.
func sumOfLosses(logits *tensor.Tensor, targets []int32) float64 {
	return loss.CrossEntropy(logits, targets, loss.CrossEntropyConfig{Reduction: loss.Sum}).Item()
}

// endTokens are those that end a text.
func endTokens(t tokenizer.Tokenizer) []int32 {
	if end, ok := tokenizer.EndToken(t); ok {
		return []int32{end}
	}
	return nil
}
