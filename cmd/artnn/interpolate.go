package main

import (
	"fmt"
	"image"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/org/artnn/cmd/artnn/internal/preview"
	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/recipe/anim"
)

var _ = commands.add(40, func() any {
	return &struct {
		Interpolate interpolate `cmd:"" help:"Turn one generated picture into another, as an animation or a strip."`
	}{}
})

// interpolate goes from one generated picture to another.
type interpolate struct {
	Model string        `short:"m" placeholder:"RUN" help:"Run's folder or model's file (default: the faces that come with the program)."`
	Seeds []uint64      `zero:"a seed" placeholder:"A,B" help:"Seeds of the pictures to pass, at least two (default: four new ones)."`
	N     int           `short:"n" default:"12" placeholder:"N" help:"Pictures from one seed to the next (default: ${default})."`
	Out   string        `short:"o" output:"file" default:"morph.gif" placeholder:"FILE" help:"GIF for an endless animation, PNG for a strip (default: ${default})."`
	Delay time.Duration `default:"80ms" placeholder:"TIME" help:"How long a picture of the animation stays (default: ${default})."`
	sheetFlags
	Preview preview.Mode `default:"auto" enum:"${previews}" placeholder:"MODE" help:"Show a strip in the terminal: ${enum}."`
}

// Help is shown by --help.
func (*interpolate) Help() string {
	return `The animation passes the pictures of all seeds and comes back to the first, so that it has no jump.

Examples:
  artnn interpolate -m run1
  artnn interpolate -m run1 --seeds 3,8,21 -n 24 -o morph.gif
  artnn interpolate -m run1 --seeds 3,8 -n 8 -o strip.png`
}

// mostFrames bounds the memory and the file of an animation.
const mostFrames = 2000

// Validate is called by the command-line parser.
func (c *interpolate) Validate() error {
	switch ext := strings.ToLower(filepath.Ext(c.Out)); {
	case len(c.Seeds) == 1:
		return fmt.Errorf("--seeds needs at least two, separated by commas")
	case c.N < 2 || c.N*max(4, len(c.Seeds)) > mostFrames:
		return fmt.Errorf("-n must be at least 2, and all pictures together at most %d, got %d", mostFrames, c.N)
	case ext != ".gif" && ext != ".png":
		return fmt.Errorf("--out must end in .gif or .png, got %q", c.Out)
	case c.Delay < 10*time.Millisecond || c.Delay > time.Minute:
		return fmt.Errorf("--delay must be from 10ms to 1m, got %v", c.Delay)
	}
	return c.checkScale()
}

// Run is the command.
func (c *interpolate) Run(con *console) error {
	gan, err := imageModel(c.Model)
	if err != nil {
		return err
	}
	seeds := c.Seeds
	for len(seeds) < 2 || c.Seeds == nil && len(seeds) < 4 {
		seeds = append(seeds, newSeed())
	}
	animated := strings.EqualFold(filepath.Ext(c.Out), ".gif")
	cfg := gan.Size()
	scale := showScale(cfg)
	if animated { // a sheet has many beside each other, this is a single one
		scale = max(1, 256/max(cfg.Width, cfg.Height))
	}
	options := c.grid(scale)
	options.Columns = c.N + 1
	if err := checkSheet(options, len(seeds)*c.N+1, cfg.Width, cfg.Height, "-n, --seeds and --scale"); err != nil {
		return err
	}
	frames := recipe.Morph(gan, seeds, c.N, animated)
	options.Columns = min(len(frames), c.N+1)
	strip := data.GridOf(frames, options)
	if animated {
		single := options
		single.Columns, single.Padding = 1, -1
		for i, m := range frames {
			frames[i] = data.GridOf([]image.Image{m}, single)
		}
		plain := options.Scale == 1 || options.Smooth // no pixels that dithering would blur
		o := anim.Options{Delay: c.Delay, Dither: plain, Back: len(seeds) == 2}
		err = atomicfile.Write(c.Out, func(w io.Writer) error { return anim.Write(w, frames, o) })
	} else {
		err = data.WritePNG(c.Out, strip)
	}
	if err != nil {
		return err
	}
	if err := con.show(strip, c.Preview); err != nil {
		return err
	}
	con.say("%s: %s through seeds %s\n", c.Out, words.Count(len(frames), "picture"), strings.Trim(strings.ReplaceAll(fmt.Sprint(seeds), " ", ", "), "[]"))
	return nil
}
