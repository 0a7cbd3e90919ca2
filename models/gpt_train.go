package models

import (
	"errors"
	"fmt"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train/update"
)

// NewGPT makes a model of the tokens of a tokenizer, with random weights.
//
// Errors: a configuration that makes no sense, with what is wrong; a tokenizer that
// does not pass [tokenizer.Check].
func NewGPT(t tokenizer.Tokenizer, cfg GPTConfig) (*GPT, error) {
	cfg = cfg.withDefaults()
	if t == nil {
		return nil, errors.New("gpt: the tokenizer is nil: make one with tokenizer.NewChars or tokenizer.NewWords")
	}
	if err := tokenizer.Check(t); err != nil {
		return nil, fmt.Errorf("gpt: %w", err)
	}
	if err := cfg.check(t.Len()); err != nil {
		return nil, fmt.Errorf("gpt: %w", err)
	}
	m := cfg.build(t.Len(), tensor.NewRNGOn(cfg.Backend, cfg.Seed))
	m.tokens = t
	m.update = update.New(update.Config{
		Params: layers.Params(m),
		Optimizer: func(p update.Params) optim.Optimizer {
			adam := optim.AdamConfig{LR: cfg.LR, Betas: cfg.Betas}
			if cfg.WeightDecay == -1 {
				return optim.NewAdam(p, adam)
			}
			adam.WeightDecay = cfg.WeightDecay
			return optim.NewAdamW(p, adam, optim.NoDecay())
		},
		Clip: cfg.Clip, Accumulate: cfg.Accumulate, EMA: cfg.EMA, Seed: cfg.Seed,
	})
	return m, nil
}

// Step learns from one batch of token rows and the tokens that follow each. It returns
// the mean cross-entropy before the update, in nats a token; targets of −100 do not
// count.
//
// Shape: inputs and targets [batch, steps].
//
// Panics if the lengths are not batch·steps, there are more steps than the context has,
// or a token is not in the vocabulary.
func (m *GPT) Step(inputs, targets []int32, batch, steps int) float64 {
	checkBatch("gpt step", inputs, targets, batch, steps)
	return stepText(m.update, targets, batch, steps, func(lo, hi int) *tensor.Tensor {
		return m.Forward(m.update.Tape(), inputs[lo*steps:hi*steps], hi-lo, steps)
	})
}

// Evaluate is the mean cross-entropy of a text in nats a token, of every token but the
// first. The text is read in windows of the context, of which each begins half a context
// after the one before: a token sees at least half a context before it, where the text
// has as much. Up to so many windows are read at a time, which changes nothing but speed.
// Nothing is learned.
//
// Errors: windows below 1; fewer than two tokens.
func (m *GPT) Evaluate(tokens []int32, windows int) (float64, error) {
	if windows < 1 || len(tokens) < 2 {
		return 0, fmt.Errorf("evaluate: needs at least one window and 2 tokens, got %d and %d", windows, len(tokens))
	}
	plan := planWindows(len(tokens)-1, m.cfg.Context)
	windows = min(windows, max(1, evaluateTokens/plan.length()))
	tape := inferenceTape(m.cfg.Backend)
	sum := 0.0
	for lo := 0; lo < plan.streams; lo += windows {
		n := min(windows, plan.streams-lo)
		inputs, targets := plan.batch(tokens, lo, lo+n, 0, plan.length())
		sum += sumOfLosses(m.Forward(tape, inputs, n, plan.length()), targets)
		tape.Release()
	}
	return sum / float64(plan.targets), nil
}
