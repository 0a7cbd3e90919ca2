package models

import (
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// GenerateOption changes how [TextGenerator.Generate] chooses tokens.
type GenerateOption func(*sampler)

// Temperature divides the logits before a token is drawn: below 1 the text is
// safer, above 1 wilder, and at 0 always the likeliest token is taken. Default
// 1, what the model has learned.
func Temperature(t float64) GenerateOption { return func(s *sampler) { s.temperature = t } }

// TopK draws from the k likeliest tokens only; 0, the default, from all.
func TopK(k int) GenerateOption { return func(s *sampler) { s.topK = k } }

// TopP draws from the likeliest tokens that together have probability p, after
// temperature and TopK; 0, the default, and 1 mean all.
//
// Reference: Holtzman et al., "The Curious Case of Neural Text Degeneration",
// 2019.
func TopP(p float64) GenerateOption { return func(s *sampler) { s.topP = p } }

// Seed chooses among the texts that could come: the same seed gives the same
// text. Default 0.
func Seed(seed uint64) GenerateOption { return func(s *sampler) { s.seed = seed } }

// Generate continues a prompt by n tokens and returns the continuation, so that
// prompt + continuation is the whole text.
//
// Errors: an empty prompt or one with characters the model does not know, which
// are named; n below 1; an option out of range; a model whose training has
// diverged.
func (l *language) Generate(prompt string, n int, options ...GenerateOption) (string, error) {
	var text strings.Builder
	for piece, err := range l.Stream(prompt, n, options...) {
		if err != nil {
			return "", err
		}
		text.WriteString(piece)
	}
	return text.String(), nil
}

// Stream is Generate token by token, as they come:
//
//	for piece, err := range model.Stream("Call me ", 500) {
//		if err != nil {
//			return err
//		}
//		fmt.Print(piece)
//	}
//
// An error ends the sequence. Leaving the loop early is fine.
func (l *language) Stream(prompt string, n int, options ...GenerateOption) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		s := newSampler(l.vocab.hidden(), options)
		ids, err := l.promptIDs(prompt, n)
		if err = firstError(err, s.check()); err != nil {
			yield("", fmt.Errorf("generate: %w", err))
			return
		}
		for id, err := range l.tokens(ids, n, s) {
			if err != nil {
				yield("", fmt.Errorf("generate: %w", err))
				return
			}
			if !yield(l.vocab.Decode([]int32{id}), nil) {
				return
			}
		}
	}
}

func (l *language) promptIDs(prompt string, n int) ([]int32, error) {
	if prompt == "" {
		return nil, errors.New("the prompt is empty: give at least one character to begin with")
	}
	if n < 1 {
		return nil, fmt.Errorf("the number of tokens must be positive, got %d", n)
	}
	ids, err := l.vocab.Encode(prompt)
	if err != nil {
		return nil, fmt.Errorf("prompt: %w", err)
	}
	return ids, nil
}

// promptSteps is how many tokens of a prompt are read at a time, to bound
// memory.
const promptSteps = 256

// tokens continues ids by n tokens.
func (l *language) tokens(ids []int32, n int, s *sampler) iter.Seq2[int32, error] {
	return func(yield func(int32, error) bool) {
		r := l.newReader()
		defer r.release()
		for len(ids) > promptSteps {
			r.read(ids[:promptSteps], false)
			ids = ids[promptSteps:]
		}
		next := make([]int32, 1)
		for range n {
			r.read(ids, true)
			id, err := s.pick(r.logits)
			if !yield(id, err) || err != nil {
				return
			}
			next[0] = id
			ids = next
		}
	}
}

// reader follows a text token by token. It holds on to its memory, so reading
// allocates nothing that grows.
type reader struct {
	net    network
	tape   *tensor.Tape
	state  layers.LSTMState
	logits []float32 // of the token after the last read
}

func (l *language) newReader() *reader {
	return &reader{l.net, inferenceTape(l.cfg.Backend), l.InitHidden(1), make([]float32, l.vocab.Len())}
}

func (r *reader) release() {
	r.tape.Release()
	r.state.Release()
}

// read goes on by some tokens and, if asked, works out what may follow.
func (r *reader) read(ids []int32, predict bool) {
	defer r.tape.Release()
	y, last := r.net.read(r.tape, ids, 1, len(ids), r.state)
	if predict {
		r.net.predict(y.Select(1, -1)).ReadFloat32s(r.logits)
	}
	r.state.H.Set(last.H)
	r.state.C.Set(last.C)
}
