package models

import (
	"cmp"
	"errors"
	"fmt"
	"iter"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/check"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train/update"
)

func init() {
	Register("TextGenerator", func(cfg TextConfig, env Env) (*TextGenerator, error) {
		cfg.Backend = env.Backend
		return NewTextGenerator(env.Tokenizer, cfg)
	})
}

// TextConfig configures [NewTextGenerator].
type TextConfig struct {
	Embed  int `json:"embed"`  // size of a token's vector; default 256, or Hidden if Tied
	Hidden int `json:"hidden"` // size of the LSTM's state; default 512
	Layers int `json:"layers"` // of the LSTM; default 1

	// Tied makes the table of tokens' vectors the weight of the last linear layer too,
	// which saves that layer's, most of the weights where there are many tokens. Embed
	// must be Hidden then. Off by default.
	Tied bool `json:"tied,omitempty"`
	// Dropout is the probability of dropping, in training, what goes from one
	// LSTM layer to the next and into the last linear layer. Off by default.
	Dropout float64 `json:"dropout"`
	LR      float64 `json:"lr"` // learning rate; default 0.001
	// Clip bounds the norm of the gradient, against the rare huge step that
	// undoes hours. Off by default; 1 is usual.
	Clip float64 `json:"clip"`
	// Stateful starts each batch from the state that the one before ended in, for
	// batches whose rows continue those of the one before: truncated
	// backpropagation through time.
	Stateful bool `json:"stateful"`
	// Accumulate is the number of parts in which the rows of a batch are taken,
	// for batches that do not fit in memory: gradients are added up, the update
	// is the same. Default 1.
	Accumulate int `json:"accumulate"`
	// EMA is the decay of the averaged weights, which then generate and are
	// evaluated in place of the latest weights; see [optim.EMA]. Off by default.
	EMA  float64 `json:"ema"`
	Seed uint64  `json:"seed"` // of the initial weights and of dropout

	Backend backend.Backend `json:"-"` // default backend.Default()
}

func (c TextConfig) withDefaults() TextConfig {
	c.Hidden = cmp.Or(c.Hidden, 512)
	if c.Tied {
		c.Embed = cmp.Or(c.Embed, c.Hidden)
	}
	c.Embed = cmp.Or(c.Embed, 256)
	c.Layers = cmp.Or(c.Layers, 1)
	c.LR = cmp.Or(c.LR, 0.001)
	c.Backend = on(c.Backend)
	return c
}

func (c TextConfig) check(vocabulary int) error {
	err := check.First(
		check.Sizes("embedding size", c.Embed),
		check.Sizes("hidden size", c.Hidden),
		check.Sizes("layers", c.Layers),
		check.Rate("dropout", c.Dropout, 1),
		check.Scale("learning rate", c.LR),
		check.Scale("clip", c.Clip),
		check.Count("accumulate", c.Accumulate),
		check.Rate("ema", c.EMA, 1))
	if err == nil {
		err = checkLayers(c.Layers)
	}
	if err == nil && c.Tied && c.Embed != c.Hidden {
		err = fmt.Errorf("tied: needs an embedding and a hidden state of one size, got %d and %d: leave the embedding size out", c.Embed, c.Hidden)
	}
	if err != nil {
		return err
	}
	return checkTotal(func(rng *tensor.RNG) { c.build(vocabulary, rng) })
}

// build makes the layers, which cannot learn yet.
func (c TextConfig) build(vocabulary int, rng *tensor.RNG) *TextGenerator {
	m := &TextGenerator{cfg: c}
	if c.Tied { // drawn as the last layer's weight: the logits of a normal table would be large
		m.Embedding = &layers.Embedding{Weight: rng.FanIn(c.Hidden, vocabulary, c.Hidden)}
		m.Tied = layers.NewTiedLinear(m.Embedding)
	} else {
		m.Embedding = layers.NewEmbedding(vocabulary, c.Embed, rng)
	}
	m.LSTM = layers.NewLSTM(c.Embed, c.Hidden, layers.RecurrentConfig{Layers: c.Layers, Dropout: c.Dropout}, rng)
	if !c.Tied {
		m.Linear = layers.NewLinear(c.Hidden, vocabulary, rng)
	}
	return m
}

// TextGenerator predicts the next token of a text from all before it: an
// embedding, an LSTM and a linear layer.
//
// Generate, Stream and Evaluate may be called from several goroutines, but not
// during a step.
type TextGenerator struct {
	Embedding *layers.Embedding  // [vocabulary, embed]
	LSTM      *layers.LSTM       // embed → hidden
	Linear    *layers.Linear     // hidden → vocabulary; nil if the configuration is Tied
	Tied      *layers.TiedLinear // in its place then

	cfg    TextConfig
	tokens tokenizer.Tokenizer
	update *update.Update
	memory textMemory
}

// NewTextGenerator makes a model of the tokens of a tokenizer, with random
// weights.
//
// Errors: a configuration that makes no sense, with what is wrong; a tokenizer that
// does not pass [tokenizer.Check].
func NewTextGenerator(t tokenizer.Tokenizer, cfg TextConfig) (*TextGenerator, error) {
	cfg = cfg.withDefaults()
	if t == nil {
		return nil, errors.New("text generator: the tokenizer is nil: make one with tokenizer.NewChars or tokenizer.NewWords")
	}
	if err := tokenizer.Check(t); err != nil {
		return nil, fmt.Errorf("text generator: %w", err)
	}
	if err := cfg.check(t.Len()); err != nil {
		return nil, fmt.Errorf("text generator: %w", err)
	}
	m := cfg.build(t.Len(), tensor.NewRNGOn(cfg.Backend, cfg.Seed))
	m.tokens, m.memory.m = t, m
	c := update.Config{
		Params: layers.Params(m),
		Optimizer: func(p update.Params) optim.Optimizer {
			return optim.NewAdam(p, optim.AdamConfig{LR: cfg.LR})
		},
		Clip: cfg.Clip, Accumulate: cfg.Accumulate, EMA: cfg.EMA, Seed: cfg.Seed,
	}
	if cfg.Stateful {
		c.Memory = &m.memory
	}
	m.update = update.New(c)
	return m, nil
}

// Describe returns "TextGenerator" and the configuration.
func (m *TextGenerator) Describe() (kind string, config any) { return "TextGenerator", m.cfg }

// Config is the configuration with its defaults filled in.
func (m *TextGenerator) Config() TextConfig { return m.cfg }

// Tokenizer is the one that the model was made for.
func (m *TextGenerator) Tokenizer() tokenizer.Tokenizer { return m.tokens }

// head is the last layer.
func (m *TextGenerator) head() layers.Layer {
	if m.Tied != nil {
		return m.Tied
	}
	return m.Linear
}

// State yields "embed.weight", "lstm.weight_ih_l0", …, "fc.weight", "fc.bias"; tied,
// there is no "fc.weight".
func (m *TextGenerator) State() iter.Seq2[string, layers.Entry] {
	return layers.Join(
		layers.Prefix("embed", m.Embedding.State()),
		layers.Prefix("lstm", m.LSTM.State()),
		layers.Prefix("fc", m.head().State()))
}

// Updates is the one update of all weights.
func (m *TextGenerator) Updates() []*update.Update { return []*update.Update{m.update} }

// Forward computes, on the caller's tape, the logits of the token that follows
// each of ids, and the state after the last.
//
// Shape: ids [batch, steps], state as of InitHidden → [batch, steps, vocabulary].
//
// Panics if the lengths differ or a token is not in the vocabulary.
func (m *TextGenerator) Forward(tape *tensor.Tape, ids []int32, batch, steps int, state layers.LSTMState) (*tensor.Tensor, layers.LSTMState) {
	y, state := m.read(tape, ids, batch, steps, state)
	return m.head().Forward(layers.Dropout{P: m.cfg.Dropout}.Forward(y)), state
}

// Trace reads one token, for a summary of the layers.
func (m *TextGenerator) Trace(tape *tensor.Tape) {
	m.Forward(tape, []int32{0}, 1, 1, layers.LSTMState{})
}

// read goes on from a state by [batch, steps] tokens and returns the hidden
// states of the last layer [batch, steps, hidden].
func (m *TextGenerator) read(tape *tensor.Tape, ids []int32, batch, steps int, state layers.LSTMState) (*tensor.Tensor, layers.LSTMState) {
	return m.LSTM.ForwardIDs(tape, m.Embedding, ids, batch, steps, state)
}

// InitHidden is the state before a text: zeros, on no tape.
//
// Shape: both [layers, batch, hidden].
func (m *TextGenerator) InitHidden(batch int) layers.LSTMState {
	return layers.LSTMState{
		H: tensor.ZerosOn(m.cfg.Backend, m.cfg.Layers, batch, m.cfg.Hidden),
		C: tensor.ZerosOn(m.cfg.Backend, m.cfg.Layers, batch, m.cfg.Hidden),
	}
}
