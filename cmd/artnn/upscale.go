package main

import (
	"context"
	"fmt"
	"image"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/data"
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/keras"
	"github.com/org/artnn/recipe"
)

var _ = commands.add(43, func() any {
	return &struct {
		Upscale upscale `cmd:"" help:"Make any picture larger with a super-resolution network."`
	}{}
})

var _ = addFamily(useOf, func(_ context.Context, c *evalCommand, m *keras.Network, _ *console) error {
	return fmt.Errorf("%s: a model of kind %s cannot be measured: use %q", c.Model, models.Kind(m), useOf(m))
})

// useOf is the command for a network: one that does not make pictures larger still has
// features of them.
func useOf(net *keras.Network) string {
	if _, err := net.Enlargement(); err != nil {
		return "artnn eval --features"
	}
	return "artnn upscale"
}

var _ = recorded("upscale")

// upscale makes a picture larger.
type upscale struct {
	Picture string `arg:"" input:"data" help:"PNG, JPEG, GIF, WebP or TIFF file."`
	Model   string `short:"m" input:"model" placeholder:"FILE" required:"" help:"Network, as artnn convert writes it."`
	Out     string `short:"o" output:"file" default:"upscaled.png" placeholder:"FILE" help:"PNG to write (default: ${default})."`
	Tile    int    `placeholder:"N" help:"Width and height of the parts to work in; smaller ones take less memory (default: as some hundred megabytes allow, larger if the network needs wide surroundings)."`
}

// Help is shown by --help.
func (*upscale) Help() string {
	return `The network decides how much larger: twice, if it is the one below. The picture is worked on in parts that overlap by as much as their results depend on: they leave no seams, and a large picture takes little more memory than a small one. Gray pictures stay gray, and transparency is made larger too.

No such network comes with the program. With Node's npm, this gets one that makes pictures twice as large, of 0.9 MB:
  npm pack @upscalerjs/default-model@1.0.0 && tar xzf upscalerjs-*.tgz
  artnn convert package/models --range 0,255 -o upscale.safetensors

The package @upscalerjs/esrgan-slim has others, for twice to eight times, in package/models/x2 to x8. Those of @upscalerjs/esrgan-thick take a minute or more where these take a second, and up to three gigabytes of memory for large pictures, because a pixel depends on 154 others on each side. They need --range 0,1 when they are converted.

Examples:
  artnn upscale photo.jpg -m upscale.safetensors -o photo-2x.png
  artnn upscale poster.png -m upscale.safetensors --tile 64`
}

// Validate is called by the command-line parser.
func (c *upscale) Validate() error {
	return pngOut(c.Out)
}

// pngOut refuses names of files for pictures that PNG is not the format of.
func pngOut(name string) error {
	if !strings.EqualFold(filepath.Ext(name), ".png") {
		return fmt.Errorf("--out must end in .png, got %q", name)
	}
	return nil
}

// Run is the command.
func (c *upscale) Run(ctx context.Context, k *kong.Context, con *console) error {
	net, err := loadAs[*keras.Network](c.Model, "larger pictures")
	if err != nil {
		return err
	}
	m, err := data.LoadPicture(ctx, c.Picture)
	if err != nil {
		return interrupted(ctx, noSuch(err, c.Picture, "picture"))
	}
	larger, err := recipe.Upscale(ctx, net, m, recipe.UpscaleOptions{Tile: c.Tile, Progress: tenths(con, "upscale")})
	if err != nil {
		return interrupted(ctx, err)
	}
	if err := data.WritePNG(c.Out, larger, recordOf(k, net, c.Model, c.Out).texts()...); err != nil {
		return err
	}
	size := func(m image.Image) string { return fmt.Sprintf("%d×%d", m.Bounds().Dx(), m.Bounds().Dy()) }
	con.say("%s: %s, from %s\n", c.Out, size(larger), size(m))
	return nil
}

// interrupted is an error, unless it is that the user stopped the command.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errInterrupted
	}
	return err
}

// tenths tells how far work with many parts is, every tenth of it.
func tenths(con *console, name string) func(done, total int) {
	return func(done, total int) {
		if total >= 10 && done*10/total > (done-1)*10/total {
			con.say("%s %3d %%\n", name, done*10/total*10)
		}
	}
}
