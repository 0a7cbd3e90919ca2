package models

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/internal/check"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/tensor"
)

// ConvGANConfig configures the convolutional GANs. Only the size of the pictures
// must be given: what is left open is what suits the kind.
type ConvGANConfig struct {
	Size     int `json:"size"`     // width and height of the pictures: a power of two, 16 to 256
	Channels int `json:"channels"` // 1 gray, 3 RGB, 4 RGB and alpha; default 3
	ZDim     int `json:"z_dim"`    // random numbers that a picture is made from; default 100
	// Width is the number of channels inside the networks where the pictures have
	// half their size; deeper inside there are up to eight times as many. Default 64.
	Width int `json:"width"`
	// Classes are the names of the classes of pictures, of which the GAN makes each;
	// without them it makes pictures of any kind.
	Classes []string `json:"classes"`

	Loss string  `json:"loss"` // see [loss.NewAdversarial]
	LR   float64 `json:"lr"`   // learning rate of both networks
	// Betas are Adam's; both are 0 for those of the kind.
	Betas [2]float64 `json:"betas"`
	// Penalties on the slope of the discriminator, which must have no batch norm: R1 and
	// R2 are the weights γ of γ/2·mean ‖∂D(x)/∂x‖² at real and at generated pictures,
	// GradientPenalty is λ of λ·mean (‖∂D/∂x‖ − 1)² between both. 0 is what suits the
	// kind, −1 none.
	R1              float64 `json:"r1"`
	R2              float64 `json:"r2"`
	GradientPenalty float64 `json:"gradient_penalty"`
	CriticSteps     int     `json:"critic_steps"` // updates of the discriminator for each of the generator
	// EMA is the decay of the generator's averaged weights, which then make the
	// pictures in place of the latest. Default 0.999; −1 averages none.
	EMA float64 `json:"ema"`
	// Adapt makes the discriminator see changed pictures as soon as it begins to
	// know the real ones by heart: Adapt is how much of the strength, see
	// [layers.Augment], a picture adds. Off by default; 5e-6 suits runs of a few
	// hundred thousand pictures.
	Adapt  float64 `json:"adapt"`
	Mirror bool    `json:"mirror"` // mirrored pictures are as likely; with Adapt, shown too

	Clip       float64 `json:"clip"`       // bound of the norms of the gradients; default none
	Accumulate int     `json:"accumulate"` // parts in which a batch is taken; default 1

	// GeneratorOnly leaves out the discriminator; see [ForInference].
	GeneratorOnly bool `json:"generator_only,omitempty"`

	Seed uint64 `json:"seed"` // of the initial weights and the training noise

	Backend backend.Backend `json:"-"` // default backend.Default()
}

// convKind is a kind of convolutional GAN.
type convKind struct {
	name     string
	defaults ConvGANConfig // where they differ from those of all
	// R1 and R2 penalties grow with the number of pixels: defaults are for 64×64.
	generator     func(c ConvGANConfig, rng *tensor.RNG) layers.Layer
	discriminator func(c ConvGANConfig, rng *tensor.RNG) trunk
	apart         bool // the discriminator has a batch norm
}

// trunk is a discriminator but for its last layer: pictures to features.
type trunk struct {
	body     layers.Layer // [n, channels, size, size] → [n, features]
	features int
	linear   func(in, out int, rng *tensor.RNG) layers.Layer // makes the layers after it
}

// convKinds are the registered kinds, in order.
var convKinds []convKind

// ConvGANKinds are the kinds of convolutional GANs, as [NewConvGAN] takes them.
func ConvGANKinds() []string {
	names := make([]string, len(convKinds))
	for i, k := range convKinds {
		names[i] = k.name
	}
	slices.Sort(names)
	return names
}

// NewConvGAN makes a convolutional GAN of a kind by its name, such as "DCGAN".
//
// Errors: another kind, with those that are known; a configuration that makes no
// sense.
func NewConvGAN(kind string, cfg ConvGANConfig) (*GAN, error) {
	for _, k := range convKinds {
		if k.name == kind {
			return k.new(cfg)
		}
	}
	return nil, fmt.Errorf("kind %q: not one of %s", kind, strings.Join(ConvGANKinds(), ", "))
}

func (k convKind) register() convKind {
	convKinds = append(convKinds, k)
	Register(k.name, func(cfg ConvGANConfig, env Env) (*GAN, error) {
		cfg.Backend = env.Backend
		return k.new(cfg)
	})
	return k
}

func (k convKind) withDefaults(c ConvGANConfig) ConvGANConfig {
	d := k.defaults
	c.Channels = cmp.Or(c.Channels, 3)
	c.ZDim = cmp.Or(c.ZDim, 100)
	c.Width = cmp.Or(c.Width, 64)
	c.Classes = slices.Clone(c.Classes)
	c.Loss = cmp.Or(c.Loss, d.Loss)
	c.LR = cmp.Or(c.LR, d.LR)
	if c.Betas == [2]float64{} {
		c.Betas = d.Betas
	}
	perPixel := float64(c.Size) / 64 * float64(c.Size) / 64
	c.R1 = cmp.Or(c.R1, d.R1*perPixel)
	c.R2 = cmp.Or(c.R2, d.R2*perPixel)
	c.GradientPenalty = cmp.Or(c.GradientPenalty, d.GradientPenalty)
	c.CriticSteps = cmp.Or(c.CriticSteps, d.CriticSteps, 1)
	c.EMA = cmp.Or(c.EMA, 0.999)
	c.Backend = on(c.Backend)
	return c
}

// minConvSize and maxConvSize bound the size of the pictures of convolutional GANs.
const (
	minConvSize = 16
	maxConvSize = 256
)

func (k convKind) check(c ConvGANConfig) error {
	if c.Size < minConvSize || c.Size > maxConvSize || c.Size&(c.Size-1) != 0 {
		return fmt.Errorf("size: %d: must be a power of two from %d to %d", c.Size, minConvSize, maxConvSize)
	}
	if c.Channels != 1 && c.Channels != 3 && c.Channels != 4 {
		return fmt.Errorf("channels: %d: must be 1 (gray), 3 (RGB) or 4 (RGB and alpha)", c.Channels)
	}
	if err := checkClasses(c.Classes); err != nil {
		return err
	}
	if _, err := loss.NewAdversarial(c.Loss); err != nil {
		return fmt.Errorf("loss: %w", err)
	}
	if c.EMA != -1 {
		if err := check.Rate("ema", c.EMA, 1); err != nil {
			return err
		}
	}
	err := check.First(
		check.Sizes("z dimension", c.ZDim),
		check.Sizes("width", c.Width),
		check.Scale("learning rate", c.LR),
		check.Rate("betas", c.Betas[0], 1),
		check.Rate("betas", c.Betas[1], 1),
		k.checkPenalty("r1", c.R1),
		k.checkPenalty("r2", c.R2),
		k.checkPenalty("gradient penalty", c.GradientPenalty),
		check.Sizes("critic steps", c.CriticSteps),
		check.Rate("adapt", c.Adapt, 1),
		check.Scale("clip", c.Clip),
		check.Count("accumulate", c.Accumulate))
	if err != nil {
		return err
	}
	return checkTotal(func(rng *tensor.RNG) { k.build(c, rng) })
}

// checkPenalty checks the weight of a penalty.
func (k convKind) checkPenalty(what string, weight float64) error {
	if weight == -1 {
		return nil
	}
	if k.apart && weight > 0 {
		return fmt.Errorf("%s: %g: needs a discriminator without batch norm, such as that of SNGAN or R3GAN", what, weight)
	}
	return check.Scale(what, weight)
}

// build makes the two networks. The discriminator is nil for a generator alone.
func (k convKind) build(c ConvGANConfig, rng *tensor.RNG) (layers.Layer, *judge) {
	g := k.generator(c, rng)
	if c.GeneratorOnly {
		return g, nil
	}
	d := &judge{}
	if c.Adapt > 0 {
		d.Augment = layers.NewAugment(c.Mirror, rng)
	}
	t := k.discriminator(c, rng)
	d.Body, d.Score = t.body, t.linear(t.features, 1, rng)
	if n := len(c.Classes); n > 0 {
		d.Classes = t.linear(n, t.features, rng)
	}
	return g, d
}

func (k convKind) new(cfg ConvGANConfig) (*GAN, error) {
	cfg = k.withDefaults(cfg)
	if err := k.check(cfg); err != nil {
		return nil, fmt.Errorf("%s: %w", strings.ToLower(k.name), err)
	}
	alone := cfg
	alone.GeneratorOnly = true
	d := design{
		kind: k.name, config: cfg, generatorOnly: alone, backend: cfg.Backend,
		size: PictureSize{cfg.Channels, cfg.Size, cfg.Size}, zDim: cfg.ZDim, classes: cfg.Classes,
	}
	generator, discriminator := k.build(cfg, tensor.NewRNGOn(cfg.Backend, cfg.Seed))
	if discriminator == nil {
		return newGAN(d, generator, nil, nil), nil
	}
	objective, err := loss.NewAdversarial(cfg.Loss)
	if err != nil {
		return nil, err
	}
	contest := &adversarial{
		objective: objective,
		penalties: penalties{r1: max(0, cfg.R1), r2: max(0, cfg.R2), gradient: max(0, cfg.GradientPenalty)},
		between:   loss.Between,
		critic:    cfg.CriticSteps, apart: k.apart,
		augment: discriminator.Augment, rate: cfg.Adapt,
	}
	contest.updates(generator, discriminator, rule{
		lr: cfg.LR, betas: cfg.Betas,
		clip: cfg.Clip, ema: max(0, cfg.EMA), accumulate: cfg.Accumulate, seed: cfg.Seed,
	})
	return newGAN(d, generator, discriminator, contest), nil
}

// latents is the length of what a generator makes a picture from.
func (c ConvGANConfig) latents() int { return c.ZDim + len(c.Classes) }

// channels is the number of channels inside the networks at a size of the pictures
// there.
func (c ConvGANConfig) channels(size int) int {
	return c.Width * min(8, max(1, c.Size/(2*size)))
}
