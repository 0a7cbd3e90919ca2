package train_test

import (
	"context"
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/train"
	"github.com/org/artnn/train/checkpoint"
)

// validated tells a history of n validations, one every 3 steps.
func validated(t testing.TB, h *train.History, n int, value func(i int) float64) {
	t.Helper()
	for i := range n {
		require.NoError(t, h.Validated(train.Event{Step: 3 * (i + 1), Metrics: train.Metrics{{Name: "val_loss", Value: value(i)}}}))
	}
}

// However many validations there are, a curve of them has few points that cover all
// of the run, with the best and the last among them.
func TestValidationsAreThinned(t *testing.T) {
	for _, n := range []int{1, 7, 63, 64, 65, 1000, 12345} {
		h := &train.History{Limit: 64}
		best := n / 3
		validated(t, h, n, func(i int) float64 {
			if i == best {
				return -1
			}
			return 2 + math.Sin(float64(i))
		})
		require.LessOrEqual(t, len(h.ValPoints), 64)
		require.GreaterOrEqual(t, len(h.ValPoints), min(n, 16))
		assert.Equal(t, 3*n, h.ValPoints[len(h.ValPoints)-1].Step, "the last")
		found, before := false, 0
		for _, p := range h.ValPoints {
			found = found || p.Step == 3*(best+1) && p.Values[0] == -1
			assert.Greater(t, p.Step, before)
			assert.LessOrEqual(t, p.Step-before, max(3, 3*n/8), "no gap in the curve of %d", n)
			before = p.Step
		}
		assert.True(t, found, "the best of %d", n)
	}
}

// A history that a checkpoint holds goes on as if it had not been stopped.
func TestThinnedHistoryResumes(t *testing.T) {
	value := func(i int) float64 { return math.Cos(float64(i)) }
	whole, first, second := &train.History{Limit: 32}, &train.History{Limit: 32}, &train.History{Limit: 32}
	validated(t, whole, 500, value)
	validated(t, first, 333, value)
	text, err := json.Marshal(first.State())
	require.NoError(t, err)
	require.NoError(t, second.SetState(text))
	for i := 333; i < 500; i++ {
		require.NoError(t, second.Validated(train.Event{Step: 3 * (i + 1), Metrics: train.Metrics{{Name: "val_loss", Value: value(i)}}}))
	}
	assert.Equal(t, whole.State(), second.State())
}

// A checkpoint from before there was thinning is thinned, and one that makes no
// sense refused.
func TestOldAndDamagedHistories(t *testing.T) {
	type point struct {
		Step   int
		Values []float64
	}
	var old struct {
		ValNames    []string
		ValPoints   []point
		Validations map[string]any `json:",omitempty"`
	}
	old.ValNames = []string{"val_loss"}
	for i := range 30_000 {
		old.ValPoints = append(old.ValPoints, point{i, []float64{float64(i % 7)}})
	}
	text, err := json.Marshal(old)
	require.NoError(t, err)
	h := &train.History{}
	require.NoError(t, h.SetState(text))
	require.NoError(t, h.Validated(train.Event{Step: 30_000, Metrics: train.Metrics{{Name: "val_loss", Value: 3}}}))
	assert.LessOrEqual(t, len(h.ValPoints), 1024)
	assert.Greater(t, len(h.ValPoints), 256)

	old.ValPoints = old.ValPoints[:2]
	for _, bad := range []map[string]any{
		{"Seen": -1}, {"Every": -1}, {"Seen": 5, "Kept": []int{1}}, {"Seen": 5, "Kept": []int{1, 1}}, {"Seen": 1, "Kept": []int{0, 1}}, {"Seen": 9, "Kept": []int{0, 1, 2}},
	} {
		old.Validations = bad
		text, err := json.Marshal(old)
		require.NoError(t, err)
		assert.ErrorContains(t, (&train.History{}).SetState(text), "history: ", "%v", bad)
	}
}

// Whatever the limit and the number of metrics, a checkpoint can hold the curves.
func TestCurvesFitACheckpoint(t *testing.T) {
	for _, metrics := range []int{1, 30, 3000} {
		h := &train.History{Limit: 1 << 30}
		var m train.Metrics
		for range metrics {
			m = append(m, train.Metric{Name: "a metric", Value: -math.Pi * 1e-100})
		}
		for i := range 90_000 / metrics {
			require.NoError(t, h.Step(train.Event{Step: math.MaxInt32 + i, Metrics: m}))
			require.NoError(t, h.Validated(train.Event{Step: math.MaxInt32 + i, Metrics: m}))
		}
		text, err := json.MarshalIndent(map[string]any{"callbacks": map[string]any{"0 *train.History": h.State()}}, "", "\t")
		require.NoError(t, err)
		assert.Less(t, len(text), checkpoint.MostText, "%d metrics", metrics)
		assert.Greater(t, len(text), checkpoint.MostText/8, "%d metrics: room is used", metrics)
	}
}

// Numbers that are not finite go into a checkpoint and come back.
func TestNonFiniteMetricsAreKept(t *testing.T) {
	h := &train.History{}
	inf := math.Inf(1)
	huge := train.Metrics{{Name: "loss", Value: math.MaxFloat64}}
	validated(t, h, 3, func(i int) float64 { return []float64{inf, -inf, 1}[i] })
	for i := range 5 {
		require.NoError(t, h.Step(train.Event{Step: i + 1, Metrics: huge}))
	}
	var rows train.Metrics
	every := train.EverySteps(100, func(e train.Event) error { rows = e.Metrics; return nil }).(train.Stateful)
	for i := range 3 { // their sum overflows
		require.NoError(t, every.Step(train.Event{Step: i + 1, Metrics: huge}))
	}
	for _, c := range []train.Stateful{h, every} {
		text, err := json.Marshal(c.State())
		require.NoError(t, err)
		require.NoError(t, c.SetState(text))
		again, err := json.Marshal(c.State())
		require.NoError(t, err)
		assert.Equal(t, string(text), string(again))
	}
	assert.Equal(t, inf, h.ValPoints[0].Values[0])
	assert.Equal(t, -inf, h.ValPoints[1].Values[0])
	require.NoError(t, every.End(train.Report{}, nil))
	assert.Equal(t, inf, rows[0].Value)
}

// A validation that is not finite ends nothing: it is said, the checkpoint is
// written, and the run goes on from it.
func TestNonFiniteValidationIsSaved(t *testing.T) {
	var warned []string
	build := func(dir string, steps int) *train.Trainer[pointBatch] {
		_, trainer := line(t, 5, 0.1)
		trainer.Budget.Steps, trainer.ValidateEvery = steps, 1
		trainer.Validate = func(context.Context) (train.Metrics, error) {
			return train.Metrics{{Name: "val_loss", Value: math.Inf(1)}, {Name: "other", Value: math.NaN()}}, nil
		}
		trainer.Callbacks = []train.Callback{&train.History{}, train.JSONL(dir+"/log", train.LogOptions{Every: 3})}
		trainer.Checkpoints = train.Checkpoints{Dir: dir, Every: 1, Resume: true}
		trainer.Warn = func(m string) { warned = append(warned, m) }
		return trainer
	}
	dir := t.TempDir()
	for _, steps := range []int{4, 7} {
		r, err := build(dir, steps).Run(context.Background())
		require.NoError(t, err)
		assert.Equal(t, steps, r.Step)
		assert.Nil(t, r.Best)
	}
	require.Len(t, warned, 2, "once a run")
	assert.Contains(t, warned[0], "the validation after step 1 gave +Inf")
	assert.Contains(t, read(t, dir+"/log"), `"val_loss":"Infinity","other":"NaN"`)
}

// Ten hours of a million validations, by a clock that is not real: what is written
// can be read, to the last checkpoint.
func TestTenHours(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	const steps = 1_000_000
	now := time.Unix(0, 0)
	build := func(dir string) (*train.Trainer[pointBatch], *train.History) {
		_, trainer := line(t, 5, 0.1)
		trainer.Data, trainer.Budget.Steps, trainer.ValidateEvery = nil, steps, 1
		trainer.Step = func(context.Context, pointBatch) (train.Metrics, error) {
			now = now.Add(10 * time.Hour / steps)
			return train.Metrics{{Name: "loss", Value: 1.0 / 3}}, nil
		}
		seen := 0
		trainer.Validate = func(context.Context) (train.Metrics, error) {
			if seen++; seen == 600_001 {
				return train.Metrics{{Name: "val_loss", Value: 1}}, nil
			}
			return train.Metrics{{Name: "val_loss", Value: 2 + float64(seen%97)}}, nil
		}
		h := &train.History{}
		trainer.Callbacks = []train.Callback{h}
		trainer.Checkpoints = train.Checkpoints{Dir: dir, After: 2 * time.Hour, Resume: true}
		trainer.Now = func() time.Time { return now }
		trainer.Warn = func(m string) { t.Error(m) }
		return trainer, h
	}
	dir := t.TempDir()
	trainer, h := build(dir)
	r, err := trainer.Run(context.Background())
	require.NoError(t, err)
	assert.Equal(t, 10*time.Hour, r.Elapsed)
	c, err := train.LatestCheckpoint(dir)
	require.NoError(t, err)
	assert.Equal(t, steps, c.State.Step)
	assert.Empty(t, c.Damaged)

	resumed, same := build(dir)
	again, err := resumed.Run(context.Background())
	require.NoError(t, err)
	assert.Equal(t, steps, again.Step)
	assert.Equal(t, h.State(), same.State())
	assert.Equal(t, r.Best, again.Best)
	assert.LessOrEqual(t, len(same.ValPoints), 1024)
	assert.Contains(t, same.ValPoints, train.Point{Step: 600_001, Values: []float64{1}})
}
