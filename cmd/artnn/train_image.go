package main

import (
	"context"
	"fmt"
	"math"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/cmd/artnn/internal/report"
	"github.com/org/artnn/data"
	"github.com/org/artnn/models"
	"github.com/org/artnn/train"
)

// trainImage trains a generator of pictures.
type trainImage struct {
	Data   string `group:"data" placeholder:"DIR" help:"Folder of pictures: PNG, JPEG, GIF, WebP, subfolders too."`
	Size   int    `group:"data" placeholder:"N" help:"Width and height to scale and crop them to (default: by the pictures, at most 64)."`
	Gray   *bool  `group:"data" negatable:"" help:"Without colour (default: by the pictures)."`
	Fit    string `group:"data" default:"cover" enum:"cover,contain,stretch" placeholder:"HOW" help:"What to do with pictures that are not square: ${enum} (default: ${default}, which crops)."`
	Mirror bool   `group:"data" help:"Also learn from every picture mirrored: twice the examples, if left and right do not matter."`

	Network string   `name:"model" group:"model" default:"dense" enum:"dense" placeholder:"NAME" help:"Kind of network: ${enum}."`
	ZDim    int      `name:"z-dim" group:"model" default:"100" placeholder:"N" help:"Random numbers that a picture is made from (default: ${default})."`
	Hidden  []int    `group:"model" placeholder:"N" help:"Sizes of the generator's hidden layers, mirrored in the discriminator (default: 128,256)."`
	Beta1   float64  `name:"beta1" group:"learning" default:"0.5" placeholder:"X" help:"Adam's first beta (default: ${default})."`
	Penalty *float64 `group:"learning" placeholder:"X" help:"Weight of the penalty on the discriminator's slope: more if it knows the pictures by heart (default: 1 for thousands, up to 10 for fewer)."`
	Sharpen float64  `group:"learning" default:"1" placeholder:"X" help:"How much the discriminator's view is sharpened: more if flat areas are grainy (default: ${default})."`
	Smooth  float64  `group:"learning" placeholder:"X" help:"How much below 1 the discriminator's target for real pictures is (default: 0)."`
	Noise   float64  `group:"learning" placeholder:"X" help:"Noise added to all the discriminator sees (default: 0)."`

	runFlags
}

// Help is shown by --help.
func (*trainImage) Help() string {
	return `A hundred pictures of one kind, taken alike, are a start; a thousand are better. What is left open is chosen from the pictures, and told in config.yaml.

There is no validation: how good the pictures of a GAN are is for your eyes, on the sheets in samples/ and in report.html.

Examples:
  artnn train image --data ~/Pictures/flowers -o run1
  artnn train image --data faces -o run1 --size 32 --time 30m
  artnn train image --resume -o run1 --time 1h
  artnn train image --config run1/config.yaml -o run2 --seed 2`
}

// Run is the command.
func (c *trainImage) Run(ctx context.Context, con *console, k *kong.Context) error {
	if c.Data == "" {
		return usagef("the pictures are missing: name their folder with --data")
	}
	unlock, err := c.begin(nil)
	if err != nil {
		return err
	}
	defer unlock()
	pictures, err := c.load(ctx, con)
	if err != nil {
		return err
	}
	c.choose(pictures.Len())
	gan, err := models.NewGAN(models.GANConfig{
		Width: c.Size, Channels: pictures.Channels, ZDim: c.ZDim, Hidden: c.Hidden,
		LR: c.LR, Beta1: c.Beta1, EMA: *c.EMA,
		Penalty: *c.Penalty, Sharpen: c.Sharpen, Smooth: c.Smooth, Noise: c.Noise,
		Clip: *c.Clip, Accumulate: c.Accumulate, Seed: c.Seed,
	})
	if err != nil {
		return usageError{err}
	}
	loader, err := pictureLoader(pictures, c.Mirror, data.LoaderOptions{BatchSize: c.Batch, Shuffle: true, DropLast: true, Seed: c.Seed})
	if err != nil {
		return err
	}
	s := session[data.ImageBatch]{runFlags: &c.runFlags, con: con, kong: k, task: task[data.ImageBatch]{
		name: "pictures", unit: "pictures", perStep: c.Batch,
		title: "Pictures like those in " + c.Data,
		intro: fmt.Sprintf("A generative adversarial network learns from %d pictures of %d×%d pixels in batches of %d", pictures.Len(), c.Size, c.Size, c.Batch),
		axis:  "loss", remark: "The two networks play against each other, so their losses are not meant to fall: 1.39 for the discriminator and 0.69 for the generator are a draw. A discriminator near 0 for long has won, and the generator learns no more: a larger --penalty holds it back.",
		model: gan, loader: loader,
		step: func(_ context.Context, b data.ImageBatch) (train.Metrics, error) {
			d, g := gan.Step(b.Pixels)
			return train.Metrics{{Name: "discriminator", Value: d}, {Name: "generator", Value: g}}, nil
		},
		samples: sheets{gan},
	}}
	return s.do(ctx, nil)
}

// choose fills in what was left open, by the number of pictures.
func (c *trainImage) choose(n int) {
	c.limitTime()
	// Large pictures cost more: more and smaller steps get further in the same
	// time.
	batch := 64
	if c.Size >= 48 {
		batch = 32
	}
	orZero(&c.Batch, min(batch, n))
	orZero(&c.LR, 1e-3)
	if c.Schedule == "auto" {
		c.Schedule = "cosine"
	}
	if c.Hidden == nil {
		c.Hidden = []int{128, 256}
	}
	// The fewer pictures, the sooner a discriminator knows them by heart.
	orElse(&c.Penalty, math.Round(10*min(10, max(1, 2500/float64(n))))/10)
	orElse(&c.EMA, 0.999)
	orElse(&c.Clip, 0)
}

// sheets are samples of a GAN: always of the same noise, so that pictures can be
// followed as they form.
type sheets struct{ gan *models.GAN }

const (
	sheetPictures   = 36
	glimpsePictures = 12 // two rows
)

func (s sheets) sample() (report.Sample, glimpse, error) {
	pictures := s.gan.Images(sheetPictures, sheetSeed)
	options := data.GridOptions{Columns: 6, Scale: max(1, 32/s.gan.Config().Width)}
	return report.Sample{Image: data.GridOf(pictures, options)}, glimpse{image: data.GridOf(pictures[:glimpsePictures], options)}, nil
}

func (sheets) try(run string) string {
	return fmt.Sprintf("artnn generate image -m %s -n 16 -o sheet.png", run)
}
