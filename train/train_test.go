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

func constant(context.Context, int) (train.Metrics, error) {
	return train.Metrics{{Name: "loss", Value: 1}}, nil
}

// log writes down what it is called with.
type log struct {
	calls  []string
	failAt int
}

func (l *log) Begin(e train.Event) error {
	l.calls = append(l.calls, fmt.Sprintf("begin %d", e.Step))
	return nil
}

func (l *log) Step(e train.Event) error {
	l.calls = append(l.calls, fmt.Sprintf("step %d", e.Step))
	if e.Step == l.failAt {
		return errors.New("no room")
	}
	return nil
}

func (l *log) End(r train.Report, err error) error {
	l.calls = append(l.calls, fmt.Sprintf("end %d %v %v", r.Step, r.Interrupted, err))
	return nil
}

func TestRunSpendsItsSteps(t *testing.T) {
	var l log
	var seen []int
	r, err := train.Run(context.Background(), train.Config{Budget: train.Budget{Steps: 3}, First: 1},
		func(_ context.Context, step int) (train.Metrics, error) {
			seen = append(seen, step)
			return nil, nil
		}, &l)
	require.NoError(t, err)
	assert.Equal(t, []int{1, 2}, seen)
	assert.Equal(t, []string{"begin 1", "step 2", "step 3", "end 3 false <nil>"}, l.calls)
	assert.Equal(t, 1.0, r.Done)
}

func TestRunSpendsItsTime(t *testing.T) {
	r, err := train.Run(context.Background(), train.Config{Budget: train.Budget{Steps: 100, Time: 5 * time.Second}, Now: clock()}, constant)
	require.NoError(t, err)
	assert.Equal(t, 5, r.Step)
	assert.Equal(t, 5*time.Second, r.Elapsed)
}

func TestRunNeedsABudget(t *testing.T) {
	_, err := train.Run(context.Background(), train.Config{}, constant)
	assert.ErrorContains(t, err, "neither steps nor time")
}

func TestInterruptCompletesTheStepAndSaves(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	saved, whole := 0, false
	r, err := train.Run(ctx, train.Config{Budget: train.Budget{Steps: 100}},
		func(_ context.Context, step int) (train.Metrics, error) {
			if step == 6 {
				cancel()
			}
			whole = true
			return train.Metrics{{Name: "loss", Value: 1}}, nil
		},
		train.EverySteps(5, func(e train.Event) error { saved = e.Step; return nil }))
	require.NoError(t, err)
	assert.True(t, r.Interrupted)
	assert.True(t, whole)
	assert.Equal(t, 7, r.Step)
	assert.Equal(t, 7, saved, "the end of an interrupted run is saved")
}

func TestDivergenceIsNamedAndNotSaved(t *testing.T) {
	saved := 0
	_, err := train.Run(context.Background(), train.Config{Budget: train.Budget{Steps: 100}},
		func(_ context.Context, step int) (train.Metrics, error) {
			g := 1.0
			if step == 7 {
				g = math.NaN()
			}
			return train.Metrics{{Name: "d", Value: 0.5}, {Name: "g", Value: g}}, nil
		},
		train.EverySteps(5, func(e train.Event) error { saved = e.Step; return nil }))
	var bad *train.NonFiniteError
	require.ErrorAs(t, err, &bad)
	assert.Equal(t, 8, bad.Step)
	assert.Equal(t, "g", bad.Metric)
	assert.ErrorContains(t, err, "g is NaN after step 8")
	assert.Equal(t, 5, saved, "the last good state stays")
}

func TestFailuresEndTheRun(t *testing.T) {
	l := log{failAt: 2}
	_, err := train.Run(context.Background(), train.Config{Budget: train.Budget{Steps: 9}}, constant, &l)
	assert.EqualError(t, err, "no room")
	assert.Equal(t, "end 2 false no room", l.calls[len(l.calls)-1])

	broken := errors.New("broken picture")
	_, err = train.Run(context.Background(), train.Config{Budget: train.Budget{Steps: 9}},
		func(context.Context, int) (train.Metrics, error) { return nil, broken })
	assert.ErrorIs(t, err, broken)
	assert.ErrorContains(t, err, "step 1")
}

func TestEvery(t *testing.T) {
	run := func(c func(f func(train.Event) error) train.Callback) (at []int) {
		_, err := train.Run(context.Background(), train.Config{Budget: train.Budget{Steps: 10}, Now: clock()}, constant,
			c(func(e train.Event) error { at = append(at, e.Step); return nil }))
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

func TestMetricsAreMeansSinceTheLastCall(t *testing.T) {
	var seen []float64
	_, err := train.Run(context.Background(), train.Config{Budget: train.Budget{Steps: 7}},
		func(_ context.Context, step int) (train.Metrics, error) {
			return train.Metrics{{Name: "loss", Value: float64(step)}}, nil
		},
		train.EverySteps(3, func(e train.Event) error { seen = append(seen, e.Metrics[0].Value); return nil }))
	require.NoError(t, err)
	assert.Equal(t, []float64{1, 4, 6}, seen)
}

func TestHistoryKeepsTheMeanWhateverItsLimit(t *testing.T) {
	h := train.History{Limit: 8}
	_, err := train.Run(context.Background(), train.Config{Budget: train.Budget{Steps: 64}},
		func(_ context.Context, step int) (train.Metrics, error) {
			return train.Metrics{{Name: "loss", Value: float64(step)}}, nil
		}, &h)
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

// Training stops at the first of the two bounds, and callbacks see every step.
func ExampleRun() {
	loss := 8.0
	report, err := train.Run(context.Background(), train.Config{Budget: train.Budget{Steps: 6}},
		func(context.Context, int) (train.Metrics, error) {
			loss /= 2
			return train.Metrics{{Name: "loss", Value: loss}}, nil
		},
		train.EverySteps(2, func(e train.Event) error {
			fmt.Printf("%3.0f %%  loss %g\n", 100*e.Done, e.Metrics[0].Value)
			return nil
		}))
	fmt.Println(report.Step, err)
	// Output:
	//  33 %  loss 3
	//  67 %  loss 0.75
	// 100 %  loss 0.1875
	// 6 <nil>
}
