package train

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/org/artnn/data"
	"github.com/org/artnn/train/checkpoint"
)

// snapshot is where models and data stood before a trial.
type snapshot struct {
	models map[string][]byte
	data   *data.State
}

func (t *Trainer[B]) snapshot() (snapshot, error) {
	s := snapshot{models: map[string][]byte{}}
	if len(t.Models) == 0 {
		return s, errors.New("train: a trial needs Models, to put them back afterwards")
	}
	for name, m := range t.Models {
		var b bytes.Buffer
		if err := checkpoint.Write(&b, module(m), checkpoint.Options{Updates: m.Updates()}); err != nil {
			return s, fmt.Errorf("%s: %w", name, err)
		}
		s.models[name] = b.Bytes()
	}
	if t.Data != nil {
		at := t.Data.State()
		s.data = &at
	}
	return s, nil
}

func (t *Trainer[B]) putBack(s snapshot) error {
	for name, file := range s.models {
		m := t.Models[name]
		if err := checkpoint.Restore(module(m), m.Updates(), bytes.NewReader(file), int64(len(file))); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if s.data != nil {
		return t.Data.SetState(*s.data)
	}
	return nil
}

// trial runs f and puts models and data back.
func (t *Trainer[B]) trial(f func() error) error {
	if t.Step == nil {
		return errors.New("train: there is no step")
	}
	before, err := t.snapshot()
	if err != nil {
		return err
	}
	err = f()
	return errors.Join(err, t.putBack(before))
}

// DryRun goes through all that a run does once: a batch, a step, a validation,
// and a checkpoint in a temporary folder that is read back. Callbacks are not
// called. Afterwards models and data stand where they stood.
//
// Errors: whatever would have ended a run.
func (t *Trainer[B]) DryRun(ctx context.Context) (report Report, err error) {
	dir, err := os.MkdirTemp("", "artnn-dry-run-")
	if err != nil {
		return Report{}, err
	}
	defer os.RemoveAll(dir)
	once := *t
	once.Budget = Budget{Steps: 1}
	once.Callbacks = nil
	once.Checkpoints = Checkpoints{Dir: dir}
	err = t.trial(func() error {
		if report, err = once.Run(ctx); err != nil {
			return err
		}
		c, err := LatestCheckpoint(dir)
		if err != nil {
			return err
		}
		for _, name := range t.names() {
			if err := restoreFile(t.Models[name], c.File(name)); err != nil {
				return fmt.Errorf("dry run: %s: %w", name, err)
			}
		}
		return nil
	})
	report.Checkpoint = "" // it is gone
	return report, err
}

// OverfitBatch takes steps on one and the same batch and returns the first metric
// of each. A model that is wired right learns a single batch by heart: a loss
// that does not fall towards 0 tells of a mistake before hours are spent.
// Afterwards models and data stand where they stood.
//
// Errors: whatever would have ended a run.
func (t *Trainer[B]) OverfitBatch(ctx context.Context, steps int) (losses []float64, err error) {
	err = t.trial(func() error {
		next, stop := t.batches()
		defer stop()
		batch := next()
		for i := range steps {
			if ctx.Err() != nil {
				return nil
			}
			t.schedule(i)
			loss, err := t.tryStep(ctx, batch, i)
			if err != nil {
				return err
			}
			losses = append(losses, loss)
		}
		return nil
	})
	return losses, err
}

// tryStep does a step and returns its first metric.
func (t *Trainer[B]) tryStep(ctx context.Context, batch B, step int) (float64, error) {
	metrics, err := t.Step(ctx, batch)
	if err != nil {
		return math.NaN(), fmt.Errorf("step %d: %w", step+1, err)
	}
	if len(metrics) == 0 {
		return math.NaN(), errors.New("train: the step returned no metrics")
	}
	return metrics[0].Value, t.finite(step+1, metrics)
}
