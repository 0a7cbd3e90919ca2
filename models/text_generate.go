package models

import (
	"fmt"
	"iter"

	"github.com/org/artnn/generate"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// Generate is [generate.Text] of the model.
func (m *TextGenerator) Generate(prompt string, n int, options ...generate.Option) (string, error) {
	return generate.Text(m, prompt, n, options...)
}

// Stream is [generate.Stream] of the model.
func (m *TextGenerator) Stream(prompt string, n int, options ...generate.Option) iter.Seq2[string, error] {
	return generate.Stream(m, prompt, n, options...)
}

// EndTokens is the token that stands for the end of a text, if the tokenizer has one.
func (m *TextGenerator) EndTokens() []int32 { return endTokens(m.tokens) }

// NewReader makes a reader at the beginning of a text. It keeps its memory from
// one call of Read to the next, so reading allocates nothing that grows.
func (m *TextGenerator) NewReader() generate.Reader {
	return &textReader{m, inferenceTape(m.cfg.Backend), m.InitHidden(1)}
}

var (
	_ generate.BatchModel = (*TextGenerator)(nil)
	_ generate.Forker     = (*textReader)(nil)
	_ generate.Scorer     = (*textReader)(nil)
)

type textReader struct {
	m     *TextGenerator
	tape  *tensor.Tape
	state layers.LSTMState
}

func (r *textReader) Release() {
	r.tape.Release()
	r.state.Release()
}

func (r *textReader) Read(tokens []int32, logits []float32) {
	defer r.tape.Release()
	y, last := r.m.read(r.tape, tokens, 1, len(tokens), r.state)
	if logits != nil {
		r.m.head().Forward(y.Select(1, -1)).ReadFloat32s(logits)
	}
	r.state.H.Set(last.H)
	r.state.C.Set(last.C)
}

// ReadAll reads tokens with the logits after each; see [generate.Scorer].
func (r *textReader) ReadAll(tokens []int32, logits []float32) {
	defer r.tape.Release()
	y, last := r.m.read(r.tape, tokens, 1, len(tokens), r.state)
	r.m.head().Forward(y).ReadFloat32s(logits)
	r.state.H.Set(last.H)
	r.state.C.Set(last.C)
}

// Fork copies the state; see [generate.Forker].
func (r *textReader) Fork() generate.Reader {
	return &textReader{r.m, inferenceTape(r.m.cfg.Backend), r.state.Clone()}
}

// ReadBatch reads one token with each of the model's readers; see
// [generate.BatchModel].
func (m *TextGenerator) ReadBatch(readers []generate.Reader, tokens []int32, logits [][]float32) {
	tape := inferenceTape(m.cfg.Backend)
	defer tape.Release()
	n := len(readers)
	state := m.InitHidden(n)
	defer state.Release()
	for i, r := range readers {
		one := stateRows(state, i, i+1)
		one.H.Set(r.(*textReader).state.H)
		one.C.Set(r.(*textReader).state.C)
	}
	y, last := m.read(tape, tokens, n, 1, state)
	out := m.head().Forward(y.Select(1, -1))
	for i, r := range readers {
		out.Select(0, i).ReadFloat32s(logits[i])
		one := stateRows(last, i, i+1)
		r.(*textReader).state.H.Set(one.H)
		r.(*textReader).state.C.Set(one.C)
	}
}

// Evaluate is the mean cross-entropy of a text in nats a token, of every token but
// the first. For speed the text is read as up to so many streams at a time, fewer if
// it is short, with the state kept from one token to the next. Each stream begins
// with text before its own, which it reads and does not count, so that the result is
// that of one stream. Nothing is learned.
//
// Errors: streams below 1; fewer than two tokens.
func (m *TextGenerator) Evaluate(tokens []int32, streams int) (float64, error) {
	if streams < 1 || len(tokens) < 2 {
		return 0, fmt.Errorf("evaluate: needs at least one stream and 2 tokens, got %d and %d", streams, len(tokens))
	}
	plan := planStreams(len(tokens)-1, streams)
	tape := inferenceTape(m.cfg.Backend)
	state := m.InitHidden(plan.streams)
	defer state.Release()
	sum := 0.0
	for at := 0; at < plan.length(); at += evaluateSteps {
		steps := min(evaluateSteps, plan.length()-at)
		inputs, targets := plan.batch(tokens, 0, plan.streams, at, steps)
		y, last := m.read(tape, inputs, plan.streams, steps, state)
		sum += sumOfLosses(m.head().Forward(y), targets)
		state.H.Set(last.H)
		state.C.Set(last.C)
		tape.Release()
	}
	return sum / float64(plan.targets), nil
}
