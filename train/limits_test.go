package train_test

import (
	"context"
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/optim"
	"github.com/org/artnn/train"
	"github.com/org/artnn/train/checkpoint"
)

// remembers has a state of so many bytes.
type remembers struct {
	train.Base
	size int
}

func (r *remembers) State() any                     { return strings.Repeat("x", r.size) }
func (r *remembers) SetState(json.RawMessage) error { return nil }

// A state that could not be read again is not written: the run ends with an error,
// and what was saved before stays the newest.
func TestNothingIsWrittenThatCannotBeRead(t *testing.T) {
	_, trainer := line(t, 5, 0.1)
	trainer.Validate, trainer.Budget.Steps = nil, 4
	dir, big := t.TempDir(), &remembers{}
	trainer.Checkpoints = train.Checkpoints{Dir: dir, Every: 2}
	trainer.Callbacks = []train.Callback{big, train.EverySteps(1, func(e train.Event) error {
		if e.Step == 3 {
			big.size = checkpoint.MostText
		}
		return nil
	})}
	_, err := trainer.Run(context.Background())
	require.ErrorContains(t, err, "checkpoint of step 4: state.json: more than 16777216 bytes; the checkpoints before it are untouched")
	c, err := train.LatestCheckpoint(dir)
	require.NoError(t, err)
	assert.Equal(t, 2, c.State.Step)
	assert.Empty(t, c.Damaged)

	for _, name := range []string{"a\nb", "a/b", `a\b`, "a:b", ".a", "", strings.Repeat("n", 244)} {
		trainer.Models = map[string]train.Model{name: trainer.Models["line"]}
		_, err := trainer.Run(context.Background())
		assert.ErrorContains(t, err, "names a file", name)
	}
}

// What a log would take for one of its own columns when it is read is no metric.
func TestLogsRefuseNamesThatReadersFold(t *testing.T) {
	for _, name := range []string{"step", "Step", "EPOCH", "ſeconds"} {
		l := train.JSONL(filepath.Join(t.TempDir(), "log"), train.LogOptions{})
		require.NoError(t, l.Begin(train.Event{}))
		assert.ErrorContains(t, l.Step(train.Event{Step: 1, Metrics: train.Metrics{{Name: name, Value: 0.5}}}), "which the log has already")
	}
}

// A schedule with nothing to act on, or to follow, is a mistake that is told.
func TestScheduleNeedsSomethingToSchedule(t *testing.T) {
	net, trainer := line(t, 5, 0.1)
	trainer.Budget.Steps, trainer.Schedule = 1, optim.StepLR{LR: 0.2, Size: 3}
	for _, m := range []map[string]train.Model{nil, {"frozen": train.Of(net)}} {
		trainer.Models = m
		_, err := trainer.Run(context.Background())
		assert.ErrorContains(t, err, "the Schedule has no optimiser to set the rate of: name what learns in Models")
	}
	trainer.Models = map[string]train.Model{"line": net}
	_, err := trainer.Run(context.Background())
	require.NoError(t, err)
	trainer.Schedule, trainer.Validate = optim.NewPlateau(0.1, optim.PlateauConfig{}), nil
	_, err = trainer.Run(context.Background())
	assert.ErrorContains(t, err, "a Plateau follows a validation")
}

// Weights that have become infinite are said to have, with the step, and the
// checkpoint before is kept.
func TestDivergedWeightsAreNamedWhenSaved(t *testing.T) {
	net, trainer := line(t, 5, 0.1)
	trainer.Budget.Steps, trainer.Validate = 10, nil
	dir := t.TempDir()
	trainer.Checkpoints = train.Checkpoints{Dir: dir, Every: 3}
	trainer.Step = func(_ context.Context, b pointBatch) (train.Metrics, error) {
		loss := net.Step(b.x, b.y)
		if net.Updates()[0].Steps() == 6 {
			for name, e := range net.State() {
				if p, ok := e.Tensor(); ok && strings.HasSuffix(name, "bias") {
					p.SetFloat64s([]float64{math.Inf(1), 0, 0, 0, 0, 0, 0, 0}[:p.Dim(0)])
					break
				}
			}
		}
		return train.Metrics{{Name: "loss", Value: loss}}, nil
	}
	_, err := trainer.Run(context.Background())
	var diverged *train.NonFiniteError
	require.ErrorAs(t, err, &diverged)
	assert.Equal(t, 6, diverged.Step)
	assert.Regexp(t, `the tensor ".*bias"`, diverged.Tensor)
	c, err := train.LatestCheckpoint(dir)
	require.NoError(t, err)
	assert.Equal(t, 3, c.State.Step)
}

// described says of itself what it is told to.
type described struct {
	train.Model
	config any
}

func (d described) Describe() (string, any) { return "test", d.config }

// A model that could not be saved is known before the first step.
func TestModelThatCannotBeSavedIsKnownFirst(t *testing.T) {
	net, trainer := line(t, 5, 0.1)
	trainer.Budget.Steps = 4
	trainer.Step = func(context.Context, pointBatch) (train.Metrics, error) {
		t.Error("a step was taken")
		return nil, nil
	}
	trainer.Checkpoints = train.Checkpoints{Dir: t.TempDir()}
	for want, config := range map[string]any{
		"its configuration and vocabulary cannot be saved: safetensors: header of": strings.Repeat("<", 20_000_000), // escaped twice
		"unsupported value: +Inf": math.Inf(1),
	} {
		trainer.Models = map[string]train.Model{"m": described{net, config}}
		_, err := trainer.Run(context.Background())
		assert.ErrorContains(t, err, `train: model "m": `)
		assert.ErrorContains(t, err, want)
	}
}

// A clock that is set back leaves no time that a checkpoint could not be read with.
func TestClockSetBack(t *testing.T) {
	_, trainer := line(t, 5, 0.1)
	trainer.Budget.Steps, trainer.Validate = 6, nil
	dir, now := t.TempDir(), time.Unix(1000, 0)
	trainer.Now = func() time.Time { now = now.Add(-time.Minute); return now }
	trainer.Checkpoints = train.Checkpoints{Dir: dir, Every: 2}
	r, err := trainer.Run(context.Background())
	require.NoError(t, err)
	assert.Zero(t, r.Elapsed)
	c, err := train.LatestCheckpoint(dir)
	require.NoError(t, err)
	assert.Equal(t, 6, c.State.Step)
}

// What the validation at the end of a run finds is in the checkpoint of its last
// step, whenever checkpoints are due: a run that is resumed there knows its best.
func TestLastCheckpointKnowsTheLastValidation(t *testing.T) {
	for _, every := range []int{1, 2, 5} {
		_, trainer := line(t, 5, 0.05)
		trainer.Budget.Steps, trainer.ValidateEvery = 24, 5
		trainer.Validate = func(context.Context) (train.Metrics, error) {
			return train.Metrics{{Name: "val_loss", Value: -float64(trainer.Models["line"].Updates()[0].Steps())}}, nil
		}
		dir := t.TempDir()
		trainer.Checkpoints = train.Checkpoints{Dir: dir, Every: every, Resume: true}
		r, err := trainer.Run(context.Background())
		require.NoError(t, err)
		require.Equal(t, 24, r.Best.Step)
		c, err := train.LatestCheckpoint(dir)
		require.NoError(t, err)
		assert.Equal(t, r.Best, c.State.Best, "a checkpoint every %d steps", every)
		assert.Equal(t, 24, *c.State.Validated)

		resumed, err := trainer.Run(context.Background())
		require.NoError(t, err)
		assert.Equal(t, r.Best, resumed.Best)
	}
}

// A run that was interrupted between validations and is resumed only to end is
// validated where it ends.
func TestInterruptedAndEndedIsValidated(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	_, trainer := line(t, 5, 0.05)
	trainer.Budget.Steps, trainer.ValidateEvery = 100, 50
	trainer.Checkpoints = train.Checkpoints{Dir: t.TempDir(), Resume: true}
	trainer.Callbacks = []train.Callback{train.EverySteps(7, func(train.Event) error { cancel(); return nil })}
	r, err := trainer.Run(ctx)
	require.NoError(t, err)
	require.True(t, r.Interrupted)
	require.Nil(t, r.Best)
	trainer.Budget.Steps = 7
	r, err = trainer.Run(context.Background())
	require.NoError(t, err)
	require.NotNil(t, r.Best)
	assert.Equal(t, 7, r.Best.Step)
}
