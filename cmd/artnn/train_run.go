package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/cmd/artnn/internal/preview"
	"github.com/org/artnn/cmd/artnn/internal/settings"
	"github.com/org/artnn/cmd/artnn/internal/visible"
	"github.com/org/artnn/data/table"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/recipe/report"
	"github.com/org/artnn/recipe/rundir"
	"github.com/org/artnn/train"
)

// session is one call of a training command.
type session struct {
	*runFlags
	trial *trialFlags // nil where a loss tells nothing
	con   *console
	kong  *kong.Context

	name   string // "pictures", beside the bar
	things string // "pictures", that --data names
	use    string // a command to use the model with, which has %s for the run
}

// begin checks what does not depend on the data, and takes the run's folder
// before they are read, so that one that cannot be used is known at once.
func (s *session) begin(check func() error, o *recipe.Options) (release func(), err error) {
	if s.trial != nil && s.trial.OverfitBatch < 0 {
		return nil, usagef("--overfit-batch must be at least 1, got %d", s.trial.OverfitBatch)
	}
	nothing := s.DryRun || s.trial.any() // will be written
	if s.Out == "" && !nothing {
		return nil, usagef("the folder of the run is missing: name one with -o, such as -o run1")
	}
	if err := check(); err != nil {
		return nil, s.explain(err)
	}
	if nothing {
		return func() {}, nil
	}
	if data := s.data(); !bool(s.Resume) && isFolder(data) && isWithin(s.Out, data) {
		return nil, usagef("-o %s is in the folder that is learned from: its samples would be learned from, too; choose a folder that is not in %s", s.Out, data)
	}
	release, err = o.Reserve()
	switch {
	case errors.Is(err, recipe.ErrRunExists):
		err = fmt.Errorf("%s %w: go on with it by --resume, or choose another folder with -o", s.Out, recipe.ErrRunExists)
	case errors.Is(err, rundir.ErrBusy):
		err = fmt.Errorf("%w; wait for it, stop it, or choose another folder with -o", err)
	case err != nil:
		err = fmt.Errorf("%w; choose another with -o", err)
	}
	return release, err
}

// data is what --data names.
func (s *session) data() string {
	for _, f := range s.kong.Flags() {
		if f.Name == "data" {
			return f.Target.String()
		}
	}
	return ""
}

// prepared is what to do with an error of preparing a task.
func (s *session) prepared(ctx context.Context, err error) error {
	switch {
	case err != nil && ctx.Err() != nil:
		return errInterrupted
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w; name that of your %s with --data", err, s.things)
	}
	return s.explain(err)
}

// explain adds which flags would help.
func (s *session) explain(err error) error {
	var config *recipe.ConfigError
	var diverged *train.NonFiniteError
	var written *table.Error
	switch {
	case errors.As(err, &written):
		return explainTable(err, tableHelp)
	case errors.As(err, &config):
		return usageError{errors.New(strings.TrimSpace(s.flagOf(config.Field) + " " + config.Problem))}
	case errors.As(err, &diverged):
		return errors.New(s.diverged(diverged))
	case errors.Is(err, recipe.ErrOtherData):
		return fmt.Errorf("%s: %w: name the place of the same %s with --data, or start a new run in another folder", s.data(), recipe.ErrOtherData, s.things)
	case errors.Is(err, recipe.ErrNoStep):
		return fmt.Errorf("%w: give more with --time or --steps", err)
	}
	return err
}

// diverged says what went wrong and what to try.
func (s *session) diverged(err *train.NonFiniteError) string {
	clip := "--clip 1"
	if s.Clip != nil && *s.Clip > 0 {
		clip = fmt.Sprintf("a --clip below %g", *s.Clip)
	}
	text := fmt.Sprintf("%s; look at the data, and start a new run with a --lr below %g or with %s", err.What(), s.LR, clip)
	if s.DryRun || s.trial.any() {
		return text
	}
	if c, err := train.LatestCheckpoint(rundir.At(s.Out).Checkpoints()); err == nil {
		text += fmt.Sprintf("; the checkpoint of step %d is kept in %s", c.State.Step, s.Out)
	}
	return text
}

// flagOf is the flag that sets a field of a recipe: that of the same name, but for
// the kind of network.
func (s *session) flagOf(field string) string {
	if field == "Network" {
		field = "Model"
	}
	for _, f := range s.kong.Flags() {
		if strings.EqualFold(strings.ReplaceAll(f.Name, "-", ""), field) {
			return settings.Dashed(f.Name)
		}
	}
	return field
}

// do trains, or does the trial that was asked for.
func do[B any](ctx context.Context, s *session, task *recipe.Task[B], o recipe.Options) error {
	o.Settings = configuration(s.kong)
	switch {
	case s.DryRun:
		return dryRun(ctx, s, task, o)
	case s.trial != nil && s.trial.FindLR:
		return findLR(ctx, s, task, o)
	case s.trial.any():
		return overfit(ctx, s, task, o)
	}
	if !s.con.quiet {
		progress := newProgress(s.con, s.name, task.Unit, task.PerStep)
		o.Progress = announced{progress, func() {
			s.con.tell(task.Plan())
			s.con.tell(fmt.Sprintf("Writing to %s. Ctrl+C stops and saves; --resume goes on.", s.Out))
		}}
		o.OnSample = func(sample recipe.Sample) error {
			_ = s.show(progress.above(), sample, task.Aligned) // a run goes on that nobody can watch
			return nil
		}
	}
	r, err := recipe.Train(ctx, task, o)
	switch {
	case err != nil && errors.Is(err, ctx.Err()):
		return errInterrupted // before there was anything to save
	case err != nil:
		return s.explain(err)
	}
	return s.finish(r)
}

// announced is progress that says first what is about to begin.
type announced struct {
	progress
	announce func()
}

func (a announced) Begin(e train.Event) error {
	a.announce()
	return a.progress.Begin(e)
}

// configuration is the flags and what was chosen in their place.
func configuration(k *kong.Context) (out []report.Setting) {
	for _, v := range settings.Values(k) {
		out = append(out, report.Setting{Name: v.Name, Value: v.Text})
	}
	return out
}

// shownText is how much of a sample a terminal has room for.
const shownText = 200

// show shows a sample in the terminal. Tables are left to the report.
func (s *session) show(w io.Writer, sample recipe.Sample, table bool) error {
	if sample.Image != nil {
		m := sample.Image
		if sample.Preview != nil {
			m = sample.Preview
		}
		return s.con.showOn(w, m, s.Preview)
	}
	if table || sample.Text == "" || s.con.terminal == nil || s.Preview == preview.Off {
		return nil
	}
	text := visible.Text(words.Shortened(sample.Text, shownText))
	_, err := fmt.Fprintf(w, "\nafter %s:\n%s\n\n", words.Count(sample.Step, "step"), text)
	return err
}

// finish says how a run ended.
func (s *session) finish(r recipe.Result) error {
	if r.Step == r.From && !r.Interrupted {
		s.con.warn("the run is complete: to go on, give a larger --time, --steps or --epochs; they count from its first step")
	}
	s.con.tell(r.Summary())
	s.con.say("Model:  %s\nReport: %s\n", r.Folder.Model(), r.Folder.Report())
	if r.Interrupted {
		s.con.say("Go on:  artnn %s --resume -o %s\n", s.kong.Command(), shellWord(s.Out))
		return errInterrupted
	}
	s.con.say("Try:    "+s.use+"\n", shellWord(s.Out))
	return nil
}

// dryRun does everything once and leaves nothing.
func dryRun[B any](ctx context.Context, s *session, task *recipe.Task[B], o recipe.Options) error {
	begin := time.Now()
	r, err := recipe.DryRun(ctx, task, o)
	if err != nil {
		return s.explain(err)
	}
	if ctx.Err() != nil {
		return errInterrupted
	}
	s.con.sentences(task.Plan())
	for _, v := range o.Settings {
		s.con.printf("  %-12s %s\n", v.Name, v.Value)
	}
	done := "One step and a checkpoint"
	if task.Validate != nil {
		done = "One step, a validation and a checkpoint"
	}
	text := fmt.Sprintf("%s went well in %s:", done, time.Since(begin).Round(time.Millisecond))
	for _, m := range r.Metrics {
		text += fmt.Sprintf("  %s %.4f", m.Name, m.Value)
	}
	s.con.sentences(text + "\nNothing was written.")
	return nil
}

// findLR shows how the loss goes with the rate.
func findLR[B any](ctx context.Context, s *session, task *recipe.Task[B], o recipe.Options) error {
	curve, err := recipe.FindLR(ctx, task, o)
	if errors.Is(err, context.Canceled) {
		return errInterrupted
	}
	if err != nil {
		return s.explain(err)
	}
	every := max(1, len(curve.Rates)/20)
	for i := 0; i < len(curve.Rates); i += every {
		s.con.printf("lr %-9.2g loss %.4f\n", curve.Rates[i], curve.Losses[i])
	}
	if curve.Suggestion == 0 {
		s.con.sentences("The loss never fell: is there something to learn in the data?")
		return nil
	}
	s.con.sentences(fmt.Sprintf("The loss falls fastest at --lr %.1g and is lowest at %.1g: start with the first.", curve.Suggestion, curve.Lowest))
	return nil
}

// overfit shows how the loss of one batch falls.
func overfit[B any](ctx context.Context, s *session, task *recipe.Task[B], o recipe.Options) error {
	steps := s.trial.OverfitBatch
	losses, err := recipe.OverfitBatch(ctx, task, o, steps)
	if err != nil {
		return s.explain(err)
	}
	if ctx.Err() != nil {
		return errInterrupted
	}
	every := max(1, steps/10)
	for i, l := range losses {
		if i%every == 0 || i == len(losses)-1 {
			s.con.printf("step %-6d loss %.4f\n", i+1, l)
		}
	}
	return nil
}
