package train_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/train"
)

// clock advances by a second each time it is asked.
func clock() func() time.Time {
	now := time.Unix(0, 0)
	return func() time.Time {
		now = now.Add(time.Second)
		return now
	}
}

// loop is a trainer without data whose step knows its number, from 0.
type loop = train.Trainer[struct{}]

func counted(f func(step int) (train.Metrics, error)) func(context.Context, struct{}) (train.Metrics, error) {
	step := -1
	return func(context.Context, struct{}) (train.Metrics, error) {
		step++
		return f(step)
	}
}

func constant(context.Context, struct{}) (train.Metrics, error) {
	return train.Metrics{{Name: "loss", Value: 1}}, nil
}

// diary writes down what it is called with.
type diary struct {
	calls  []string
	failAt int
}

func (l *diary) Begin(e train.Event) error {
	l.calls = append(l.calls, fmt.Sprintf("begin %d", e.Step))
	return nil
}

func (l *diary) Step(e train.Event) error {
	l.calls = append(l.calls, fmt.Sprintf("step %d", e.Step))
	if e.Step == l.failAt {
		return errors.New("no room")
	}
	return nil
}

func (l *diary) Validated(e train.Event) error {
	l.calls = append(l.calls, fmt.Sprintf("validated %d %v", e.Step, e.Metrics[0].Value))
	return nil
}

func (l *diary) End(r train.Report, err error) error {
	l.calls = append(l.calls, fmt.Sprintf("end %d %v %v", r.Step, r.Interrupted, err))
	return nil
}

func TestRunSpendsItsSteps(t *testing.T) {
	var l diary
	var seen []int
	trainer := loop{Budget: train.Budget{Steps: 3}, Callbacks: []train.Callback{&l}, Step: counted(func(step int) (train.Metrics, error) {
		seen = append(seen, step)
		return nil, nil
	})}
	r, err := trainer.Run(context.Background())
	require.NoError(t, err)
	assert.Equal(t, []int{0, 1, 2}, seen)
	assert.Equal(t, []string{"begin 0", "step 1", "step 2", "step 3", "end 3 false <nil>"}, l.calls)
	assert.Equal(t, 1.0, r.Done)
}

func TestRunSpendsItsTime(t *testing.T) {
	r, err := (&loop{Budget: train.Budget{Steps: 100, Time: 5 * time.Second}, Now: clock(), Step: constant}).Run(context.Background())
	require.NoError(t, err)
	assert.Equal(t, 4, r.Step)
	assert.Equal(t, 5*time.Second, r.Elapsed)
}

func TestMisuseIsAnError(t *testing.T) {
	for want, trainer := range map[string]*loop{
		"there is no step":                 {Budget: train.Budget{Steps: 1}},
		"neither steps, epochs nor time":   {Step: constant},
		"must not be negative":             {Step: constant, Budget: train.Budget{Steps: -1}},
		"a budget of epochs needs data":    {Step: constant, Budget: train.Budget{Epochs: 1}},
		"stopping early needs":             {Step: constant, Budget: train.Budget{Steps: 1}, EarlyStop: train.EarlyStop{Patience: 1}},
		"checkpoints need models":          {Step: constant, Budget: train.Budget{Steps: 1}, Checkpoints: train.Checkpoints{Dir: t.TempDir()}},
		"Checkpoints.Dir must be set":      {Step: constant, Budget: train.Budget{Steps: 1}, Checkpoints: train.Checkpoints{Resume: true}},
		"it names a file":                  {Step: constant, Budget: train.Budget{Steps: 1}, Checkpoints: train.Checkpoints{Dir: t.TempDir()}, Models: map[string]train.Model{"../m": nil}},
		"intervals and number of checkpoi": {Step: constant, Budget: train.Budget{Steps: 1}, Checkpoints: train.Checkpoints{Dir: t.TempDir(), Keep: -1}, Models: map[string]train.Model{"m": nil}},
	} {
		_, err := trainer.Run(context.Background())
		assert.ErrorContains(t, err, want)
	}
}

func TestInterruptCompletesTheStepAndSaves(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	saved, whole := 0, false
	trainer := loop{Budget: train.Budget{Steps: 100}, Step: counted(func(step int) (train.Metrics, error) {
		if step == 6 {
			cancel()
		}
		whole = true
		return train.Metrics{{Name: "loss", Value: 1}}, nil
	}), Callbacks: []train.Callback{train.EverySteps(5, func(e train.Event) error { saved = e.Step; return nil })}}
	r, err := trainer.Run(ctx)
	require.NoError(t, err)
	assert.True(t, r.Interrupted)
	assert.True(t, whole)
	assert.Equal(t, 7, r.Step)
	assert.Equal(t, 7, saved, "the end of an interrupted run is saved")
}

func TestDivergenceIsNamedAndNotSaved(t *testing.T) {
	saved := 0
	trainer := loop{Budget: train.Budget{Steps: 100}, Step: counted(func(step int) (train.Metrics, error) {
		g := 1.0
		if step == 7 {
			g = math.NaN()
		}
		return train.Metrics{{Name: "d", Value: 0.5}, {Name: "g", Value: g}}, nil
	}), Callbacks: []train.Callback{train.EverySteps(5, func(e train.Event) error { saved = e.Step; return nil })}}
	_, err := trainer.Run(context.Background())
	var bad *train.NonFiniteError
	require.ErrorAs(t, err, &bad)
	assert.Equal(t, 8, bad.Step)
	assert.Equal(t, "g", bad.Metric)
	assert.ErrorContains(t, err, "g is NaN after step 8")
	assert.Equal(t, 5, saved, "the last good state stays")
}

func TestFailuresEndTheRun(t *testing.T) {
	l := diary{failAt: 2}
	_, err := (&loop{Budget: train.Budget{Steps: 9}, Step: constant, Callbacks: []train.Callback{&l}}).Run(context.Background())
	assert.EqualError(t, err, "no room")
	assert.Equal(t, "end 2 false no room", l.calls[len(l.calls)-1])

	broken := errors.New("broken picture")
	_, err = (&loop{Budget: train.Budget{Steps: 9}, Step: counted(func(int) (train.Metrics, error) { return nil, broken })}).Run(context.Background())
	assert.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, "step 1")
}

func TestEvery(t *testing.T) {
	run := func(c func(f func(train.Event) error) train.Callback) (at []int) {
		seen := c(func(e train.Event) error { at = append(at, e.Step); return nil })
		_, err := (&loop{Budget: train.Budget{Steps: 10}, Now: clock(), Step: constant, Callbacks: []train.Callback{seen}}).Run(context.Background())
		require.NoError(t, err)
		return at
	}
	assert.Equal(t, []int{4, 8, 10}, run(func(f func(train.Event) error) train.Callback { return train.EverySteps(4, f) }))
	assert.Equal(t, []int{4, 7, 10}, run(func(f func(train.Event) error) train.Callback { return train.EveryShare(3, f) }))
	assert.Equal(t, []int{3, 6, 9, 10}, run(func(f func(train.Event) error) train.Callback { return train.EveryTime(3*time.Second, f) }))
	assert.Panics(t, func() { train.EverySteps(0, nil) })
	assert.Panics(t, func() { train.EveryShare(0, nil) })
	assert.Panics(t, func() { train.EveryTime(0, nil) })
}

// rising has the number of the step as its loss.
func rising() func(context.Context, struct{}) (train.Metrics, error) {
	return counted(func(step int) (train.Metrics, error) {
		return train.Metrics{{Name: "loss", Value: float64(step)}}, nil
	})
}

func TestMetricsAreMeansSinceTheLastCall(t *testing.T) {
	var seen []float64
	every := train.EverySteps(3, func(e train.Event) error { seen = append(seen, e.Metrics[0].Value); return nil })
	_, err := (&loop{Budget: train.Budget{Steps: 7}, Step: rising(), Callbacks: []train.Callback{every}}).Run(context.Background())
	require.NoError(t, err)
	assert.Equal(t, []float64{1, 4, 6}, seen)
}

// A metric that only some steps have is the mean over these.
func TestMetricsMayComeAndGo(t *testing.T) {
	var seen []train.Metrics
	every := train.EverySteps(4, func(e train.Event) error { seen = append(seen, e.Metrics); return nil })
	_, err := (&loop{Budget: train.Budget{Steps: 8}, Callbacks: []train.Callback{every}, Step: counted(func(step int) (train.Metrics, error) {
		m := train.Metrics{{Name: "loss", Value: float64(step)}}
		if step%2 == 1 {
			m = train.Metrics{{Name: "norm", Value: 10 * float64(step)}, m[0]}
		}
		return m, nil
	})}).Run(context.Background())
	require.NoError(t, err)
	assert.Equal(t, []train.Metrics{
		{{Name: "loss", Value: 1.5}, {Name: "norm", Value: 20}},
		{{Name: "loss", Value: 5.5}, {Name: "norm", Value: 60}},
	}, seen)
}

// A callback that fails to begin ends the run, and those before it hear of it.
func TestFailedBeginEndsTheOthers(t *testing.T) {
	d := &diary{}
	refuses := &refusing{}
	_, err := (&loop{Budget: train.Budget{Steps: 1}, Step: constant, Callbacks: []train.Callback{d, refuses}}).Run(context.Background())
	assert.EqualError(t, err, "cannot begin")
	assert.Equal(t, []string{"begin 0", "end 0 false cannot begin"}, d.calls)
	assert.False(t, refuses.ended)
}

type refusing struct {
	train.Base
	ended bool
}

func (*refusing) Begin(train.Event) error { return errors.New("cannot begin") }

func (r *refusing) End(train.Report, error) error {
	r.ended = true
	return nil
}

func TestHistoryKeepsTheMeanWhateverItsLimit(t *testing.T) {
	h := train.History{Limit: 8}
	_, err := (&loop{Budget: train.Budget{Steps: 64}, Step: rising(), Callbacks: []train.Callback{&h}}).Run(context.Background())
	require.NoError(t, err)
	assert.Equal(t, []string{"loss"}, h.Names)
	require.LessOrEqual(t, len(h.Points), 8)
	mean := 0.0
	for _, p := range h.Points {
		mean += p.Values[0] / float64(len(h.Points))
	}
	assert.InDelta(t, 31.5, mean, 1e-9)
	assert.Equal(t, 64, h.Points[len(h.Points)-1].Step)
}
