package main

import (
	"context"
	"fmt"
	"image"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/cmd/artnn/internal/preview"
	"github.com/org/artnn/cmd/artnn/internal/settings"
	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/latent"
	"github.com/org/artnn/recipe"
)

var _ = generators.add(10, func() any {
	return &struct {
		Image generateImage `cmd:"" help:"Make a sheet of pictures."`
	}{}
})

var _ = recorded("generate image")

// generateImage makes pictures.
type generateImage struct {
	Model   string   `short:"m" input:"model" placeholder:"RUN" help:"Run's folder or model's file (default: the faces that come with the program)."`
	N       *int     `short:"n" placeholder:"N" help:"Number of pictures (default: 16, or as many as a file of latents has)."`
	Out     string   `short:"o" output:"file" default:"sheet.png" placeholder:"FILE" help:"PNG to write, or .safetensors for what the pictures are made from, which --latent takes (default: ${default})."`
	Single  bool     `help:"Write every picture to a file of its own instead: FILE with a number before its ending."`
	Seed    *uint64  `placeholder:"N" help:"Which pictures: equal seeds give equal ones (default: new ones each time)."`
	Latent  string   `input:"data" placeholder:"FILE" help:"Make the pictures of latents that find or -o wrote."`
	Pick    []int    `placeholder:"N" help:"Only these of the pictures, by their places on the sheet; the first is 1."`
	Class   []string `placeholder:"NAME" help:"Classes that each picture is mixed of, if the model knows classes (default: one of each in turn)."`
	Spread  float64  `default:"1" placeholder:"X" help:"Below 1, pictures are more alike and more usual (default: ${default})."`
	Columns *int     `placeholder:"N" help:"Pictures in a row (default: about a square; of --directions 7)."`
	sheetFlags
	Directions   int    `placeholder:"N" help:"Change one picture instead: a row for each of N directions that were found without labels, from three deviations before it to three after."`
	Nearest      string `input:"data" placeholder:"FOLDER" help:"Put the most similar picture of a folder beside each, and print the distances."`
	featureFlags `embed:"" set:"unlessFeatures=pixels measure them, but with --layer a network that artnn has"`
	Preview      preview.Mode `default:"auto" enum:"${previews}" placeholder:"MODE" help:"Show the sheet in the terminal: ${enum}."`
}

// Help is shown by --help.
func (*generateImage) Help() string {
	return `Every PNG, APNG and GIF says how it was made: "artnn info sheet.png" prints the command that makes it again.

Examples:
  artnn generate image
  artnn generate image -m run1 -n 16 -o sheet.png
  artnn generate image -m run1 -n 1 --scale 16 --resample lanczos -o large.png
  artnn generate image -m run1 -n 100 --single -o out/face.png --seed 7
  artnn generate image -m run1 -n 100 --seed 7 --pick 42 -o this-one.png
  artnn generate image -m run1 --seed 7 --directions 8 -o sliders.png
  artnn generate image -m run1 --nearest my-pictures
  artnn generate image -m run1 --nearest my-pictures --features run4`
}

// mostPictures is how many are made at a time.
const mostPictures = 10_000

// noLatents is what there is no file of.
const noLatents = "file of latents: \"artnn find\" and \"artnn generate image -o FILE.safetensors\" write one"

// latentsEnding is that of files with latents.
const latentsEnding = ".safetensors"

// Validate is called by the command-line parser.
func (c *generateImage) Validate() error {
	ending := strings.ToLower(filepath.Ext(c.Out))
	switch {
	case c.N != nil && (*c.N < 1 || *c.N > mostPictures):
		return fmt.Errorf("-n must be from 1 to %d, got %d", mostPictures, *c.N)
	case !(c.Spread > 0 && c.Spread <= 10):
		return fmt.Errorf("--spread must be above 0, at most 10, got %g", c.Spread)
	case c.Columns != nil && *c.Columns < 1:
		return fmt.Errorf("--columns must be at least 1, got %d", *c.Columns)
	case ending != ".png" && ending != latentsEnding:
		return fmt.Errorf("--out must end in .png, or %s for latents, got %q", latentsEnding, c.Out)
	case c.Latent != "" && (c.Seed != nil || len(c.Class) > 0 || c.Spread != 1):
		return fmt.Errorf("--latent says which pictures: leave out --seed, --class and --spread")
	case slices.ContainsFunc(c.Pick, func(i int) bool { return i < 0 }):
		return fmt.Errorf("--pick must be at least 1, got %v", c.Pick)
	case c.Directions < 0 || c.Directions > 64:
		return fmt.Errorf("--directions must be from 1 to 64, got %d", c.Directions)
	case c.Directions > 0 && (c.Nearest != "" || c.Single || c.N != nil && *c.N > 1 && len(c.Pick) == 0 || len(c.Pick) > 1 || ending != ".png"):
		return fmt.Errorf("--directions makes one sheet of one picture: leave out --nearest, --single, more than one picture, and latents for -o")
	case c.Directions > 0 && c.Columns != nil && *c.Columns < 2:
		return fmt.Errorf("--columns must be at least 2 with --directions, got %d", *c.Columns)
	case ending == latentsEnding && c.Single:
		return fmt.Errorf("--single is of pictures: leave it out, and all latents are in %s", c.Out)
	case c.byFeatures() && c.Nearest == "":
		return fmt.Errorf("--features and --layer say how --nearest measures: name a folder with it")
	case c.Nearest != "" && (c.Single || ending != ".png"):
		return fmt.Errorf("--nearest makes one sheet: leave out --single, and latents for -o")
	}
	return c.checkScale()
}

// Run is the command.
func (c *generateImage) Run(ctx context.Context, k *kong.Context, con *console) error {
	gan, err := imageModel(c.Model)
	if err != nil {
		return err
	}
	made, err := c.latents(gan)
	if err != nil {
		return err
	}
	if strings.EqualFold(filepath.Ext(c.Out), latentsEnding) {
		return c.keep(con, gan, made)
	}
	options, err := c.layout(gan.Size(), len(made.places))
	if err != nil {
		return err
	}
	made.record = recordOf(k, gan, c.Model, c.Out, made.chosen...)
	switch {
	case c.Directions > 0:
		return c.sliders(ctx, con, gan, made, options)
	case c.Nearest != "":
		return c.pairs(ctx, con, gan, made, options)
	case c.Single:
		return c.each(ctx, con, gan, made, options)
	}
	pictures, err := made.pictures(ctx, gan)
	if err != nil {
		return err
	}
	if err := c.write(con, data.GridOf(pictures, options), made); err != nil {
		return err
	}
	made.told(con, gan, c.Out)
	return nil
}

// write writes a sheet and shows it.
func (c *generateImage) write(con *console, sheet image.Image, m toBeMade) error {
	if err := data.WritePNG(c.Out, sheet, m.record.texts()...); err != nil {
		return err
	}
	return con.show(sheet, c.Preview)
}

// toBeMade is what pictures are made from.
type toBeMade struct {
	latents []float32 // of all n, also of those that are not picked
	n       int
	places  []int            // of the pictures that are picked, from 0
	from    string           // says where they come from
	chosen  []settings.Value // the seed, if none was given
	record  record
}

// latents are what the pictures are made from. Those that are not picked are among
// them: results are equal to the last bit only in equal company.
func (c *generateImage) latents(gan *models.GAN) (m toBeMade, err error) {
	n := 16
	switch {
	case c.N != nil:
		n = *c.N
	case c.Directions > 0 && len(c.Pick) == 0:
		n = 1
	}
	if c.Latent != "" {
		if m.latents, err = latent.Load(c.Latent, gan); err != nil {
			return m, noSuch(err, c.Latent, noLatents)
		}
		length := gan.ZDim() + len(gan.Classes())
		has := len(m.latents) / length
		switch {
		case c.N == nil && (c.Directions == 0 || len(c.Pick) > 0):
			n = has
		case n > has:
			return m, usagef("-n must be at most %d, as many as %s has, got %d", has, c.Latent, n)
		}
		if n > mostPictures {
			return m, usagef("%s has %s: give -n, at most %d", c.Latent, words.Count(has, "latent"), mostPictures)
		}
		m.latents, m.from = m.latents[:n*length], "from "+c.Latent
	} else {
		seed := newSeed()
		if c.Seed != nil {
			seed = *c.Seed
		} else {
			m.chosen = []settings.Value{{Name: "seed", Text: fmt.Sprint(seed)}}
		}
		draw := models.Draw{Seed: seed, Truncation: c.Spread}
		if len(c.Class) > 0 {
			if draw.Classes, err = gan.Mix(c.Class...); err != nil {
				return m, err
			}
		}
		m.latents, m.from = gan.Latents(n, draw), fmt.Sprintf("from seed %d", seed)
	}
	m.n = n
	for i := range n {
		if len(c.Pick) == 0 {
			m.places = append(m.places, i)
		}
	}
	for _, place := range c.Pick {
		if place > n {
			return m, usagef("--pick must be at most %d, as many as there are pictures, got %d", n, place)
		}
		m.places = append(m.places, place-1)
	}
	return m, nil
}

// picked are the parts of equal length, one for each picture, of those that are
// picked.
func (m toBeMade) picked(all []float32) (out []float32) {
	length := len(all) / m.n
	for _, at := range m.places {
		out = append(out, all[at*length:(at+1)*length]...)
	}
	return out
}

// pixels are those of the pictures that are picked.
//
// Errors: that of Ctrl+C.
func (m toBeMade) pixels(ctx context.Context, gan *models.GAN) ([]float32, error) {
	all, err := recipe.Decode(ctx, gan, m.latents)
	if err != nil {
		return nil, interruptedOr(ctx, err)
	}
	return m.picked(all), nil
}

// pictures are those that are picked.
//
// Errors: that of Ctrl+C.
func (m toBeMade) pictures(ctx context.Context, gan *models.GAN) ([]image.Image, error) {
	pixels, err := m.pixels(ctx, gan)
	if err != nil {
		return nil, err
	}
	size := gan.Size()
	return data.ToImages(pixels, size.Channels, size.Height, size.Width), nil
}

// keep writes latents in place of pictures.
func (c *generateImage) keep(con *console, gan *models.GAN, m toBeMade) error {
	picked := m.picked(m.latents)
	if err := latent.Save(c.Out, gan, picked, map[string]string{"from": m.from}); err != nil {
		return err
	}
	con.say("%s: %s %s\n", c.Out, words.Count(len(m.places), "latent"), m.from)
	return nil
}

// told tells what was written.
func (m toBeMade) told(con *console, gan *models.GAN, written string) {
	size := gan.Size()
	con.say("%s: %s of %d×%d %s\n", written, words.Count(len(m.places), "picture"), size.Width, size.Height, m.from)
}

// layout is how the sheet is made, if it is not too large: of single pictures,
// each is enlarged by itself.
func (c *generateImage) layout(cfg models.PictureSize, n int) (data.GridOptions, error) {
	o, flags := c.grid(showScale(cfg)), "-n and --scale"
	if c.Columns != nil {
		o.Columns, flags = *c.Columns, "-n, --columns and --scale"
	}
	whole := o
	switch {
	case c.Single:
		if err := checkSheet(o, 1, cfg.Width, cfg.Height, "--scale"); err != nil {
			return o, err
		}
		whole.Scale = 1
	case c.Directions > 0:
		if c.Columns == nil {
			o.Columns = 7
		}
		whole.Columns = o.Columns
		n, flags = c.Directions*o.Columns, "--directions, --columns and --scale"
	case c.Nearest != "":
		return o, checkSheet(o, n, 2*cfg.Width+2, cfg.Height+1, flags) // with the gaps of pairs
	}
	return o, checkSheet(whole, n, cfg.Width, cfg.Height, flags)
}

// each writes the pictures one by one.
func (c *generateImage) each(ctx context.Context, con *console, gan *models.GAN, made toBeMade, o data.GridOptions) error {
	pictures, err := made.pictures(ctx, gan)
	if err != nil {
		return err
	}
	single := o
	single.Columns, single.Padding = 1, -1
	base := strings.TrimSuffix(c.Out, filepath.Ext(c.Out))
	name := func(i int) string { return fmt.Sprintf("%s-%04d.png", base, made.places[i]+1) }
	for i, m := range pictures {
		if ctx.Err() != nil {
			con.say("Interrupted: %d of %s were written.\n", i, words.Count(len(pictures), "picture"))
			return errInterrupted
		}
		r := made.record
		if len(c.Pick) == 0 {
			r = r.with(settings.Value{Name: "pick", Text: fmt.Sprint(i + 1)})
		}
		one := data.GridOf([]image.Image{m}, single)
		if err := data.WritePNG(name(i), one, r.texts()...); err != nil {
			return err
		}
	}
	o.Scale = 1 // the sheet is for the terminal alone
	if err := con.show(data.GridOf(pictures, o), c.Preview); err != nil {
		return err
	}
	made.told(con, gan, name(0)+" to "+name(len(pictures)-1))
	return nil
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
