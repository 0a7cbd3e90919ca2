package main

import (
	"context"
	"fmt"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/data"
	"github.com/org/artnn/models"
	"github.com/org/artnn/paint"
	"github.com/org/artnn/recipe"
)

var _ = commands.add(44, func() any {
	return &struct {
		Dream dream `cmd:"" help:"Make visible what a network sees in a picture (DeepDream)."`
	}{}
})

var _ = recorded("dream")

// dream makes a network's layers respond more to a picture.
type dream struct {
	Picture string   `arg:"" input:"data" help:"PNG, JPEG, GIF, WebP or TIFF file."`
	Model   string   `short:"m" input:"model" placeholder:"FILE" required:"" help:"Network, as artnn convert writes it, or the run of a classifier."`
	Out     string   `short:"o" output:"file" default:"dream.png" placeholder:"FILE" help:"PNG to write (default: ${default})."`
	Layers  []string `placeholder:"A,B" help:"Layers to make stronger: early ones give patterns, later ones eyes and animals (default: some in the middle). A name that the network has not lists all."`
	Octaves int      `default:"4" placeholder:"N" help:"Sizes of forms: how many sizes the picture is worked on at (default: ${default})."`
	Ratio   float64  `default:"1.4" placeholder:"X" help:"One size to the next smaller (default: ${default})."`
	Steps   int      `default:"16" placeholder:"N" help:"Steps of each size (default: ${default})."`
	Rate    float64  `default:"0.015" placeholder:"X" help:"By how much a step changes a pixel in the mean, where black to white is 2 (default: ${default})."`
	Jitter  int      `default:"32" zero:"none" placeholder:"N" help:"By how many pixels to move the picture at random before each step, at most; 0 for not at all (default: ${default})."`
	Size    int      `default:"512" placeholder:"N" help:"Longest side to work at, in pixels: time and memory grow with its square; 1024 takes some three gigabytes. A larger picture gets the change made larger (default: ${default})."`
	Seed    uint64   `default:"1" zero:"a seed" placeholder:"N" help:"Seed of the random moves (default: ${default})."`
}

// Help is shown by --help.
func (*dream) Help() string {
	return `The picture is changed, a little at a time, so that some layers of the network respond more to it: what they look for appears. It keeps its size and its transparency.

Any network with convolutions will do: a classifier of your own pictures, which "artnn train classifier" trains, dreams of these. Large ones know more. With Node's npm and a checkout of this program, this gets two, which others have trained to tell drawings from photographs:
  npm pack nsfwjs@4.4.0 && tar xzf nsfwjs-4.4.0.tgz
  node artnn/models/keras/unpack.mjs \
       package/dist/models/mobilenet_v2 mobilenet_v2
  artnn convert mobilenet_v2 --range 0,1 -o mobilenet.safetensors
and likewise inception_v3, which is slower, and better at it.

Examples:
  artnn dream photo.jpg -m inception.safetensors
  artnn dream photo.jpg -m inception.safetensors --layers mixed4 --steps 20
  artnn dream drawing.png -m mobilenet.safetensors --octaves 6 --size 768`
}

// Validate is called by the command-line parser.
func (c *dream) Validate() error {
	if c.Jitter < 0 {
		return fmt.Errorf("--jitter must be at least 0, got %d", c.Jitter)
	}
	return pngOut(c.Out)
}

// Run is the command.
func (c *dream) Run(ctx context.Context, k *kong.Context, con *console) error {
	net, err := watched(c.Model)
	if err != nil {
		return err
	}
	m, err := data.LoadPicture(ctx, c.Picture)
	if err != nil {
		return interrupted(ctx, err)
	}
	cfg := paint.DreamConfig{
		Layers: c.Layers, Octaves: c.Octaves, Ratio: c.Ratio, Steps: c.Steps, Rate: c.Rate, Jitter: c.Jitter,
		Size: c.Size, Seed: c.Seed, Progress: tenths(con, "dream"),
	}
	if cfg.Jitter == 0 {
		cfg.Jitter = -1
	}
	out, err := paint.Dream(ctx, net, m, cfg)
	if err != nil {
		return interrupted(ctx, err)
	}
	if err := data.WritePNG(c.Out, out, recordOf(k, net, c.Model, c.Out).texts()...); err != nil {
		return err
	}
	con.say("%s: %d×%d\n", c.Out, out.Rect.Dx(), out.Rect.Dy())
	return nil
}

// watched loads a network whose values inside can be had.
func watched(path string) (interface {
	models.Model
	paint.Network
}, error) {
	m, err := recipe.LoadModel(path)
	if err != nil {
		return nil, err
	}
	net, ok := m.(interface {
		models.Model
		paint.Network
	})
	if !ok {
		kind, _ := m.Describe()
		return nil, fmt.Errorf("%s holds a model of kind %s, whose layers cannot be looked into: use a classifier, or a network that artnn convert writes", path, kind)
	}
	return net, nil
}
