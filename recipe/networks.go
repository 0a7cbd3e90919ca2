package recipe

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
)

// dense is the network of linear layers.
const dense = "dense"

// defaultNetwork is what learns best in equal time, but of pictures as small as
// mostSmall, which a dense one learns better; see docs/own-images.md.
const (
	defaultNetwork = "dcgan"
	mostSmall      = 16
)

// Bounds of the sizes, powers of two, that convolutional networks take.
const (
	leastConvSize = 16
	mostConvSize  = 256
)

// Networks are the kinds of GAN that [Images] trains.
func Networks() []string {
	names := []string{dense}
	for _, kind := range models.ConvGANKinds() {
		names = append(names, strings.ToLower(kind))
	}
	return names
}

// convKind is the kind of a convolutional GAN by its name in small letters, or "".
func convKind(name string) string {
	for _, kind := range models.ConvGANKinds() {
		if strings.ToLower(kind) == name {
			return kind
		}
	}
	return ""
}

// suitable is the network for pictures of a size: convolutional ones want a power
// of two, and what only one of them has decides.
func (c *Images) suitable() string {
	switch {
	case len(c.Hidden) > 0 || c.Size < leastConvSize || c.Size > mostConvSize || c.Size&(c.Size-1) != 0:
		return dense
	case c.ByClass || c.Width != 0 || c.Adapt != nil || c.Size > mostSmall:
		return defaultNetwork
	}
	return dense
}

// chooseDense fills in what was left open for a dense GAN.
func (c *Images) chooseDense(n int) {
	setDefault(&c.LR, 1e-3)
	if c.Hidden == nil {
		c.Hidden = []int{128, 256}
	}
	setDefault(&c.Beta1, 0.5)
	// The fewer pictures, the sooner a discriminator overfits.
	setOpen(&c.R1, math.Round(10*min(10, max(1, 2500/float64(n))))/10)
	setOpen(&c.Sharpen, 1)
}

// suits returns a [*ConfigError] for a field that the network does not have.
func (c *Images) suits() error {
	if c.Network == dense {
		switch {
		case c.ByClass:
			return &ConfigError{"ByClass", fmt.Sprintf("needs a convolutional network, and so pictures whose size is a power of two from %d to %d; this one is dense", leastConvSize, mostConvSize)}
		case c.Width != 0:
			return &ConfigError{"Width", "is of convolutional networks, and this one is dense"}
		case c.Adapt != nil:
			return &ConfigError{"Adapt", "is of convolutional networks, and this one is dense"}
		}
		return nil
	}
	for _, f := range []struct {
		name  string
		given bool
	}{
		{"Hidden", len(c.Hidden) > 0}, {"Beta1", c.Beta1 != 0}, {"Sharpen", c.Sharpen != nil}, {"Smooth", c.Smooth != 0}, {"Noise", c.Noise != 0},
	} {
		if f.given {
			return &ConfigError{f.name, fmt.Sprintf("is of a dense network, and this one is %s", c.Network)}
		}
	}
	return nil
}

// convChoices are the learning rates that did best of those tried in short runs, see
// docs/own-images.md, and widths. At the published 2e-4 a DCGAN's discriminator wins
// the first hundreds of steps.
var convChoices = map[string]struct {
	lr    float64
	width int
	r2    bool // R2 has the weight of R1
}{
	"dcgan": {lr: 5e-4},
	"sngan": {lr: 1e-3},
	// Its generator learns in one step of five: at the published 1e-4 there are no
	// shapes after thousands of steps.
	"wgangp": {lr: 1e-3},
	"r3gan":  {lr: 1e-3, width: 24, r2: true}, // a step takes twice a DCGAN's, at width 32 three times
}

// chooseConv fills in what was left open for a convolutional GAN.
func (c *Images) chooseConv() {
	choice := convChoices[c.Network]
	setDefault(&c.LR, choice.lr) // a kind that is not in the table keeps its own
	setDefault(&c.Width, cmp.Or(choice.width, 32))
	setOpen(&c.Adapt, 5e-6)
}

// network makes the GAN on a backend, nil for the default.
func (c *Images) network(pictures *data.Images, be backend.Backend) (*models.GAN, error) {
	if c.Network == dense {
		return models.NewGAN(models.GANConfig{
			Backend: be, Width: c.Size, Channels: pictures.Channels, ZDim: c.ZDim, Hidden: c.Hidden,
			LR: c.LR, Beta1: c.Beta1, EMA: *c.EMA,
			R1: *c.R1, Sharpen: *c.Sharpen, Smooth: c.Smooth, Noise: c.Noise,
			Clip: *c.Clip, Accumulate: c.Accumulate, Seed: c.Seed,
		})
	}
	cfg := models.ConvGANConfig{
		Backend: be, Size: c.Size, Channels: pictures.Channels, ZDim: c.ZDim, Width: c.Width,
		LR: c.LR, EMA: *c.EMA, Adapt: *c.Adapt, Mirror: c.Mirror,
		Clip: *c.Clip, Accumulate: c.Accumulate, Seed: c.Seed,
	}
	if cfg.EMA == 0 {
		cfg.EMA = -1
	}
	if c.R1 != nil {
		cfg.R1 = cmp.Or(*c.R1, -1)
		if convChoices[c.Network].r2 {
			cfg.R2 = cfg.R1
		}
	}
	if c.ByClass {
		if len(pictures.Classes) < 2 {
			return nil, fmt.Errorf("classes: the pictures are in %s, and need two or more", words.Count(len(pictures.Classes), "folder"))
		}
		cfg.Classes = pictures.Classes
	}
	gan, err := models.NewConvGAN(convKind(c.Network), cfg)
	if err != nil {
		return nil, err
	}
	_, chosen := gan.Describe()
	c.LR = chosen.(models.ConvGANConfig).LR
	return gan, nil
}

// step is one update of both networks.
func (c *Images) step(b data.ImageBatch) (d, g float64) {
	if c.ByClass {
		return c.gan.StepLabels(b.Pixels, b.Labels)
	}
	return c.gan.Step(b.Pixels)
}
