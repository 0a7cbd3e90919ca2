package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/cmd/artnn/internal/report"
	"github.com/org/artnn/cmd/artnn/internal/rundir"
	"github.com/org/artnn/cmd/artnn/internal/settings"
	"github.com/org/artnn/data"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/train"
)

// trainable is a model that the library trains and saves.
type trainable interface {
	models.Model
	train.Model
}

// task is what is particular to training one kind of model. B is its batch.
type task[B any] struct {
	name, unit string // "pictures"; a step has perStep of them
	perStep    int
	title      string
	intro      string
	axis       string // of the loss curves
	remark     string // how to read them

	model  trainable
	loader *data.Loader[B]
	step   func(ctx context.Context, batch B) (train.Metrics, error)

	validate      func(ctx context.Context) (train.Metrics, error) // nil without
	validateEvery int
	patience      int

	samples sampler
	aligned bool // samples are texts whose columns stand under each other
	// closing says what came out, for the terminal and the report, once the
	// model is saved.
	closing func(r train.Report, model string) (outcome, error)
}

// outcome is what came out of a run.
type outcome struct {
	text  string         // a sentence
	facts []report.Facts // for the report
}

// session is one call of a training command.
type session[B any] struct {
	*runFlags
	task[B]
	con     *console
	kong    *kong.Context
	run     rundir.Dir
	history *train.History
	outcome outcome
	start   start
}

// start notes where a run began, or went on.
type start struct {
	train.Base
	step    int
	elapsed time.Duration
}

func (s *start) Begin(e train.Event) error {
	s.step, s.elapsed = e.Step, e.Elapsed
	return nil
}

// trainer is the trainer of a task, without callbacks.
func (s *session[B]) trainer() *train.Trainer[B] {
	t := &train.Trainer[B]{
		Models: map[string]train.Model{checkpointModel: s.model},
		Data:   s.loader, Step: s.step, Budget: s.budget(),
		Validate: s.validate, ValidateEvery: s.validateEvery,
		Warn: s.con.warn,
	}
	if s.validate != nil {
		t.EarlyStop = train.EarlyStop{Patience: s.patience}
	}
	return t
}

// begin takes the run's folder. It is called before data is read, so that a
// folder that cannot be used is known at once.
func (f *runFlags) begin(trial *trialFlags) (unlock func(), err error) {
	if trial != nil && trial.OverfitBatch < 0 {
		return nil, usagef("--overfit-batch must be at least 1, got %d", trial.OverfitBatch)
	}
	nothing := f.DryRun || trial.any() // will be written
	if err := f.check(nothing); err != nil {
		return nil, err
	}
	if nothing {
		return func() {}, nil
	}
	run := rundir.At(f.Out)
	if !bool(f.Resume) && run.Exists() {
		return nil, fmt.Errorf("%s holds a run already: go on with it by --resume, or choose another folder with -o", f.Out)
	}
	return run.Create()
}

// plan says what will be trained on what.
func (s *session[B]) plan() string {
	return fmt.Sprintf("%s, %s parameters", s.intro, countText(layers.Count(s.model)))
}

// do trains, or does the trial that was asked for.
func (s *session[B]) do(ctx context.Context, trial *trialFlags) error {
	if s.DryRun {
		return s.dryRun(ctx)
	}
	if trial != nil && trial.FindLR {
		return s.findLR(ctx)
	}
	if trial != nil && trial.OverfitBatch > 0 {
		return s.overfit(ctx, trial.OverfitBatch)
	}
	s.run = rundir.At(s.Out)
	if err := os.MkdirAll(s.run.Samples(), 0o777); err != nil {
		return err
	}
	if err := s.run.Write(s.run.Config(), func(w io.Writer) error { return settings.Write(w, s.kong) }); err != nil {
		return err
	}
	if !s.Quiet {
		s.con.printf("%s\nWriting to %s. Ctrl+C stops and saves; --resume goes on.\n", s.plan(), s.Out)
	}
	report, err := s.train(ctx)
	if err != nil {
		var diverged *train.NonFiniteError
		if errors.As(err, &diverged) {
			err = fmt.Errorf("%w; --resume goes on from the last checkpoint, with the same result: start a new run", err)
		}
		return err
	}
	return s.finish(report)
}

func (s *session[B]) train(ctx context.Context) (train.Report, error) {
	s.history = &train.History{}
	progress := progress(silent{})
	if !s.Quiet {
		progress = newProgress(s.con, s.name, s.unit, s.perStep)
	}
	t := s.trainer()
	t.Checkpoints = train.Checkpoints{Dir: s.run.Checkpoints(), After: s.Checkpoint, Keep: s.Keep, Resume: bool(s.Resume)}
	t.Config = settings.Values(s.kong)
	// Checkpoints tell callbacks apart by their place: those with something to
	// remember come first and always.
	t.Callbacks = []train.Callback{s.history, s.sampling(progress)}
	logs, closeLogs, err := runLogs(s.run)
	if err != nil {
		return train.Report{}, err
	}
	defer closeLogs()
	t.Callbacks = append(t.Callbacks, logs...)
	shape, follow := schedule(s.Schedule, s.LR, t.Budget, s.loader.Len())
	t.Schedule = shape
	if follow != nil {
		t.Callbacks = append(t.Callbacks, follow)
	}
	t.Callbacks = append(t.Callbacks, &s.start, progress)
	return t.Run(ctx)
}

// finish leaves the model and the report.
func (s *session[B]) finish(r train.Report) error {
	if r.Step == 0 {
		if r.Interrupted {
			return errInterrupted
		}
		return errors.New("the budget ended before the first step: give more with --time or --steps")
	}
	if r.Step == s.start.step && !r.Interrupted {
		s.con.warn("the run had come to its end before: to go on, give more with --time, --steps or --epochs")
	}
	if err := s.saveModel(r); err != nil {
		return err
	}
	if s.closing != nil {
		var err error
		if s.outcome, err = s.closing(r, s.run.Model()); err != nil {
			return err
		}
	}
	if err := s.writeReport(r); err != nil {
		return err
	}
	if !s.Quiet {
		s.con.printf("%s\n", s.summary(r))
	}
	if r.Interrupted {
		return errInterrupted
	}
	return nil
}

// saveModel leaves the weights that validation found best, or else the last.
func (s *session[B]) saveModel(r train.Report) error {
	if r.Best == nil || r.Best.Step == r.Step {
		return models.Save(s.run.Model(), s.model)
	}
	best, err := train.BestCheckpoint(s.run.Checkpoints())
	if err != nil {
		s.con.warn(fmt.Sprintf("the best weights cannot be read, the last are saved: %v", err))
		return models.Save(s.run.Model(), s.model)
	}
	m, err := models.Load(best.File(checkpointModel))
	if err != nil {
		return err
	}
	return models.Save(s.run.Model(), m)
}

// summary says how a run ended.
func (s *session[B]) summary(r train.Report) string {
	how := "Done"
	switch {
	case r.Interrupted:
		how = "Interrupted, and saved"
	case r.Stopped:
		how = "Stopped early, because validation no longer got better,"
	}
	text := fmt.Sprintf("%s after %d steps and %s.", how, r.Step, r.Elapsed.Round(time.Second))
	if s.outcome.text != "" {
		text += " " + s.outcome.text
	}
	text += fmt.Sprintf("\nModel:  %s\nReport: %s", s.run.Model(), s.run.Report())
	if r.Interrupted {
		text += fmt.Sprintf("\nGo on:  artnn %s --resume -o %s", s.kong.Command(), s.Out)
	} else {
		text += "\nTry:    " + s.samples.try(s.Out)
	}
	return text
}

// dryRun does everything once and leaves nothing.
func (s *session[B]) dryRun(ctx context.Context) error {
	begin := time.Now()
	r, err := s.trainer().DryRun(ctx)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return errInterrupted
	}
	s.con.printf("%s\n", s.plan())
	for _, v := range settings.Values(s.kong) {
		s.con.printf("  %-12s %s\n", v.Name, v.Text)
	}
	s.con.printf("One step, a validation and a checkpoint went well in %s:", time.Since(begin).Round(time.Millisecond))
	for _, m := range r.Metrics {
		s.con.printf("  %s %.4f", m.Name, m.Value)
	}
	s.con.printf("\nNothing was written.\n")
	return nil
}

// findLR shows how the loss goes with the rate.
func (s *session[B]) findLR(ctx context.Context) error {
	curve, err := s.trainer().FindLR(ctx, train.LRRange{From: 1e-5, To: 1})
	if errors.Is(err, context.Canceled) {
		return errInterrupted
	}
	if err != nil {
		return err
	}
	every := max(1, len(curve.Rates)/20)
	for i := 0; i < len(curve.Rates); i += every {
		s.con.printf("lr %-9.2g loss %.4f\n", curve.Rates[i], curve.Losses[i])
	}
	if curve.Suggestion == 0 {
		s.con.printf("The loss never fell: is there something to learn in the data?\n")
		return nil
	}
	s.con.printf("The loss falls fastest at --lr %.1g; a tenth to a half of that is safe for a whole run.\n", curve.Suggestion)
	return nil
}

// overfit shows how the loss of one batch falls.
func (s *session[B]) overfit(ctx context.Context, steps int) error {
	losses, err := s.trainer().OverfitBatch(ctx, steps)
	if err != nil {
		return err
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
