package models

import (
	"fmt"
	"iter"

	"github.com/org/artnn/generate"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/loss"
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

// NewReader makes a reader at the beginning of a text. It keeps its memory from
// one call of Read to the next, so reading allocates nothing that grows.
func (m *TextGenerator) NewReader() generate.Reader {
	return &textReader{m, inferenceTape(m.cfg.Backend), m.InitHidden(1)}
}

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
		r.m.Linear.Forward(y.Select(1, -1)).ReadFloat32s(logits)
	}
	r.state.H.Set(last.H)
	r.state.C.Set(last.C)
}

// evaluateSteps is how many steps Evaluate takes at a time, to bound memory.
const evaluateSteps = 64

// Evaluate is the mean cross-entropy of a text in nats a token, read as the
// given number of parallel streams, each from its beginning, with the state kept
// from one token to the next. Fewer than streams tokens at the end are left out.
// Nothing is learned.
//
// Errors: fewer than streams+1 tokens.
func (m *TextGenerator) Evaluate(tokens []int32, streams int) (float64, error) {
	if streams < 1 || len(tokens) <= streams {
		return 0, fmt.Errorf("evaluate: %d streams need at least %d tokens, got %d", streams, streams+1, len(tokens))
	}
	tape := inferenceTape(m.cfg.Backend)
	state := m.InitHidden(streams)
	defer state.Release()
	length := (len(tokens) - 1) / streams
	sum := 0.0
	for at := 0; at < length; at += evaluateSteps {
		steps := min(evaluateSteps, length-at)
		inputs, targets := make([]int32, 0, streams*steps), make([]int32, 0, streams*steps)
		for s := range streams {
			from := s*length + at
			inputs = append(inputs, tokens[from:from+steps]...)
			targets = append(targets, tokens[from+1:from+steps+1]...)
		}
		y, last := m.read(tape, inputs, streams, steps, state)
		sum += loss.CrossEntropy(m.Linear.Forward(y), targets, loss.CrossEntropyConfig{Reduction: loss.Sum}).Item()
		state.H.Set(last.H)
		state.C.Set(last.C)
		tape.Release()
	}
	return sum / float64(length*streams), nil
}
