package train

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// Metric is one named number of a step, such as a loss.
type Metric struct {
	Name  string
	Value float64
}

// Metrics are the numbers of a step, in the order they are to be shown.
type Metrics []Metric

// Get finds a metric by name.
func (m Metrics) Get(name string) (value float64, ok bool) {
	for _, x := range m {
		if x.Name == name {
			return x.Value, true
		}
	}
	return 0, false
}

// Step does one update, the step-th counting from 0, and returns its numbers.
// The context is the one given to [Run]: a step that takes long may look at it.
type Step func(ctx context.Context, step int) (Metrics, error)

// Budget is how long to train: until either bound is reached. A bound of 0 does
// not count; one of the two must.
type Budget struct {
	Steps int           // updates
	Time  time.Duration // wall clock, checked after each update
}

// Done is the share of the budget that is used up, in [0, 1].
func (b Budget) Done(steps int, elapsed time.Duration) float64 {
	done := 0.0
	if b.Steps > 0 {
		done = float64(steps) / float64(b.Steps)
	}
	if b.Time > 0 {
		done = max(done, float64(elapsed)/float64(b.Time))
	}
	return min(done, 1)
}

// Config configures [Run]. The zero value of a field is its default.
type Config struct {
	Budget Budget
	// First is the number of steps already done, when training goes on from a
	// checkpoint. It counts towards Budget.Steps, its time does not.
	First int
	// Now tells the time; default time.Now.
	Now func() time.Time
}

// Event is what callbacks learn after a step.
type Event struct {
	Step    int           // steps done, counting those before Config.First
	Elapsed time.Duration // since Run began
	Done    float64       // share of the budget used up, in [0, 1]
	Metrics Metrics       // of the last step; nil before the first
}

// Report sums a run up.
type Report struct {
	Event
	// Interrupted tells that the context ended the run before its budget.
	Interrupted bool
}

// NonFiniteError reports a metric that has become NaN or infinite.
type NonFiniteError struct {
	Step   int
	Metric string
	Value  float64
}

func (e *NonFiniteError) Error() string {
	return fmt.Sprintf("training diverged: %s is %v after step %d; lower the learning rate or clip gradients", e.Metric, e.Value, e.Step)
}

// Run calls step until the budget is spent, the context ends, a step fails or a
// metric is no longer finite. A step in progress is always completed, so the
// model is whole whatever ended the run. Callbacks see the beginning, every
// step and the end, in the order given.
//
// An ended context is not an error: Report.Interrupted tells.
//
// Errors: no budget; what a step or callback returned; [*NonFiniteError]. Every
// callback's End runs in any case.
func Run(ctx context.Context, cfg Config, step Step, callbacks ...Callback) (report Report, err error) {
	if cfg.Budget.Steps <= 0 && cfg.Budget.Time <= 0 {
		return Report{}, errors.New("train: the budget has neither steps nor time: set at least one above zero")
	}
	now := cfg.Now
	if now == nil {
		now = time.Now
	}
	start := now()
	report.Step = cfg.First
	report.Done = cfg.Budget.Done(report.Step, 0)
	for _, c := range callbacks {
		if err := c.Begin(report.Event); err != nil {
			return report, err
		}
	}
	defer func() {
		for _, c := range callbacks {
			err = errors.Join(err, c.End(report, err))
		}
	}()
	for report.Done < 1 {
		if ctx.Err() != nil {
			report.Interrupted = true
			return report, nil
		}
		metrics, err := step(ctx, report.Step)
		if err != nil {
			return report, fmt.Errorf("step %d: %w", report.Step+1, err)
		}
		report.Step++
		report.Metrics = metrics
		report.Elapsed = now().Sub(start)
		report.Done = cfg.Budget.Done(report.Step, report.Elapsed)
		for _, m := range metrics {
			if math.IsNaN(m.Value) || math.IsInf(m.Value, 0) {
				return report, &NonFiniteError{report.Step, m.Name, m.Value}
			}
		}
		for _, c := range callbacks {
			if err := c.Step(report.Event); err != nil {
				return report, err
			}
		}
	}
	return report, nil
}
