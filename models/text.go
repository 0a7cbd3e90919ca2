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
	Carry bool `json:"carry"`
	// Accumulate is the number of parts in which the rows of a batch are taken,
	// for batches that do not fit in memory: gradients are added up, the update
	// is the same. Default 1.
	Accumulate int `json:"accumulate"`
	// EMA is the decay of a moving average of the weights, which then generates
	// and is evaluated in place of the latest weights; see [optim.EMA]. Off by
	// default.
	EMA  float64 `json:"ema"`
	Seed uint64  `json:"seed"` // of the initial weights and of dropout

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
		checkScale("clip", c.Clip),
		checkParts(c.Accumulate),
		checkRate("ema", c.EMA, 1))
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
	return withAverage(c.EMA, func(yield func(string, []int) bool) {
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
	})
}

// TextGenerator predicts the next token of a text from all before it: the
// founding document's embedding, LSTM and linear layer.
//
// Generate, Stream and Evaluate may be called from several goroutines, but not
// during a step.
type TextGenerator struct {
	TextNetwork

	language
	learner
	averaged *TextNetwork     // nil without EMA
	state    layers.LSTMState // carried between steps, on no tape
	next     layers.LSTMState // where the step under way leaves it
}

// TextNetwork is the layers of a [TextGenerator].
type TextNetwork struct {
	Embedding *layers.Embedding // [vocabulary, embed]
	LSTM      *layers.LSTM      // embed → hidden
	Linear    *layers.Linear    // hidden → vocabulary
}

func newTextNetwork(vocab int, cfg TextConfig, rng *tensor.RNG) TextNetwork {
	return TextNetwork{
		Embedding: layers.NewEmbedding(vocab, cfg.Embed, rng),
		LSTM:      layers.NewLSTM(cfg.Embed, cfg.Hidden, layers.LSTMConfig{Layers: cfg.Layers, Dropout: cfg.Dropout}, rng),
		Linear:    layers.NewLinear(cfg.Hidden, vocab, rng),
	}
}

// Params yields "embed.weight", "lstm.weight_ih_l0", …, "fc.weight", "fc.bias",
// as the document's PyTorch module names them.
func (n *TextNetwork) Params() iter.Seq2[string, *tensor.Tensor] { return layers.Params(n) }

// State yields the same.
func (n *TextNetwork) State() iter.Seq2[string, layers.Entry] {
	return layers.Join(
		layers.Prefix("embed", n.Embedding.State()),
		layers.Prefix("lstm", n.LSTM.State()),
		layers.Prefix("fc", n.Linear.State()))
}

func (n *TextNetwork) read(tape *tensor.Tape, ids []int32, batch, steps int, state layers.LSTMState) (*tensor.Tensor, layers.LSTMState) {
	return n.LSTM.Forward(n.Embedding.Forward(tape, ids, batch, steps), state)
}

func (n *TextNetwork) predict(y *tensor.Tensor) *tensor.Tensor { return n.Linear.Forward(y) }

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
	m := &TextGenerator{TextNetwork: newTextNetwork(vocab.Len(), cfg, rng)}
	m.language = language{&m.TextNetwork, cfg, vocab}
	m.learner = newLearner(cfg.Backend, cfg.Seed, m, cfg.Clip, func() optim.Optimizer {
		return optim.NewAdam(m.Params(), optim.AdamConfig{LR: cfg.LR})
	})
	if cfg.EMA > 0 {
		net := newTextNetwork(vocab.Len(), cfg, rng)
		m.averaged = &net
		m.average = optim.NewEMA(net.Params(), m.Params(), cfg.EMA)
		m.net = m.averaged
	}
	return m, nil
}

// writing is the network that generates: of averaged weights if there are any.
func (m *TextGenerator) writing() *TextNetwork {
	if m.averaged != nil {
		return m.averaged
	}
	return &m.TextNetwork
}

// Kind is "TextGenerator".
func (m *TextGenerator) Kind() string { return "TextGenerator" }

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
	if m.cfg.Carry && (m.state.H == nil || m.state.H.Dim(1) != batch) {
		m.ResetState()
		m.state = m.InitHidden(batch)
	}
	if m.cfg.Carry && m.next.H == nil {
		m.next = m.InitHidden(batch)
	}
	counted := countTargets(targets)
	total := m.update(batch, m.cfg.Accumulate, func(lo, hi int) *tensor.Tensor {
		logits := m.forwardRows(inputs[lo*steps:hi*steps], lo, hi, steps)
		part := targets[lo*steps : hi*steps]
		l := loss.CrossEntropy(logits, part, loss.CrossEntropyConfig{})
		if hi-lo < batch {
			l = share(l, countTargets(part), counted)
		}
		return l
	})
	if m.cfg.Carry && m.what == "" {
		m.state, m.next = m.next, m.state
	}
	return total
}

// countTargets is how many targets count in a loss.
func countTargets(targets []int32) (n int) {
	for _, t := range targets {
		if t != loss.DefaultIgnoreIndex {
			n++
		}
	}
	return n
}

// forwardRows computes the logits of some rows of a batch on the training tape,
// and takes their carried state along: to a second copy, because the backward
// pass still reads the first.
func (m *TextGenerator) forwardRows(ids []int32, lo, hi, steps int) *tensor.Tensor {
	if !m.cfg.Carry {
		logits, _ := m.Forward(m.tape, ids, hi-lo, steps, layers.LSTMState{})
		return logits
	}
	logits, last := m.Forward(m.tape, ids, hi-lo, steps, stateRows(m.state, lo, hi))
	next := stateRows(m.next, lo, hi)
	next.H.Set(last.H)
	next.C.Set(last.C)
	return logits
}

// stateRows is the state of some rows of a batch, a view.
func stateRows(s layers.LSTMState, lo, hi int) layers.LSTMState {
	if lo == 0 && hi == s.H.Dim(1) {
		return s
	}
	return layers.LSTMState{H: s.H.Narrow(1, lo, hi-lo), C: s.C.Narrow(1, lo, hi-lo)}
}

// ResetState makes the next step start from zeros, where a text begins. Without
// Carry every step does.
func (m *TextGenerator) ResetState() {
	m.state.Release()
	m.next.Release()
	m.state, m.next = layers.LSTMState{}, layers.LSTMState{}
}
