package main

import (
	"fmt"
	"image"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/cmd/artnn/internal/preview"
	"github.com/org/artnn/cmd/artnn/internal/settings"
	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/latent"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/recipe/anim"
)

var _ = commands.add(40, func() any {
	return &struct {
		Interpolate interpolate `cmd:"" help:"Turn one generated picture into another, as an animation or a strip."`
	}{}
})

var _ = recorded("interpolate")

// interpolate goes from one generated picture to another.
type interpolate struct {
	Model    string        `short:"m" placeholder:"RUN" help:"Run's folder or model's file (default: the faces that come with the program)."`
	Seeds    []uint64      `zero:"a seed" placeholder:"A,B" help:"Seeds of the pictures to pass, at least two with those of --latent (default: four new ones)."`
	Latent   []string      `placeholder:"FILE" help:"Pass the pictures of these files first, which find or generate image wrote."`
	Class    []string      `placeholder:"NAME" help:"Classes that the picture of each seed is mixed of, if the model knows classes (default: one of each in turn)."`
	Spread   float64       `default:"1" placeholder:"X" help:"Below 1, pictures of seeds are more alike and more usual (default: ${default})."`
	N        int           `short:"n" default:"12" placeholder:"N" help:"Pictures from one to the next (default: ${default})."`
	Straight bool          `help:"Go on a line, by pictures that are more usual, rather than on an arc."`
	Out      string        `short:"o" output:"file" default:"morph.gif" placeholder:"FILE" help:"GIF or APNG for an endless animation, PNG for a strip (default: ${default})."`
	Delay    time.Duration `default:"80ms" placeholder:"TIME" help:"How long a picture of the animation stays (default: ${default})."`
	sheetFlags
	Preview preview.Mode `default:"auto" enum:"${previews}" placeholder:"MODE" help:"Show a strip in the terminal: ${enum}."`
}

// Help is shown by --help.
func (*interpolate) Help() string {
	return `The animation passes all pictures and comes back to the first, so that it has no jump. A GIF has 256 colours, an APNG all.

Examples:
  artnn interpolate -m run1
  artnn interpolate -m run1 --seeds 3,8,21 -n 24 -o morph.gif
  artnn interpolate -m run1 --seeds 3,8,21 -o morph.apng
  artnn interpolate -m run1 --seeds 3,8 -n 8 -o strip.png
  artnn interpolate -m run1 --latent found.safetensors --seeds 3 -o morph.gif`
}

// mostFrames bounds the memory and the file of an animation.
const mostFrames = 2000

// Validate is called by the command-line parser.
func (c *interpolate) Validate() error {
	ext := strings.ToLower(filepath.Ext(c.Out))
	switch {
	case len(c.Seeds) == 1 && len(c.Latent) == 0:
		return fmt.Errorf("--seeds needs at least two, separated by commas")
	case c.N < 2 || c.N*max(4, len(c.Seeds)) > mostFrames:
		return fmt.Errorf("-n must be at least 2, and all pictures together at most %d, got %d", mostFrames, c.N)
	case !(c.Spread > 0 && c.Spread <= 10):
		return fmt.Errorf("--spread must be above 0, at most 10, got %g", c.Spread)
	case ext != ".png" && !slices.Contains(anim.Extensions(), ext):
		return fmt.Errorf("--out must end in .gif, .apng or .png, got %q", c.Out)
	}
	if err := checkDelay("--delay", c.Delay); err != nil {
		return err
	}
	return c.checkScale()
}

// checkDelay refuses what no animation shows.
func checkDelay(flag string, d time.Duration) error {
	if d < 10*time.Millisecond || d > time.Minute {
		return fmt.Errorf("%s must be from 10ms to 1m, got %v", flag, d)
	}
	return nil
}

// Run is the command.
func (c *interpolate) Run(k *kong.Context, con *console) error {
	gan, err := imageModel(c.Model)
	if err != nil {
		return err
	}
	seeds, chosen := c.seeds()
	stops, err := c.stops(gan, seeds)
	switch {
	case err != nil:
		return err
	case len(stops) < 2:
		return usagef("--latent has one picture: name another file or a seed to go to")
	case c.N*len(stops) > mostFrames:
		return usagef("-n must be lower: all pictures together may be at most %d", mostFrames)
	}
	animated := !strings.EqualFold(filepath.Ext(c.Out), ".png")
	cfg := gan.Size()
	scale := showScale(cfg)
	if animated { // a sheet has many beside each other, this is a single one
		scale = max(1, 256/max(cfg.Width, cfg.Height))
	}
	options := c.grid(scale)
	options.Columns = c.N + 1
	if err := checkSheet(options, len(stops)*c.N+1, cfg.Width, cfg.Height, "-n, --seeds and --scale"); err != nil {
		return err
	}
	texts := recordOf(k, gan, c.Model, c.Out, chosen...).texts()
	frames := recipe.Morph(gan, stops, recipe.MorphOptions{N: c.N, Loop: animated, Straight: c.Straight})
	options.Columns = min(len(frames), c.N+1)
	strip := data.GridOf(frames, options)
	if animated {
		single := options
		single.Columns, single.Padding = 1, -1
		for i, m := range frames {
			frames[i] = data.GridOf([]image.Image{m}, single)
		}
		plain := options.Scale == 1 || options.Smooth // no pixels that dithering would blur
		err = anim.Save(c.Out, frames, anim.Options{Delay: c.Delay, Dither: plain, Back: len(stops) == 2, Texts: texts})
	} else {
		err = data.WritePNG(c.Out, strip, texts...)
	}
	if err != nil {
		return err
	}
	if err := con.show(strip, c.Preview); err != nil {
		return err
	}
	var through []string
	if len(c.Latent) > 0 {
		through = append(through, strings.Join(c.Latent, ", "))
	}
	switch len(seeds) {
	case 0:
	case 1:
		through = append(through, "seed "+listOf(seeds))
	default:
		through = append(through, "seeds "+listOf(seeds))
	}
	con.say("%s: %s through %s\n", c.Out, words.Count(len(frames), "picture"), strings.Join(through, " and "))
	return nil
}

// seeds are those given, or new ones and the setting that would have given them.
func (c *interpolate) seeds() (seeds []uint64, chosen []settings.Value) {
	if c.Seeds != nil || c.Latent != nil {
		return c.Seeds, nil
	}
	for range 4 {
		seeds = append(seeds, newSeed())
	}
	return seeds, []settings.Value{{Name: "seeds", Text: strings.ReplaceAll(listOf(seeds), " ", "")}}
}

// listOf is numbers with commas between.
func listOf(seeds []uint64) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(seeds), " ", ", "), "[]")
}

// stops are the latents to pass.
func (c *interpolate) stops(gan *models.GAN, seeds []uint64) (stops [][]float32, err error) {
	length := gan.ZDim() + len(gan.Classes())
	for _, path := range c.Latent {
		latents, err := latent.Load(path, gan)
		if err != nil {
			return nil, err
		}
		stops = slices.AppendSeq(stops, slices.Chunk(latents, length))
	}
	var mix []float64
	if len(c.Class) > 0 {
		if mix, err = gan.Mix(c.Class...); err != nil {
			return nil, err
		}
	}
	for i, seed := range seeds {
		draw := models.Draw{Seed: seed, Truncation: c.Spread, Classes: mix}
		if n := len(gan.Classes()); mix == nil && n > 0 {
			draw.Classes = make([]float64, n)
			draw.Classes[i%n] = 1
		}
		stops = append(stops, gan.Latents(1, draw))
	}
	return stops, nil
}
