package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/org/artnn/asm"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/recipe/demo"
	"github.com/org/artnn/recipe/rundir"
	"github.com/org/artnn/train"
)

var _ = commands.add(80, func() any {
	return &struct {
		Demo demoCommand `cmd:"" help:"Train a picture and a poem generator on samples that come with the program, and write what they make. Needs no data and no downloads."`
	}{}
})

// demoCommand trains two small models on the samples inside the program.
type demoCommand struct {
	Out     string `short:"o" output:"folder" name:"out" default:"out" placeholder:"DIR" help:"Folder to write to (default: ${default})."`
	Seed    uint64 `default:"1" zero:"a seed" placeholder:"N" help:"Start of all random choices; equal seeds and steps give equal files (default: ${default})."`
	Seconds int    `default:"80" placeholder:"N" help:"Time to train for, shared by the two models (default: ${default})."`
	Steps   int    `placeholder:"N" help:"Updates of each model, in place of a time."`
}

// Help is shown by --help.
func (*demoCommand) Help() string {
	return `Examples:
  artnn demo
  artnn demo --seconds 20 -o /tmp/demo`
}

// Validate is called by the command-line parser.
func (d *demoCommand) Validate() error {
	if d.Steps < 0 {
		return fmt.Errorf("--steps must be at least 1, got %d", d.Steps)
	}
	if d.Seconds < 1 && d.Steps == 0 {
		return fmt.Errorf("--seconds must be at least 1, got %d", d.Seconds)
	}
	return nil
}

// Run is the command.
func (d *demoCommand) Run(ctx context.Context, con *console) error {
	if rundir.At(d.Out).Exists() { // whose report would be lost
		return fmt.Errorf("%s %w: choose another folder with -o", d.Out, recipe.ErrRunExists)
	}
	con.say("artnn demo: %s kernels, writing to %s\n", asm.Selected(), d.Out)
	r, err := demo.Run(ctx, demo.Options{
		Dir: d.Out, Seed: d.Seed, Steps: d.Steps, Time: time.Duration(d.Seconds) * time.Second,
		Follow: func(t demo.Task) train.Callback { return newProgress(con, t.Name, t.Unit, t.PerStep) },
	})
	switch {
	case errors.Is(err, demo.ErrFolder):
		return fmt.Errorf("%w; choose another with -o", err)
	case err != nil:
		return err
	case r.Interrupted:
		con.say("Interrupted after step %d. What was learned until then is in %s.\n", r.Step, d.Out)
		return errInterrupted
	}
	path := func(name string) string { return filepath.Join(d.Out, name) }
	con.say("Pictures: %s\nPoems:    %s\nReport:   %s\n", path(demo.Pictures), path(demo.Poems), path(demo.Report))
	return nil
}
