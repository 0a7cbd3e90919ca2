package main

import (
	"context"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/recipe"
)

var _ = trainers.add(10, func() any {
	return &struct {
		Image trainImage `cmd:"" help:"Train a generator of pictures on a folder of pictures."`
	}{}
})

// trainImage trains a generator of pictures.
type trainImage struct {
	Data   string `group:"data" conf:"free" placeholder:"DIR" help:"Folder of pictures: PNG, JPEG, GIF, WebP, TIFF, subfolders too."`
	Size   int    `group:"data" placeholder:"N" help:"Width and height to scale and crop them to (default: by the pictures, at most 64)."`
	Gray   *bool  `group:"data" negatable:"" help:"Without colour (default: by the pictures)."`
	Fit    string `group:"data" default:"cover" enum:"cover,contain,stretch" placeholder:"HOW" help:"What to do with pictures that are not square: ${enum} (default: ${default}, which crops)."`
	Mirror bool   `group:"data" help:"Also learn from every picture mirrored: twice the examples, if left and right do not matter."`

	Network string   `name:"model" group:"model" placeholder:"NAME" help:"Kind of network: ${networks} (default: by the pictures)."`
	ByClass bool     `group:"model" help:"Take the folders that the pictures lie in for classes, of which the model makes each."`
	Width   int      `group:"model" placeholder:"N" help:"Channels of a convolutional network where the pictures have half their size (default: 32, of r3gan 24)."`
	ZDim    int      `name:"z-dim" group:"model" default:"100" placeholder:"N" help:"Random numbers that a picture is made from (default: ${default})."`
	Hidden  []int    `group:"model" placeholder:"N" help:"Of a dense network: sizes of the generator's hidden layers, mirrored in the discriminator (default: 128,256)."`
	Beta1   float64  `name:"beta1" group:"learning" placeholder:"X" help:"Of a dense network: Adam's first beta (default: 0.5)."`
	R1      *float64 `name:"r1" group:"learning" placeholder:"X" help:"Weight of the R1 penalty, and of R2 with r3gan: more if the discriminator overfits; not for dcgan (default: by the network and the pictures)."`
	Adapt   *float64 `group:"learning" placeholder:"X" help:"How fast changed pictures keep the discriminator of a convolutional network from learning by heart; 0 is never (default: 5e-6)."`
	Sharpen *float64 `group:"learning" zero:"none" placeholder:"X" help:"Of a dense network: how much the discriminator's view is sharpened, more if flat areas are grainy (default: 1)."`
	Smooth  float64  `group:"learning" zero:"none" placeholder:"X" help:"Of a dense network: how much below 1 the discriminator's target for real pictures is (default: 0)."`
	Noise   float64  `group:"learning" zero:"none" placeholder:"X" help:"Of a dense network: noise added to all the discriminator sees (default: 0)."`

	runFlags
	sheetFlags `group:"output"`
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

// recipe is what the flags say.
func (c *trainImage) recipe(con *console, k *kong.Context) *recipe.Images {
	scale := 0
	if c.Scale != nil {
		scale = *c.Scale
	}
	return &recipe.Images{
		Scale: scale, Lanczos: c.Resample == "lanczos",
		Data: c.Data, Size: c.Size, Gray: c.Gray, Mirror: c.Mirror,
		Fit:     fits[c.Fit],
		Network: c.Network, ByClass: c.ByClass, ZDim: c.ZDim, Hidden: c.Hidden, Width: c.Width,
		Beta1: c.Beta1, R1: c.R1, Adapt: c.Adapt, Sharpen: c.Sharpen, Smooth: c.Smooth, Noise: c.Noise,
		Learning: c.learning(), Options: c.options(con, k),
	}
}

// Validate is called by the command-line parser.
func (c *trainImage) Validate() error { return c.checkScale() }

// Run is the command.
func (c *trainImage) Run(ctx context.Context, con *console, k *kong.Context) error {
	if c.Data == "" {
		return usagef("the pictures are missing: name their folder with --data")
	}
	s := &session{runFlags: &c.runFlags, con: con, kong: k, name: "pictures", things: "pictures", use: "artnn generate image -m %s -n 16 -o sheet.png"}
	r := c.recipe(con, k)
	release, err := s.begin(r.Check, &r.Options)
	if err != nil {
		return err
	}
	defer release()
	task, err := r.Prepare(ctx)
	if err != nil {
		return s.prepared(ctx, err)
	}
	c.Size, c.Gray, c.Network, c.Hidden, c.Beta1, c.Sharpen = r.Size, r.Gray, r.Network, r.Hidden, r.Beta1, r.Sharpen
	c.Width, c.R1, c.Adapt = r.Width, r.R1, r.Adapt
	c.chosen(r.Options, r.Learning)
	return do(ctx, s, task, r.Options)
}
