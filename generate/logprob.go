package generate

import (
	"cmp"
	"math"
	"slices"

	"github.com/org/artnn/asm"
)

// Likely is a token that might have come, with the natural logarithm of its
// probability.
type Likely struct {
	ID      int32
	LogProb float64
}

// logProbs computes log-probabilities from logits, which it copies.
type logProbs struct {
	logits, exp []float32
	shift       float64 // log Σ exp(x)
}

// of takes the logits of one place, which must be finite.
func (l *logProbs) of(logits []float32) {
	l.logits = append(l.logits[:0], logits...)
	l.shift = logSumExp(&l.exp, logits)
}

func (l *logProbs) at(token int32) float64 { return float64(l.logits[token]) - l.shift }

// top are the n likeliest tokens, likeliest first; of equals the lower one.
func (l *logProbs) top(n int) []Likely {
	n = min(n, len(l.logits))
	if n == 0 {
		return nil
	}
	better := func(a, b int32) int {
		return cmp.Or(cmp.Compare(l.logits[b], l.logits[a]), cmp.Compare(a, b))
	}
	best := make([]int32, 0, n+1) // sorted
	for i, x := range l.logits {
		if len(best) == n && x <= l.logits[best[n-1]] {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, int32(i), better)
		best = slices.Insert(best, at, int32(i))
		best = best[:min(n, len(best))]
	}
	list := make([]Likely, len(best))
	for i, token := range best {
		list[i] = Likely{token, l.at(token)}
	}
	return list
}

// logSumExp is log Σ exp(x), with room for the terms.
func logSumExp(room *[]float32, logits []float32) float64 {
	*room = slices.Grow((*room)[:0], len(logits))[:len(logits)]
	top := asm.Max(logits)
	return float64(top) + math.Log(float64(asm.SumExp(*room, logits, top)))
}
