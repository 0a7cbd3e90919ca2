package train_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/train"
	"github.com/org/artnn/train/checkpoint"
	"github.com/org/artnn/train/update"
)

type point struct{ x, y float32 }

type pointBatch struct{ x, y []float32 }

// line is data of y = 2x − 1 and a network that can learn it.
func line(t testing.TB, batch int, lr float64) (*models.MLP, *train.Trainer[pointBatch]) {
	t.Helper()
	var points data.Slice[point]
	for i := range 20 {
		x := float32(i)/10 - 1
		points = append(points, point{x, 2*x - 1})
	}
	loader, err := data.NewLoader(points, func(items []point) (b pointBatch) {
		for _, p := range items {
			b.x, b.y = append(b.x, p.x), append(b.y, p.y)
		}
		return b
	}, data.LoaderOptions{BatchSize: batch, Shuffle: true, Seed: 1})
	require.NoError(t, err)
	net, err := models.NewMLP(models.MLPConfig{
		Sizes: []int{1, 8, 1}, Activation: "tanh", Output: "identity", Loss: "mean_squared_error",
		Optimizer: "adam", LR: lr,
	})
	require.NoError(t, err)
	return net, &train.Trainer[pointBatch]{
		Models: map[string]train.Model{"line": net},
		Data:   loader,
		Step: func(_ context.Context, b pointBatch) (train.Metrics, error) {
			return train.Metrics{{Name: "loss", Value: net.Step(b.x, b.y)}}, nil
		},
		Validate: func(context.Context) (train.Metrics, error) {
			sum := 0.0
			for _, x := range []float32{-0.55, 0.05, 0.65} {
				sum += math.Pow(float64(net.Predict([]float32{x})[0]-(2*x-1)), 2)
			}
			return train.Metrics{{Name: "val_loss", Value: sum / 3}}, nil
		},
	}
}

func state(t testing.TB, m train.Model) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, checkpoint.Write(&b, m, checkpoint.Options{Updates: m.Updates()}))
	return b.Bytes()
}

func TestTrainerLearns(t *testing.T) {
	_, trainer := line(t, 5, 0.02)
	d := &diary{}
	trainer.Budget.Epochs = 60
	trainer.Callbacks = []train.Callback{d}
	r, err := trainer.Run(context.Background())
	require.NoError(t, err)
	assert.Equal(t, 240, r.Step)
	assert.Equal(t, 59, r.Epoch)
	assert.Less(t, r.Best.Value, 1e-3)
	assert.Equal(t, "val_loss", r.Best.Metric)
	validations := 0
	for _, call := range d.calls {
		if strings.HasPrefix(call, "validated") {
			validations++
		}
	}
	assert.Equal(t, 60, validations, "one an epoch, none twice at the end")
}

// A run that is stopped and resumed gives the bits of one that is not, wherever it
// is stopped: weights, moments, position, schedule, history and best.
func TestResumeIsBitExact(t *testing.T) {
	type outcome struct {
		model   []byte
		history any
		report  train.Report
	}
	build := func(dir string) (*models.MLP, *train.Trainer[pointBatch], *train.History) {
		net, trainer := line(t, 3, 0.05) // 7 batches to an epoch, the last of 2
		h := &train.History{Limit: 8}
		trainer.Schedule = optim.NewPlateau(0.05, optim.PlateauConfig{Patience: -1, Factor: 0.7})
		trainer.Callbacks = []train.Callback{h}
		trainer.Checkpoints = train.Checkpoints{Dir: dir, Every: 4, Resume: true}
		trainer.ValidateEvery = 3
		return net, trainer, h
	}
	run := func(t *testing.T, dir string, steps int) outcome {
		net, trainer, h := build(dir)
		trainer.Budget.Steps = steps
		r, err := trainer.Run(context.Background())
		require.NoError(t, err)
		r.Elapsed, r.Waited, r.Checkpoint = 0, 0, filepath.Base(r.Checkpoint)
		return outcome{state(t, net), h.State(), r}
	}
	// Every stop validates at its end, so stops are where validations are.
	want := run(t, t.TempDir(), 30)
	for _, stop := range []int{3, 12, 15, 27} {
		dir := t.TempDir()
		run(t, dir, stop)
		got := run(t, dir, 30)
		assert.True(t, bytes.Equal(want.model, got.model), "stopped after %d", stop)
		assert.Equal(t, want.history, got.history, "stopped after %d", stop)
		assert.Equal(t, want.report, got.report, "stopped after %d", stop)
	}
}

// A module that describes itself by nothing resumes too, and is told from another.
func TestResumeOfAnyModule(t *testing.T) {
	rng := tensor.NewRNG(1)
	net := layers.Sequential{layers.NewLinear(1, 4, rng), layers.NewBatchNorm1d(4, rng), layers.NewLinear(4, 1, rng)}
	u := update.New(update.Config{Params: layers.Params(net), Buffers: layers.Buffers(net), Optimizer: func(p update.Params) optim.Optimizer {
		return optim.NewSGD(p, optim.SGDConfig{LR: 0.1})
	}})
	_, trainer := line(t, 5, 0)
	trainer.Models = map[string]train.Model{"net": train.Of(net, u)}
	trainer.Step = func(_ context.Context, b pointBatch) (train.Metrics, error) {
		loss := u.Step(len(b.x), func(lo, hi int) *tensor.Tensor {
			x, y := u.Tape().FromSlice(b.x[lo:hi], hi-lo, 1), u.Tape().FromSlice(b.y[lo:hi], hi-lo, 1)
			return net.Forward(x).Sub(y).Square().Mean()
		})
		return train.Metrics{{Name: "loss", Value: loss}}, nil
	}
	trainer.Validate, trainer.Schedule = nil, optim.StepLR{LR: 0.2, Size: 3}
	trainer.Checkpoints = train.Checkpoints{Dir: t.TempDir(), Resume: true}
	trainer.Budget.Steps = 4
	_, err := trainer.DryRun(context.Background())
	require.NoError(t, err)
	assert.Zero(t, u.Steps(), "a dry run leaves no step")
	assert.Zero(t, net[1].(*layers.BatchNorm1d).BatchesTracked.Item(), "and no statistics")
	_, err = trainer.Run(context.Background())
	require.NoError(t, err)
	assert.InDelta(t, 0.02, u.Optimizer().LR(), 1e-12, "the schedule reaches it")
	assert.Equal(t, 4.0, net[1].(*layers.BatchNorm1d).BatchesTracked.Item())

	other := layers.Sequential{net[0], net[2]}
	v := update.New(update.Config{Params: layers.Params(other), Optimizer: func(p update.Params) optim.Optimizer {
		return optim.NewSGD(p, optim.SGDConfig{})
	}})
	trainer.Models["net"] = train.Of(other, v)
	_, err = trainer.Run(context.Background())
	assert.ErrorContains(t, err, `"1.running_mean": the model has none of that name`)
}

func TestTimeAndEventsGoOn(t *testing.T) {
	dir := t.TempDir()
	run := func(steps int) (train.Report, *diary) {
		_, trainer := line(t, 5, 0.1)
		d := &diary{}
		trainer.Validate = nil
		trainer.Callbacks = []train.Callback{d}
		trainer.Budget.Steps, trainer.Now = steps, clock()
		trainer.Checkpoints = train.Checkpoints{Dir: dir, Resume: true}
		r, err := trainer.Run(context.Background())
		require.NoError(t, err)
		return r, d
	}
	first, _ := run(2)
	second, d := run(3)
	assert.Greater(t, second.Elapsed, first.Elapsed)
	assert.Equal(t, []string{"begin 2", "step 3", "end 3 false <nil>"}, d.calls)
	third, d := run(3)
	assert.Equal(t, 3, third.Step)
	assert.Equal(t, []string{"begin 3", "end 3 false <nil>"}, d.calls, "a spent budget trains no more")
}

func TestEarlyStopAndBest(t *testing.T) {
	net, trainer := line(t, 5, 0.1)
	values := []float64{5, 3, 4, 3, 2.95, 9, 9, 9, 9}
	dir := t.TempDir()
	var atBest []byte
	seen := 0
	trainer.Validate = func(context.Context) (train.Metrics, error) {
		if seen == 1 {
			atBest = state(t, net)
		}
		seen++
		return train.Metrics{{Name: "other", Value: 1}, {Name: "error", Value: values[seen-1]}}, nil
	}
	trainer.ValidateEvery, trainer.Monitor = 2, "error"
	trainer.EarlyStop = train.EarlyStop{Patience: 3, MinDelta: 0.1}
	trainer.Budget.Steps = 100
	trainer.Checkpoints = train.Checkpoints{Dir: dir, Every: 1, Keep: 2}
	r, err := trainer.Run(context.Background())
	require.NoError(t, err)
	assert.True(t, r.Stopped)
	assert.False(t, r.Interrupted)
	assert.Equal(t, 12, r.Step, "2.95 is not better than 3 by 0.1")
	assert.Equal(t, &train.Best{Step: 4, Metric: "error", Value: 3}, r.Best)

	best, err := train.BestCheckpoint(dir)
	require.NoError(t, err)
	assert.Equal(t, 4, best.State.Step)
	file, err := os.ReadFile(best.File("line"))
	require.NoError(t, err)
	assert.True(t, bytes.Equal(atBest, file), "the best stays though it is old")
	latest, err := train.LatestCheckpoint(dir)
	require.NoError(t, err)
	assert.Equal(t, 12, latest.State.Step)
	folders, err := filepath.Glob(filepath.Join(dir, "*-*"))
	require.NoError(t, err)
	assert.Len(t, folders, 3, "the two newest and the best")

	trainer.Monitor = "missing"
	trainer.Checkpoints.Dir = t.TempDir()
	seen = 0
	_, err = trainer.Run(context.Background())
	assert.ErrorContains(t, err, `no "missing" to monitor`)
}

func TestMaximize(t *testing.T) {
	_, trainer := line(t, 5, 0.1)
	values := []float64{0.5, 0.8, 0.7, math.NaN()}
	trainer.Validate = func(context.Context) (train.Metrics, error) {
		v := values[0]
		values = values[1:]
		return train.Metrics{{Name: "accuracy", Value: v}}, nil
	}
	trainer.ValidateEvery, trainer.Maximize, trainer.Budget.Steps = 1, true, 4
	r, err := trainer.Run(context.Background())
	require.NoError(t, err)
	assert.Equal(t, &train.Best{Step: 2, Metric: "accuracy", Value: 0.8}, r.Best)
}

func TestScheduleSetsRates(t *testing.T) {
	net, trainer := line(t, 5, 0.1)
	trainer.Schedule = optim.StepLR{LR: 0.5, Size: 2, Gamma: 0.1}
	trainer.Validate, trainer.Budget.Steps = nil, 5
	var rates []float64
	trainer.Callbacks = []train.Callback{train.EverySteps(1, func(train.Event) error {
		rates = append(rates, net.Updates()[0].Optimizer().LR())
		return nil
	})}
	_, err := trainer.Run(context.Background())
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{0.5, 0.5, 0.05, 0.05, 0.005}, rates, 1e-12)

	// A plateau falls when validation does not get better.
	trainer.Schedule = optim.NewPlateau(0.1, optim.PlateauConfig{Patience: -1, Factor: 0.5})
	trainer.Validate = func(context.Context) (train.Metrics, error) { return train.Metrics{{Name: "v", Value: 1}}, nil }
	trainer.ValidateEvery, rates = 2, nil
	_, err = trainer.Run(context.Background())
	require.NoError(t, err)
	assert.InDeltaSlice(t, []float64{0.1, 0.1, 0.1, 0.1, 0.05}, rates, 1e-12)
}

func TestNonFiniteNamesTheTensor(t *testing.T) {
	net, trainer := line(t, 5, 0.1)
	before := state(t, net)
	trainer.Step = func(context.Context, pointBatch) (train.Metrics, error) {
		loss := net.Step([]float32{float32(math.NaN())}, []float32{1})
		return train.Metrics{{Name: "loss", Value: loss}}, nil
	}
	trainer.Budget.Steps = 3
	dir := t.TempDir()
	trainer.Checkpoints = train.Checkpoints{Dir: dir}
	_, err := trainer.Run(context.Background())
	var bad *train.NonFiniteError
	require.ErrorAs(t, err, &bad)
	assert.ErrorContains(t, err, "the first to go bad was an input of shape [1 1]")
	assert.Equal(t, 1, bad.Step)
	assert.True(t, bytes.Equal(before, state(t, net)))
	_, err = train.LatestCheckpoint(dir)
	assert.ErrorIs(t, err, train.ErrNoCheckpoint)
}

// damage is all that may happen to a folder of files.
func TestDamagedCheckpointFallsBack(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, dir string){
		"flipped bit": func(t *testing.T, dir string) {
			path := filepath.Join(dir, "line.safetensors")
			b, err := os.ReadFile(path)
			require.NoError(t, err)
			b[len(b)-3] ^= 1
			require.NoError(t, os.WriteFile(path, b, 0o666))
		},
		"cut state": func(t *testing.T, dir string) { require.NoError(t, os.Truncate(filepath.Join(dir, "state.json"), 30)) },
		"no model":  func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "line.safetensors"))) },
		"no sums":   func(t *testing.T, dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "SHA256SUMS"))) },
		"empty sums": func(t *testing.T, dir string) {
			require.NoError(t, os.Truncate(filepath.Join(dir, "SHA256SUMS"), 0))
		},
		"sums of elsewhere": func(t *testing.T, dir string) {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte("00  ../../x\n"), 0o666))
		},
		"empty folder": func(t *testing.T, dir string) {
			require.NoError(t, os.RemoveAll(dir))
			require.NoError(t, os.Mkdir(dir, 0o777))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			run := func(steps int) (warnings []string, model []byte) {
				net, trainer := line(t, 5, 0.1)
				trainer.Budget.Steps, trainer.Validate = steps, nil
				trainer.Checkpoints = train.Checkpoints{Dir: dir, Every: 5, Resume: true}
				trainer.Warn = func(m string) { warnings = append(warnings, m) }
				_, err := trainer.Run(context.Background())
				require.NoError(t, err)
				return warnings, state(t, net)
			}
			warnings, want := run(10)
			assert.Empty(t, warnings)
			damage(t, filepath.Join(dir, "step-000000010"))
			c, err := train.LatestCheckpoint(dir)
			require.NoError(t, err)
			assert.Equal(t, 5, c.State.Step)
			assert.Len(t, c.Damaged, 1)
			warnings, got := run(10)
			require.Len(t, warnings, 1)
			assert.Contains(t, warnings[0], "step-000000010")
			assert.Contains(t, warnings[0], "going on from step 5")
			assert.True(t, bytes.Equal(want, got), "the steps since are done again")
			c, err = train.LatestCheckpoint(dir)
			require.NoError(t, err)
			assert.Equal(t, 10, c.State.Step, "a good one has taken the place of the damaged")
		})
	}
	t.Run("all", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, os.Mkdir(filepath.Join(dir, "step-000000001"), 0o777))
		_, trainer := line(t, 5, 0.1)
		trainer.Budget.Steps = 1
		trainer.Checkpoints = train.Checkpoints{Dir: dir, Resume: true}
		_, err := trainer.Run(context.Background())
		assert.ErrorContains(t, err, "none in "+dir+" is whole")
	})
}

func TestCheckpointsRefuse(t *testing.T) {
	dir := t.TempDir()
	_, trainer := line(t, 5, 0.1)
	trainer.Budget.Steps = 2
	trainer.Checkpoints = train.Checkpoints{Dir: dir}
	trainer.Config = map[string]any{"size": 64}
	_, err := trainer.Run(context.Background())
	require.NoError(t, err)
	c, err := train.LatestCheckpoint(dir)
	require.NoError(t, err)
	assert.JSONEq(t, `{"size": 64}`, string(c.State.Config))

	_, err = trainer.Run(context.Background())
	assert.ErrorContains(t, err, "resume it or choose another folder")

	other, err := models.NewMLP(models.MLPConfig{Sizes: []int{1, 9, 1}, Activation: "tanh", Output: "identity", Loss: "mean_squared_error", Optimizer: "adam", LR: 0.1})
	require.NoError(t, err)
	trainer.Checkpoints.Resume = true
	trainer.Models = map[string]train.Model{"line": other}
	_, err = trainer.Run(context.Background())
	assert.ErrorContains(t, err, "sizes [1,8,1] there, [1,9,1] here")
	trainer.Models = map[string]train.Model{"curve": other}
	_, err = trainer.Run(context.Background())
	assert.ErrorContains(t, err, "a run with other models")

	_, smaller := line(t, 4, 0.1)
	smaller.Budget.Steps, smaller.Checkpoints = 5, trainer.Checkpoints
	_, err = smaller.Run(context.Background())
	assert.ErrorContains(t, err, "batches of 5")
}

func TestTwoRunsInOneFolder(t *testing.T) {
	if runtime.GOARCH == "wasm" {
		t.Skip("there are no locks, and no second process")
	}
	dir := t.TempDir()
	_, first := line(t, 5, 0.1)
	_, second := line(t, 5, 0.1)
	first.Budget.Steps, second.Budget.Steps = 1, 1
	first.Checkpoints, second.Checkpoints = train.Checkpoints{Dir: dir}, train.Checkpoints{Dir: dir, Resume: true}
	var refused error
	first.Validate = func(ctx context.Context) (train.Metrics, error) {
		_, refused = second.Run(ctx)
		return nil, nil
	}
	_, err := first.Run(context.Background())
	require.NoError(t, err)
	assert.ErrorContains(t, refused, "is in use by another run")
	_, err = second.Run(context.Background())
	assert.NoError(t, err, "afterwards it is free")
}

// fragile is a model that cannot be saved now and then.
type fragile struct {
	train.Model
	fail bool
}

// Describe returns the model itself as a configuration.
func (f *fragile) Describe() (kind string, config any) { return "fragile", f }

func (f *fragile) MarshalJSON() ([]byte, error) {
	if f.fail {
		return nil, errors.New("no words")
	}
	return []byte("{}"), nil
}

func TestFailedCheckpointLeavesTheOneBefore(t *testing.T) {
	dir := t.TempDir()
	net, trainer := line(t, 5, 0.1)
	f := &fragile{Model: net}
	trainer.Models = map[string]train.Model{"line": f}
	trainer.Budget.Steps, trainer.Validate = 9, nil
	trainer.Checkpoints = train.Checkpoints{Dir: dir, Every: 3}
	trainer.Callbacks = []train.Callback{train.EverySteps(1, func(e train.Event) error { f.fail = e.Step == 6; return nil })}
	_, err := trainer.Run(context.Background())
	assert.ErrorContains(t, err, "checkpoint of step 6: configuration: ")
	assert.ErrorContains(t, err, "no words; the checkpoints before it are untouched")
	c, err := train.LatestCheckpoint(dir)
	require.NoError(t, err)
	assert.Equal(t, 3, c.State.Step)
	assert.Empty(t, c.Damaged)
	left, err := filepath.Glob(filepath.Join(dir, ".tmp*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestTrialsPutEverythingBack(t *testing.T) {
	net, trainer := line(t, 3, 0.05)
	for range 3 {
		net.Step([]float32{1}, []float32{1}) // something to lose
	}
	before, at := state(t, net), trainer.Data.State()
	check := func(t *testing.T) {
		assert.True(t, bytes.Equal(before, state(t, net)))
		assert.Equal(t, at, trainer.Data.State())
	}
	t.Run("dry run", func(t *testing.T) {
		r, err := trainer.DryRun(context.Background())
		require.NoError(t, err)
		assert.Equal(t, 1, r.Step)
		assert.NotNil(t, r.Best, "it validated")
		check(t)
		trainer.Validate = func(context.Context) (train.Metrics, error) { return nil, errors.New("no such file") }
		_, err = trainer.DryRun(context.Background())
		assert.ErrorContains(t, err, "no such file")
		check(t)
	})
	t.Run("overfit", func(t *testing.T) {
		losses, err := trainer.OverfitBatch(context.Background(), 200)
		require.NoError(t, err)
		require.Len(t, losses, 200)
		assert.Less(t, losses[199], losses[0]/100)
		check(t)
	})
	t.Run("find rate", func(t *testing.T) {
		net, trainer := line(t, 20, 0.05)
		before, at = state(t, net), trainer.Data.State()
		check := func(t *testing.T) {
			assert.True(t, bytes.Equal(before, state(t, net)))
			assert.Equal(t, at, trainer.Data.State())
		}
		c, err := trainer.FindLR(context.Background(), train.LRRange{From: 1e-5, To: 10, Steps: 120})
		require.NoError(t, err)
		assert.Greater(t, c.Suggestion, 1e-4)
		assert.Less(t, c.Suggestion, 1.0)
		assert.Greater(t, c.Lowest, c.Suggestion)
		assert.Less(t, c.Lowest, 10.0)
		assert.Less(t, len(c.Rates), 120, "it ends when the loss explodes")
		check(t)
		_, err = trainer.FindLR(context.Background(), train.LRRange{From: 1, To: 0.1})
		assert.Error(t, err)
	})
	t.Run("without models", func(t *testing.T) {
		_, err := (&train.Trainer[struct{}]{Step: constant}).DryRun(context.Background())
		assert.ErrorContains(t, err, "needs Models")
	})
}

func TestStateFileIsReadable(t *testing.T) {
	dir := t.TempDir()
	_, trainer := line(t, 5, 0.1)
	trainer.Budget.Epochs = 1
	trainer.Checkpoints = train.Checkpoints{Dir: dir}
	r, err := trainer.Run(context.Background())
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(r.Checkpoint, "state.json"))
	require.NoError(t, err)
	var s map[string]any
	require.NoError(t, json.Unmarshal(text, &s))
	assert.EqualValues(t, 4, s["step"])
	assert.EqualValues(t, map[string]any{"epoch": 1.0, "batch": 0.0, "source": "20 elements in batches of 5, shuffled with seed 1"}, s["data"])
	assert.NotEmpty(t, s["maker"].(map[string]any)["kernels"])
}

// Loading that is slow is seen as waiting.
func TestWaitingIsMeasured(t *testing.T) {
	slow, err := data.NewIndexLoader(4, func([]int) struct{} {
		time.Sleep(20 * time.Millisecond)
		return struct{}{}
	}, data.LoaderOptions{BatchSize: 1})
	require.NoError(t, err)
	r, err := (&train.Trainer[struct{}]{Data: slow, Step: constant, Budget: train.Budget{Epochs: 1}}).Run(context.Background())
	require.NoError(t, err)
	assert.Greater(t, r.Waited, 60*time.Millisecond)
	assert.LessOrEqual(t, r.Waited, r.Elapsed)
}

// What the trainer adds to a step.
func BenchmarkTrainer(b *testing.B) {
	_, trainer := line(b, 5, 0.1)
	trainer.Step = func(context.Context, pointBatch) (train.Metrics, error) {
		return train.Metrics{{Name: "loss", Value: 1}}, nil
	}
	trainer.Validate = nil
	trainer.Schedule = optim.CosineWarmup{LR: 0.1, Total: math.MaxInt}
	trainer.Callbacks = []train.Callback{&train.History{}, train.EverySteps(100, func(train.Event) error { return nil })}
	trainer.Budget.Steps = b.N
	b.ReportAllocs()
	b.ResetTimer()
	_, err := trainer.Run(context.Background())
	require.NoError(b, err)
}
