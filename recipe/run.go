package recipe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/recipe/rundir"
	"github.com/org/artnn/train"
	"github.com/org/artnn/train/tensorboard"
)

// Result is what a run came to.
type Result struct {
	train.Report
	Outcome
	// From is the number of steps done before, when a run was resumed. From
	// equals Step if the run had already ended.
	From   int
	Folder rundir.Dir
}

// Summary says in one line how the run ended.
func (r Result) Summary() string {
	how := "Done"
	switch {
	case r.Interrupted:
		how = "Interrupted, and saved"
	case r.Stopped:
		how = "Stopped early, because validation no longer got better,"
	}
	text := fmt.Sprintf("%s after %s and %s.", how, words.Count(r.Step, "step"), r.Elapsed.Round(time.Second))
	if r.Text != "" {
		text += " " + r.Text
	}
	return text
}

// ErrNoStep is the error of a budget that ended before the first step.
var ErrNoStep = errors.New("the budget ended before the first step")

// Train trains, takes samples, writes checkpoints and logs, and leaves the model
// and a report in o.Dir; see the package's documentation for what lies there.
// Where the task validates, the saved weights are the best; the task's model then
// holds them too.
//
// A run that was stopped and resumed, with the same options but for Resume, gives
// the same bits as one that was not, unless its budget is a time.
//
// A context that ends after the first step is no error: the model is saved, and
// Result.Interrupted tells. One that ends before it leaves a folder in which the run
// can be begun again.
//
// Errors: [*ConfigError]; those of [Options.Reserve]; [ErrOtherData]; [ErrNoStep];
// [*train.NonFiniteError]; what a step, validation, sample or hook returned; the
// error of a context that ended before there was anything to save.
func Train[B any](ctx context.Context, t *Task[B], o Options) (Result, error) {
	if err := t.check(o); err != nil {
		return Result{}, err
	}
	o = o.withDefaults()
	if !o.reserved {
		release, err := o.Reserve()
		if err != nil {
			return Result{}, err
		}
		defer release()
	}
	if o.Settings == nil {
		o.Settings = modelSettings(t.Model)
	}
	s := session[B]{Task: t, o: o, run: rundir.At(o.Dir), history: &train.History{}}
	forget := s.run.Fresh()
	r, err := s.beginAndTrain(ctx)
	if r.Step == 0 { // so that it can be tried again
		err = errors.Join(err, forget())
	}
	if err != nil {
		return Result{}, err
	}
	return s.finish(ctx, r)
}

// session is one call of [Train].
type session[B any] struct {
	*Task[B]
	o       Options
	run     rundir.Dir
	history *train.History
	start   start
}

// start notes where a run began, or went on.
type start struct {
	train.Base
	step    int
	elapsed time.Duration
	then    func() error // nil if nothing is left to do
}

func (s *start) Begin(e train.Event) error {
	s.step, s.elapsed = e.Step, e.Elapsed
	if s.then == nil {
		return nil
	}
	return s.then()
}

func (s *session[B]) beginAndTrain(ctx context.Context) (train.Report, error) {
	if err := s.begin(); err != nil {
		return train.Report{}, err
	}
	return s.train(ctx)
}

// begin writes what the run is about. That of a run to be resumed stays as it is
// until a checkpoint is found to fit.
//
// Errors: a run to be resumed that has a model and no checkpoint, or that has learned
// from other data.
func (s *session[B]) begin() error {
	if s.o.Resume && s.run.Lost() {
		return fmt.Errorf("%s holds a model, but no checkpoint to go on from: a run from the start would overwrite %s; train in another folder", s.o.Dir, s.run.Model())
	}
	if err := os.MkdirAll(s.run.Samples(), 0o777); err != nil {
		return err
	}
	if s.o.Resume && s.run.Exists() {
		s.start.then = s.writeConfig
		return s.sameData()
	}
	return s.writeConfig()
}

func (s *session[B]) writeConfig() error {
	write := s.o.WriteConfig
	if write == nil {
		write = func(w io.Writer) error { return writeSettings(w, s.o.Settings) }
	}
	return s.run.Write(s.run.Config(), write)
}

// logEvery is the steps to a row of the logs.
const logEvery = 10

func (s *session[B]) train(ctx context.Context) (train.Report, error) {
	t := s.trainer(s.o)
	t.Checkpoints = train.Checkpoints{Dir: s.run.Checkpoints(), After: s.o.Checkpoint, Every: s.o.CheckpointSteps, Keep: s.o.Keep, Resume: s.o.Resume}
	t.Config = s.checkpointConfig()
	events, err := tensorboard.Create(s.run.Events())
	if err != nil {
		return train.Report{}, err
	}
	defer events.Close()
	// Checkpoints tell callbacks apart by their place: those with something to
	// remember come first and always.
	t.Callbacks = []train.Callback{
		s.history,
		s.sampling(),
		train.CSV(s.run.Log(), train.LogOptions{Every: logEvery}),
		tensorboard.Callback(events, tensorboard.Options{Every: logEvery}),
	}
	if s.o.LR > 0 {
		shape, follow := s.o.Schedule.over(t.Budget, s.o.LR, s.epoch())
		t.Schedule = shape
		if follow != nil {
			t.Callbacks = append(t.Callbacks, follow)
		}
	}
	t.Callbacks = append(t.Callbacks, &s.start)
	if s.o.Progress != nil {
		t.Callbacks = append(t.Callbacks, s.o.Progress)
	}
	return t.Run(ctx)
}

// finish leaves the model and the report.
func (s *session[B]) finish(ctx context.Context, report train.Report) (Result, error) {
	r := Result{Report: report, From: s.start.step, Folder: s.run}
	if r.Step == 0 {
		if r.Interrupted {
			return r, ctx.Err()
		}
		return r, ErrNoStep
	}
	if err := s.saveBest(report); err != nil {
		return r, err
	}
	if s.Finish != nil {
		var err error
		if r.Outcome, err = s.Finish(ctx, report); err != nil {
			return r, err
		}
	}
	return r, s.writeReport(r)
}
