package models

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/check"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train/update"
)

func init() {
	Register("MLP", func(cfg MLPConfig, env Env) (*MLP, error) {
		cfg.Backend = env.Backend
		return NewMLP(cfg)
	})
}

// MLPConfig configures [NewMLP].
type MLPConfig struct {
	Sizes []int `json:"sizes"` // of the input, the hidden layers and the output
	// Activation is the nonlinearity of the hidden layers: one of those that
	// [layers.NewActivation] knows, but softmax. Default "sigmoid".
	Activation string `json:"activation"`
	// Output is the nonlinearity of the output. Default "sigmoid".
	Output string `json:"output"`
	// Loss is what is minimised, with y the target and ŷ the output. Default
	// "half_squared_error".
	//
	//	half_squared_error     ½·Σ(y − ŷ)²
	//	mean_squared_error     the mean of (y − ŷ)²
	//	cross_entropy_sum      −Σ y·ln ŷ, computed from the probabilities ŷ
	//	cross_entropy          the batch mean of −Σ y·ln ŷ, computed from the logits
	//	binary_cross_entropy   the mean of −y·ln ŷ − (1−y)·ln(1−ŷ), computed from the logits
	//
	// The sums of the first and third run over the batch and the outputs, so the
	// step grows with the batch.
	Loss      string  `json:"loss"`
	Optimizer string  `json:"optimizer"` // "sgd", the default, "adam" or "adamw"
	LR        float64 `json:"lr"`        // learning rate; default 0.1 for sgd, 0.001 for the others
	Momentum  float64 `json:"momentum"`  // of sgd; default 0
	// WeightDecay is λ of adamw; the biases do not decay. Default 0.01.
	WeightDecay float64 `json:"weight_decay,omitempty"`
	// Dropout is the probability of dropping, in training, what a hidden layer
	// hands on. Default 0.
	Dropout float64 `json:"dropout,omitempty"`

	// Clip bounds the norm of the gradient. Off by default.
	Clip float64 `json:"clip"`
	// Accumulate is the number of parts in which a batch is taken, for batches
	// that do not fit in memory: gradients are added up, the update is the same.
	// Default 1.
	Accumulate int `json:"accumulate"`
	// EMA is the decay of the averaged weights, which then predict in place of the
	// latest weights; see [optim.EMA]. Off by default.
	EMA float64 `json:"ema"`

	Seed uint64 `json:"seed"` // of the initial weights and of dropout

	Backend backend.Backend `json:"-"` // default backend.Default()
}

const (
	sigmoid = "sigmoid"
	softmax = "softmax"
	sgd     = "sgd"
	adam    = "adam"
	adamw   = "adamw"
)

func (c MLPConfig) withDefaults() MLPConfig {
	c.Sizes = slices.Clone(c.Sizes)
	c.Activation = cmp.Or(c.Activation, sigmoid)
	c.Output = cmp.Or(c.Output, sigmoid)
	c.Loss = cmp.Or(c.Loss, halfSquaredError)
	c.Optimizer = cmp.Or(c.Optimizer, sgd)
	switch c.Optimizer {
	case adamw:
		c.WeightDecay = cmp.Or(c.WeightDecay, 0.01)
		fallthrough
	case adam:
		c.LR = cmp.Or(c.LR, 0.001)
	}
	c.LR = cmp.Or(c.LR, 0.1)
	c.Backend = on(c.Backend)
	return c
}

func (c MLPConfig) check() error {
	if len(c.Sizes) < 2 {
		return fmt.Errorf("sizes %v: need at least an input and an output", c.Sizes)
	}
	if err := checkLayers(len(c.Sizes) - 1); err != nil {
		return err
	}
	if _, err := layers.NewActivation(c.Activation); err != nil {
		return fmt.Errorf("activation: %w", err)
	}
	if c.Activation == softmax {
		return fmt.Errorf("activation %q: of an output layer only", softmax)
	}
	if _, err := layers.NewActivation(c.Output); err != nil {
		return fmt.Errorf("output: %w", err)
	}
	if err := checkLoss(c.Loss, c.Output); err != nil {
		return err
	}
	switch {
	case !slices.Contains([]string{sgd, adam, adamw}, c.Optimizer):
		return fmt.Errorf("optimizer %q: not one of sgd, adam, adamw", c.Optimizer)
	case c.Optimizer != sgd && c.Momentum != 0:
		return fmt.Errorf("momentum %g: only sgd has it", c.Momentum)
	case c.Optimizer != adamw && c.WeightDecay != 0:
		return fmt.Errorf("weight decay %g: only adamw has it", c.WeightDecay)
	}
	err := check.First(
		check.Sizes("sizes", c.Sizes...),
		check.Scale("learning rate", c.LR),
		check.Rate("momentum", c.Momentum, 1),
		check.Scale("weight decay", c.WeightDecay),
		check.Rate("dropout", c.Dropout, 1),
		check.Scale("clip", c.Clip),
		check.Count("accumulate", c.Accumulate),
		check.Rate("ema", c.EMA, 1))
	if err != nil {
		return err
	}
	return checkTotal(func(rng *tensor.RNG) { c.build(rng) })
}

// MLP is a multilayer perceptron of any number of layers.
//
//	a₀ = x,  aₖ = σₖ(Wₖ·aₖ₋₁ + bₖ)
//
// With Dropout, the hidden aₖ go through [layers.Dropout]. Weights start as PyTorch's do, uniform in ±1/√inputs.
//
// Inputs and outputs are rows of numbers, one after the other in one slice.
// Predict and Classify may be called from several goroutines, but not during a
// step.
type MLP struct {
	cfg    MLPConfig
	net    layers.Sequential
	logits layers.Sequential // net without the output activation
	update *update.Update
}

// NewMLP makes a network with random weights.
//
// Errors: a configuration that makes no sense, with what is wrong.
func NewMLP(cfg MLPConfig) (*MLP, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("mlp: %w", err)
	}
	m := &MLP{cfg: cfg}
	m.net, m.logits = cfg.build(tensor.NewRNGOn(cfg.Backend, cfg.Seed))
	m.update = update.New(update.Config{
		Params: layers.Params(m), Optimizer: cfg.newOptimizer,
		Clip: cfg.Clip, Accumulate: cfg.Accumulate, EMA: cfg.EMA, Seed: cfg.Seed,
	})
	return m, nil
}

// build makes the network, and the part of it before the output activation.
func (c MLPConfig) build(rng *tensor.RNG) (net, logits layers.Sequential) {
	hidden, _ := layers.NewActivation(c.Activation) // known by check
	output, _ := layers.NewActivation(c.Output)
	for i, out := range c.Sizes[1:] {
		if i > 0 && hidden != nil {
			net = append(net, hidden)
		}
		if i > 0 && c.Dropout > 0 {
			net = append(net, layers.Dropout{P: c.Dropout})
		}
		net = append(net, layers.NewLinear(c.Sizes[i], out, rng))
	}
	logits = net[:len(net):len(net)]
	if output != nil {
		net = append(net, output)
	}
	return net, logits
}

func (c MLPConfig) newOptimizer(p update.Params) optim.Optimizer {
	switch c.Optimizer {
	case adam:
		return optim.NewAdam(p, optim.AdamConfig{LR: c.LR})
	case adamw:
		return optim.NewAdamW(p, optim.AdamConfig{LR: c.LR, WeightDecay: c.WeightDecay}, optim.NoDecay())
	}
	return optim.NewSGD(p, optim.SGDConfig{LR: c.LR, Momentum: c.Momentum})
}

// Describe returns "MLP" and the configuration.
func (m *MLP) Describe() (kind string, config any) { return "MLP", m.cfg }

// Config is the configuration with its defaults filled in.
func (m *MLP) Config() MLPConfig { return m.cfg }

// State yields "0.weight" [hidden, in], "0.bias", "2.weight", … as PyTorch's
// Sequential of linear layers, activations and, if there are any, dropouts names
// them.
func (m *MLP) State() iter.Seq2[string, layers.Entry] { return m.net.State() }

// Updates is the one update of all weights.
func (m *MLP) Updates() []*update.Update { return []*update.Update{m.update} }

// Trace computes the output of one row of zeros, for a summary of the layers.
func (m *MLP) Trace(tape *tensor.Tape) { m.Forward(tape.Zeros(1, m.cfg.Sizes[0])) }

// Forward computes the output of a value on the caller's tape.
//
// Shape: [n, inputs] → [n, outputs].
func (m *MLP) Forward(x *tensor.Tensor) *tensor.Tensor { return m.net.Forward(x) }
