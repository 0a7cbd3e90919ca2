package models

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
)

// Activation names the nonlinearity behind a layer of an [MLP].
type Activation string

// Activations.
const (
	Sigmoid   Activation = "sigmoid"
	ReLU      Activation = "relu"
	LeakyReLU Activation = "leaky_relu" // with slope 0.01
	Tanh      Activation = "tanh"
	GELU      Activation = "gelu"
	SiLU      Activation = "silu"
	Identity  Activation = "identity"
	Softmax   Activation = "softmax" // of an output layer only
)

// layer is the layer of an activation, nil for the identity.
func (a Activation) layer() (l layers.Layer, known bool) {
	switch a {
	case Sigmoid:
		return layers.Sigmoid{}, true
	case ReLU:
		return layers.ReLU{}, true
	case LeakyReLU:
		return layers.LeakyReLU{}, true
	case Tanh:
		return layers.Tanh{}, true
	case GELU:
		return layers.GELU{}, true
	case SiLU:
		return layers.SiLU{}, true
	case Softmax:
		return layers.Softmax{Axis: -1}, true
	}
	return nil, a == Identity
}

// Loss names what an [MLP] minimises. y is the target, ŷ the output.
type Loss string

// Losses. The first and third are the founding document's; their sums run over
// the batch and the outputs, so the step grows with the batch.
const (
	HalfSquaredError   Loss = "half_squared_error"   // ½·Σ(y − ŷ)²
	MeanSquaredError   Loss = "mean_squared_error"   // the mean of (y − ŷ)²
	CrossEntropySum    Loss = "cross_entropy_sum"    // −Σ y·ln ŷ, computed from the probabilities ŷ
	CrossEntropy       Loss = "cross_entropy"        // the batch mean of −Σ y·ln ŷ, computed without overflow from what goes into the softmax
	BinaryCrossEntropy Loss = "binary_cross_entropy" // the mean of −y·ln ŷ − (1−y)·ln(1−ŷ), computed from what goes into the sigmoid
)

// fromLogits reports whether the loss takes the last layer's sums, before the
// output activation, and which activation that must be.
func (l Loss) fromLogits() (Activation, bool) {
	switch l {
	case CrossEntropy:
		return Softmax, true
	case BinaryCrossEntropy:
		return Sigmoid, true
	}
	return "", false
}

// Optimizer names the rule by which an [MLP] learns.
type Optimizer string

// Optimizers.
const (
	SGD  Optimizer = "sgd"
	Adam Optimizer = "adam"
)

// MLPConfig configures [NewMLP]. Zero values are the founding document's
// choices.
type MLPConfig struct {
	Sizes      []int      `json:"sizes"`      // of the input, the hidden layers and the output
	Activation Activation `json:"activation"` // of the hidden layers; default Sigmoid
	Output     Activation `json:"output"`     // of the output; default Sigmoid
	Loss       Loss       `json:"loss"`       // default HalfSquaredError
	Optimizer  Optimizer  `json:"optimizer"`  // default SGD
	LR         float64    `json:"lr"`         // learning rate; default 0.1 for SGD, 0.001 for Adam
	Momentum   float64    `json:"momentum"`   // of SGD; default 0

	// Clip bounds the norm of the gradient. Off by default.
	Clip float64 `json:"clip"`
	// Accumulate is the number of parts in which a batch is taken, for batches
	// that do not fit in memory: gradients are added up, the update is the same.
	// Default 1.
	Accumulate int `json:"accumulate"`
	// EMA is the decay of a moving average of the weights, which then predicts in
	// place of the latest weights; see [optim.EMA]. Off by default.
	EMA float64 `json:"ema"`

	Seed uint64 `json:"seed"` // of the initial weights

	Backend backend.Backend `json:"-"` // default backend.Default()
}

func (c MLPConfig) withDefaults() MLPConfig {
	c.Sizes = slices.Clone(c.Sizes)
	c.Activation = orDefault(c.Activation, Sigmoid)
	c.Output = orDefault(c.Output, Sigmoid)
	c.Loss = orDefault(c.Loss, HalfSquaredError)
	c.Optimizer = orDefault(c.Optimizer, SGD)
	if c.Optimizer == Adam {
		c.LR = orDefault(c.LR, 0.001)
	}
	c.LR = orDefault(c.LR, 0.1)
	c.Backend = on(c.Backend)
	return c
}

func (c MLPConfig) check() error {
	if len(c.Sizes) < 2 {
		return fmt.Errorf("sizes %v: need at least an input and an output", c.Sizes)
	}
	if _, known := c.Activation.layer(); !known || c.Activation == Softmax {
		return fmt.Errorf("activation %q: not one of sigmoid, relu, leaky_relu, tanh, gelu, silu, identity", c.Activation)
	}
	if _, known := c.Output.layer(); !known {
		return fmt.Errorf("output %q: not one of sigmoid, relu, leaky_relu, tanh, gelu, silu, identity, softmax", c.Output)
	}
	switch c.Loss {
	case HalfSquaredError, MeanSquaredError:
	case CrossEntropySum:
		if c.Output != Softmax && c.Output != Sigmoid {
			return fmt.Errorf("loss %s needs probabilities: output softmax or sigmoid, got %q", c.Loss, c.Output)
		}
	case CrossEntropy, BinaryCrossEntropy:
		if need, _ := c.Loss.fromLogits(); c.Output != need && c.Output != Identity {
			return fmt.Errorf("loss %s needs output %s (or identity), got %q", c.Loss, need, c.Output)
		}
	default:
		return fmt.Errorf("loss %q: not one of half_squared_error, mean_squared_error, cross_entropy_sum, cross_entropy, binary_cross_entropy", c.Loss)
	}
	if c.Optimizer != SGD && c.Optimizer != Adam {
		return fmt.Errorf("optimizer %q: not one of sgd, adam", c.Optimizer)
	}
	if c.Optimizer != SGD && c.Momentum != 0 {
		return fmt.Errorf("momentum %g: only sgd has it", c.Momentum)
	}
	err := firstError(
		checkSizes("sizes", c.Sizes...),
		checkScale("learning rate", c.LR),
		checkRate("momentum", c.Momentum, 1),
		checkScale("clip", c.Clip),
		checkParts(c.Accumulate),
		checkRate("ema", c.EMA, 1))
	if err != nil {
		return err
	}
	return checkTotal(c.shapes())
}

// shapes of the parameters; see [layers.Sequential] for the names.
func (c MLPConfig) shapes() shapes {
	stride := 2 // a linear layer and its activation
	if c.Activation == Identity {
		stride = 1
	}
	return withAverage(c.EMA, func(yield func(string, []int) bool) {
		for i, out := range c.Sizes[1:] {
			name := strconv.Itoa(i * stride)
			if !yield(name+".weight", []int{out, c.Sizes[i]}) || !yield(name+".bias", []int{out}) {
				return
			}
		}
	})
}

// MLP is a multilayer perceptron: the founding document's NeuralNetwork, with
// any number of layers.
//
//	a₀ = x,  aₖ = σₖ(Wₖ·aₖ₋₁ + bₖ)
//
// Weights start as PyTorch's do, uniform in ±1/√inputs.
//
// Inputs and outputs are rows of numbers, one after the other in one slice.
// Predict and Classify may be called from several goroutines, but not during a
// step.
type MLP struct {
	cfg     MLPConfig
	net     layers.Sequential
	logits  layers.Sequential // net without the output activation
	predict layers.Sequential // net, or the network of averaged weights
	learner
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
	rng := tensor.NewRNGOn(cfg.Backend, cfg.Seed)
	m.net, m.logits = cfg.build(rng)
	m.predict = m.net
	m.learner = newLearner(cfg.Backend, cfg.Seed, m, cfg.Clip, m.newOptimizer)
	if cfg.EMA > 0 {
		m.predict, _ = cfg.build(rng)
		m.average = optim.NewEMA(layers.Params(m.predict), layers.Params(m.net), cfg.EMA)
	}
	return m, nil
}

// build makes a network, and the part of it before the output activation.
func (c MLPConfig) build(rng *tensor.RNG) (net, logits layers.Sequential) {
	hidden, _ := c.Activation.layer()
	output, _ := c.Output.layer()
	for i, out := range c.Sizes[1:] {
		if i > 0 && hidden != nil {
			net = append(net, hidden)
		}
		net = append(net, layers.NewLinear(c.Sizes[i], out, rng))
	}
	logits = net[:len(net):len(net)]
	if output != nil {
		net = append(net, output)
	}
	return net, logits
}

// Kind is "MLP".
func (m *MLP) Kind() string { return "MLP" }

// Config is the configuration with its defaults filled in.
func (m *MLP) Config() MLPConfig { return m.cfg }

// Params yields "0.weight" [hidden, in], "0.bias", "2.weight", … as PyTorch's
// Sequential of linear layers and activations names them.
func (m *MLP) Params() iter.Seq2[string, *tensor.Tensor] { return layers.Params(m) }

// State yields the same.
func (m *MLP) State() iter.Seq2[string, layers.Entry] { return m.net.State() }

// Forward computes the output of a value on the caller's tape.
//
// Shape: [n, inputs] → [n, outputs].
func (m *MLP) Forward(x *tensor.Tensor) *tensor.Tensor { return m.net.Forward(x) }

func (m *MLP) newOptimizer() optim.Optimizer {
	if m.cfg.Optimizer == Adam {
		return optim.NewAdam(m.Params(), optim.AdamConfig{LR: m.cfg.LR})
	}
	return optim.NewSGD(m.Params(), optim.SGDConfig{LR: m.cfg.LR, Momentum: m.cfg.Momentum})
}

// predictRows is how many rows Predict takes at a time, to bound its memory.
const predictRows = 1024

// Predict computes the outputs of any number of rows.
//
// Shape: [n, inputs] → [n, outputs].
//
// Panics if the length is not that of one or more rows.
func (m *MLP) Predict(x []float32) []float32 {
	in, out := m.cfg.Sizes[0], m.cfg.Sizes[len(m.cfg.Sizes)-1]
	y := make([]float32, 0, rowsOf("mlp predict", x, in)*out)
	tape := inferenceTape(m.cfg.Backend)
	for part := range slices.Chunk(x, predictRows*in) {
		rows := len(part) / in
		y = y[:len(y)+rows*out]
		m.predict.Forward(tape.FromSlice(part, rows, in)).ReadFloat32s(y[len(y)-rows*out:])
		tape.Release()
	}
	return y
}

// Classify is the place of the largest output of each row.
//
// Shape: [n, inputs] → [n].
//
// Panics as Predict does.
func (m *MLP) Classify(x []float32) []int32 {
	out := m.cfg.Sizes[len(m.cfg.Sizes)-1]
	var classes []int32
	for row := range slices.Chunk(m.Predict(x), out) {
		best, at := math.Inf(-1), 0
		for i, v := range row {
			if float64(v) > best {
				best, at = float64(v), i
			}
		}
		classes = append(classes, int32(at))
	}
	return classes
}

// Save writes the network to one file; see [Save].
func (m *MLP) Save(path string) error { return Save(path, m) }
