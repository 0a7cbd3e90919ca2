//go:build unix

package train_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
	"github.com/org/artnn/internal/killtest"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/optim"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train"
	"github.com/org/artnn/train/update"
)

const (
	victimEnv = "ARTNN_TEST_VICTIM" // family and folder, for a process that is to be killed

	victimSteps = 60
	victimEvery = 2 // so that many kills fall into the writing of a checkpoint
)

func TestMain(m *testing.M) {
	if family, ok := os.LookupEnv(victimEnv); ok {
		if err := trainVictim(family, os.Args[len(os.Args)-1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// families are all kinds of models, each with what is hardest to resume: dropout,
// carried state, moving averages, running statistics, two models in one loop, batches in
// parts, vocabularies that were learned.
var families = append([]string{"mlp", "gan", "text", "gpt", "pieces", "combined", "module"}, models.ConvGANKinds()...)

// trainVictim trains a small model to its end, from wherever the folder stands.
func trainVictim(family, dir string) error {
	images, err := data.NewIndexLoader(12, func(indices []int) []float32 {
		var batch []float32
		for _, i := range indices {
			for k := range 8 {
				batch = append(batch, float32((i*k)%5)/2-1)
			}
		}
		return batch
	}, data.LoaderOptions{BatchSize: 5, Shuffle: true, Seed: 3})
	if err != nil {
		return err
	}
	vocab, err := tokenizer.NewChars("abcdefg ")
	if err != nil {
		return err
	}
	tokens, err := vocab.Encode("a bad cab faced a gaffe, bag, "[:22])
	if err != nil {
		return err
	}
	texts, err := data.Streams(tokens, 2, 3)
	if err != nil {
		return err
	}
	gan, err := models.NewGAN(models.GANConfig{Width: 2, Height: 4, Channels: 1, ZDim: 3, Hidden: []int{6}, EMA: 0.9, Noise: 0.1, Seed: 5})
	if err != nil {
		return err
	}
	text, err := models.NewTextGenerator(vocab, models.TextConfig{Embed: 4, Hidden: 5, Layers: 2, Dropout: 0.3, Clip: 1, Stateful: true, EMA: 0.9})
	if err != nil {
		return err
	}
	mlp, err := models.NewMLP(models.MLPConfig{Sizes: []int{8, 4, 8}, Output: "tanh", Loss: "mean_squared_error", Momentum: 0.9, Accumulate: 2})
	if err != nil {
		return err
	}
	ganStep := func(b []float32) train.Metrics {
		d, g := gan.Step(b)
		return train.Metrics{{Name: "d", Value: d}, {Name: "g", Value: g}}
	}
	textStep := func(b data.TokenBatch) train.Metrics {
		if b.First {
			text.ResetState()
		}
		return train.Metrics{{Name: "text", Value: text.Step(b.Inputs, b.Targets, b.Rows, b.Steps)}}
	}
	switch family {
	case "mlp":
		return trainTo(dir, images, func(b []float32) train.Metrics {
			return train.Metrics{{Name: "loss", Value: mlp.Step(b, b)}}
		}, map[string]train.Model{"mlp": mlp})
	case "module":
		net, u := module()
		return trainTo(dir, images, func(b []float32) train.Metrics {
			return train.Metrics{{Name: "loss", Value: u.Step(len(b)/8, func(lo, hi int) *tensor.Tensor {
				x := u.Tape().FromSlice(b[lo*8:hi*8], hi-lo, 8)
				return net.Forward(x).Sub(x).Square().Mean()
			})}}
		}, map[string]train.Model{"module": train.Of(net, u)})
	case "gan":
		return trainTo(dir, images, ganStep, map[string]train.Model{"gan": gan})
	case "text":
		return trainTo(dir, texts, textStep, map[string]train.Model{"text": text})
	case "gpt":
		windows, err := data.RandomWindows(tokens, 4, 6, 9)
		if err != nil {
			return err
		}
		gpt, err := models.NewGPT(vocab, models.GPTConfig{Context: 6, Layers: 2, Width: 8, Heads: 2, Dropout: 0.2, Clip: 1, Accumulate: 2, EMA: 0.9, Seed: 3})
		if err != nil {
			return err
		}
		return trainTo(dir, windows, func(b data.TokenBatch) train.Metrics {
			return train.Metrics{{Name: "gpt", Value: gpt.Step(b.Inputs, b.Targets, b.Rows, b.Steps)}}
		}, map[string]train.Model{"gpt": gpt})
	case "pieces":
		return trainPieces(dir)
	case "combined":
		return trainTo(dir, data.Zip(images, texts), func(b data.Pair[[]float32, data.TokenBatch]) train.Metrics {
			return append(ganStep(b.First), textStep(b.Second)...)
		}, map[string]train.Model{"gan": gan, "text": text})
	}
	if slices.Contains(models.ConvGANKinds(), family) {
		return trainPictures(family, dir)
	}
	return errors.New("no family " + family)
}

// trainPictures trains a convolutional GAN of a kind, with all that resumes besides
// weights: averaged weights, running statistics, the vectors of spectral norms, the
// strength of changed pictures, the turn of a critic that has several.
func trainPictures(kind, dir string) error {
	const size, classes, batch = 16, 2, 4
	type labelled struct {
		pixels []float32
		labels []int32
	}
	pictures, err := data.NewIndexLoader(10, func(indices []int) (b labelled) {
		for _, i := range indices {
			b.labels = append(b.labels, int32(i%classes))
			for k := range size * size {
				b.pixels = append(b.pixels, float32((i+1)*k%7)/3-1)
			}
		}
		return b
	}, data.LoaderOptions{BatchSize: batch, Shuffle: true, DropLast: true, Seed: 3})
	if err != nil {
		return err
	}
	gan, err := models.NewConvGAN(kind, models.ConvGANConfig{
		Size: size, Channels: 1, ZDim: 4, Width: 2, Classes: []string{"even", "odd"},
		CriticSteps: 2, EMA: 0.9, Adapt: 0.01, Mirror: true, Clip: 5, Accumulate: 2, Seed: 5,
	})
	if err != nil {
		return err
	}
	return trainTo(dir, pictures, func(b labelled) train.Metrics {
		d, g := gan.StepLabels(b.pixels, b.labels)
		return train.Metrics{{Name: "d", Value: d}, {Name: "g", Value: g}}
	}, map[string]train.Model{"gan": gan})
}

// trainPieces trains an LSTM that reads by pieces of words, which each process learns
// anew.
func trainPieces(dir string) error {
	const text = "a bad cab faced a gaffe, a bad bag faced a cab; a gaffe, a bad gaffe faced a bag of bad cabbage.\n"
	pieces, err := tokenizer.TrainBPE(context.Background(), tokenizer.Texts(text), tokenizer.BPETraining{VocabSize: 270})
	if err != nil {
		return err
	}
	tokens, err := pieces.Encode(text)
	if err != nil {
		return err
	}
	windows, err := data.RandomWindows(tokens, 4, 5, 9)
	if err != nil {
		return err
	}
	m, err := models.NewTextGenerator(pieces, models.TextConfig{Embed: 6, Hidden: 6, Layers: 2, Tied: true, Dropout: 0.3, Clip: 1})
	if err != nil {
		return err
	}
	return trainTo(dir, windows, func(b data.TokenBatch) train.Metrics {
		return train.Metrics{{Name: "pieces", Value: m.Step(b.Inputs, b.Targets, b.Rows, b.Steps)}}
	}, map[string]train.Model{"pieces": m})
}

// module is a network that is no model of this library's, and what trains it.
func module() (layers.Sequential, *update.Update) {
	rng := tensor.NewRNG(7)
	net := layers.Sequential{
		layers.NewLinear(8, 6, rng), layers.NewBatchNorm1d(6, rng), layers.SiLU{}, layers.Dropout{P: 0.2}, layers.NewLinear(6, 8, rng),
	}
	return net, update.New(update.Config{
		Params: layers.Params(net), Buffers: layers.Buffers(net), EMA: 0.9, Clip: 1, Seed: 7,
		Optimizer: func(p update.Params) optim.Optimizer {
			return optim.NewAdam(p, optim.AdamConfig{WeightDecay: 0.01}, optim.NoDecay())
		},
	})
}

func trainTo[B any](dir string, loader *data.Loader[B], step func(B) train.Metrics, all map[string]train.Model) error {
	trainer := train.Trainer[B]{
		Models: all, Data: loader,
		Step: func(_ context.Context, b B) (train.Metrics, error) {
			return step(b), nil
		},
		Budget: train.Budget{Steps: victimSteps},
		Callbacks: []train.Callback{
			&train.History{},
			train.CSV(filepath.Join(dir, "log.csv"), train.LogOptions{Every: 3}),
			train.JSONL(filepath.Join(dir, "log.jsonl"), train.LogOptions{}),
		},
		Checkpoints: train.Checkpoints{Dir: dir, Every: victimEvery, Resume: true},
	}
	_, err := trainer.Run(context.Background())
	return err
}

// kinds are processes that train each family.
func kinds() (list []killtest.Kind) {
	for _, family := range families {
		list = append(list, killtest.Kind{
			Name:    family,
			Command: func(dir string) *exec.Cmd { return victim(family, dir) },
			Look:    look,
			Same:    requireSame,
		})
	}
	return list
}

// Processes killed at any moment lose no checkpoint, leave none that is half
// written and taken for whole, and resumed they end with the bits of a run that
// was let alone.
func TestKilledRunsLoseNothing(t *testing.T) {
	killtest.Run(t, killtest.Kills(t, 24), kinds()...)
}

// The same of processes whose disk is full.
func TestFullDisksLoseNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	killtest.FullDisk(t, 1, kinds()...)
}

// look returns the step of the newest checkpoint, which must be whole.
func look(t *testing.T, dir string) int {
	t.Helper()
	c, err := train.LatestCheckpoint(dir)
	if errors.Is(err, train.ErrNoCheckpoint) {
		return 0
	}
	require.NoError(t, err)
	require.Empty(t, c.Damaged)
	return c.State.Step
}

func victim(family, dir string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], dir)
	cmd.Env = append(os.Environ(), victimEnv+"="+family)
	return cmd
}

// seconds are what differs between the logs of two runs.
var seconds = regexp.MustCompile(`(?m)(^\d+,\d+,|"seconds":)\d+\.\d+`)

// requireSame compares the last checkpoints of two runs, their models byte by
// byte, and their logs.
func requireSame(t *testing.T, want, got string) {
	t.Helper()
	a, err := train.LatestCheckpoint(want)
	require.NoError(t, err)
	b, err := train.LatestCheckpoint(got)
	require.NoError(t, err)
	a.State.Elapsed, b.State.Elapsed = 0, 0
	require.Equal(t, victimSteps, b.State.Step)
	require.Equal(t, a.State, b.State)
	files, err := filepath.Glob(filepath.Join(a.Dir, "*.safetensors"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		x, err := os.ReadFile(f)
		require.NoError(t, err)
		y, err := os.ReadFile(filepath.Join(b.Dir, filepath.Base(f)))
		require.NoError(t, err)
		require.True(t, bytes.Equal(x, y), "%s differs", filepath.Base(f))
	}
	for _, name := range []string{"log.csv", "log.jsonl"} {
		x, y := read(t, filepath.Join(want, name)), read(t, filepath.Join(got, name))
		require.Contains(t, x, "57")
		require.Equal(t, seconds.ReplaceAllString(x, "${1}0"), seconds.ReplaceAllString(y, "${1}0"))
	}
}
