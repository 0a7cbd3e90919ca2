package recipe

import (
	"context"
	"fmt"
	"image"
	"slices"

	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe/report"
	"github.com/org/artnn/train"
)

// Task is what to train on what. B is a batch of its data. Only Model and Step
// are required.
type Task[B any] struct {
	Title string // of the report
	Intro string // what learns from what, without a full stop
	// Unit is what the data are counted in, such as "pictures", and PerStep how
	// many of them a step takes.
	Unit    string
	PerStep int
	Axis    string // of the loss curves, such as "nats a character"; default "loss"
	Remark  string // how to read the curves

	Model  models.Trainable // of a registered kind; see [models.Register]
	Loader *data.Loader[B]  // without it, Step gets the zero B
	// Fingerprint tells the data from others, such as by their hash: a run goes on only
	// with those it began with. "" is not compared.
	Fingerprint string
	// Step does one update and returns its numbers.
	Step func(ctx context.Context, batch B) (train.Metrics, error)

	// Validate measures the model on data held out. The weights with the lowest
	// Monitor are saved.
	Validate      func(ctx context.Context) (train.Metrics, error)
	ValidateEvery int    // steps; default an epoch
	Monitor       string // the metric that decides; default the first
	Maximize      bool   // the largest is best
	Patience      int    // validations without progress that end the run; 0 is any number

	// Sample shows how far the model is. It should use the same random numbers
	// each time, so that one can follow how a sample forms.
	Sample  func() (Sample, error)
	Aligned bool // its texts are tables: show them in a fixed-width font
	// Finish says what came out of a run, once the model is saved. Model then
	// holds the weights that were saved.
	Finish func(ctx context.Context, r train.Report) (Outcome, error)
}

// Sample is a picture or a text.
type Sample struct {
	Image image.Image
	Text  string
	// Preview is a part of Image for where there is little room; nil is all of it.
	Preview image.Image
	// Step is the number of steps done, filled in by [Train].
	Step int
}

// Outcome is what came out of a run.
type Outcome struct {
	Text  string         // a sentence
	Facts []report.Facts // for the report
}

// Plan says what will be trained on what.
func (t *Task[B]) Plan() string {
	parameters := words.Thousand(layers.Count(t.Model), "parameter")
	if t.Intro == "" {
		return parameters
	}
	return t.Intro + ", " + parameters
}

// trainer is the trainer of a task, without callbacks.
func (t *Task[B]) trainer(o Options) *train.Trainer[B] {
	trainer := &train.Trainer[B]{
		Models: map[string]train.Model{checkpointModel: t.Model},
		Data:   t.Loader, Step: t.Step, Budget: o.Budget,
		Validate: t.Validate, ValidateEvery: t.ValidateEvery,
		Monitor: t.Monitor, Maximize: t.Maximize,
		Warn: o.warn,
	}
	if t.Validate != nil {
		trainer.EarlyStop = train.EarlyStop{Patience: t.Patience}
	}
	return trainer
}

// epoch is the number of steps of one walk through the data.
func (t *Task[B]) epoch() int {
	if t.Loader == nil {
		return 1
	}
	return t.Loader.Len()
}

// check returns a [*ConfigError] if task or options make no sense.
func (t *Task[B]) check(o Options) error {
	switch {
	case t.Model == nil:
		return &ConfigError{"Model", "is missing"}
	case !slices.Contains(models.Kinds(), models.Kind(t.Model)):
		return &ConfigError{"Model", fmt.Sprintf("is of kind %q, which could be saved but not loaded: register it with models.Register", models.Kind(t.Model))}
	case t.Step == nil:
		return &ConfigError{"Step", "is missing"}
	case t.Patience < 0:
		return &ConfigError{"Patience", fmt.Sprintf("must not be negative, got %d", t.Patience)}
	}
	return o.Check()
}
