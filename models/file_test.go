package models

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/tokenizer"
)

// mixed is a text of many scripts and marks.
const mixed = "Don't stop, Ishmael!\n\n  “Élan” naïve—3.5 % 我是誰？ e\u0301  x\t\r\n👩‍👧 ' o'er '"

// samples are small models of all kinds, a few steps into their training.
func samples(t testing.TB, be backend.Backend) map[string]Model {
	t.Helper()
	mlp, err := NewMLP(MLPConfig{Sizes: []int{2, 3, 2}, Output: Softmax, Loss: CrossEntropy, Seed: math.MaxUint64, Backend: be})
	require.NoError(t, err)
	gan, err := NewGAN(GANConfig{Width: 3, Height: 2, Channels: 1, ZDim: 2, Hidden: []int{4}, EMA: 0.9, Backend: be})
	require.NoError(t, err)
	char, err := tokenizer.NewChars("床前明月光 <&>")
	require.NoError(t, err)
	chars, err := NewTextGenerator(char, TextConfig{Embed: 3, Hidden: 4, Layers: 2, Dropout: 0.5, Clip: 1, Carry: true, Backend: be})
	require.NoError(t, err)
	word, err := tokenizer.NewWords(mixed, 0)
	require.NoError(t, err)
	words, err := NewTextGenerator(word, TextConfig{Embed: 3, Hidden: 4, EMA: 0.9, Accumulate: 2, Backend: be})
	require.NoError(t, err)
	works := works(t)
	prices, err := NewTabular(works, TabularConfig{Target: "price", Log: true, MinCount: 2, Hidden: []int{3}, Network: MLPConfig{EMA: 0.9, Backend: be}})
	require.NoError(t, err)
	classes, err := NewTabular(works, TabularConfig{Target: "medium", MinCount: 2, Hidden: []int{3, 2}, Network: MLPConfig{Optimizer: SGD, Momentum: 0.9, Backend: be}})
	require.NoError(t, err)
	for range 3 {
		mlp.StepLabels([]float32{1, 2}, []int32{1})
		prices.Step(batchOf(t, prices, works))
		classes.Step(batchOf(t, classes, works))
		gan.Step([]float32{1, -1, 1, -1, 0, 0})
		chars.Step([]int32{0, 1, 2, 3}, []int32{1, 2, 3, 4}, 2, 2)
		words.Step([]int32{0, 1, 2, 3}, []int32{1, 2, 3, 4}, 1, 4)
	}
	return map[string]Model{"mlp": mlp, "prices": prices, "classes": classes, "gan": gan, "chars": chars, "words": words}
}

func written(t testing.TB, m Model) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(&b, m))
	return b.Bytes()
}

func readBytes(file []byte, options ...LoadOption) (Model, error) {
	return Read(bytes.NewReader(file), int64(len(file)), options...)
}

func TestSaveAndLoadAreBitExact(t *testing.T) {
	for _, name := range []string{"cpu", "reference"} {
		be, err := backend.Get(name)
		require.NoError(t, err)
		for kind, m := range samples(t, be) {
			t.Run(name+"/"+kind, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "model.safetensors")
				require.NoError(t, m.Save(path))
				back, err := Load(path, On(be))
				require.NoError(t, err)
				assert.IsType(t, m, back)
				want, got := m.contents(), back.contents()
				assert.Equal(t, want.config, got.config)
				assert.Equal(t, want.tokenizer, got.tokenizer)
				weights := map[string][]float64{}
				for name, p := range want.tensors {
					weights[name] = p.Float64s()
				}
				for name, p := range got.tensors {
					assert.Equal(t, weights[name], p.Float64s(), name)
					delete(weights, name)
				}
				assert.Empty(t, weights)

				require.NoError(t, back.Save(path))
				file, err := os.ReadFile(path)
				require.NoError(t, err)
				assert.Equal(t, written(t, m), file)
			})
		}
	}
}

func TestLoadedModelsDoTheSame(t *testing.T) {
	all := samples(t, nil)
	dir := t.TempDir()
	for kind, m := range all {
		require.NoError(t, m.Save(filepath.Join(dir, kind)))
	}
	mlp, err := LoadMLP(filepath.Join(dir, "mlp"))
	require.NoError(t, err)
	x := []float32{0.5, -1, 2, 3}
	assert.Equal(t, all["mlp"].(*MLP).Predict(x), mlp.Predict(x))
	assert.NotPanics(t, func() { mlp.StepLabels(x, []int32{0, 1}) }, "it can be trained on")

	gan, err := LoadGAN(filepath.Join(dir, "gan"))
	require.NoError(t, err)
	assert.Equal(t, all["gan"].(*GAN).Generate(3, 5), gan.Generate(3, 5))
	gan.Step(make([]float32, 6))

	for kind, prompt := range map[string]string{"chars": "明月", "words": "stop, Ishmael"} {
		text, err := LoadTextGenerator(filepath.Join(dir, kind))
		require.NoError(t, err)
		want, err := all[kind].(*TextGenerator).Generate(prompt, 20, generate.Seed(1))
		require.NoError(t, err)
		got, err := text.Generate(prompt, 20, generate.Seed(1))
		require.NoError(t, err)
		assert.Equal(t, want, got)
		text.Step([]int32{0, 1}, []int32{1, 2}, 1, 2)
	}
}

// Embedded files come as readers, and weights may be of any precision.
func TestReadEveryKind(t *testing.T) {
	all := samples(t, nil)
	mlp, gan, text := written(t, all["mlp"]), written(t, all["gan"]), written(t, all["chars"])
	_, err := ReadMLP(bytes.NewReader(mlp), int64(len(mlp)))
	assert.NoError(t, err)
	_, err = ReadGAN(bytes.NewReader(gan), int64(len(gan)))
	assert.NoError(t, err)
	_, err = ReadTextGenerator(bytes.NewReader(text), int64(len(text)))
	assert.NoError(t, err)

	half := rewritten(t, mlp, func(list []safetensors.Tensor, _ map[string]string) []safetensors.Tensor {
		for i := range list {
			list[i].DType = safetensors.BF16
		}
		return list
	})
	m, err := ReadMLP(bytes.NewReader(half), int64(len(half)))
	require.NoError(t, err)
	assert.InDeltaSlice(t, all["mlp"].(*MLP).Predict([]float32{1, 2}), m.Predict([]float32{1, 2}), 0.02)
}

// rewritten is a file with its tensors and metadata changed.
func rewritten(t testing.TB, file []byte, change func([]safetensors.Tensor, map[string]string) []safetensors.Tensor) []byte {
	t.Helper()
	f, err := safetensors.Read(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	meta := map[string]string{}
	for k, v := range f.Metadata() {
		meta[k] = v
	}
	var list []safetensors.Tensor
	for _, name := range f.Names() {
		info, err := f.Info(name)
		require.NoError(t, err)
		values, err := f.Float32s(name)
		require.NoError(t, err)
		list = append(list, safetensors.Tensor{Name: name, Shape: info.Shape, Values: values})
	}
	var b bytes.Buffer
	require.NoError(t, safetensors.Write(&b, change(list, meta), meta))
	return b.Bytes()
}

func TestLoadRefusesDamage(t *testing.T) {
	type list = []safetensors.Tensor
	all := samples(t, nil)
	mlp, text := written(t, all["mlp"]), written(t, all["chars"])
	meta := func(key, value string) func(list, map[string]string) list {
		return func(l list, m map[string]string) list { m[key] = value; return l }
	}
	config := func(change map[string]any) func(list, map[string]string) list {
		return func(l list, m map[string]string) list {
			c := map[string]json.RawMessage{} // keeps the 64 bits of the seed
			require.NoError(t, json.Unmarshal([]byte(m[configKey]), &c))
			for k, v := range change {
				text, err := json.Marshal(v)
				require.NoError(t, err)
				c[k] = text
			}
			text, err := json.Marshal(c)
			require.NoError(t, err)
			m[configKey] = string(text)
			return l
		}
	}
	for name, c := range map[string]struct {
		file   []byte
		change func(list, map[string]string) list
		want   string
	}{
		"no model":         {mlp, meta(formatKey, "pt"), `not a model saved by this library`},
		"newer version":    {mlp, meta(versionKey, "2"), `file version "2": this library reads version 1`},
		"unknown kind":     {mlp, meta(modelKey, "GPT"), `holds a model of unknown kind "GPT"`},
		"no configuration": {mlp, meta(configKey, ""), `configuration: EOF`},
		"unknown setting":  {mlp, config(map[string]any{"wings": 2}), `configuration: json: unknown field "wings"`},
		"wrong type":       {mlp, config(map[string]any{"sizes": "many"}), `configuration: json: cannot unmarshal`},
		"bad setting":      {mlp, config(map[string]any{"activation": "bang"}), `configuration: activation "bang"`},
		"negative size":    {mlp, config(map[string]any{"sizes": []int{2, -3, 2}}), `configuration: sizes: -3: must be from 1`},
		"huge size":        {mlp, config(map[string]any{"sizes": []int{2, 1 << 24, 2}}), `expected shape [16777216 2], got [3 2]`},
		"too large in all": {mlp, config(map[string]any{"sizes": []int{1 << 28, 1 << 28, 2}}), `more than`},
		"other size":       {mlp, config(map[string]any{"sizes": []int{2, 4, 2}}), `tensor "0.weight": expected shape [4 2], got [3 2]`},
		"one layer more":   {mlp, config(map[string]any{"sizes": []int{2, 3, 2, 2}}), `no tensor "4.weight"`},
		"one layer less":   {mlp, config(map[string]any{"sizes": []int{2, 3}}), `tensor "2.bias": the model has none of that name`},
		"many LSTM layers": {text, config(map[string]any{"layers": 1 << 28}), `layers: 268435456: must be at most 1024`},
		"bad vocabulary":   {text, meta(vocabularyKey, `{"kind":"char","chars":"ab"}`), `tensor "embed.weight": expected shape [2 3], got [9 3]`},
		"no vocabulary":    {text, meta(vocabularyKey, ""), `vocabulary: EOF`},
		"missing":          {mlp, func(l list, _ map[string]string) list { return l[1:] }, `no tensor "0.bias"`},
		"renamed":          {mlp, func(l list, _ map[string]string) list { l[0].Name = "0.bios"; return l }, `no tensor "0.bias"`},
		"left over": {mlp, func(l list, _ map[string]string) list {
			return append(l, safetensors.Tensor{Name: "x", Shape: []int{1}, Values: []float32{1}})
		}, `tensor "x": the model has none of that name`},
		"transposed":         {mlp, func(l list, _ map[string]string) list { l[1].Shape = []int{2, 3}; return l }, `tensor "0.weight": expected shape [3 2], got [2 3]`},
		"integers":           {mlp, func(l list, _ map[string]string) list { l[0].Values = []int32{1, 2, 3}; return l }, `tensor "0.bias": expected floating-point numbers, got I32`},
		"NaN":                {mlp, func(l list, _ map[string]string) list { l[1].Values.([]float32)[4] = float32(math.NaN()); return l }, `tensor "0.weight": element 4 is NaN`},
		"infinity":           {mlp, func(l list, _ map[string]string) list { l[0].Values.([]float32)[0] = float32(math.Inf(-1)); return l }, `tensor "0.bias": element 0 is -Inf`},
		"rounds to infinity": {mlp, func(l list, _ map[string]string) list { l[0].Values = []float64{0, 1e300, 0}; return l }, `tensor "0.bias": element 1 is +Inf`},
	} {
		if name == "rounds to infinity" && backend.Default().Precision() != backend.Float32 {
			continue // it has room for the number
		}
		t.Run(name, func(t *testing.T) {
			m, err := readBytes(rewritten(t, c.file, c.change))
			assert.ErrorContains(t, err, c.want)
			assert.Nil(t, m)
		})
	}
	for n := range len(mlp) {
		_, err := readBytes(mlp[:n])
		require.Error(t, err, "the first %d bytes", n)
	}
	_, err := readBytes(append(bytes.Clone(mlp), 0))
	assert.ErrorContains(t, err, "trailing")
}

func TestLoadNamesTheOtherKind(t *testing.T) {
	dir := t.TempDir()
	for kind, m := range samples(t, nil) {
		require.NoError(t, m.Save(filepath.Join(dir, kind)))
	}
	_, err := LoadGAN(filepath.Join(dir, "chars"))
	assert.ErrorContains(t, err, "chars: holds a TextGenerator, not a GAN")
	_, err = LoadTextGenerator(filepath.Join(dir, "mlp"))
	assert.ErrorContains(t, err, "mlp: holds an MLP, not a TextGenerator")
	_, err = LoadMLP(filepath.Join(dir, "gan"))
	assert.ErrorContains(t, err, "gan: holds a GAN, not an MLP")
	_, err = LoadMLP(filepath.Join(dir, "prices"))
	assert.ErrorContains(t, err, "prices: holds a Tabular, not an MLP")
	_, err = LoadTabular(filepath.Join(dir, "mlp"))
	assert.ErrorContains(t, err, "mlp: holds an MLP, not a Tabular")
	_, err = LoadMLP(filepath.Join(dir, "nothing"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// A file of a few hundred bytes that claims a huge model costs next to nothing.
func TestHostileConfigurationAllocatesNothing(t *testing.T) {
	file := rewritten(t, written(t, samples(t, nil)["gan"]), func(l []safetensors.Tensor, m map[string]string) []safetensors.Tensor {
		m[configKey] = strings.Replace(m[configKey], `"hidden":[4]`, `"hidden":[200000000,200000000]`, 1)
		return l
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := readBytes(file)
	runtime.ReadMemStats(&after)
	assert.Error(t, err)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

func TestSaveRefusesWhatCouldNotBeLoaded(t *testing.T) {
	m := samples(t, nil)["mlp"].(*MLP)
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, m.Save(path))
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	m.params[1].SetFloat32s([]float32{0, float32(math.Inf(1)), 0})
	err = m.Save(path)
	assert.ErrorContains(t, err, path)
	assert.ErrorContains(t, err, `tensor "0.bias": element 1 is +Inf`)
	left, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, good, left, "the file saved before is still there")
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWriteReportsTheWriter(t *testing.T) {
	var w io.Writer = fullDisk{}
	assert.ErrorContains(t, Write(w, samples(t, nil)["mlp"]), "no space left")
}

// The names and shapes that loading expects are those the models have.
func TestShapesAreThoseOfTheModels(t *testing.T) {
	all := samples(t, nil)
	for kind, s := range map[string]shapes{
		"mlp":   all["mlp"].(*MLP).cfg.shapes(),
		"gan":   all["gan"].(*GAN).cfg.shapes(),
		"chars": all["chars"].(*TextGenerator).cfg.shapes(9),
	} {
		want := map[string][]int{}
		for name, p := range all[kind].contents().tensors {
			want[name] = p.Shape()
		}
		got := map[string][]int{}
		for name, shape := range s {
			got[name] = shape
		}
		assert.Equal(t, want, got, kind)
	}
}

func FuzzRead(f *testing.F) {
	for _, m := range samples(f, nil) {
		f.Add(forInference(f, m))
		f.Add(written(f, m))
		var b bytes.Buffer
		require.NoError(f, Write(&b, m, WithTraining()))
		f.Add(b.Bytes())
	}
	f.Add(written(f, quantized(f, samples(f, nil)["words"])))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := readBytes(file)
		if err != nil {
			return
		}
		again, err := readBytes(written(t, m))
		require.NoError(t, err)
		assert.Equal(t, written(t, m), written(t, again))
	})
}
