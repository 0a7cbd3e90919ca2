// Package generate continues texts by sampling from a model's logits.
//
// It works with any [Model]: one that reads tokens and gives the logits of the
// next.
//
//	text, err := generate.Text(model, "Call me ", 200, generate.Temperature(0.8), generate.TopP(0.9))
//
// A [Sampler] picks tokens from logits you have.
package generate

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/org/artnn/tokenizer"
)

// Model is a model of text.
type Model interface {
	// Tokenizer is the one that the model was trained with.
	Tokenizer() tokenizer.Tokenizer
	// NewReader makes a reader at the beginning of a text.
	NewReader() Reader
}

// Reader reads one text from its beginning, some tokens at a time, and keeps
// what the model remembers of it.
type Reader interface {
	// Read reads the next tokens, at least one. If logits is not nil, it is
	// filled with the logits of the token that follows them.
	//
	// Shape: logits [Tokenizer().Len()].
	Read(tokens []int32, logits []float32)
	// Release frees the reader's memory; it must not be used afterwards.
	Release()
}

// Text continues a prompt by n tokens and returns the continuation, so that
// prompt + continuation is the whole text.
//
// Errors: an empty prompt or one that the tokenizer cannot represent; n below 1; a
// tokenizer with tokens outside of [0, Len) (see [tokenizer.Check]); an option out of range; logits that are not finite.
func Text(m Model, prompt string, n int, options ...Option) (string, error) {
	var text strings.Builder
	for piece, err := range Stream(m, prompt, n, options...) {
		if err != nil {
			return "", err
		}
		text.WriteString(piece)
	}
	return text.String(), nil
}

// Stream is [Text] in one piece for each token, as they come:
//
//	for piece, err := range generate.Stream(model, "Call me ", 500) {
//		if err != nil {
//			return err
//		}
//		fmt.Print(piece)
//	}
//
// Pieces are whole characters; the piece of a token that ends inside a character
// is what comes before that character, and may be empty. An error ends the
// sequence. The loop may be left early.
func Stream(m Model, prompt string, n int, options ...Option) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		t := m.Tokenizer()
		tokens, err := encode(t, prompt, n)
		if err != nil {
			yield("", fmt.Errorf("generate: %w", err))
			return
		}
		s, err := NewSampler(t.SpecialTokens(), options...)
		if err != nil {
			yield("", fmt.Errorf("generate: %w", err))
			return
		}
		text := tokenizer.NewDecoder(t, tokens)
		for token, err := range continued(m, tokens, n, s) {
			if err != nil {
				yield("", fmt.Errorf("generate: %w", err))
				return
			}
			piece := text.Next(token)
			if n--; n == 0 {
				piece += text.Flush()
			}
			if !yield(piece, nil) {
				return
			}
		}
	}
}

func encode(t tokenizer.Tokenizer, prompt string, n int) ([]int32, error) {
	if prompt == "" {
		return nil, errors.New("the prompt is empty: give at least one character to begin with")
	}
	if n < 1 {
		return nil, fmt.Errorf("the number of tokens must be positive, got %d", n)
	}
	if err := tokenizer.Check(t); err != nil {
		return nil, err
	}
	tokens, err := t.Encode(prompt)
	if err != nil {
		return nil, fmt.Errorf("prompt: %w", err)
	}
	if len(tokens) == 0 {
		return nil, fmt.Errorf("the prompt %q has no tokens: give one with at least one", prompt)
	}
	return tokens, tokenizer.CheckTokens(t, "Encode", tokens)
}

// promptChunk is how many tokens of a prompt are read at a time, to bound
// memory.
const promptChunk = 256

// continued yields n tokens that continue tokens.
func continued(m Model, tokens []int32, n int, s *Sampler) iter.Seq2[int32, error] {
	return func(yield func(int32, error) bool) {
		r := m.NewReader()
		defer r.Release()
		logits := make([]float32, m.Tokenizer().Len())
		for len(tokens) > promptChunk {
			r.Read(tokens[:promptChunk], nil)
			tokens = tokens[promptChunk:]
		}
		next := make([]int32, 1)
		for range n {
			r.Read(tokens, logits)
			token, err := s.Pick(logits)
			if !yield(token, err) || err != nil {
				return
			}
			next[0] = token
			tokens = next
		}
	}
}
