package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/cmd/artnn/internal/preview"
	"github.com/org/artnn/cmd/artnn/internal/settings"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/recipe/rundir"
	"github.com/org/artnn/train"
)

// runFlags are the flags that all training commands share. The tag conf says
// what the configuration file makes of a flag; see package settings.
type runFlags struct {
	Out    string     `short:"o" output:"folder" placeholder:"DIR" conf:"-" help:"Folder of the run: model, checkpoints, samples, report."`
	Config configFlag `placeholder:"FILE" conf:"-" help:"Take flags from a YAML or JSON file, one \"flag: value\" to a line. The command line takes precedence."`
	Resume resumeFlag `conf:"-" help:"Go on with the run in -o, with the configuration it has; if its data have moved, --data says where they are."`

	Time   time.Duration `group:"budget" conf:"free" zero:"open" placeholder:"TIME" help:"Time to train for, such as 90s, 10m or 2h, counted on when resumed (default: ${time})."`
	Steps  int           `group:"budget" conf:"free" zero:"open" placeholder:"N" help:"Updates to train for."`
	Epochs int           `group:"budget" conf:"free" zero:"open" placeholder:"N" help:"Walks through the data to train for."`

	Batch      int      `group:"learning" placeholder:"N" help:"Examples in an update (default: by the data)."`
	Accumulate int      `group:"learning" default:"1" placeholder:"N" help:"Take each batch in N parts, which needs less memory (default: ${default})."`
	LR         float64  `name:"lr" group:"learning" placeholder:"X" help:"Learning rate (default: by the model)."`
	Schedule   string   `group:"learning" default:"auto" enum:"auto,constant,cosine,onecycle" placeholder:"NAME" help:"How the rate changes over the budget: ${enum}."`
	Clip       *float64 `group:"learning" placeholder:"X" help:"Bound of the gradient's norm; 0 is none (default: by the model)."`
	EMA        *float64 `name:"ema" group:"learning" placeholder:"X" help:"Decay of the averaged weights that are shown and saved; 0 is none (default: by the model)."`
	Seed       uint64   `group:"learning" zero:"a seed" default:"1" placeholder:"N" help:"Start of all random choices (default: ${default})."`

	Samples    int           `group:"output" conf:"free" default:"10" placeholder:"N" help:"Samples to take over the run (default: ${default})."`
	Checkpoint time.Duration `group:"output" conf:"free" default:"2m" placeholder:"TIME" help:"Time between checkpoints (default: ${default})."`
	Keep       int           `group:"output" conf:"free" default:"2" placeholder:"N" help:"Checkpoints to keep (default: ${default})."`
	Preview    preview.Mode  `group:"output" conf:"-" default:"auto" enum:"${previews}" placeholder:"MODE" help:"Show samples in the terminal: ${enum}."`

	DryRun bool `group:"trial" conf:"-" help:"Load the data, do one step of everything, tell the plan, and write nothing."`
}

// trialFlags are the trials of models with a loss that tells something.
type trialFlags struct {
	FindLR       bool `name:"find-lr" group:"trial" conf:"-" help:"Try learning rates and tell those at which the loss falls fastest and is lowest."`
	OverfitBatch int  `group:"trial" conf:"-" placeholder:"N" help:"Take N steps on one batch: the loss of a model that is wired right falls towards 0."`
}

// any tells whether one of the trials was asked for.
func (f *trialFlags) any() bool { return f != nil && (f.FindLR || f.OverfitBatch > 0) }

// options are what the flags say of a run.
func (f *runFlags) options(con *console, k *kong.Context) recipe.Options {
	o := recipe.Options{
		Dir: f.Out, Resume: bool(f.Resume),
		Budget: train.Budget{Steps: f.Steps, Epochs: f.Epochs, Time: f.Time},
		LR:     f.LR, Samples: f.Samples, Checkpoint: f.Checkpoint, Keep: f.Keep,
		WriteConfig: func(w io.Writer) error { return settings.Write(w, k) },
		Hooks:       recipe.Hooks{Warn: con.warn, Say: con.tell},
	}
	if f.Schedule != automatic {
		o.Schedule = recipe.Schedule(f.Schedule)
	}
	return o
}

// learning is what the flags say of how to learn.
func (f *runFlags) learning() recipe.Learning {
	return recipe.Learning{Batch: f.Batch, Accumulate: f.Accumulate, Clip: f.Clip, EMA: f.EMA, Seed: f.Seed}
}

// chosen takes over what a recipe has put in place of what was left open.
func (f *runFlags) chosen(o recipe.Options, l recipe.Learning) {
	f.Time, f.Steps, f.Epochs = o.Budget.Time, o.Budget.Steps, o.Budget.Epochs
	f.LR, f.Schedule = o.LR, string(o.Schedule)
	f.Batch, f.Clip, f.EMA = l.Batch, l.Clip, l.EMA
}

// automatic is the schedule that a recipe chooses.
const automatic = "auto"

// configFlag is the file that flags are taken from.
type configFlag string

// BeforeResolve is called by the command-line parser before flags get values.
func (c configFlag) BeforeResolve(ctx *kong.Context, trace *kong.Path) error {
	path := string(ctx.FlagValue(trace.Flag).(configFlag))
	file, err := settings.Read(path, ctx)
	if err != nil {
		return err
	}
	ctx.AddResolver(file.Resolver())
	return nil
}

// resumeFlag continues a run.
type resumeFlag bool

// BeforeResolve is called by the command-line parser before flags get values.
func (resumeFlag) BeforeResolve(ctx *kong.Context, trace *kong.Path) error {
	if !bool(ctx.FlagValue(trace.Flag).(resumeFlag)) {
		return nil
	}
	out, config := given(ctx, "out"), given(ctx, "config")
	switch {
	case out == "":
		return errors.New("--resume needs -o, the folder of the run to go on with")
	case config != "":
		return errors.New("--resume and --config exclude each other: a run goes on with the configuration it has")
	}
	run := rundir.At(out)
	if !run.Exists() {
		return fmt.Errorf("%s holds no run to resume: there is no %s", out, run.Config())
	}
	file, err := settings.Read(run.Config(), ctx)
	if err != nil {
		return err
	}
	if err := file.Contradictions(ctx); err != nil {
		return err
	}
	// Of the three bounds, one on the command line replaces those of the file:
	// who says --steps 2000 does not want to stop after ten minutes.
	for _, name := range []string{"time", "steps", "epochs"} {
		if given(ctx, name) != "" {
			file.Drop("time", "steps", "epochs")
		}
	}
	ctx.AddResolver(file.Resolver())
	return nil
}

// given is a flag's value on the command line, "" if it is not there.
func given(ctx *kong.Context, name string) string {
	for _, p := range ctx.Path {
		if p.Flag != nil && p.Flag.Name == name {
			return fmt.Sprint(ctx.FlagValue(p.Flag))
		}
	}
	return ""
}
