//go:build !wasm

package tensorboard

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train"
)

// run calls c as a run from one step to another does.
func run(c train.Callback, first, last int) (err error) {
	e := train.Event{Step: first}
	if err := c.Begin(e); err != nil {
		return err
	}
	for e.Step < last && err == nil {
		e.Metrics = train.Metrics{{Name: "g", Value: float64(e.Step) / 2}, {Name: "d", Value: 1}}
		e.Step++
		err = c.Step(e)
	}
	return errors.Join(err, c.End(train.Report{Event: e}, err))
}

// logRun logs the steps after first up to last.
func logRun(t *testing.T, dir string, first, last int, o Options) (path string) {
	t.Helper()
	w, err := Create(dir, Clock(fixed))
	require.NoError(t, err)
	require.NoError(t, run(Callback(w, o), first, last))
	require.NoError(t, w.Close())
	return w.Path()
}

// series are the scalars of one tag, by step.
func series(events []event, tag string) map[int]string {
	m := map[int]string{}
	for _, e := range events {
		if e.Tag == tag {
			m[e.Step] = e.Scalar
		}
	}
	return m
}

func TestCallbackLogsMeans(t *testing.T) {
	events := readEvents(t, logRun(t, t.TempDir(), 0, 10, Options{Every: 4}))
	assert.Equal(t, map[int]string{4: "0.75", 8: "2.75", 10: "4.25"}, series(events, "g"))
	assert.Equal(t, map[int]string{4: "1.0", 8: "1.0", 10: "1.0"}, series(events, "d"))
	assert.Len(t, events, 7)

	events = readEvents(t, logRun(t, t.TempDir(), 0, 3, Options{}))
	assert.Equal(t, map[int]string{1: "0.0", 2: "0.5", 3: "1.0"}, series(events, "g"))
}

func TestCallbackLogsHistogramsAndSamples(t *testing.T) {
	net := layers.NewLinear(3, 2, tensor.NewRNG(1))
	events := readEvents(t, logRun(t, t.TempDir(), 0, 9, Options{
		Every:          100,
		Params:         layers.Params(net),
		HistogramEvery: 4,
		Sample: func(w *Writer, e train.Event) error {
			return w.Text(e.Step, "sample", "Call me Ishmael.")
		},
		SampleEvery: 6,
	}))
	var got []event
	for _, e := range events {
		if e.Plugin == "histograms" {
			count := 0.0
			for i := 2; i < 90; i += 3 {
				count += e.Values[i].(float64)
			}
			e.Values = []any{count}
		}
		got = append(got, event{Step: e.Step, Tag: e.Tag, Values: e.Values})
	}
	sample := []any{"Q2FsbCBtZSBJc2htYWVsLg=="}
	assert.Equal(t, []event{
		{},
		{Step: 4, Tag: "parameters/weight", Values: []any{6.0}},
		{Step: 4, Tag: "parameters/bias", Values: []any{2.0}},
		{Step: 6, Tag: "sample", Values: sample},
		{Step: 8, Tag: "parameters/weight", Values: []any{6.0}},
		{Step: 8, Tag: "parameters/bias", Values: []any{2.0}},
		{Step: 9, Tag: "g"},
		{Step: 9, Tag: "d"},
	}, got)
}

func TestResumedRunIsAnnounced(t *testing.T) {
	starts := func(path string) (steps []int) {
		for _, e := range readEvents(t, path) {
			if e.Session == 1 {
				steps = append(steps, e.Step)
			}
		}
		return steps
	}
	dir := filepath.Join(t.TempDir(), "run")
	assert.Empty(t, starts(logRun(t, dir, 0, 10, Options{})), "a new run in a new folder")
	assert.Equal(t, []int{8, 8}, starts(logRun(t, dir, 7, 12, Options{})), "forget what came after step 7")
	assert.Equal(t, []int{1, 1}, starts(logRun(t, dir, 0, 5, Options{})), "a run that begins anew replaces the old curve")
	assert.Equal(t, []int{4, 4}, starts(logRun(t, t.TempDir(), 3, 5, Options{})), "resumed with its logs gone")

	// Two phases of training in one file, each counting from 0, are both kept.
	w, err := Create(t.TempDir())
	require.NoError(t, err)
	c := Callback(w, Options{})
	for range 2 {
		require.NoError(t, run(c, 0, 3))
	}
	require.NoError(t, w.Close())
	assert.Empty(t, starts(w.Path()))
}

// A run that a Trainer stops, resumes and validates.
func TestCallbackOfATrainer(t *testing.T) {
	dir, checkpoints := t.TempDir(), t.TempDir()
	broken := errors.New("broken picture")
	session := func(last int, end error) string {
		net, err := models.NewMLP(models.MLPConfig{Sizes: []int{2, 1}})
		require.NoError(t, err)
		w, err := Create(dir, Clock(fixed))
		require.NoError(t, err)
		steps := -1
		trainer := train.Trainer[struct{}]{
			Models: map[string]train.Model{"net": net},
			Step: func(context.Context, struct{}) (train.Metrics, error) {
				if steps++; steps == 2 && end != nil {
					return nil, end
				}
				return train.Metrics{{Name: "loss", Value: float64(steps)}}, nil
			},
			Validate: func(context.Context) (train.Metrics, error) {
				return train.Metrics{{Name: "val_loss", Value: float64(steps)}}, nil
			},
			ValidateEvery: 3,
			Budget:        train.Budget{Steps: last},
			Checkpoints:   train.Checkpoints{Dir: checkpoints, Every: 5, Resume: true},
			Callbacks:     []train.Callback{Callback(w, Options{Every: 4})},
		}
		_, err = trainer.Run(context.Background())
		require.ErrorIs(t, err, end)
		require.NoError(t, w.Close())
		return w.Path()
	}
	events := readEvents(t, session(5, nil))
	assert.Equal(t, map[int]string{4: "1.5", 5: "4.0"}, series(events, "loss"))
	assert.Equal(t, map[int]string{3: "2.0", 5: "4.0"}, series(events, "val_loss"))

	events = readEvents(t, session(12, broken))
	assert.Equal(t, event{Time: 1_700_000_000.25, Step: 6, Session: 1}, events[1])
	// The fifth step of the first session had 4; those before the failure 0 and 1.
	assert.Equal(t, map[int]string{7: repr(5. / 3)}, series(events, "loss"))
}

// repr is a float32 as Python shows it.
func repr(v float64) string { return strconv.FormatFloat(float64(float32(v)), 'g', -1, 64) }

func TestAFullDiskEndsTheRun(t *testing.T) {
	w, err := Create(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, w.Close())
	assert.EqualError(t, run(Callback(w, Options{Every: 4}), 0, 10), "tensorboard: "+w.Path()+": file already closed", "said once")
}

func TestCallbackNeedsPositiveNumbers(t *testing.T) {
	for _, o := range []Options{{Every: -1}, {HistogramEvery: -1}, {SampleEvery: -1}} {
		assert.Panics(t, func() { Callback(nil, o) })
	}
}
