package models

import (
	"image/color"
	"math"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend/shape"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/internal/check"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
)

func TestConfigurationsThatMakeNoSense(t *testing.T) {
	sizes := []int{2, 1}
	for want, cfg := range map[string]MLPConfig{
		"mlp: sizes []: need at least":                     {},
		"mlp: sizes [3]: need at least":                    {Sizes: []int{3}},
		"mlp: sizes: 0: must be from 1":                    {Sizes: []int{3, 0, 1}},
		"mlp: sizes: -1: must be from 1":                   {Sizes: []int{-1, 1}},
		"mlp: sizes: more than":                            {Sizes: []int{check.MaxSize, check.MaxSize, check.MaxSize}},
		`mlp: activation: "bang": not one of`:              {Sizes: sizes, Activation: "bang"},
		`mlp: activation "softmax": of an output layer on`: {Sizes: sizes, Activation: "softmax"},
		`mlp: output: "bang": not one of`:                  {Sizes: sizes, Output: "bang"},
		`mlp: loss "bang": not one of`:                     {Sizes: sizes, Loss: "bang"},
		`mlp: loss cross_entropy needs output softmax`:     {Sizes: sizes, Loss: "cross_entropy"},
		`mlp: loss binary_cross_entropy needs output sigm`: {Sizes: sizes, Loss: "binary_cross_entropy", Output: "softmax"},
		`mlp: loss cross_entropy_sum needs probabilities`:  {Sizes: sizes, Loss: "cross_entropy_sum", Output: "relu"},
		`mlp: optimizer "lion": not one of`:                {Sizes: sizes, Optimizer: "lion"},
		"mlp: momentum 0.9: only sgd":                      {Sizes: sizes, Optimizer: "adam", Momentum: 0.9},
		"mlp: momentum: 1: must be at least 0 and below 1": {Sizes: sizes, Momentum: 1},
		"mlp: weight decay 0.1: only adamw":                {Sizes: sizes, Optimizer: "adam", WeightDecay: 0.1},
		"mlp: weight decay: -1: must be finite":            {Sizes: sizes, Optimizer: "adamw", WeightDecay: -1},
		"mlp: dropout: 1: must be at least 0 and below 1":  {Sizes: sizes, Dropout: 1},
		"mlp: dropout: NaN: must be at least 0":            {Sizes: sizes, Dropout: math.NaN()},
		"mlp: learning rate: -1: must be finite":           {Sizes: sizes, LR: -1},
		"mlp: learning rate: NaN: must be finite":          {Sizes: sizes, LR: math.NaN()},
		"mlp: learning rate: +Inf: must be finite":         {Sizes: sizes, LR: math.Inf(1)},
	} {
		m, err := NewMLP(cfg)
		assert.ErrorContains(t, err, want)
		assert.Nil(t, m)
	}
	for want, cfg := range map[string]GANConfig{
		"gan: width and height: 0":  {},
		"gan: width and height: -4": {Width: 4, Height: -4},
		"gan: channels: 2":          {Width: 4, Channels: 2},
		"gan: size 20000×20000×3":   {Width: 20000},
		"gan: z dimension: -1":      {Width: 4, ZDim: -1},
		"gan: hidden sizes: 0":      {Width: 4, Hidden: []int{8, 0}},
		"gan: slope: -0.1":          {Width: 4, Slope: -0.1},
		"gan: learning rate: NaN":   {Width: 4, LR: math.NaN()},
		"gan: beta1: 1":             {Width: 4, Beta1: 1},
		"gan: smooth: 1":            {Width: 4, Smooth: 1},
		"gan: ema: -1":              {Width: 4, EMA: -1},
		"gan: noise: -1":            {Width: 4, Noise: -1},
		"gan: r1: -1":               {Width: 4, R1: -1},
		"gan: clip: -1":             {Width: 4, Clip: -1},
		"gan: critic steps: -1":     {Width: 4, CriticSteps: -1},
		"gan: accumulate: -1":       {Width: 4, Accumulate: -1},
		"gan: sharpen: +Inf":        {Width: 4, Sharpen: math.Inf(1)},
		"gan: sizes: more than":     {Width: 4, Hidden: []int{check.MaxSize, check.MaxSize}},
	} {
		m, err := NewGAN(cfg)
		assert.ErrorContains(t, err, want)
		assert.Nil(t, m)
	}
	for want, cfg := range map[string]TextConfig{
		"text generator: embedding size: -1": {Embed: -1},
		"text generator: hidden size: -1":    {Hidden: -1},
		"text generator: layers: -1":         {Layers: -1},
		"text generator: layers: 2000":       {Layers: 2000},
		"text generator: dropout: 1":         {Dropout: 1},
		"text generator: dropout: NaN":       {Dropout: math.NaN()},
		"text generator: learning rate: -1":  {LR: -1},
		"text generator: clip: -1":           {Clip: -1},
		"text generator: tied: needs an embedding and a hidden state of one size, got 256 and 512": {Tied: true, Embed: 256},
		"text generator: sizes: more than": {Embed: check.MaxSize, Hidden: check.MaxSize},
	} {
		m, err := NewTextGenerator(letters(t, 3), cfg)
		assert.ErrorContains(t, err, want)
		assert.Nil(t, m)
	}
	for want, cfg := range map[string]GPTConfig{
		`gpt: style "bert": not one of qwen3, gpt2`:         {Style: "bert"},
		"gpt: context: 1: must be at least 2":               {Context: 1},
		"gpt: context: -1":                                  {Context: -1},
		"gpt: layers: 2000: must be at most 1024":           {Layers: 2000},
		"gpt: width: -8":                                    {Width: -8},
		"gpt: heads: -1":                                    {Heads: -1},
		"gpt: heads: 3 of keys and values: must divide the": {Heads: 4, KVHeads: 3},
		"gpt: size of a head: 21: must be even":             {Width: 63, Heads: 3},
		"gpt: size of a head: 0":                            {Width: 2, Heads: 4},
		"gpt: hidden size: -1":                              {Hidden: -1},
		"gpt: window: -1":                                   {Window: -1},
		"gpt: rope base: style gpt2 has learned positions":  {Style: "gpt2", RopeBase: 10},
		"gpt: rope base: NaN":                               {RopeBase: math.NaN()},
		"gpt: no bias: style qwen3 has none anyway":         {NoBias: true},
		"gpt: dropout: 1":                                   {Dropout: 1},
		"gpt: attention dropout: 1":                         {AttentionDropout: 1},
		"gpt: learning rate: -1":                            {LR: -1},
		"gpt: betas: 1":                                     {Betas: [2]float64{0.9, 1}},
		"gpt: weight decay: -2: must be above 0, or -1":     {WeightDecay: -2},
		"gpt: weight decay: NaN":                            {WeightDecay: math.NaN()},
		"gpt: clip: -1":                                     {Clip: -1},
		"gpt: accumulate: -1":                               {Accumulate: -1},
		"gpt: ema: 1":                                       {EMA: 1},
		"gpt: size of a head: 8192: must be at most 4096":   {Width: 8192, Heads: 1},
		"gpt: sizes: more than":                             {Width: check.MaxSize, Heads: 1, HeadDim: 64, Hidden: check.MaxSize},
	} {
		m, err := NewGPT(letters(t, 3), cfg)
		assert.ErrorContains(t, err, want)
		assert.Nil(t, m)
	}
	_, err := NewGPT(nil, GPTConfig{})
	assert.ErrorContains(t, err, "gpt: the tokenizer is nil")
	two := []string{"a", "b"}
	for want, cfg := range map[string]ClassifierConfig{
		"classifier: size: 0: must be from 8 to 256":           {Classes: two},
		"classifier: size: 7":                                  {Size: 7, Classes: two},
		"classifier: size: 257":                                {Size: 257, Classes: two},
		"classifier: channels: 2: must be":                     {Size: 8, Channels: 2, Classes: two},
		"classifier: classes: none: needs two or more":         {Size: 8},
		`classifier: classes: one, "a": needs two or more`:     {Size: 8, Classes: two[:1]},
		`classifier: classes: "a": names must be different`:    {Size: 8, Classes: []string{"a", "a"}},
		`classifier: classes: " ": names must be different an`: {Size: 8, Classes: []string{"a", " "}},
		"classifier: width: -1":                                {Size: 8, Classes: two, Width: -1},
		"classifier: blocks: -1":                               {Size: 8, Classes: two, Blocks: -1},
		"classifier: layers: 1200: must be at most 1024":       {Size: 8, Classes: two, Blocks: 600},
		"classifier: dropout: 1":                               {Size: 8, Classes: two, Dropout: 1},
		"classifier: label smoothing: 1":                       {Size: 8, Classes: two, LabelSmoothing: 1},
		"classifier: augment: 0.9: must be at most 0.8":        {Size: 8, Classes: two, Augment: 0.9},
		"classifier: augment: NaN":                             {Size: 8, Classes: two, Augment: math.NaN()},
		"classifier: learning rate: -1":                        {Size: 8, Classes: two, LR: -1},
		"classifier: weight decay: -2":                         {Size: 8, Classes: two, WeightDecay: -2},
		"classifier: weight decay: NaN":                        {Size: 8, Classes: two, WeightDecay: math.NaN()},
		"classifier: clip: -1":                                 {Size: 8, Classes: two, Clip: -1},
		"classifier: accumulate: -1":                           {Size: 8, Classes: two, Accumulate: -1},
		"classifier: ema: 1":                                   {Size: 8, Classes: two, EMA: 1},
		"classifier: sizes: more than":                         {Size: 8, Classes: two, Width: check.MaxSize},
	} {
		m, err := NewClassifier(cfg)
		assert.ErrorContains(t, err, want)
		assert.Nil(t, m)
	}
	_, err = NewTextGenerator(nil, TextConfig{})
	assert.ErrorContains(t, err, "tokenizer is nil")
}

func TestDefaultsAreTheDocuments(t *testing.T) {
	gan := GANConfig{Width: 256}.withDefaults()
	gan.Backend = nil
	assert.Equal(t, GANConfig{Width: 256, Height: 256, Channels: 3, ZDim: 100, Hidden: []int{128, 256}, Slope: 0.2, LR: 0.0002, Beta1: 0.9, Loss: "non_saturating", CriticSteps: 1}, gan)
	g, d := gan.build(tensor.NewRNGOn(shape.New(1<<30), 0))
	count := layers.Count(g) + layers.Count(d)
	// (100·128+128) + (128·256+256) + (256·196608+196608), and the mirror image.
	assert.Equal(t, 50574208+50364929, count)
	text := TextConfig{}.withDefaults()
	text.Backend = nil
	assert.Equal(t, TextConfig{Embed: 256, Hidden: 512, Layers: 1, LR: 0.001}, text)
	assert.Equal(t, 10000, tokenizer.DefaultWords)
}

func TestBatchesOfTheWrongLengthPanic(t *testing.T) {
	all := samples(t, nil)
	mlp, gan, text := all["mlp"].(*MLP), all["gan"].(*GAN), all["chars"].(*TextGenerator)
	classifier, gpt := all["classifier"].(*Classifier), all["gpt"].(*GPT)
	for want, f := range map[string]func(){
		"mlp step: expected rows of 2 numbers, at least one, got 3":                           func() { mlp.Step(make([]float32, 3), make([]float32, 2)) },
		"mlp step: expected rows of 2 numbers, at least one, got 0":                           func() { mlp.Step(nil, nil) },
		"mlp step: expected 2 rows of 2 targets, one for each row of inputs, got 2 numbers":   func() { mlp.Step(make([]float32, 4), make([]float32, 2)) },
		"mlp step: expected 2 labels, one for each row of inputs, got 1":                      func() { mlp.StepLabels(make([]float32, 4), make([]int32, 1)) },
		"mlp step: labels must lie in [0, 2), got 2 in row 1":                                 func() { mlp.StepLabels(make([]float32, 4), []int32{0, 2}) },
		"mlp step: labels must lie in [0, 2), got -1 in row 0":                                func() { mlp.StepLabels(make([]float32, 4), []int32{-1, 0}) },
		"mlp predict: expected rows of 2 numbers, at least one, got 1":                        func() { mlp.Predict(make([]float32, 1)) },
		"classifier step: expected rows of 64 numbers, at least one, got 63":                  func() { classifier.Step(make([]float32, 63), []int32{0}) },
		"classifier step: expected 2 labels, one for each picture, got 1":                     func() { classifier.Step(make([]float32, 128), []int32{0}) },
		"classifier step: labels must lie in [0, 2), got 2 of picture 1":                      func() { classifier.Step(make([]float32, 128), []int32{0, 2}) },
		"classifier predict: expected rows of 64 numbers, at least one, got 0":                func() { classifier.Predict(nil) },
		"classifier: needs pictures [n, 1, 8, 8], got [1 3 8 8]":                              func() { classifier.Forward(tensor.Zeros(1, 3, 8, 8)) },
		"classifier activations: needs pictures [n, 1, height, width], got [1 3 8 8]":         func() { classifier.Activations(tensor.Zeros(1, 3, 8, 8), "stem") },
		`classifier activations: the network has stem, blocks.0, blocks.1, features, got "x"`: func() { classifier.Activations(tensor.Zeros(1, 1, 8, 8), "x") },
		"gan step: expected rows of 6 numbers, at least one, got 7":                           func() { gan.Step(make([]float32, 7)) },
		"gan score: expected rows of 6 numbers, at least one, got 0":                          func() { gan.Score(nil) },
		"gan generate: the number of images must be positive, got 0":                          func() { gan.Generate(0, 1) },
		"gan generate: the number of images must be positive, got -1":                         func() { gan.Images(-1, 1) },
		"gan interpolate: the number of images must be at least 2, got 1":                     func() { gan.Interpolate(1, 2, 1) },
		"text step: expected as many inputs and targets as 2 rows of 3 steps have, got 6":     func() { text.Step(make([]int32, 6), make([]int32, 5), 2, 3) },
		"text step: expected as many inputs and targets as 0 rows of 0 steps have, got 0":     func() { text.Step(nil, nil, 0, 0) },
		"gpt step: expected as many inputs and targets as 2 rows of 3 steps have, got 6":      func() { gpt.Step(make([]int32, 6), make([]int32, 5), 2, 3) },
		"gpt: the context has 4 steps, got 5":                                                 func() { gpt.Step(make([]int32, 5), make([]int32, 5), 1, 5) },
		"take: indices must lie in [0, 9), got 9 at position 1":                               func() { text.Step([]int32{0, 9}, []int32{0, 0}, 1, 2) },
	} {
		err := tensor.Try(f)
		var shape *tensor.ShapeError
		require.ErrorAs(t, err, &shape)
		assert.ErrorContains(t, err, want)
	}
	// What went wrong left the models whole.
	mlp.Step(make([]float32, 4), make([]float32, 4))
	text.Step([]int32{0, 1}, []int32{0, 0}, 1, 2)
}

func TestImages(t *testing.T) {
	m := pictures([]float32{-1, 1, 0, float32(math.NaN()), 5, -5}, 1, 2, 3)
	require.Len(t, m, 1)
	assert.Equal(t, color.Gray{255}, m[0].At(1, 0))
	assert.Equal(t, color.Gray{128}, m[0].At(2, 0))
	assert.Equal(t, color.Gray{0}, m[0].At(0, 1), "NaN is black")
	assert.Equal(t, color.Gray{255}, m[0].At(1, 1))
	assert.Equal(t, color.Gray{0}, m[0].At(2, 1))
	rgb := pictures([]float32{-1, 1, 1, -1, 0, 0, 1, 1, 1, 1, 1, 1}, 3, 1, 2)
	require.Len(t, rgb, 2)
	assert.Equal(t, color.RGBA{0, 255, 128, 255}, rgb[0].At(0, 0))
	assert.Equal(t, color.RGBA{255, 0, 128, 255}, rgb[0].At(1, 0))
	assert.Equal(t, color.NRGBA{0, 255, 128, 0}, pictures([]float32{-1, 1, 0, -1}, 4, 1, 1)[0].At(0, 0))

	gan, err := NewGAN(GANConfig{Width: 5, Height: 3, ZDim: 4, Hidden: []int{8}})
	require.NoError(t, err)
	made := gan.Images(3, 1)
	require.Len(t, made, 3)
	assert.Equal(t, 5, made[2].Bounds().Dx())
	assert.Equal(t, 3, made[2].Bounds().Dy())
}

func TestInterpolateGoesFromOneToTheOther(t *testing.T) {
	gan, err := NewGAN(GANConfig{Width: 3, ZDim: 6, Hidden: []int{8}})
	require.NoError(t, err)
	way := gan.Interpolate(1, 2, 5)
	require.Len(t, way, 5*27)
	assert.InDeltaSlice(t, gan.Generate(1, 1), way[:27], 1e-5)
	assert.InDeltaSlice(t, gan.Generate(1, 2), way[4*27:], 1e-5)
	still := gan.Interpolate(1, 1, 3)
	assert.InDeltaSlice(t, still[:27], still[27:54], 1e-5)

	a, b := []float32{3, 0}, []float32{0, 1}
	mid := slerp(a, b, 3)[2:4]
	assert.InDelta(t, 2, math.Hypot(float64(mid[0]), float64(mid[1])), 1e-6, "halfway in length")
	assert.InDelta(t, float64(mid[0]), float64(mid[1]), 1e-6, "and in direction")
}

// Layers and parameters are open to those who build on a model.
func TestModelsAreModules(t *testing.T) {
	all := samples(t, nil)
	assert.Equal(t, 2*3+3+3*2+2, layers.Count(all["mlp"]))
	mlp := all["mlp"].(*MLP)
	tape := tensor.NewTape()
	defer tape.Release()
	x := []float32{1, 2, 3, 4}
	assert.Equal(t, mlp.Predict(x), mlp.Forward(tape.FromSlice(x, 2, 2)).Float32s())
	y := mlp.Predict(x)
	assert.InDelta(t, 1, float64(y[0]+y[1]), 1e-6)
	classes := mlp.Classify(x)
	for i, c := range classes {
		assert.GreaterOrEqual(t, y[2*i+int(c)], y[2*i+1-int(c)])
	}
	mlp.Updates()[0].Optimizer().SetLR(0.5)
	assert.Equal(t, 0.5, mlp.Updates()[0].Optimizer().LR())
	both := all["gan"].(*GAN).Updates()
	assert.NotEqual(t, both[0].Optimizer(), both[1].Optimizer())
}

func TestInferenceIsConcurrent(t *testing.T) {
	all := samples(t, nil)
	mlp, gan, text := all["mlp"].(*MLP), all["gan"].(*GAN), all["chars"].(*TextGenerator)
	y, images := mlp.Predict([]float32{1, 2}), gan.Generate(2, 1)
	poem, err := text.Generate("明", 10, generate.Seed(1))
	require.NoError(t, err)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			assert.Equal(t, y, mlp.Predict([]float32{1, 2}))
			assert.Equal(t, images, gan.Generate(2, 1))
			again, err := text.Generate("明", 10, generate.Seed(1))
			assert.NoError(t, err)
			assert.Equal(t, poem, again)
			_, err = text.Evaluate([]int32{0, 1, 2, 3, 4, 5}, 2)
			assert.NoError(t, err)
		})
	}
	wait.Wait()
}

// A model whose error was not looked at is named by what is done with it, and no file
// is left.
func TestNilModels(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	var gan *GAN
	assert.PanicsWithValue(t, "save: the model is nil: was there an error when it was made?", func() { _ = Save(path, nil) })
	assert.PanicsWithValue(t, "save: the model is nil: was there an error when it was made?", func() { _ = Save(path, gan) })
	assert.PanicsWithValue(t, "clone: the model is nil: was there an error when it was made?", func() { _, _ = Clone(gan) })
	assert.PanicsWithValue(t, "clone: the model is nil: was there an error when it was made?", func() { _, _ = Clone[Model](nil) })
	assert.NoFileExists(t, path)
}
