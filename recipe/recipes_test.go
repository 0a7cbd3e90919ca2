package recipe

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/org/artnn/data/table"
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/pretrained"
	"github.com/org/artnn/recipe/report"
	"github.com/org/artnn/train"
)

func TestImagesChooseByThePictures(t *testing.T) {
	var said, warned []string
	c := Images{Data: facesFolder(t, 25)}
	c.Say = func(s string) { said = append(said, s) }
	c.Warn = func(s string) { warned = append(warned, s) }
	task, err := c.Prepare(context.Background())
	require.NoError(t, err)
	assert.Equal(t, 16, c.Size)
	assert.False(t, *c.Gray)
	assert.Equal(t, 25, c.Batch)
	assert.Equal(t, dense, c.Network)
	assert.Equal(t, 1e-3, c.LR)
	assert.Equal(t, defaultTime, c.Budget.Time)
	assert.Equal(t, 16, c.Model().Size().Width)
	assert.Len(t, said, 1)
	assert.Contains(t, strings.Join(warned, ""), "25 pictures are few")
	assert.Contains(t, task.Plan(), "learns from 25 pictures of 16×16 pixels in batches of 25, ")
	assert.Contains(t, c.Settings, report.Setting{Name: "z_dim", Value: "100"})
}

func TestImagesChooseTheirNetwork(t *testing.T) {
	for want, all := range map[string][]Images{
		dense:   {{}, {Size: 15}, {Size: 48}, {Size: 64, Hidden: []int{8}}},
		"dcgan": {{Size: 32}, {Size: 64}, {Width: 8}, {Adapt: new(1e-6)}},
	} {
		for _, c := range all {
			c.Data = facesFolder(t, 4)
			_, err := c.Prepare(context.Background())
			require.NoError(t, err)
			assert.Equal(t, want, c.Network, "%d", c.Size)
		}
	}
	c := Images{Data: facesFolder(t, 4), Size: 32}
	_, err := c.Prepare(context.Background())
	require.NoError(t, err)
	assert.Equal(t, 32, c.Width)
	assert.Equal(t, 5e-4, c.LR)
}

func TestConvolutionalImagesTakeTheirRate(t *testing.T) {
	for network, want := range map[string]float64{"sngan": 1e-3, "r3gan": 1e-3, "wgangp": 1e-3} {
		c := Images{Data: facesFolder(t, 4), Network: network, Width: 4}
		_, err := c.Prepare(context.Background())
		require.NoError(t, err)
		assert.Equal(t, want, c.LR, network)
	}
	c := Images{Data: facesFolder(t, 4), Network: "r3gan"}
	_, err := c.Prepare(context.Background())
	require.NoError(t, err)
	assert.Equal(t, 24, c.Width)
	c = Images{Data: facesFolder(t, 4), Network: "dcgan", R1: new(1.0)}
	_, err = c.Prepare(context.Background())
	assert.ErrorContains(t, err, "without batch norm")
}

func TestDenseImagesChooseByThePictures(t *testing.T) {
	c := Images{Data: facesFolder(t, 25), Network: "dense"}
	_, err := c.Prepare(context.Background())
	require.NoError(t, err)
	assert.Equal(t, 10.0, *c.R1, "for so few")
	assert.Equal(t, []int{128, 256}, c.Hidden)
}

func TestImagesRefuseWhatTheNetworkLacks(t *testing.T) {
	nan, one := math.NaN(), 1.0
	dir := facesFolder(t, 10)
	for want, c := range map[string]Images{
		"ByClass needs a convolutional network, and so pictures whose size is a power of two from 16 to 256; this one is dense": {ByClass: true, Size: 17},
		"Width is of convolutional networks, and this one is dense":                                                             {Width: 4, Network: "dense"},
		"Adapt is of convolutional networks, and this one is dense":                                                             {Adapt: &one, Hidden: []int{3}},
		"Sharpen is of a dense network, and this one is dcgan":                                                                  {Sharpen: &one, Size: 32},
		"Smooth is of a dense network, and this one is sngan":                                                                   {Smooth: 0.1, Network: "sngan"},
		"Noise is of a dense network, and this one is dcgan":                                                                    {Noise: 0.1, Size: 32},
		"Hidden is of a dense network, and this one is r3gan":                                                                   {Hidden: []int{4}, Network: "r3gan"},
		"Beta1 of NaN: must be at least 0 and below 1":                                                                          {Beta1: nan},
		"Adapt of NaN: must be at least 0 and below 1":                                                                          {Adapt: &nan},
		"R1 of NaN: must be finite and not negative":                                                                            {R1: &nan},
	} {
		c.Data = dir
		if c.Adapt == &one {
			c.Adapt = new(float64)
		}
		_, err := c.Prepare(context.Background())
		assert.EqualError(t, err, want)
	}
	for _, size := range []int{leastConvSize / 2, leastConvSize, mostConvSize, mostConvSize * 2} {
		_, err := models.NewDCGAN(models.ConvGANConfig{Size: size, Width: 1})
		assert.Equal(t, size >= leastConvSize && size <= mostConvSize, err == nil, "%d", size)
	}
}

func TestImagesFromFolderToReport(t *testing.T) {
	c := Images{Data: facesFolder(t, 60), Hidden: []int{8}, ZDim: 4, Mirror: true}
	c.Dir, c.Budget.Steps, c.Samples = t.TempDir(), 6, 2
	r, err := c.Run(context.Background())
	require.NoError(t, err)
	assert.Contains(t, read(t, r.Folder.Report()), "Pictures like those in")
	assert.Contains(t, read(t, r.Folder.Config()), "mirror: true\nnetwork: \"dense\"\nby_class: false\nz_dim: 4\nr1: 10\nhidden: [8]\n")
	m, err := LoadModel(c.Dir)
	require.NoError(t, err)
	assert.Equal(t, c.Model().Images(1, 1), m.(*models.GAN).Images(1, 1))

	l, err := Compare(context.Background(), c.Model(), c.Data, Comparing{Pictures: 10, Seed: 1})
	require.NoError(t, err)
	assert.Equal(t, 10, l.Generated)
	assert.Equal(t, 60, l.Folder)
	assert.True(t, l.Judged)
	assert.Greater(t, l.Pixels.GeneratedToFolder, l.Pixels.GeneratedToGenerated, "it has hardly begun to learn")
	assert.Equal(t, 10, l.Compared)
	require.Len(t, l.GeneratedDistances.Levels, 1)
	assert.Greater(t, l.GeneratedDistances.Mean, 1.5*l.FolderDistances.Mean)
	assert.Nil(t, l.Features, "there is no network")
	assert.Nil(t, l.GeneratedSets)

	var latents [][]float32
	for seed := range 3 {
		latents = append(latents, c.Model().Latents(1, models.Draw{Seed: uint64(seed + 1)}))
	}
	for _, straight := range []bool{false, true} {
		for n, want := range map[int]int{2: 4 + 1, 3: 2*4 + 1} {
			frames, err := Morph(t.Context(), c.Model(), latents[:n], MorphOptions{N: 4, Straight: straight})
			require.NoError(t, err)
			assert.Len(t, frames, want)
			assert.Equal(t, c.Model().Images(1, 1)[0], frames[0], "both ends are there")
			assert.Equal(t, c.Model().Images(1, uint64(n))[0], frames[len(frames)-1])
		}
	}
	frames, err := Morph(t.Context(), c.Model(), latents, MorphOptions{N: 4, Loop: true})
	require.NoError(t, err)
	assert.Len(t, frames, 3*4)

	ended, end := context.WithCancel(t.Context())
	end()
	_, err = Morph(ended, c.Model(), latents, MorphOptions{N: 4})
	assert.ErrorIs(t, err, context.Canceled)
}

// Pictures that are made in parts have the bits of those made at once.
func TestDecode(t *testing.T) {
	gan, err := pretrained.Faces()
	require.NoError(t, err)
	const n = 2*togetherDrawn + 5
	latents := gan.Latents(n, models.Draw{Seed: 3})
	pictures, err := Decode(t.Context(), gan, latents)
	require.NoError(t, err)
	assert.Equal(t, gan.Decode(latents), pictures)

	ended, end := context.WithCancel(t.Context())
	end()
	_, err = Decode(ended, gan, latents)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestTextChoosesByTheText(t *testing.T) {
	for length, hidden := range map[int]int{30_000: 128, 90_000: 256} {
		c := Text{Data: textFile(t, length)}
		_, err := c.Prepare(context.Background())
		require.NoError(t, err)
		assert.Equal(t, hidden, c.Hidden)
		assert.Equal(t, 64, c.Window)
		assert.Equal(t, hidden, c.Model().(*models.TextGenerator).Config().Hidden)
		assert.Equal(t, []string{"char", "lstm"}, []string{c.Vocab, c.Network})
	}
}

func TestTextFromFileToReport(t *testing.T) {
	for _, c := range []Text{
		{Vocab: "char", Hidden: 16, Embed: 8}, {Vocab: "word", Words: 60, Hidden: 16, Embed: 8}, {Vocab: "bpe", Tokens: 300, Hidden: 16},
		{Network: "gpt", Width: 16, Layers: 1, Vocab: "bpe", Tokens: 300}, {Network: "gpt", Width: 16, Heads: 2, Layers: 1},
	} {
		c.Data, c.Window, c.ValidateEvery = textFile(t, 8000), 8, 5
		c.Dir, c.Budget.Steps, c.Samples, c.Batch = t.TempDir(), 10, 1, 4
		r, err := c.Run(context.Background())
		require.NoError(t, err)
		assert.Contains(t, r.Summary(), "perplexity")
		assert.Equal(t, c.Vocab != "char", strings.Contains(r.Summary(), "bits a character"), r.Summary())
		assert.NotEmpty(t, read(t, c.Dir, "samples", "step-000000010.txt"))
	}
}

func TestTableFromFileToReport(t *testing.T) {
	c := Table{Data: salesFile(t, 400), Target: "price"}
	c.Dir = t.TempDir()
	c.Budget.Epochs = 30
	r, err := c.Run(context.Background())
	require.NoError(t, err)
	assert.True(t, *c.Log, "prices are learned as logarithms")
	assert.Equal(t, 16, c.Batch)
	assert.Regexp(t, `R² of the logarithm on the test rows: (0\.9\d+|1\.000);`, r.Summary())
	assert.Equal(t, 40, c.Test().Len())
	var b strings.Builder
	file, err := table.OpenCSV(c.Data)
	require.NoError(t, err)
	sales, err := file.Read(c.Model().CSVOptions(false))
	require.NoError(t, err)
	require.NoError(t, WritePredictions(&b, file, sales, c.Model()))
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	assert.Equal(t, "artist,size,price,predicted price", lines[0])
	assert.Len(t, lines, 401)
	page := read(t, string(r.Folder.Report()))
	assert.Contains(t, page, "Predicted against actual: price")
	assert.Contains(t, page, "a prediction on the line is right")
}

func TestTablesNetworkIsAsConfigured(t *testing.T) {
	c := Table{Data: salesFile(t, 60), Target: "price", Optimizer: "adamw", WeightDecay: new(0.3), Dropout: new(0.2)}
	_, err := c.Prepare(context.Background())
	require.NoError(t, err)
	n := c.Model().Config().Network
	assert.Equal(t, []any{"adamw", 0.3, 0.2}, []any{n.Optimizer, n.WeightDecay, n.Dropout})
	c = Table{Data: c.Data, Target: "price", Optimizer: "adamw"}
	_, err = c.Prepare(context.Background())
	require.NoError(t, err)
	assert.Equal(t, 0.01, *c.WeightDecay)
	for want, c := range map[string]Table{
		"Optimizer must be adam or adamw":              {Optimizer: "lion"},
		"WeightDecay is of the optimizer adamw":        {WeightDecay: new(0.1)},
		"WeightDecay of adamw must be positive, got 0": {Optimizer: "adamw", WeightDecay: new(0.0)},
		"Dropout must be from 0 to below 1, got 1":     {Dropout: new(1.0)},
		"Hidden must have at least 1 unit":             {Hidden: []int{8, 0}},
		"encoding \"latin\": use one of":               {Encoding: "latin"},
	} {
		c.Data, c.Target = "sales.csv", "price"
		var config *ConfigError
		require.ErrorAs(t, c.Check(), &config)
		assert.ErrorContains(t, config, want)
	}
}

func TestPredictedNumbersAreShort(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 1.5: "1.5", -2.0000001: "-2", 123456.7: "123457", 1234567.8: "1234570", 1e-7: "1e-07", 1.5e20: "1.5e+20", -3e9: "-3000000000",
	} {
		assert.Equal(t, want, plain(v))
	}
	assert.Equal(t, "1,5", marked("1.5", ","))
	assert.Equal(t, "p 3", free("p", []string{"p", "p 2", "q"}))
}

func TestClassesFromFilesToReport(t *testing.T) {
	c := Classes{Data: stripesFolder(t, 120), Hidden: []int{8}}
	c.Dir, c.Batch, c.LR = t.TempDir(), 8, 0.02
	r, err := c.Run(context.Background())
	require.NoError(t, err)
	assert.Equal(t, 10*15, r.Step, "ten epochs")
	assert.Greater(t, Accuracy(c.Model(), c.Test()), 0.95)
	assert.Contains(t, r.Summary(), "% of the test pictures are told right")
	assert.FileExists(t, filepath.Join(c.Dir, "samples", "step-000000150.png"))
}

func TestDataThatCannotBeLearnedFrom(t *testing.T) {
	dir := t.TempDir()
	nowhere := filepath.Join(dir, "nowhere")
	type recipe interface {
		Run(context.Context) (Result, error)
	}
	for want, r := range map[string]recipe{
		"Data is missing: name the folder of the pictures": &Images{},
		"Data is missing: name the file of the text":       &Text{},
		"Data is missing: name the file of the table":      &Table{},
		"Target is missing":                                &Table{Data: "x"},
		"Data is missing: name the folder of the four":     &Classes{},
		"Size must be from 1 to 256, got 300":              &Images{Data: "x", Size: 300},
		"Vocab must be one of":                             &Text{Data: "x", Vocab: "byte"},
		"Holdout must be from 0 to 0.5, got 0.6":           &Text{Data: "x", Holdout: new(0.6)},
		"Holdout must be above 0":                          &Table{Data: "x", Target: "y", Holdout: new(0.0)},
		"Patience must not be negative":                    &Table{Data: "x", Target: "y", Patience: new(-1)},
		"Window must not be negative":                      &Text{Data: "x", Window: -1},
		nowhere + ": there is no such folder":              &Images{Data: nowhere, Options: Options{Dir: filepath.Join(dir, "1")}},
		nowhere + ": there is no such file":                &Text{Data: nowhere, Options: Options{Dir: filepath.Join(dir, "2")}},
		"nowhere/train-images":                             &Classes{Data: nowhere, Options: Options{Dir: filepath.Join(dir, "3")}},
		"9 characters are not enough":                      &Text{Data: file(t, "s.txt", "too short"), Options: Options{Dir: filepath.Join(dir, "4")}},
		"1 row is not enough":                              &Table{Data: file(t, "t.csv", "a,b\n1,2\n"), Target: "b", Options: Options{Dir: filepath.Join(dir, "5")}},
		"one picture is not enough":                        &Images{Data: facesFolder(t, 1), Options: Options{Dir: filepath.Join(dir, "6")}},
		"hidden":                                           &Images{Data: facesFolder(t, 2), Hidden: []int{-1}, Options: Options{Dir: filepath.Join(dir, "7")}},
	} {
		_, err := r.Run(context.Background())
		assert.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "--", "flags are the command's")
		if strings.Contains(want, "no such") {
			assert.ErrorIs(t, err, fs.ErrNotExist)
		}
		if strings.Contains(want, "must") || strings.Contains(want, "is missing") || want == "hidden" {
			assert.True(t, errors.As(err, new(*ConfigError)), want)
		}
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries, "no folder of a run that never began")
}

func TestScheduleOverABudget(t *testing.T) {
	bySteps, follow := Cosine.over(train.Budget{Steps: 100}, 1, 10)
	assert.Nil(t, follow, "a function of the step")
	assert.InDelta(t, 1, bySteps.Rate(2), 1e-9)
	assert.InDelta(t, lastRate, bySteps.Rate(100), 1e-9)
	byEpochs, follow := Cosine.over(train.Budget{Steps: 1000, Epochs: 10}, 1, 10)
	assert.Nil(t, follow)
	assert.Equal(t, bySteps, byEpochs, "the shorter of two")

	byTime, follow := OneCycle.over(train.Budget{Time: 1, Steps: 100}, 1, 10)
	require.NotNil(t, follow)
	low := byTime.Rate(7)
	require.NoError(t, follow.Step(train.Event{Done: 0.3}))
	assert.Greater(t, byTime.Rate(7), 2*low)

	constant, follow := Constant.over(train.Budget{Time: 1}, 0.5, 10)
	assert.Nil(t, follow)
	assert.Equal(t, 0.5, constant.Rate(9))
}

func TestSettingsAreYAML(t *testing.T) {
	c := Table{Data: "a: b #c.csv", Target: "yes", Skip: []string{"x", "it's"}, Holdout: new(0.25)}
	c.Budget.Epochs = 3
	settings := settingsOf(&c)
	var b strings.Builder
	require.NoError(t, writeSettings(&b, settings))
	var back map[string]any
	require.NoError(t, yaml.Unmarshal([]byte(b.String()), &back))
	for name, want := range map[string]any{"data": "a: b #c.csv", "target": "yes", "skip": []any{"x", "it's"}, "holdout": 0.25, "epochs": 3, "seed": 0, "checkpoint": "0s"} {
		assert.Equal(t, want, back[name], name)
	}
	assert.NotContains(t, back, "log", "it is open")
	assert.NotContains(t, back, "hooks")
	assert.Equal(t, "z_dim", settingName("ZDim"))
	assert.Equal(t, "ema", settingName("EMA"))
	assert.Equal(t, "validate_every", settingName("ValidateEvery"))
	assert.NotContains(t, withoutZeros(settings), report.Setting{Name: "seed", Value: "0"})
}
