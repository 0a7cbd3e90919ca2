package recipe

import (
	"context"
	"fmt"

	"github.com/org/artnn/train"
)

// DryRun does a step, a validation and a checkpoint, and leaves nothing.
//
// Errors: whatever would have ended a run.
func DryRun[B any](ctx context.Context, t *Task[B], o Options) (train.Report, error) {
	if err := t.check(o); err != nil {
		return train.Report{}, err
	}
	return t.trainer(o.withDefaults()).DryRun(ctx)
}

// FindLR tries learning rates and tells those at which the loss falls fastest and
// is lowest; the first is where to start. It leaves nothing.
//
// Errors: what a step returned; an ended context.
func FindLR[B any](ctx context.Context, t *Task[B], o Options) (train.LRCurve, error) {
	if err := t.check(o); err != nil {
		return train.LRCurve{}, err
	}
	return t.trainer(o.withDefaults()).FindLR(ctx, train.LRRange{From: 1e-5, To: 1})
}

// OverfitBatch takes steps on one batch and returns their losses: those of a
// model that is wired right fall towards 0. It leaves nothing.
//
// Errors: whatever would have ended a run.
func OverfitBatch[B any](ctx context.Context, t *Task[B], o Options, steps int) ([]float64, error) {
	if steps < 1 {
		return nil, &ConfigError{"OverfitBatch", fmt.Sprintf("must be at least 1, got %d", steps)}
	}
	if err := t.check(o); err != nil {
		return nil, err
	}
	return t.trainer(o.withDefaults()).OverfitBatch(ctx, steps)
}
