package models

import (
	"fmt"
	"iter"

	"github.com/org/artnn/generate"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
)

// language is what a [TextGenerator] and its int8 copy have in common: what reads
// and generates text, and learns nothing.
type language struct {
	net    network
	cfg    TextConfig
	tokens tokenizer.Tokenizer
}

// network is the layers of a model of text, with weights of one kind or the
// other.
type network interface {
	// read goes on from a state by [batch, steps] tokens and returns the hidden
	// states of the last layer [batch, steps, hidden].
	read(tape *tensor.Tape, ids []int32, batch, steps int, state layers.LSTMState) (*tensor.Tensor, layers.LSTMState)
	// predict computes the logits of the tokens that may follow hidden states.
	predict(y *tensor.Tensor) *tensor.Tensor
}

// Config is the configuration with its defaults filled in.
func (l *language) Config() TextConfig { return l.cfg }

// Tokenizer is the one the model was made for.
func (l *language) Tokenizer() tokenizer.Tokenizer { return l.tokens }

// Generate is [generate.Text] of the model.
func (l *language) Generate(prompt string, n int, options ...generate.Option) (string, error) {
	return generate.Text(l, prompt, n, options...)
}

// Stream is [generate.Stream] of the model.
func (l *language) Stream(prompt string, n int, options ...generate.Option) iter.Seq2[string, error] {
	return generate.Stream(l, prompt, n, options...)
}

// NewReader makes a reader at the beginning of a text. It keeps its memory from
// one call of Read to the next, so reading allocates nothing that grows.
func (l *language) NewReader() generate.Reader {
	return &reader{l.net, inferenceTape(l.cfg.Backend), l.InitHidden(1)}
}

type reader struct {
	net   network
	tape  *tensor.Tape
	state layers.LSTMState
}

func (r *reader) Release() {
	r.tape.Release()
	r.state.Release()
}

func (r *reader) Read(tokens []int32, logits []float32) {
	defer r.tape.Release()
	y, last := r.net.read(r.tape, tokens, 1, len(tokens), r.state)
	if logits != nil {
		r.net.predict(y.Select(1, -1)).ReadFloat32s(logits)
	}
	r.state.H.Set(last.H)
	r.state.C.Set(last.C)
}

// InitHidden is the state before a text: zeros, on no tape.
//
// Shape: both [layers, batch, hidden].
func (l *language) InitHidden(batch int) layers.LSTMState {
	return layers.LSTMState{
		H: tensor.ZerosOn(l.cfg.Backend, l.cfg.Layers, batch, l.cfg.Hidden),
		C: tensor.ZerosOn(l.cfg.Backend, l.cfg.Layers, batch, l.cfg.Hidden),
	}
}

// evaluateSteps is how many steps Evaluate takes at a time, to bound memory.
const evaluateSteps = 64

// Evaluate is the mean cross-entropy of a text in nats a token, read as the
// given number of parallel streams, each from its beginning with state carried
// along. Fewer than streams tokens at the end are left out. Nothing is learned.
//
// Errors: fewer than streams+1 tokens.
func (l *language) Evaluate(tokens []int32, streams int) (float64, error) {
	if streams < 1 || len(tokens) <= streams {
		return 0, fmt.Errorf("evaluate: %d streams need at least %d tokens, got %d", streams, streams+1, len(tokens))
	}
	tape := inferenceTape(l.cfg.Backend)
	state := l.InitHidden(streams)
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
		y, last := l.net.read(tape, inputs, streams, steps, state)
		sum += loss.CrossEntropy(l.net.predict(y), targets, loss.CrossEntropyConfig{Reduction: loss.Sum}).Item()
		state.H.Set(last.H)
		state.C.Set(last.C)
		tape.Release()
	}
	return sum / float64(length*streams), nil
}
