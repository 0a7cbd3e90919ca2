package models

import (
	"fmt"
	"iter"
	"strconv"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// TextConfig configures [NewTextGenerator]. Zero values are the founding
// document's choices.
type TextConfig struct {
	Embed  int `json:"embed"`  // size of a token's vector; default 256
	Hidden int `json:"hidden"` // size of the LSTM's state; default 512
	Layers int `json:"layers"` // of the LSTM; default 1

	// Dropout is the probability of dropping, in training, what goes from one
	// LSTM layer to the next and into the last linear layer. Off by default.
	Dropout float64 `json:"dropout"`
	LR      float64 `json:"lr"` // learning rate; default 0.001
	// Clip bounds the norm of the gradient, against the rare huge step that
	// undoes hours. Off by default; 1 is usual.
	Clip float64 `json:"clip"`
	// Carry starts each batch from the state the one before ended in, for
	// batches whose rows go on where the last ones ended: truncated
	// backpropagation through time.
	Carry bool   `json:"carry"`
	Seed  uint64 `json:"seed"` // of the initial weights and of dropout

	Backend backend.Backend `json:"-"` // default backend.Default()
}

func (c TextConfig) withDefaults() TextConfig {
	c.Embed = orDefault(c.Embed, 256)
	c.Hidden = orDefault(c.Hidden, 512)
	c.Layers = orDefault(c.Layers, 1)
	c.LR = orDefault(c.LR, 0.001)
	c.Backend = on(c.Backend)
	return c
}

func (c TextConfig) check(vocab int) error {
	err := firstError(
		checkSizes("embedding size", c.Embed),
		checkSizes("hidden size", c.Hidden),
		checkSizes("layers", c.Layers),
		checkRate("dropout", c.Dropout, 1),
		checkScale("learning rate", c.LR),
		checkScale("clip", c.Clip))
	if err == nil && c.Layers > maxLayers {
		err = fmt.Errorf("layers: %d: must be at most %d", c.Layers, maxLayers)
	}
	if err != nil {
		return err
	}
	return checkTotal(c.shapes(vocab))
}

// maxLayers keeps a configuration from a file from keeping us busy.
const maxLayers = 1024

func (c TextConfig) shapes(vocab int) shapes {
	return func(yield func(string, []int) bool) {
		if !yield("embed.weight", []int{vocab, c.Embed}) {
			return
		}
		in := c.Embed
		for i := range c.Layers {
			l := "_l" + strconv.Itoa(i)
			if !yield("lstm.weight_ih"+l, []int{4 * c.Hidden, in}) ||
				!yield("lstm.weight_hh"+l, []int{4 * c.Hidden, c.Hidden}) ||
				!yield("lstm.bias_ih"+l, []int{4 * c.Hidden}) ||
				!yield("lstm.bias_hh"+l, []int{4 * c.Hidden}) {
				return
			}
			in = c.Hidden
		}
		_ = yield("fc.weight", []int{vocab, c.Hidden}) && yield("fc.bias", []int{vocab})
	}
}

// TextGenerator predicts the next token of a text from all before it: the
// founding document's embedding, LSTM and linear layer.
//
// Generate, Stream and Evaluate may be called from several goroutines, but not
// during a step.
type TextGenerator struct {
	Embedding *layers.Embedding // [vocabulary, embed]
	LSTM      *layers.LSTM      // embed → hidden
	Linear    *layers.Linear    // hidden → vocabulary

	language
	params []*tensor.Tensor
	opt    optim.Optimizer // nil before the first step
	tape   *tensor.Tape
	state  layers.LSTMState // carried between steps, on no tape
	norm   float64          // of the last gradient, before clipping
}

// NewTextGenerator makes a model of a vocabulary with random weights.
//
// Errors: a configuration that makes no sense, with what is wrong.
func NewTextGenerator(vocab Vocabulary, cfg TextConfig) (*TextGenerator, error) {
	cfg = cfg.withDefaults()
	if vocab == nil {
		return nil, fmt.Errorf("text generator: the vocabulary is nil: make one with NewCharVocab or NewWordVocab")
	}
	if err := cfg.check(vocab.Len()); err != nil {
		return nil, fmt.Errorf("text generator: %w", err)
	}
	rng := tensor.NewRNGOn(cfg.Backend, cfg.Seed)
	m := &TextGenerator{
		Embedding: layers.NewEmbedding(vocab.Len(), cfg.Embed, rng),
		LSTM:      layers.NewLSTM(cfg.Embed, cfg.Hidden, layers.LSTMConfig{Layers: cfg.Layers, Dropout: cfg.Dropout}, rng),
		Linear:    layers.NewLinear(cfg.Hidden, vocab.Len(), rng),
		tape:      trainingTape(cfg.Backend, cfg.Seed),
	}
	m.language = language{m, cfg, vocab}
	m.params = layers.List(m)
	return m, nil
}

// Kind is "TextGenerator".
func (m *TextGenerator) Kind() string { return "TextGenerator" }

// Params yields "embed.weight", "lstm.weight_ih_l0", …, "fc.weight", "fc.bias",
// as the document's PyTorch module names them.
func (m *TextGenerator) Params() iter.Seq2[string, *tensor.Tensor] {
	return layers.Join(
		layers.Prefix("embed", m.Embedding.Params()),
		layers.Prefix("lstm", m.LSTM.Params()),
		layers.Prefix("fc", m.Linear.Params()))
}

// Save writes the model and its vocabulary to one file; see [Save].
func (m *TextGenerator) Save(path string) error { return Save(path, m) }

// Forward computes, on the caller's tape, the logits of the token that follows
// each of ids, and the state after the last.
//
// Shape: ids [batch, steps], state as of InitHidden → [batch, steps, vocabulary].
//
// Panics if the lengths differ or a token is not in the vocabulary.
func (m *TextGenerator) Forward(tape *tensor.Tape, ids []int32, batch, steps int, state layers.LSTMState) (*tensor.Tensor, layers.LSTMState) {
	y, state := m.read(tape, ids, batch, steps, state)
	return m.predict(layers.Dropout{P: m.cfg.Dropout}.Forward(y)), state
}

func (m *TextGenerator) read(tape *tensor.Tape, ids []int32, batch, steps int, state layers.LSTMState) (*tensor.Tensor, layers.LSTMState) {
	return m.LSTM.Forward(m.Embedding.Forward(tape, ids, batch, steps), state)
}

func (m *TextGenerator) predict(y *tensor.Tensor) *tensor.Tensor { return m.Linear.Forward(y) }

// Step learns from one batch of token rows and the tokens that follow each. It
// returns the mean cross-entropy before the update, in nats a token; targets of
// −100 do not count.
//
// Shape: inputs and targets [batch, steps].
//
// Panics if the lengths are not batch·steps or a token is not in the
// vocabulary.
func (m *TextGenerator) Step(inputs, targets []int32, batch, steps int) float64 {
	if batch < 1 || steps < 1 || len(inputs) != batch*steps || len(targets) != batch*steps {
		tensor.Fail("text step", fmt.Sprintf("%d rows of %d steps need as many inputs and targets", batch, steps),
			"%d and %d", len(inputs), len(targets))
	}
	defer m.tape.Release()
	if m.cfg.Carry && (m.state.H == nil || m.state.H.Dim(1) != batch) {
		m.ResetState()
		m.state = m.InitHidden(batch)
	}
	logits, last := m.Forward(m.tape, inputs, batch, steps, m.state)
	if m.cfg.Carry {
		last.H.Keep()
		last.C.Keep()
	}
	l := loss.CrossEntropy(logits, targets, loss.CrossEntropyConfig{})
	opt := m.Optimizer()
	opt.ZeroGrad()
	m.tape.Backward(l, m.params...)
	if m.cfg.Carry { // only now: the backward pass reads the state it started from
		m.state.H.Set(last.H)
		m.state.C.Set(last.C)
	}
	if m.cfg.Clip > 0 {
		m.norm = optim.ClipGradNorm(m.Params(), m.cfg.Clip)
	}
	opt.Step()
	return l.Item()
}

// ResetState makes the next step start from zeros, where a text begins. Without
// Carry every step does.
func (m *TextGenerator) ResetState() {
	m.state.Release()
	m.state = layers.LSTMState{}
}

// Optimizer is the update rule and its state: for learning rate schedules.
func (m *TextGenerator) Optimizer() optim.Optimizer {
	if m.opt == nil {
		m.opt = optim.NewAdam(m.Params(), optim.AdamConfig{LR: m.cfg.LR})
	}
	return m.opt
}
