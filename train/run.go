package train

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/org/artnn/data"
	"github.com/org/artnn/optim"
)

// run is one call of [Trainer.Run].
type run[B any] struct {
	t *Trainer[B]
	Report
	progress

	before    time.Duration // trained before this run
	start     time.Time
	at        data.State // of the next batch
	validated int        // step of the last validation
	saved     int        // step of the last checkpoint
	savedAt   time.Duration
	warned    bool // that a validation is not finite
}

// loop does steps until something ends it.
func (r *run[B]) loop(ctx context.Context) error {
	next, stop := r.t.batches()
	defer stop()
	for !r.over() {
		if ctx.Err() != nil {
			r.Interrupted = true
			return nil
		}
		if err := r.step(ctx, next); err != nil {
			return err
		}
		if r.validationDue() {
			if err := r.validate(ctx); err != nil {
				return err
			}
		}
		if r.over() && r.lastValidationDue() {
			return nil // what it finds belongs into the checkpoint of this step
		}
		if r.saveDue() {
			if err := r.save(); err != nil {
				return err
			}
		}
	}
	return nil
}

// over reports whether no step follows.
func (r *run[B]) over() bool { return r.Done >= 1 || r.Stopped }

// lastValidationDue reports whether the end of the run is still to be validated.
func (r *run[B]) lastValidationDue() bool {
	return r.t.Validate != nil && !r.Interrupted && r.validated < r.Step
}

// finish validates and saves what the loop has left.
func (r *run[B]) finish(ctx context.Context) error {
	if r.lastValidationDue() {
		if err := r.validate(ctx); err != nil {
			return err
		}
	}
	if r.t.Checkpoints.Dir != "" && r.saved < r.Step {
		return r.save()
	}
	return nil
}

// batches gives the batches of the data from where it stands.
func (t *Trainer[B]) batches() (next func() B, stop func()) {
	if t.Data == nil {
		return func() (none B) { return none }, func() {}
	}
	return t.Data.Pull()
}

func (r *run[B]) step(ctx context.Context, next func() B) error {
	batch := r.batch(next)
	r.t.schedule(r.Step)
	metrics, err := r.t.Step(ctx, batch)
	if err != nil {
		return fmt.Errorf("step %d: %w", r.Step+1, err)
	}
	r.Step++
	r.Metrics = metrics
	r.measure()
	if err := r.t.finite(r.Step, metrics); err != nil {
		return err
	}
	for _, c := range r.t.Callbacks {
		if err := c.Step(r.Event); err != nil {
			return err
		}
	}
	return nil
}

// batch takes the next batch and notes how long that took.
func (r *run[B]) batch(next func() B) B {
	if r.t.Data == nil {
		return next()
	}
	before := r.t.now()
	b := next()
	r.Waited += r.t.now().Sub(before)
	return b
}

// measure works out how far the run is.
func (r *run[B]) measure() {
	r.Elapsed = max(r.Elapsed, r.before+r.t.now().Sub(r.start)) // also if a clock is set back
	length := 1
	if r.t.Data != nil {
		r.at, length = r.t.Data.State(), r.t.Data.Len()
		r.Epoch = max(0, r.at.Epoch*length+r.at.Batch-1) / length
	}
	r.Done = r.t.Budget.done(r.Step, r.Elapsed, r.at, length)
}

// schedule sets the rate of the update with the given number, from 0.
func (t *Trainer[B]) schedule(step int) {
	if t.Schedule != nil {
		t.setLR(t.Schedule.Rate(step))
	}
}

func (t *Trainer[B]) setLR(rate float64) {
	for _, m := range t.Models {
		for _, u := range m.Updates() {
			u.Optimizer().SetLR(rate)
		}
	}
}

// finite returns an error if the numbers of a step are not, or a model says that
// something in it was not.
func (t *Trainer[B]) finite(step int, metrics Metrics) error {
	var bad *NonFiniteError
	for _, m := range metrics {
		if !isFinite(m.Value) {
			bad = &NonFiniteError{Step: step, Metric: m.Name, Value: m.Value}
			break
		}
	}
	if what := t.blamed(); what != "" {
		if bad == nil {
			bad = &NonFiniteError{Step: step}
		}
		bad.Tensor = what
	}
	if bad == nil {
		return nil
	}
	return bad
}

func isFinite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// blamed is what a model found to be not finite in its last step, "" if nothing.
func (t *Trainer[B]) blamed() string {
	for _, name := range t.names() {
		for _, u := range t.Models[name].Updates() {
			what := u.NonFinite()
			switch {
			case what == "":
			case len(t.Models) > 1:
				return what + " in " + name
			default:
				return what
			}
		}
	}
	return ""
}

// names of the models, in order.
func (t *Trainer[B]) names() []string { return slices.Sorted(maps.Keys(t.Models)) }

func (r *run[B]) validationDue() bool {
	switch {
	case r.t.Validate == nil:
		return false
	case r.t.ValidateEvery > 0:
		return r.Step%r.t.ValidateEvery == 0
	}
	return r.t.Data != nil && r.at.Batch == 0
}

func (r *run[B]) validate(ctx context.Context) error {
	metrics, err := r.t.Validate(ctx)
	if err != nil {
		return fmt.Errorf("validation after step %d: %w", r.Step, err)
	}
	r.validated = r.Step
	if err := r.observe(r.Step, metrics); err != nil {
		return err
	}
	r.Best, r.Stopped = r.best, r.progress.stopped()
	if p, ok := r.t.Schedule.(*optim.Plateau); ok {
		p.Observe(r.last)
	}
	if !isFinite(r.last) && !r.warned {
		r.warned = true
		r.t.warn(fmt.Sprintf("the validation after step %d gave %v: weights are compared by it, and these are none of the best", r.Step, r.last))
	}
	e := r.Event
	e.Metrics = metrics
	for _, c := range r.t.Callbacks {
		if err := c.Validated(e); err != nil {
			return err
		}
	}
	return nil
}

func (t *Trainer[B]) warn(message string) {
	if t.Warn == nil {
		slog.Warn(message)
		return
	}
	t.Warn(message)
}
