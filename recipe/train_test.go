package recipe

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe/report"
	"github.com/org/artnn/recipe/rundir"
	"github.com/org/artnn/train"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	os.Exit(m.Run())
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return string(b)
}

func TestRunOfAModelOfOnesOwn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	var seen []int
	o := Options{Dir: dir, Budget: train.Budget{Steps: 24}, Samples: 3}
	o.OnSample = func(s Sample) error {
		seen = append(seen, s.Step)
		assert.FileExists(t, filepath.Join(dir, "samples", "step-0000000"+[]string{"08", "16", "24"}[len(seen)-1]+".png"))
		return nil
	}
	task := quadrants(t, 1)
	task.Finish = func(_ context.Context, r train.Report) (Outcome, error) {
		assert.FileExists(t, filepath.Join(dir, "model.safetensors"))
		return Outcome{Text: "It is good.", Facts: []report.Facts{{Title: "Goodness", Settings: []report.Setting{{Name: "how", Value: "very"}}}}}, nil
	}
	r, err := Train(context.Background(), task, o)
	require.NoError(t, err)
	assert.Equal(t, []int{8, 16, 24}, seen)
	assert.Equal(t, 24, r.Step)
	assert.Regexp(t, `^Done after 24 steps and \d+s\. It is good\.$`, r.Summary())

	page := read(t, string(r.Folder.Report()))
	for _, part := range []string{"<h1>Quadrants</h1>", "A small network learns quadrants, 116 parameters", "after 8 steps", "Goodness", "points/s", "<svg", "sizes", "[2,16,4]"} {
		assert.Contains(t, page, part)
	}
	config := read(t, r.Folder.Config())
	assert.Contains(t, config, "model: \"MLP\"\nsizes: [2,16,4]\nactivation: \"tanh\"\n")
	assert.Regexp(t, "^step,epoch,seconds,loss\n10,", read(t, r.Folder.Log()))
	for _, name := range []string{"checkpoints", "events"} {
		assert.DirExists(t, filepath.Join(dir, name))
	}
	loaded, err := LoadModel(dir)
	require.NoError(t, err)
	x := []float32{0.3, -0.8}
	assert.Equal(t, task.Model.(*models.MLP).Predict(x), loaded.(*models.MLP).Predict(x))
}

// Whatever the schedule, a run in two parts leaves what one in a single part does.
func TestResumedRunIsTheSame(t *testing.T) {
	for _, schedule := range []Schedule{Constant, Cosine, OneCycle} {
		for _, lr := range []float64{0, 0.05} {
			whole, parts := t.TempDir(), t.TempDir()
			o := Options{Budget: train.Budget{Steps: 30}, LR: lr, Schedule: schedule, Samples: 5, Dir: whole}
			_, err := Train(context.Background(), quadrants(t, 2), o)
			require.NoError(t, err)

			o.Dir = parts
			ctx, cancel := context.WithCancel(context.Background())
			o.Progress = stopAfter{steps: 13, stop: cancel}
			r, err := Train(ctx, quadrants(t, 2), o)
			require.NoError(t, err)
			assert.True(t, r.Interrupted)
			assert.Regexp(t, "^Interrupted, and saved after 13 steps", r.Summary())
			o.Progress, o.Resume = nil, true
			r, err = Train(context.Background(), quadrants(t, 2), o)
			require.NoError(t, err)
			assert.Equal(t, 13, r.From)

			for _, name := range []string{"model.safetensors", "samples/step-000000030.png", "samples/step-000000006.png"} {
				assert.Equal(t, read(t, whole, name), read(t, parts, name), "%s, %g: %s", schedule, lr, name)
			}
		}
	}
}

// stopAfter ends a run.
type stopAfter struct {
	train.Base
	steps int
	stop  func()
}

func (s stopAfter) Step(e train.Event) error {
	if e.Step == s.steps {
		s.stop()
	}
	return nil
}

func TestBestWeightsAreSavedAndInHand(t *testing.T) {
	task := quadrants(t, 3)
	m := task.Model.(*models.MLP)
	x := []float32{0.25, 0.5, -0.5, 0.75}
	var at [][]float32 // what it predicted at each validation
	losses := []float64{3, 1, 2, 4}
	task.ValidateEvery = 5
	task.Validate = func(context.Context) (train.Metrics, error) {
		at = append(at, m.Predict(x))
		return train.Metrics{{Name: "val_loss", Value: losses[len(at)-1]}}, nil
	}
	dir := t.TempDir()
	r, err := Train(context.Background(), task, Options{Dir: dir, Budget: train.Budget{Steps: 20}, LR: 0.05})
	require.NoError(t, err)
	assert.Equal(t, 10, r.Best.Step)
	require.Len(t, at, 4)
	assert.NotEqual(t, at[1], at[3])
	assert.Equal(t, at[1], m.Predict(x))
	loaded, err := LoadModel(dir)
	require.NoError(t, err)
	assert.Equal(t, at[1], loaded.(*models.MLP).Predict(x))

	// And of what should rise, the largest.
	task = quadrants(t, 3)
	calls := 0
	task.ValidateEvery, task.Monitor, task.Maximize, task.Patience = 5, "val_b", true, 2
	task.Validate = func(context.Context) (train.Metrics, error) {
		calls++
		return train.Metrics{{Name: "val_a", Value: 1}, {Name: "val_b", Value: []float64{1, 5, 3, 2, 4}[calls-1]}}, nil
	}
	r, err = Train(context.Background(), task, Options{Dir: t.TempDir(), Budget: train.Budget{Steps: 50}})
	require.NoError(t, err)
	assert.True(t, r.Stopped)
	assert.Equal(t, train.Best{Step: 10, Metric: "val_b", Value: 5}, *r.Best)
}

func TestTrialsLeaveNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	task := quadrants(t, 4)
	before := task.Model.(*models.MLP).Predict([]float32{1, 0})
	r, err := DryRun(context.Background(), task, Options{})
	require.NoError(t, err)
	assert.Len(t, r.Metrics, 1)
	losses, err := OverfitBatch(context.Background(), task, Options{}, 80)
	require.NoError(t, err)
	assert.Less(t, losses[79], losses[0]/3)
	curve, err := FindLR(context.Background(), task, Options{})
	require.NoError(t, err)
	assert.NotZero(t, curve.Suggestion)
	assert.Equal(t, before, task.Model.(*models.MLP).Predict([]float32{1, 0}))
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	assert.Empty(t, entries)
}

func TestFolderOfARun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	o := Options{Dir: dir, Budget: train.Budget{Steps: 2}}
	release, err := o.Reserve()
	require.NoError(t, err)
	other := Options{Dir: dir, Budget: train.Budget{Steps: 2}}
	_, err = Train(context.Background(), quadrants(t, 1), other)
	assert.ErrorIs(t, err, rundir.ErrBusy)
	_, err = Train(context.Background(), quadrants(t, 1), o)
	require.NoError(t, err, "the folder is ours")
	release()
	_, err = Train(context.Background(), quadrants(t, 1), other)
	assert.ErrorIs(t, err, ErrRunExists)
	assert.ErrorContains(t, err, dir+" holds a run already: set Resume, or choose another Dir")
	_, err = Train(context.Background(), quadrants(t, 1), Options{})
	assert.ErrorContains(t, err, "Dir is missing")
}

func TestWhatEndsARun(t *testing.T) {
	o := Options{Dir: filepath.Join(t.TempDir(), "a"), Budget: train.Budget{Time: time.Nanosecond}}
	_, err := Train(context.Background(), &Task[int]{Model: quadrants(t, 1).Model}, o)
	assert.ErrorContains(t, err, "Step is missing")
	_, err = Train(context.Background(), &Task[int]{}, o)
	assert.ErrorContains(t, err, "Model is missing")

	broken := errors.New("broken")
	o.Budget = train.Budget{Steps: 4}
	for name, breakIt := range map[string]func(*Task[int], *Options){
		"sample": func(t *Task[int], o *Options) { t.Sample = func() (Sample, error) { return Sample{}, broken } },
		"hook":   func(t *Task[int], o *Options) { o.OnSample = func(Sample) error { return broken } },
		"finish": func(t *Task[int], o *Options) {
			t.Finish = func(context.Context, train.Report) (Outcome, error) { return Outcome{}, broken }
		},
		"config": func(t *Task[int], o *Options) { o.WriteConfig = func(io.Writer) error { return broken } },
	} {
		o.Dir = filepath.Join(t.TempDir(), name)
		task := &Task[int]{
			Model:  quadrants(t, 1).Model,
			Step:   func(context.Context, int) (train.Metrics, error) { return train.Metrics{{Name: "x", Value: 1}}, nil },
			Sample: func() (Sample, error) { return Sample{Text: "so far"}, nil },
		}
		o := o
		breakIt(task, &o)
		_, err := Train(context.Background(), task, o)
		assert.ErrorIs(t, err, broken, name)
	}

}

// A run that is stopped before its first step leaves a folder in which it can be
// begun again, with what was there before.
func TestStoppedBeforeTheFirstStep(t *testing.T) {
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	broken := errors.New("no such picture")
	failing := func(context.Context, int) (train.Metrics, error) { return nil, broken }
	for _, made := range []bool{false, true} {
		o := Options{Dir: filepath.Join(t.TempDir(), "run"), Budget: train.Budget{Steps: 2}}
		if made {
			require.NoError(t, os.MkdirAll(filepath.Join(o.Dir, "samples"), 0o777))
			require.NoError(t, os.WriteFile(filepath.Join(o.Dir, "samples", "mine.txt"), nil, 0o666))
		}
		_, err := Train(stopped, quadrants(t, 1), o)
		assert.ErrorIs(t, err, context.Canceled)
		_, err = Train(context.Background(), &Task[int]{Model: quadrants(t, 1).Model, Step: failing}, o)
		assert.ErrorIs(t, err, broken)
		if made {
			assert.FileExists(t, filepath.Join(o.Dir, "samples", "mine.txt"))
		} else {
			assert.NoDirExists(t, o.Dir)
		}
		r, err := Train(context.Background(), quadrants(t, 1), o)
		require.NoError(t, err, "it is tried again")
		assert.Equal(t, 2, r.Step)

		config := read(t, o.Dir, "config.yaml")
		o.Resume, o.Budget.Steps = true, 4
		r, err = Train(stopped, quadrants(t, 1), o)
		require.NoError(t, err)
		assert.True(t, r.Interrupted)
		assert.Equal(t, config, read(t, o.Dir, "config.yaml"), "and one that had begun stays")
	}
}

// What a run that was killed has left half written is gone once it goes on.
func TestRestsOfAKilledRunAreSwept(t *testing.T) {
	o := Options{Dir: filepath.Join(t.TempDir(), "run"), Budget: train.Budget{Steps: 2}}
	_, err := Train(context.Background(), quadrants(t, 1), o)
	require.NoError(t, err)
	var rests []string
	for _, name := range []string{".model.safetensors.tmp-00112233aabbccdd", "samples/.step-000000002.png.tmp-0011223344556677", "checkpoints/.tmp-step-000000004-0011223344556677"} {
		path := filepath.Join(o.Dir, name)
		require.NoError(t, os.WriteFile(path, []byte("half"), 0o666))
		old := time.Now().Add(-48 * time.Hour) // where there are no locks, age tells
		require.NoError(t, os.Chtimes(path, old, old))
		rests = append(rests, path)
	}
	o.Resume, o.Budget.Steps = true, 3
	_, err = Train(context.Background(), quadrants(t, 1), o)
	require.NoError(t, err)
	for _, path := range rests {
		assert.NoFileExists(t, path)
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	for want, o := range map[string]Options{
		"Time must be positive, got -1ns":            {Budget: train.Budget{Time: -1}},
		"Steps must be at least 1, got -2":           {Budget: train.Budget{Steps: -2}},
		"Epochs must be at least 1, got -3":          {Budget: train.Budget{Epochs: -3}},
		"LR must be positive, got -0.1":              {LR: -0.1},
		`Schedule must be one of`:                    {Schedule: "up"},
		"Samples must be from 1 to 1000, got 1001":   {Samples: 1001},
		"Checkpoint must be positive, got -1s":       {Checkpoint: -time.Second},
		"CheckpointSteps must be at least 1, got -1": {CheckpointSteps: -1},
		"Keep must be at least 1, got -1":            {Keep: -1},
	} {
		o.Dir = "never made"
		_, err := Train(context.Background(), quadrants(t, 1), o)
		var config *ConfigError
		require.ErrorAs(t, err, &config)
		assert.ErrorContains(t, err, want)
		assert.NoDirExists(t, "never made")
	}
	for want, l := range map[string]Learning{
		"Batch must be at least 1, got -1":      {Batch: -1},
		"Accumulate must be at least 1, got -1": {Accumulate: -1},
		"Clip must not be negative, got -1":     {Clip: new(-1.0)},
		"EMA must be from 0 to below 1, got 1":  {EMA: new(1.0)},
	} {
		assert.EqualError(t, l.Check(), want)
	}
}

// A run that another model cannot take up stays as it is.
func TestRefusedResumeChangesNoConfiguration(t *testing.T) {
	o := Options{Dir: filepath.Join(t.TempDir(), "run"), Budget: train.Budget{Steps: 4}}
	_, err := Train(context.Background(), quadrants(t, 1), o)
	require.NoError(t, err)
	config := read(t, o.Dir, "config.yaml")
	o.Resume = true
	_, err = Train(context.Background(), quadrants(t, 2), o)
	assert.ErrorContains(t, err, "its configuration is another: seed")
	assert.Equal(t, config, read(t, o.Dir, "config.yaml"))
}

// What could not be loaded is refused before it trains; what measures nothing has
// a report all the same.
func TestModelsThatAreNotRegisteredAndStepsThatMeasureNothing(t *testing.T) {
	task := quadrants(t, 1)
	task.Model = unregistered{task.Model}
	_, err := Train(context.Background(), task, Options{Dir: filepath.Join(t.TempDir(), "run"), Budget: train.Budget{Steps: 4}})
	assert.ErrorContains(t, err, `Model is of kind "nobody knows", which could be saved but not loaded`)

	task = quadrants(t, 1)
	step := task.Step
	task.Step = func(ctx context.Context, b data.ImageBatch) (train.Metrics, error) {
		_, err := step(ctx, b)
		return nil, err
	}
	r, err := Train(context.Background(), task, Options{Dir: filepath.Join(t.TempDir(), "run"), Budget: train.Budget{Steps: 4}})
	require.NoError(t, err)
	assert.FileExists(t, r.Folder.Report())
}

type unregistered struct{ models.Trainable }

func (unregistered) Describe() (string, any) { return "nobody knows", struct{}{} }
