package generate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/tokenizer"
)

// writing is one call that writes texts: what they have in common.
type writing struct {
	ctx context.Context
	m   Model
	t   tokenizer.Tokenizer
	n   int
	settings
	special []int32 // never picked: special tokens that are no end
	ends    []int32
	masks   *masks // of the form, if there is one
	window  int    // 0 is any number of tokens

	prefix Reader    // what all prompts begin with, read once; nil if none does
	known  int       // tokens that prefix has read
	logits []float32 // after them
}

func newWriting(ctx context.Context, m Model, n int, options []Option) (*writing, error) {
	s, err := newSettings(options)
	if err != nil {
		return nil, err
	}
	if n < 1 {
		return nil, fmt.Errorf("the number of tokens must be positive, got %d", n)
	}
	t := m.Tokenizer()
	if err := tokenizer.Check(t); err != nil {
		return nil, err
	}
	w := &writing{ctx: ctx, m: m, t: t, n: n, settings: s, ends: s.texts.ends}
	if e, ok := m.(Ender); ok {
		w.ends = slices.Concat(w.ends, e.EndTokens())
	}
	for _, id := range w.ends {
		if id < 0 || int(id) >= t.Len() {
			return nil, fmt.Errorf("end token %d: the tokenizer has tokens from 0 to %d", id, t.Len()-1)
		}
	}
	w.special = slices.DeleteFunc(slices.Clone(t.SpecialTokens()), func(id int32) bool { return slices.Contains(w.ends, id) })
	if x, ok := m.(Windowed); ok {
		if w.window = x.Window(); w.window < 2 {
			return nil, fmt.Errorf("the model's window is %s: at least 2 are needed", words.Count(w.window, "token"))
		}
	}
	if f := s.texts.form; f != nil {
		// An end token ends a text, whatever it decodes to.
		w.masks = takeMasks(f, vocabularyOf(t, slices.Concat(w.special, w.ends)), w.ends)
		if w.masks.start == nil {
			return nil, errors.New("the form has no text")
		}
	}
	return w, nil
}

func (w *writing) release() {
	if w.prefix != nil {
		w.prefix.Release()
		w.prefix = nil
	}
	if w.masks != nil {
		w.masks.giveBack()
	}
}

// run is one text under way.
type run struct {
	lane
	sampler *Sampler
	decoder *tokenizer.Decoder
	stop    stopper
	form    *cursor // nil without a form
	probs   *logProbs

	left    int       // tokens to generate
	scratch []float32 // logits to be overwritten
}

// begin makes the run of a prompt whose seed is so many after the first.
func (w *writing) begin(prompt string, seed uint64) (*run, error) {
	tokens, err := encode(w.t, prompt)
	if err != nil {
		return nil, err
	}
	r := w.beginAt(tokens, seed)
	if r.form != nil && r.form.complete() {
		return nil, errors.New("the form is complete: there is nothing to write")
	}
	return r, nil
}

func (w *writing) beginAt(tokens []int32, seed uint64) *run {
	s := w.settings
	s.seed += seed
	r := &run{
		lane: w.lane(tokens), sampler: newSampler(s, w.special), decoder: tokenizer.NewDecoder(w.t, tokens),
		stop: stopper{stops: s.texts.stop}, left: w.n,
	}
	r.sampler.Observe(tokens...)
	if w.masks != nil {
		r.form = &cursor{state: w.masks.start, masks: w.masks}
	}
	if s.texts.logProbs {
		r.probs = &logProbs{}
	}
	return r
}

func (w *writing) lane(tokens []int32) lane {
	return lane{w: w, tokens: slices.Clip(tokens), logits: make([]float32, w.t.Len())}
}

func encode(t tokenizer.Tokenizer, prompt string) ([]int32, error) {
	if prompt == "" {
		return nil, errors.New("the prompt is empty: give at least one character to begin with")
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

// next chooses the token that follows, from the logits that were read.
func (r *run) next() (Token, error) {
	if r.probs != nil {
		r.probs.of(r.logits) // of NaN they are NaN, and pick says so
	}
	id, err := r.pick()
	if err != nil {
		return Token{Text: r.rest()}, failed(err)
	}
	token := Token{ID: id}
	if r.probs != nil {
		token.LogProb, token.Top = r.probs.at(id), r.probs.top(r.w.texts.top)
	}
	r.left--
	if slices.Contains(r.w.ends, id) {
		token.Text, token.End = r.rest(), EndOfText
		return token, nil
	}
	r.tokens = append(r.tokens, id)
	r.sampler.picked(id)
	stopped := false
	token.Text, stopped = r.stop.next(r.decoder.Next(id))
	switch {
	case stopped:
		token.End = Stopped
		return token, nil
	case r.form != nil && r.form.complete():
		token.End = Complete
	case r.left == 0:
		token.End = Length
	default:
		return token, nil
	}
	token.Text += r.rest()
	return token, nil
}

// rest is what was held back of the text.
func (r *run) rest() string {
	shown, stopped := r.stop.next(r.decoder.Flush())
	if !stopped {
		shown += r.stop.flush()
	}
	return shown
}

// pick picks a token that the form allows.
func (r *run) pick() (int32, error) {
	if r.form == nil {
		return r.sampler.pick(r.logits, nil)
	}
	allowed, own := r.form.allowed(), false
	for {
		r.scratch = append(r.scratch[:0], r.logits...)
		id, err := r.sampler.pick(r.scratch, allowed)
		switch {
		case errors.Is(err, errNoneAllowed):
			return 0, formError(r.form.text, r.form.state)
		case err != nil || slices.Contains(r.w.ends, id):
			return id, err
		case r.form.write(added(r.w.t, r.tokens[len(r.tokens)-1], id)):
			return id, nil
		}
		// The token's text depends on the one before it, and differs from that in
		// the tree.
		if !own {
			allowed, own = slices.Clone(allowed), true
		}
		allowed.forbid(id)
	}
}

func failed(err error) error { return fmt.Errorf("generate: %w", err) }
