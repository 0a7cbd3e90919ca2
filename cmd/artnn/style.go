package main

import (
	"context"
	"fmt"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/data"
	"github.com/org/artnn/paint"
)

var _ = commands.add(45, func() any {
	return &struct {
		Style style `cmd:"" help:"Paint a picture in the style of another."`
	}{}
})

var _ = recorded("style")

// style paints a picture in the style of another.
type style struct {
	Picture string   `arg:"" input:"data" help:"PNG, JPEG, GIF, WebP or TIFF file with what to paint."`
	Style   string   `short:"s" input:"data" placeholder:"FILE" required:"" help:"Picture whose style to paint it in."`
	Model   string   `short:"m" input:"model" placeholder:"FILE" required:"" help:"Network, as artnn convert writes it, or the run of a classifier."`
	Out     string   `short:"o" output:"file" default:"styled.png" placeholder:"FILE" help:"PNG to write (default: ${default})."`
	Weight  float64  `default:"100" placeholder:"X" help:"Weight of the style, where the contents have 1 (default: ${default})."`
	Smooth  float64  `default:"3" zero:"none" placeholder:"X" help:"Weight of smoothness, the total variation (default: ${default})."`
	Scale   float64  `default:"1" placeholder:"X" help:"How large the strokes are: 2 for twice as large (default: ${default})."`
	Octaves int      `default:"2" placeholder:"N" help:"How many sizes the picture is worked on at, each twice the one before (default: ${default})."`
	Steps   int      `default:"100" placeholder:"N" help:"Steps of each size (default: ${default})."`
	Rate    float64  `default:"0.04" placeholder:"X" help:"By how much a pixel changes in the first steps, where black to white is 2 (default: ${default})."`
	Size    int      `default:"384" placeholder:"N" help:"Longest side to work at, in pixels: time and memory grow with its square; 1024 takes some three gigabytes. A larger picture gets the change made larger (default: ${default})."`
	Layers  []string `placeholder:"A,B" help:"Layers that hold the style, early and late (default: as suits the network). A name that the network has not lists all."`
	Content []string `placeholder:"A,B" help:"Layers that hold the contents (default: as suits the network)."`
}

// Help is shown by --help.
func (*style) Help() string {
	return `The picture is changed, a little at a time, until some layers of the network respond to it as to the first picture, and the way in which its colours and textures go together is that of the style. It keeps its size and its transparency.

"artnn dream --help" says which networks there are; of its two, mobilenet is the faster.

Examples:
  artnn style photo.jpg --style painting.jpg -m mobilenet.safetensors
  artnn style photo.jpg --style painting.jpg -m net.safetensors --scale 1.5`
}

// Validate is called by the command-line parser.
func (c *style) Validate() error {
	if c.Smooth < 0 {
		return fmt.Errorf("--smooth must be at least 0, got %v", c.Smooth)
	}
	return pngOut(c.Out)
}

// Run is the command.
func (c *style) Run(ctx context.Context, k *kong.Context, con *console) error {
	net, err := watched(c.Model)
	if err != nil {
		return err
	}
	m, err := data.LoadPicture(ctx, c.Picture)
	if err != nil {
		return interrupted(ctx, err)
	}
	manner, err := data.LoadPicture(ctx, c.Style)
	if err != nil {
		return interrupted(ctx, err)
	}
	cfg := paint.StyleConfig{
		Content: c.Content, Style: c.Layers, Weight: c.Weight, Smooth: c.Smooth, Scale: c.Scale, Octaves: c.Octaves,
		Steps: c.Steps, Rate: c.Rate, Size: c.Size, Progress: tenths(con, "style"),
	}
	if cfg.Smooth == 0 {
		cfg.Smooth = -1
	}
	out, err := paint.Restyle(ctx, net, m, manner, cfg)
	if err != nil {
		return interrupted(ctx, err)
	}
	if err := data.WritePNG(c.Out, out, recordOf(k, net, c.Model, c.Out).texts()...); err != nil {
		return err
	}
	con.say("%s: %d×%d\n", c.Out, out.Rect.Dx(), out.Rect.Dy())
	return nil
}
