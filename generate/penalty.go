package generate

import (
	"fmt"
	"math"
)

// history is which tokens a text has.
type history struct {
	seen      map[int32]struct{} // in prompt or continuation
	generated map[int32]int      // how often
}

func (h *history) read(tokens []int32) {
	if h.seen == nil {
		h.seen = map[int32]struct{}{}
	}
	for _, token := range tokens {
		h.seen[token] = struct{}{}
	}
}

func (h *history) pick(token int32) {
	h.read([]int32{token})
	if h.generated == nil {
		h.generated = map[int32]int{}
	}
	h.generated[token]++
}

func (h *history) clone() history {
	c := history{make(map[int32]struct{}, len(h.seen)), make(map[int32]int, len(h.generated))}
	for token := range h.seen {
		c.seen[token] = struct{}{}
	}
	for token, n := range h.generated {
		c.generated[token] = n
	}
	return c
}

// remembers reports whether logits depend on the tokens before.
func (s *settings) remembers() bool {
	return s.repetition != 1 || s.presence != 0 || s.frequency != 0
}

// penalise adds biases to logits and lowers those of tokens that the text has.
func (s *settings) penalise(logits []float32, h *history) error {
	for token, b := range s.bias {
		if int(token) >= len(logits) {
			return fmt.Errorf("bias of token %d: the tokenizer has tokens from 0 to %d", token, len(logits)-1)
		}
		logits[token] = float32(float64(logits[token]) + b)
	}
	if s.repetition != 1 {
		for token := range h.seen {
			x := float64(logits[token])
			if x < 0 {
				x *= s.repetition
			} else {
				x /= s.repetition
			}
			logits[token] = finite(x)
		}
	}
	if s.presence != 0 || s.frequency != 0 {
		for token, n := range h.generated {
			logits[token] = finite(float64(logits[token]) - s.presence - s.frequency*float64(n))
		}
	}
	return nil
}

// finite is x in float32; what float32 cannot hold becomes its largest number, so that
// differences stay numbers. −Inf, an excluded token, stays.
func finite(x float64) float32 {
	if math.IsInf(x, -1) {
		return float32(x)
	}
	return float32(max(-math.MaxFloat32, min(math.MaxFloat32, x)))
}
