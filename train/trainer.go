package train

import (
	"context"
	"errors"
	"time"

	"github.com/org/artnn/data"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/train/update"
)

// Model is what learns: a module and the updates that train it. The models of
// this library are such; of any other module, [Of] makes one.
type Model interface {
	layers.Module
	// Updates have the optimisers, for learning rate schedules, and what a
	// checkpoint must hold besides the module's state.
	Updates() []*update.Update
}

// Of is a module with the updates that train it:
//
//	Models: map[string]train.Model{"net": train.Of(net, u)}
//
// The trainer then writes checkpoints of it and resumes from them.
func Of(m layers.Module, updates ...*update.Update) Model { return trained{m, updates} }

type trained struct {
	layers.Module
	updates []*update.Update
}

func (t trained) Updates() []*update.Update { return t.updates }

// module is what a checkpoint is written of, with all that it can describe itself
// by.
func module(m Model) layers.Module {
	if t, ok := m.(trained); ok {
		return t.Module
	}
	return m
}

// Trainer trains one or more models on the batches of a loader. Fields without a
// value take their defaults.
//
// What a step does is its own business, so supervised, adversarial and language
// models are all trained by the same loop.
type Trainer[B any] struct {
	// Models are what learns, each by the name of its file in checkpoints. They
	// may be left out where no checkpoints, schedule or trials are wanted.
	Models map[string]Model
	// Data gives the batches; without it, Step gets the zero B.
	Data *data.Loader[B]
	// Step does one update and returns its numbers. The context is that of Run: a
	// step that takes long may look at it.
	Step func(ctx context.Context, batch B) (Metrics, error)

	Budget Budget
	// Schedule sets the learning rate of every optimiser before each step. A
	// [*optim.Plateau] observes the monitored metric. Without one, optimisers
	// keep their rates. One without Models to act on is an error.
	Schedule optim.Schedule

	// Validate measures the models on data held out, under names of its own such
	// as "val_loss".
	Validate func(ctx context.Context) (Metrics, error)
	// ValidateEvery is the number of steps between validations; 0 means at the
	// end of each epoch. The end of a run is validated in any case.
	ValidateEvery int
	// Monitor is the validation metric that decides which weights are best;
	// default the first.
	Monitor string
	// Maximize says that the monitored metric should rise.
	Maximize bool
	// EarlyStop ends the run when the monitored metric no longer gets better.
	EarlyStop EarlyStop

	Checkpoints Checkpoints
	Callbacks   []Callback
	// Config is written into checkpoints, for people to read.
	Config any
	// Warn is told what does not end the run but should be known, such as a
	// damaged checkpoint. Default is the warning level of log/slog.
	Warn func(message string)
	// Now tells the time; default time.Now.
	Now func() time.Time
}

// EarlyStop says when a run that no longer gets better is over. The zero value
// never ends one.
type EarlyStop struct {
	Patience int     // validations without progress that are tolerated; 0 never stops
	MinDelta float64 // progress must be larger than this
}

// Run trains until the budget is spent, the context ends, validation no longer
// gets better, a step fails or a number is no longer finite. A step in progress
// is always completed, so the models are whole whatever ended the run. Callbacks
// see the beginning, every step, every validation and the end, in the order
// given.
//
// With Checkpoints.Resume it first goes on from the newest checkpoint. A resumed
// run with a budget of steps or epochs gives the same bits as one that was never
// stopped.
//
// An ended context is not an error: Report.Interrupted tells, after a last
// checkpoint has been written.
//
// Errors: no budget; a schedule with nothing to schedule; what a step, validation or callback returned;
// [*NonFiniteError]; those of checkpoints. The End of every callback that has
// begun runs in any case.
func (t *Trainer[B]) Run(ctx context.Context) (report Report, err error) {
	if err := t.check(); err != nil {
		return Report{}, err
	}
	unlock, err := t.Checkpoints.lock()
	if err != nil {
		return Report{}, err
	}
	defer unlock()
	r := &run[B]{t: t, progress: progress{monitor: t.Monitor, maximize: t.Maximize, stop: t.EarlyStop}}
	if err := r.resume(); err != nil {
		return Report{}, err
	}
	r.start = t.now()
	r.saved, r.savedAt = r.Step, r.Elapsed
	r.measure()
	var begun []Callback
	defer func() {
		for _, c := range begun {
			err = errors.Join(err, c.End(report, err))
		}
	}()
	for _, c := range t.Callbacks {
		if err := c.Begin(r.Event); err != nil {
			return r.Report, err
		}
		begun = append(begun, c)
	}
	err = r.loop(ctx)
	if err == nil {
		err = r.finish(ctx)
	}
	return r.Report, err
}

func (t *Trainer[B]) check() error {
	switch b := t.Budget; {
	case t.Step == nil:
		return errors.New("train: there is no step")
	case b.Steps < 0 || b.Epochs < 0 || b.Time < 0 || t.ValidateEvery < 0:
		return errors.New("train: the budget and the steps between validations must not be negative")
	case b == Budget{}:
		return errors.New("train: the budget has neither steps, epochs nor time: set at least one above zero")
	case b.Epochs > 0 && t.Data == nil:
		return errors.New("train: a budget of epochs needs data")
	case t.EarlyStop.Patience > 0 && t.Validate == nil:
		return errors.New("train: stopping early needs a validation")
	}
	if err := t.checkSchedule(); err != nil {
		return err
	}
	return t.Checkpoints.check(t.Models)
}

// checkSchedule returns an error if there is nothing that the schedule could act
// on, or nothing that it could follow.
func (t *Trainer[B]) checkSchedule() error {
	if t.Schedule == nil {
		return nil
	}
	if _, ok := t.Schedule.(*optim.Plateau); ok && t.Validate == nil {
		return errors.New("train: a Plateau follows a validation, and there is none: set Validate")
	}
	for _, m := range t.Models {
		if len(m.Updates()) > 0 {
			return nil
		}
	}
	return errors.New("train: the Schedule has no optimiser to set the rate of: name what learns in Models")
}

func (t *Trainer[B]) now() time.Time {
	if t.Now == nil {
		return time.Now()
	}
	return t.Now()
}
