package main

import (
	"context"
	"fmt"
	"image"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/recipe/anim"
)

var _ = commands.add(46, func() any {
	return &struct {
		Timelapse timelapse `cmd:"" help:"Show how a network learned, as an animation of its samples."`
	}{}
})

var _ = recorded("timelapse")

// timelapse makes an animation of a run's samples.
type timelapse struct {
	Dir   string        `arg:"" input:"model" name:"run" help:"Run's folder, of pictures."`
	Out   string        `short:"o" output:"file" default:"training.gif" placeholder:"FILE" help:"GIF or APNG to write (default: ${default})."`
	Delay time.Duration `default:"250ms" placeholder:"TIME" help:"How long a sheet stays (default: ${default})."`
	Last  time.Duration `default:"2s" placeholder:"TIME" help:"How long the last one stays (default: ${default})."`
}

// Help is shown by --help.
func (*timelapse) Help() string {
	return `The samples are those in the run's folder: "artnn train image --samples 100" takes more of them.

Examples:
  artnn timelapse run1
  artnn timelapse run1 -o training.apng --delay 500ms`
}

// Validate is called by the command-line parser.
func (c *timelapse) Validate() error {
	if ext := strings.ToLower(filepath.Ext(c.Out)); !slices.Contains(anim.Extensions(), ext) {
		return fmt.Errorf("--out must end in .gif or .apng, got %q", c.Out)
	}
	if err := checkDelay("--delay", c.Delay); err != nil {
		return err
	}
	return checkDelay("--last", c.Last)
}

// Run is the command.
func (c *timelapse) Run(ctx context.Context, k *kong.Context, con *console) error {
	sheets, err := recipe.Sheets(ctx, c.Dir, mostFrames)
	switch {
	case ctx.Err() != nil:
		return errInterrupted
	case err != nil:
		return err
	}
	frames := make([]image.Image, len(sheets))
	for i, s := range sheets {
		frames[i] = s.Picture
	}
	if err := anim.Save(ctx, c.Out, frames, anim.Options{Delay: c.Delay, Last: c.Last, Texts: recordOf(k, nil, c.Dir, c.Out).texts()}); err != nil {
		return interruptedOr(ctx, err)
	}
	con.say("%s: %s, from step %d to step %d\n", c.Out, words.Count(len(frames), "sheet"), sheets[0].Step, sheets[len(sheets)-1].Step)
	return nil
}
