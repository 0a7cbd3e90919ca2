package main

import (
	"fmt"
	"image"
	"io"
	"path/filepath"
	"strings"

	"github.com/org/artnn/cmd/artnn/internal/preview"
	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
)

var _ = generators.add(10, func() any {
	return &struct {
		Image generateImage `cmd:"" help:"Make a sheet of pictures."`
	}{}
})

// generateImage makes pictures.
type generateImage struct {
	Model   string   `short:"m" placeholder:"RUN" help:"Run's folder or model's file (default: the faces that come with the program)."`
	N       int      `short:"n" default:"16" placeholder:"N" help:"Number of pictures (default: ${default})."`
	Out     string   `short:"o" output:"file" default:"sheet.png" placeholder:"FILE" help:"PNG to write (default: ${default})."`
	Single  bool     `help:"Write every picture to a file of its own instead: FILE with a number before its ending."`
	Seed    *uint64  `placeholder:"N" help:"Which pictures: equal seeds give equal ones (default: new ones each time)."`
	Class   []string `placeholder:"NAME" help:"Classes that each picture is mixed of, if the model knows classes (default: one of each in turn)."`
	Spread  float64  `default:"1" placeholder:"X" help:"Below 1, pictures are more alike and more usual (default: ${default})."`
	Columns *int     `placeholder:"N" help:"Pictures in a row (default: about a square)."`
	sheetFlags
	Preview preview.Mode `default:"auto" enum:"${previews}" placeholder:"MODE" help:"Show the sheet in the terminal: ${enum}."`
}

// Help is shown by --help.
func (*generateImage) Help() string {
	return `Examples:
  artnn generate image
  artnn generate image -m run1 -n 16 -o sheet.png
  artnn generate image -m run1 -n 1 --scale 16 --resample lanczos -o large.png
  artnn generate image -m run1 -n 100 --single -o out/face.png --seed 7`
}

// Validate is called by the command-line parser.
func (c *generateImage) Validate() error {
	switch {
	case c.N < 1 || c.N > 10_000:
		return fmt.Errorf("-n must be from 1 to 10000, got %d", c.N)
	case !(c.Spread > 0 && c.Spread <= 10):
		return fmt.Errorf("--spread must be above 0, at most 10, got %g", c.Spread)
	case c.Columns != nil && *c.Columns < 1:
		return fmt.Errorf("--columns must be at least 1, got %d", *c.Columns)
	case !strings.EqualFold(filepath.Ext(c.Out), ".png"):
		return fmt.Errorf("--out must end in .png, got %q", c.Out)
	}
	return c.checkScale()
}

// Run is the command.
func (c *generateImage) Run(con *console) error {
	gan, err := imageModel(c.Model)
	if err != nil {
		return err
	}
	seed := newSeed()
	if c.Seed != nil {
		seed = *c.Seed
	}
	options, err := c.layout(gan.Size())
	if err != nil {
		return err
	}
	draw := models.Draw{Seed: seed, Truncation: c.Spread}
	if len(c.Class) > 0 {
		if draw.Classes, err = gan.Mix(c.Class...); err != nil {
			return err
		}
	}
	size := gan.Size()
	pictures := data.ToImages(gan.Decode(gan.Latents(c.N, draw)), size.Channels, size.Height, size.Width)
	written := c.Out
	if c.Single {
		if written, err = c.writeEach(pictures, options); err != nil {
			return err
		}
		options.Scale = 1 // the sheet is for the terminal alone
	}
	sheet := data.GridOf(pictures, options)
	if !c.Single {
		if err := data.WritePNG(c.Out, sheet); err != nil {
			return err
		}
	}
	if err := con.show(sheet, c.Preview); err != nil {
		return err
	}
	con.say("%s: %s of %d×%d from seed %d\n", written, words.Count(c.N, "picture"), gan.Size().Width, gan.Size().Height, seed)
	return nil
}

// layout is how the sheet is made, if it is not too large: of single pictures,
// each is enlarged by itself.
func (c *generateImage) layout(cfg models.PictureSize) (data.GridOptions, error) {
	o, flags := c.grid(showScale(cfg)), "-n and --scale"
	if c.Columns != nil {
		o.Columns, flags = *c.Columns, "-n, --columns and --scale"
	}
	whole := o
	if c.Single {
		if err := checkSheet(o, 1, cfg.Width, cfg.Height, "--scale"); err != nil {
			return o, err
		}
		whole.Scale = 1
	}
	return o, checkSheet(whole, c.N, cfg.Width, cfg.Height, flags)
}

// writeEach writes the pictures one by one and tells the first and last name.
func (c *generateImage) writeEach(pictures []image.Image, o data.GridOptions) (string, error) {
	o.Columns, o.Padding = 1, -1
	base := strings.TrimSuffix(c.Out, filepath.Ext(c.Out))
	name := func(i int) string { return fmt.Sprintf("%s-%04d.png", base, i+1) }
	for i, m := range pictures {
		one := data.GridOf([]image.Image{m}, o)
		if err := data.WritePNG(name(i), one); err != nil {
			return "", err
		}
	}
	return name(0) + " to " + name(len(pictures)-1), nil
}

// imageModel is the model named, or the one that comes with the program.
func imageModel(path string) (*models.GAN, error) {
	if path == "" {
		return shippedFaces()
	}
	return loadAs[*models.GAN](path, "pictures")
}

// showScale enlarges small pictures so that one can see them.
func showScale(cfg models.PictureSize) int {
	return max(1, 64/max(cfg.Width, cfg.Height))
}

// show shows a picture in the terminal, if it can.
func (c *console) show(m image.Image, mode preview.Mode) error {
	return c.showOn(c.raw, m, mode)
}

// showOn shows it through a writer in front of the terminal, such as one that
// keeps a bar below.
func (c *console) showOn(w io.Writer, m image.Image, mode preview.Mode) error {
	if c.quiet {
		return nil
	}
	if mode == preview.Auto {
		if c.terminal == nil {
			return nil
		}
		mode = preview.Detect(c.getenv)
	}
	return preview.Write(w, m, mode, min(c.columns(), 80))
}
