package recipe

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/org/artnn/recipe/report"
	"github.com/org/artnn/recipe/rundir"
	"github.com/org/artnn/train"
)

// Options say how to train and what to leave. Zero values are the defaults.
type Options struct {
	Dir    string // folder of the run; required but for trials
	Resume bool   // go on with the run in Dir

	Budget train.Budget // default by the recipe, or else ten minutes

	// LR is the highest learning rate of the Schedule; default by the recipe. In a
	// [Task] of your own, 0 leaves the optimisers their rates.
	LR       float64
	Schedule Schedule // default [Cosine]

	Samples    int           // to take over the run; default 10
	Checkpoint time.Duration // between checkpoints; default 2 minutes
	// CheckpointSteps is the number of steps between checkpoints, in place of a
	// time.
	CheckpointSteps int
	Keep            int // checkpoints that stay; default 2

	// Settings are the configuration, for the report and the checkpoints; default
	// that of the recipe.
	Settings []report.Setting `settings:"-"`
	// WriteConfig writes config.yaml; default the settings, one to a line.
	WriteConfig func(w io.Writer) error

	Hooks `settings:"-"`

	reserved bool  // Dir is held already
	memory   int64 // bytes that there are; 0 asks the machine
}

// Hooks are told what a person may want to see. Each may be nil.
type Hooks struct {
	Say      func(text string)    // what was read
	Warn     func(message string) // what does not end a run but should be known; default package log/slog
	Progress train.Callback       // follows the run
	OnSample func(s Sample) error // sees each sample once it is in the folder
}

func (h Hooks) say(text string) {
	if h.Say != nil {
		h.Say(text)
	}
}

func (h Hooks) warn(message string) {
	if h.Warn == nil {
		slog.Warn(message)
		return
	}
	h.Warn(message)
}

// Learning is how the recipes learn. A zero value is chosen from the data, or is
// the default named beside the field.
type Learning struct {
	Batch      int      // examples in an update
	Accumulate int      // parts in which a batch is taken, which needs less memory; default 1
	Clip       *float64 // longest gradient; 0 is any
	EMA        *float64 // decay of the averaged weights that are shown and saved; 0 is none
	Seed       uint64   // start of all random choices
}

// Check returns a [*ConfigError] if they make no sense.
func (l Learning) Check() error {
	switch {
	case l.Batch < 0:
		return &ConfigError{"Batch", fmt.Sprintf("must be at least 1, got %d", l.Batch)}
	case l.Accumulate < 0:
		return &ConfigError{"Accumulate", fmt.Sprintf("must be at least 1, got %d", l.Accumulate)}
	case l.Clip != nil && !(*l.Clip >= 0):
		return &ConfigError{"Clip", fmt.Sprintf("must not be negative, got %g", *l.Clip)}
	case l.EMA != nil && !(*l.EMA >= 0 && *l.EMA < 1):
		return &ConfigError{"EMA", fmt.Sprintf("must be from 0 to below 1, got %g", *l.EMA)}
	}
	return nil
}

const (
	defaultTime       = 10 * time.Minute // of a run whose budget was left open
	defaultSamples    = 10
	defaultCheckpoint = 2 * time.Minute
	defaultKeep       = 2 // one is whole if the other was being written
	mostSamples       = 1000
)

// withDefaults fills in what was left open.
func (o Options) withDefaults() Options {
	if o.Budget == (train.Budget{}) {
		o.Budget.Time = defaultTime
	}
	setDefault(&o.Schedule, Cosine)
	setDefault(&o.Samples, defaultSamples)
	if o.CheckpointSteps == 0 {
		setDefault(&o.Checkpoint, defaultCheckpoint)
	}
	setDefault(&o.Keep, defaultKeep)
	return o
}

// Check returns a [*ConfigError] if the options make no sense.
func (o Options) Check() error {
	switch {
	case o.Budget.Time < 0:
		return &ConfigError{"Time", fmt.Sprintf("must be positive, got %v", o.Budget.Time)}
	case o.Budget.Steps < 0:
		return &ConfigError{"Steps", fmt.Sprintf("must be at least 1, got %d", o.Budget.Steps)}
	case o.Budget.Epochs < 0:
		return &ConfigError{"Epochs", fmt.Sprintf("must be at least 1, got %d", o.Budget.Epochs)}
	case !(o.LR >= 0):
		return &ConfigError{"LR", fmt.Sprintf("must be positive, got %g", o.LR)}
	case !o.Schedule.known():
		return &ConfigError{"Schedule", fmt.Sprintf("must be one of %q, got %q", Schedules, o.Schedule)}
	case o.Samples < 0 || o.Samples > mostSamples:
		return &ConfigError{"Samples", fmt.Sprintf("must be from 1 to %d, got %d", mostSamples, o.Samples)}
	case o.Checkpoint < 0:
		return &ConfigError{"Checkpoint", fmt.Sprintf("must be positive, got %v", o.Checkpoint)}
	case o.CheckpointSteps < 0:
		return &ConfigError{"CheckpointSteps", fmt.Sprintf("must be at least 1, got %d", o.CheckpointSteps)}
	case o.Keep < 0:
		return &ConfigError{"Keep", fmt.Sprintf("must be at least 1, got %d", o.Keep)}
	}
	return nil
}

// ErrRunExists is wrapped by the error of a folder that holds a run, where none
// is to be resumed.
var ErrRunExists = errors.New("holds a run already")

// Reserve takes the folder of the run until release is called, so that one that
// cannot be used is known before data are read. [Train] does it for options that
// have not.
//
// Errors: [ErrRunExists], [rundir.ErrBusy], and those of making the folder.
func (o *Options) Reserve() (release func(), err error) {
	if o.Dir == "" {
		return nil, &ConfigError{"Dir", "is missing: name the folder of the run"}
	}
	run := rundir.At(o.Dir)
	if !o.Resume && run.Exists() {
		return nil, fmt.Errorf("%s %w: set Resume, or choose another Dir", o.Dir, ErrRunExists)
	}
	unlock, err := run.Create()
	if err != nil {
		return nil, err
	}
	o.reserved = true
	return func() {
		o.reserved = false
		unlock()
	}, nil
}

// ConfigError is a mistake in a configuration.
type ConfigError struct {
	Field   string // as in Go, such as "ZDim"; "" if Problem names it
	Problem string // such as "must be positive, got -1"
}

func (e *ConfigError) Error() string {
	if e.Field == "" {
		return e.Problem
	}
	return e.Field + " " + e.Problem
}

// configError is what a model says about its configuration. One that names its
// field stays as it is.
func configError(err error) error {
	var config *ConfigError
	if errors.As(err, &config) {
		return config
	}
	return &ConfigError{Problem: err.Error()}
}

// fieldError is an error of package check whose name of what is wrong is a field's.
func fieldError(err error) error {
	field, problem, _ := strings.Cut(err.Error(), ": ")
	return &ConfigError{field, "of " + problem}
}

// setDefault fills a value in where there is none.
func setDefault[T comparable](to *T, value T) {
	var zero T
	if *to == zero {
		*to = value
	}
}

// setOpen fills a value in that was left open.
func setOpen[T any](to **T, value T) {
	if *to == nil {
		*to = &value
	}
}
