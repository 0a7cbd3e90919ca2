package writing

import (
	"context"
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/org/artnn/generate"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tokenizer"
)

// Window says how much of a text before a token a model sees.
type Window struct {
	// Tokens is the length of a window; by default that of a model that is
	// [generate.Windowed], and else the whole text.
	Tokens int
	// Stride is how many tokens the next window lies further on. Each token but those
	// of the first window sees at least Tokens − Stride before it. Default half a
	// window: a small stride measures better and takes longer.
	Stride int
}

// CrossEntropy is the mean cross-entropy in nats of every token of a text but the
// first, each counted in one window. Perplexity is e to its power.
//
// Errors: fewer than two tokens, or ones that the tokenizer has not; a window that
// makes no sense or is longer than the model's; logits that are not finite
// ([generate.ErrDiverged]); what the context says.
//
// Reference: "Perplexity of fixed-length models" in the documentation of Hugging Face's
// transformers.
func CrossEntropy(ctx context.Context, m generate.Model, tokens []int32, w Window) (float64, error) {
	w, err := w.of(m, len(tokens))
	if err == nil {
		err = tokenizer.CheckTokens(m.Tokenizer(), "the text", tokens)
	}
	if err != nil {
		return 0, fmt.Errorf("cross-entropy: %w", err)
	}
	s := scorer{ctx: ctx, vocabulary: m.Tokenizer().Len()}
	sum := 0.0
	counted := 1 // tokens that are: the first needs none before it
	for begin := 0; counted < len(tokens); begin += w.Stride {
		end := min(begin+w.Tokens, len(tokens))
		r := m.NewReader()
		part, err := s.score(r, tokens[begin:end], counted-begin)
		r.Release()
		if err != nil {
			return 0, fmt.Errorf("cross-entropy: %w", err)
		}
		sum += part
		counted = end
	}
	return sum / float64(len(tokens)-1), nil
}

// of fills in defaults.
func (w Window) of(m generate.Model, tokens int) (Window, error) {
	if tokens < 2 {
		return w, fmt.Errorf("needs at least 2 tokens, got %d", tokens)
	}
	longest := math.MaxInt
	if x, ok := m.(generate.Windowed); ok {
		longest = x.Window()
	}
	if w.Tokens == 0 {
		w.Tokens = min(longest, tokens)
	}
	if w.Stride == 0 {
		w.Stride = max(1, w.Tokens/2)
	}
	switch {
	case w.Tokens < 2:
		return w, fmt.Errorf("a window has at least 2 tokens, got %d", w.Tokens)
	case w.Tokens > longest:
		return w, fmt.Errorf("a window of %s: the model's has %d", words.Count(w.Tokens, "token"), longest)
	case w.Stride < 1 || w.Stride >= w.Tokens && w.Tokens < tokens:
		return w, fmt.Errorf("a stride of %d: must be from 1 to %d, so that each window begins in the one before", w.Stride, w.Tokens-1)
	}
	return w, nil
}

// scorer adds up the surprise of tokens.
type scorer struct {
	ctx        context.Context
	vocabulary int
	logits     []float32
}

// mostLogits bounds the logits of one pass: 32 MB.
const mostLogits = 8 << 20

// score is the sum over tokens from one on.
func (s *scorer) score(r generate.Reader, tokens []int32, from int) (sum float64, err error) {
	all, ok := r.(generate.Scorer)
	step := 1
	if ok {
		step = min(256, max(1, mostLogits/s.vocabulary))
	}
	if n := step * s.vocabulary; len(s.logits) < n {
		s.logits = make([]float32, n)
	}
	for at := 0; at < len(tokens)-1; {
		if s.ctx.Err() != nil {
			return 0, context.Cause(s.ctx)
		}
		if skip := min(from-1-at, 256); skip > 0 { // what comes before those counted
			r.Read(tokens[at:at+skip], nil)
			at += skip
			continue
		}
		n := min(step, len(tokens)-1-at)
		if ok {
			all.ReadAll(tokens[at:at+n], s.logits[:n*s.vocabulary])
		} else {
			r.Read(tokens[at:at+n], s.logits[:n*s.vocabulary])
		}
		for i := range n {
			x := surprise(s.logits[i*s.vocabulary:(i+1)*s.vocabulary], tokens[at+i+1])
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return 0, generate.ErrDiverged
			}
			sum += x
		}
		at += n
	}
	return sum, nil
}

// surprise is −log of the probability of a token.
func surprise(logits []float32, token int32) float64 {
	top := math.Inf(-1)
	for _, x := range logits {
		top = max(top, float64(x))
	}
	sum := 0.0
	for _, x := range logits {
		sum += math.Exp(float64(x) - top)
	}
	return top + math.Log(sum) - float64(logits[token])
}

// Bits turns a cross-entropy in nats a token into bits a character and bits a byte of
// the text that the tokens stand for.
func Bits(nats float64, tokens int, text string) (perCharacter, perByte float64) {
	total := nats * float64(tokens) / math.Ln2
	return total / float64(max(1, utf8.RuneCountInString(text))), total / float64(max(1, len(text)))
}
