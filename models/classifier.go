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
	Register("Classifier", func(cfg ClassifierConfig, env Env) (*Classifier, error) {
		cfg.Backend = env.Backend
		return NewClassifier(cfg)
	})
}

// ClassifierConfig configures [NewClassifier]. Size and Classes must be given.
type ClassifierConfig struct {
	Size     int      `json:"size"`     // width and height of the pictures: 8 to 256
	Channels int      `json:"channels"` // 1 gray, 3 RGB, 4 RGB and alpha; default 3
	Classes  []string `json:"classes"`  // names of the classes, two or more
	// Width is the number of channels in the first stage. The later ones have twice as
	// many, and from the third on four times. Default 32.
	Width  int `json:"width"`
	Blocks int `json:"blocks"` // residual blocks in each stage; default 2

	// Dropout is the probability of dropping, in training, a feature before the last
	// layer. Default 0.
	Dropout float64 `json:"dropout,omitempty"`
	// LabelSmoothing is the share of a target's probability that is spread over all
	// classes. Default 0.
	LabelSmoothing float64 `json:"label_smoothing,omitempty"`
	// Augment is the probability with which, in training, a picture is shifted, recoloured
	// and partly cut out; see [layers.Augment]. Default 0.
	Augment float64 `json:"augment,omitempty"`
	Mirror  bool    `json:"mirror,omitempty"` // mirrored pictures are of the same class; with Augment, shown too

	LR          float64 `json:"lr"`           // learning rate of AdamW; default 0.001
	WeightDecay float64 `json:"weight_decay"` // λ of AdamW, for matrices and kernels; default 0.05, −1 is none

	Clip float64 `json:"clip"` // bound of the gradient's norm; default none
	// Accumulate is the number of parts in which a batch is taken, each with a batch
	// norm of its own. Default 1.
	Accumulate int     `json:"accumulate"`
	EMA        float64 `json:"ema"` // decay of the averaged weights, which then predict; off by default

	Seed uint64 `json:"seed"` // of the initial weights, of dropout and of changed pictures

	Backend backend.Backend `json:"-"` // default backend.Default()
}

// Bounds of the size of a classifier's pictures, and what its last stage leaves of it.
const (
	minClassifierSize = 8
	maxClassifierSize = 256
	lastStageSize     = 7 // at most: pictures of 64 end at 4×4, of 28 at 7×7
	// strideFrom is the size from which the first layer halves the pictures: the full
	// size would take two thirds of the time.
	strideFrom = 48
)

func (c ClassifierConfig) withDefaults() ClassifierConfig {
	c.Classes = slices.Clone(c.Classes)
	c.Channels = cmp.Or(c.Channels, 3)
	c.Width = cmp.Or(c.Width, 32)
	c.Blocks = cmp.Or(c.Blocks, 2)
	c.LR = cmp.Or(c.LR, 0.001)
	c.WeightDecay = cmp.Or(c.WeightDecay, 0.05)
	c.Backend = on(c.Backend)
	return c
}

func (c ClassifierConfig) check() error {
	switch {
	case c.Size < minClassifierSize || c.Size > maxClassifierSize:
		return fmt.Errorf("size: %d: must be from %d to %d", c.Size, minClassifierSize, maxClassifierSize)
	case c.Channels != 1 && c.Channels != 3 && c.Channels != 4:
		return fmt.Errorf("channels: %d: must be 1 (gray), 3 (RGB) or 4 (RGB and alpha)", c.Channels)
	case len(c.Classes) == 0:
		return fmt.Errorf("classes: none: needs two or more")
	case c.Augment > 0.8: // as layers.Augment has it; most pictures would be strange
		return fmt.Errorf("augment: %g: must be at most 0.8", c.Augment)
	case c.WeightDecay != -1 && c.WeightDecay < 0:
		return fmt.Errorf("weight decay: %g: must not be negative, or −1 for none", c.WeightDecay)
	}
	if err := checkClasses(c.Classes); err != nil {
		return err
	}
	err := check.First(
		check.Sizes("width", c.Width),
		check.Sizes("blocks", c.Blocks),
		check.Rate("dropout", c.Dropout, 1),
		check.Rate("label smoothing", c.LabelSmoothing, 1),
		check.Rate("augment", c.Augment, 1),
		check.Scale("learning rate", c.LR),
		check.Scale("weight decay", max(0, c.WeightDecay)),
		check.Scale("clip", c.Clip),
		check.Count("accumulate", c.Accumulate),
		check.Rate("ema", c.EMA, 1))
	if err != nil {
		return err
	}
	if err := checkLayers(c.Blocks); err != nil {
		return err
	}
	if err := checkLayers(c.Blocks * len(c.stages())); err != nil {
		return err
	}
	return checkTotal(func(rng *tensor.RNG) { c.build(rng) })
}

// stages are the numbers of channels of the stages.
func (c ClassifierConfig) stages() (channels []int) {
	size := c.Size
	if size >= strideFrom {
		size = (size + 1) / 2
	}
	for stage := 0; ; stage++ {
		channels = append(channels, c.Width<<min(stage, 2))
		if size <= lastStageSize {
			return channels
		}
		size = (size + 1) / 2
	}
}

// Classifier is a small residual network that tells pictures apart:
//
//	3×3 → residual blocks, several to a stage, each stage at half the size of the one
//	before → batch norm, ReLU → mean over the pixels, the features → linear
//
// A block, with a projection P of 1×1 where it changes size or channels and else the
// identity, is
//
//	a = ReLU(norm(x)),  y = P(a) + conv(ReLU(norm(conv(a)))),  without P  y = x + …
//
// Pictures are rows of [channels, size, size] numbers in [−1, 1], one after the other
// in one slice. It learns by the cross-entropy of the class, with AdamW. Methods that
// only read may be called from several goroutines, but not during a step.
//
// Reference: He, Zhang, Ren and Sun, "Identity Mappings in Deep Residual Networks",
// 2016. Deviations: channels stop growing at four times the first; pictures from 48
// pixels on are halved by the first layer.
type Classifier struct {
	cfg     ClassifierConfig
	net     *residualNet
	augment *layers.Augment // nil if pictures are not changed
	update  *update.Update
}

// NewClassifier makes a network with random weights.
//
// Errors: a configuration that makes no sense, with what is wrong.
func NewClassifier(cfg ClassifierConfig) (*Classifier, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("classifier: %w", err)
	}
	m := &Classifier{cfg: cfg, net: cfg.build(tensor.NewRNGOn(cfg.Backend, cfg.Seed))}
	if cfg.Augment > 0 {
		m.augment = &layers.Augment{Strength: tensor.FullOn(cfg.Backend, cfg.Augment), Flip: cfg.Mirror}
	}
	m.update = update.New(update.Config{
		Params: layers.Params(m), Buffers: layers.Buffers(m), Optimizer: cfg.newOptimizer,
		Clip: cfg.Clip, Accumulate: cfg.Accumulate, EMA: cfg.EMA, Seed: cfg.Seed,
	})
	return m, nil
}

func (c ClassifierConfig) newOptimizer(p update.Params) optim.Optimizer {
	if c.WeightDecay == -1 {
		return optim.NewAdam(p, optim.AdamConfig{LR: c.LR})
	}
	return optim.NewAdamW(p, optim.AdamConfig{LR: c.LR, WeightDecay: c.WeightDecay}, optim.NoDecay())
}

// Describe returns "Classifier" and the configuration.
func (m *Classifier) Describe() (kind string, config any) { return "Classifier", m.cfg }

// Config is the configuration with its defaults filled in.
func (m *Classifier) Config() ClassifierConfig { return m.cfg }

// Size is that of the pictures that the network takes.
func (m *Classifier) Size() (channels, height, width int) {
	return m.cfg.Channels, m.cfg.Size, m.cfg.Size
}

// State yields "stem.weight", "blocks.0.norm1.weight", "blocks.0.conv1.weight", …,
// "norm.weight", …, "head.weight" and "head.bias".
func (m *Classifier) State() iter.Seq2[string, layers.Entry] { return m.net.State() }

// Updates is the one update of all weights.
func (m *Classifier) Updates() []*update.Update { return []*update.Update{m.update} }

// Trace computes the output of a picture of zeros, for a summary of the layers.
func (m *Classifier) Trace(tape *tensor.Tape) {
	m.Forward(tape.Zeros(1, m.cfg.Channels, m.cfg.Size, m.cfg.Size))
}

// Forward computes the logits of pictures on the caller's tape.
//
// Shape: [n, channels, size, size] → [n, classes].
func (m *Classifier) Forward(x *tensor.Tensor) *tensor.Tensor {
	if c := m.cfg; x.Rank() != 4 || x.Dim(1) != c.Channels || x.Dim(2) != c.Size || x.Dim(3) != c.Size {
		tensor.Fail("classifier", fmt.Sprintf("needs pictures [n, %d, %d, %d]", c.Channels, c.Size, c.Size), "%v", x.Shape())
	}
	return m.net.Forward(x)
}

// ActivationNames are the places inside the network whose values [Classifier.Activations]
// gives, in the order in which they are computed: "stem", "blocks.0", …, of [n, channels,
// height, width], and "features" of [n, channels], what the last layer decides by.
func (m *Classifier) ActivationNames() []string { return m.net.names() }

// Activations computes the values at some places inside the network, in the order of
// the names. Nothing beyond the last of them is computed. Gradients flow to x and to
// the weights as the tape of x says. Pictures need not have the size that the network
// was trained with: convolutions take any.
//
// Shape: [n, channels, height, width] → see [Classifier.ActivationNames].
//
// Panics if there is no such place, or at pictures with other channels.
func (m *Classifier) Activations(x *tensor.Tensor, names ...string) []*tensor.Tensor {
	if x.Rank() != 4 || x.Dim(1) != m.cfg.Channels {
		tensor.Fail("classifier activations", fmt.Sprintf("needs pictures [n, %d, height, width]", m.cfg.Channels), "%v", x.Shape())
	}
	return m.net.activations(x, names)
}
