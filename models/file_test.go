package models

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
)

// mixed is a text of many scripts and marks.
const mixed = "Don't stop, Ishmael!\n\n  “Élan” naïve—3.5 % 我是誰？ e\u0301  x\t\r\n👩‍👧 ' o'er '"

// samples are small models of all kinds, a few steps into their training.
func samples(t testing.TB, be backend.Backend) map[string]Model {
	t.Helper()
	mlp, err := NewMLP(MLPConfig{Sizes: []int{2, 3, 2}, Output: "softmax", Loss: "cross_entropy", Seed: math.MaxUint64, Backend: be})
	require.NoError(t, err)
	gan, err := NewGAN(GANConfig{Width: 3, Height: 2, Channels: 1, ZDim: 2, Hidden: []int{4}, EMA: 0.9, Backend: be})
	require.NoError(t, err)
	char, err := tokenizer.NewChars("床前明月光 <&>")
	require.NoError(t, err)
	chars, err := NewTextGenerator(char, TextConfig{Embed: 3, Hidden: 4, Layers: 2, Dropout: 0.5, Clip: 1, Stateful: true, Backend: be})
	require.NoError(t, err)
	word, err := tokenizer.NewWords(mixed, 0)
	require.NoError(t, err)
	words, err := NewTextGenerator(word, TextConfig{Embed: 3, Hidden: 4, EMA: 0.9, Accumulate: 2, Backend: be})
	require.NoError(t, err)
	average, err := NewMLP(MLPConfig{Sizes: []int{2, 3, 2}, Optimizer: "adam", EMA: 0.9, Backend: be})
	require.NoError(t, err)
	classifier, err := NewClassifier(ClassifierConfig{Size: 8, Channels: 1, Width: 2, Blocks: 1, Classes: []string{"a", "b"}, Dropout: 0.2, Augment: 0.5, Mirror: true, LabelSmoothing: 0.1, EMA: 0.9, Backend: be})
	require.NoError(t, err)
	gpt, err := NewGPT(char, GPTConfig{Context: 4, Layers: 2, Width: 8, Heads: 2, Dropout: 0.2, AttentionDropout: 0.1, EMA: 0.9, Backend: be})
	require.NoError(t, err)
	gpt2, err := NewGPT(word, GPTConfig{Style: "gpt2", Context: 4, Layers: 1, Width: 6, Heads: 2, Clip: 1, Untied: true, Backend: be})
	require.NoError(t, err)
	picture := make([]float32, 2*8*8)
	for i := range picture {
		picture[i] = wave(0, i)
	}
	for range 3 {
		mlp.StepLabels([]float32{1, 2}, []int32{1})
		classifier.Step(picture, []int32{0, 1})
		average.Step([]float32{1, 2}, []float32{0, 1})
		gan.Step([]float32{1, -1, 1, -1, 0, 0})
		chars.Step([]int32{0, 1, 2, 3}, []int32{1, 2, 3, 4}, 2, 2)
		words.Step([]int32{0, 1, 2, 3}, []int32{1, 2, 3, 4}, 1, 4)
		gpt.Step([]int32{0, 1, 2, 3}, []int32{1, 2, 3, 4}, 2, 2)
		gpt2.Step([]int32{0, 1, 2, 3}, []int32{1, 2, 3, 4}, 1, 4)
	}
	return map[string]Model{"mlp": mlp, "average": average, "gan": gan, "chars": chars, "words": words, "classifier": classifier, "gpt": gpt, "gpt2": gpt2}
}

// writer is a model of text.
type writer interface {
	Trainable
	generate.BatchModel
	Generate(prompt string, n int, options ...generate.Option) (string, error)
	Step(inputs, targets []int32, batch, steps int) float64
	Evaluate(tokens []int32, streams int) (float64, error)
}

// written is what Save writes.
func written(t testing.TB, m Model, options ...SaveOption) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, write(&b, m, options...))
	return b.Bytes()
}

func readBytes(file []byte, options ...LoadOption) (Model, error) {
	return read(bytes.NewReader(file), int64(len(file)), options...)
}

// stateOf is the numbers of a model by name.
func stateOf(m layers.Module) map[string][]float64 {
	state := map[string][]float64{}
	for name, e := range m.State() {
		state[name] = e.Value.Float64s()
	}
	return state
}

// param is a model's parameter.
func param(m layers.Module, name string) *tensor.Tensor {
	for n, p := range layers.Params(m) {
		if n == name {
			return p
		}
	}
	panic("no parameter " + name)
}

func TestSaveAndLoadAreBitExact(t *testing.T) {
	for _, name := range []string{"cpu", "reference"} {
		be, err := backend.Get(name)
		require.NoError(t, err)
		for kind, m := range samples(t, be) {
			t.Run(name+"/"+kind, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "model.safetensors")
				require.NoError(t, Save(path, m))
				back, err := Load(path, On(be))
				require.NoError(t, err)
				assert.IsType(t, m, back)
				_, want := m.Describe()
				_, got := back.Describe()
				assert.Equal(t, want, got)
				if text, ok := m.(writer); ok {
					assert.Equal(t, text.Tokenizer(), back.(writer).Tokenizer())
				}
				assert.Equal(t, stateOf(m), stateOf(back))

				require.NoError(t, Save(path, back))
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
		require.NoError(t, Save(filepath.Join(dir, kind), m))
	}
	mlp, err := LoadAs[*MLP](filepath.Join(dir, "mlp"))
	require.NoError(t, err)
	x := []float32{0.5, -1, 2, 3}
	assert.Equal(t, all["mlp"].(*MLP).Predict(x), mlp.Predict(x))
	assert.NotPanics(t, func() { mlp.StepLabels(x, []int32{0, 1}) }, "it can be trained on")

	gan, err := LoadAs[*GAN](filepath.Join(dir, "gan"))
	require.NoError(t, err)
	assert.Equal(t, all["gan"].(*GAN).Generate(3, 5), gan.Generate(3, 5))
	gan.Step(make([]float32, 6))

	classifier, err := LoadAs[*Classifier](filepath.Join(dir, "classifier"))
	require.NoError(t, err)
	picture := make([]float32, 64)
	assert.Equal(t, all["classifier"].(*Classifier).Predict(picture), classifier.Predict(picture))
	classifier.Step(picture, []int32{1})

	for kind, prompt := range map[string]string{"chars": "明月", "words": "stop, Ishmael", "gpt": "明月", "gpt2": "stop, Ishmael"} {
		text, err := LoadAs[writer](filepath.Join(dir, kind))
		require.NoError(t, err)
		want, err := all[kind].(writer).Generate(prompt, 20, generate.Seed(1))
		require.NoError(t, err)
		got, err := text.Generate(prompt, 20, generate.Seed(1))
		require.NoError(t, err)
		assert.Equal(t, want, got)
		text.Step([]int32{0, 1}, []int32{1, 2}, 1, 2)
	}
}

// notAt is a file system whose files can only be read from the beginning.
type notAt struct{ fs.FS }

func (n notAt) Open(name string) (fs.File, error) {
	f, err := n.FS.Open(name)
	return struct{ fs.File }{f}, err
}

// Files may be embedded, and weights be of any precision.
func TestLoadFS(t *testing.T) {
	fsys := fstest.MapFS{}
	for kind, m := range samples(t, nil) {
		fsys[kind] = &fstest.MapFile{Data: written(t, m)}
		for _, from := range []fs.FS{fsys, notAt{fsys}} {
			back, err := LoadFS(from, kind)
			require.NoError(t, err)
			assert.Equal(t, stateOf(m), stateOf(back))
		}
	}
	_, err := LoadFS(fsys, "nothing")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	fsys["cut"] = &fstest.MapFile{Data: fsys["mlp"].Data[:99]}
	for _, from := range []fs.FS{fsys, notAt{fsys}} {
		_, err = LoadFS(from, "cut")
		assert.ErrorContains(t, err, "cut: ")
	}

	all := samples(t, nil)
	half := rewritten(t, written(t, all["mlp"]), func(list []safetensors.Tensor, _ map[string]string) []safetensors.Tensor {
		for i := range list {
			list[i].DType = safetensors.BF16
		}
		return list
	})
	m, err := readBytes(half)
	require.NoError(t, err)
	assert.InDeltaSlice(t, all["mlp"].(*MLP).Predict([]float32{1, 2}), m.(*MLP).Predict([]float32{1, 2}), 0.02)
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
			require.NoError(t, json.Unmarshal([]byte(m["config"]), &c))
			for k, v := range change {
				text, err := json.Marshal(v)
				require.NoError(t, err)
				c[k] = text
			}
			text, err := json.Marshal(c)
			require.NoError(t, err)
			m["config"] = string(text)
			return l
		}
	}
	for name, c := range map[string]struct {
		file   []byte
		change func(list, map[string]string) list
		want   string
	}{
		"no model":         {mlp, meta("format", "pt"), `not a model saved by this library`},
		"newer version":    {mlp, meta("version", "3"), `file version "3": this library reads version 2`},
		"unknown kind":     {mlp, meta("kind", "GPT7"), `holds a model of kind "GPT7", which this program does not know; it knows `},
		"no configuration": {mlp, meta("config", ""), `configuration: EOF`},
		"unknown setting":  {mlp, config(map[string]any{"wings": 2}), `configuration: json: unknown field "wings"`},
		"wrong type":       {mlp, config(map[string]any{"sizes": "many"}), `configuration: json: cannot unmarshal`},
		"bad setting":      {mlp, config(map[string]any{"activation": "bang"}), `configuration: mlp: activation: "bang": not one of`},
		"negative size":    {mlp, config(map[string]any{"sizes": []int{2, -3, 2}}), `configuration: mlp: sizes: -3: must be from 1`},
		"huge size":        {mlp, config(map[string]any{"sizes": []int{2, 1 << 24, 2}}), `expected shape [16777216 2], got [3 2]`},
		"too large in all": {mlp, config(map[string]any{"sizes": []int{1 << 28, 1 << 28, 2}}), `more than`},
		"other size":       {mlp, config(map[string]any{"sizes": []int{2, 4, 2}}), `tensor "0.weight": expected shape [4 2], got [3 2]`},
		"one layer more":   {mlp, config(map[string]any{"sizes": []int{2, 3, 2, 2}}), `no tensor "4.weight"`},
		"one layer less":   {mlp, config(map[string]any{"sizes": []int{2, 3}}), `tensor "2.bias": the model has none of that name`},
		"many LSTM layers": {text, config(map[string]any{"layers": 1 << 28}), `configuration: text generator: layers: 268435456: must be at most 1024`},
		"many MLP layers":  {mlp, config(map[string]any{"sizes": make([]int, 1<<16)}), `configuration: mlp: layers: 65535: must be at most 1024`},
		"many blocks":      {written(t, all["classifier"]), config(map[string]any{"blocks": 1 << 20}), `configuration: classifier: layers: 1048576: must be at most 1024`},
		"other classes":    {written(t, all["classifier"]), config(map[string]any{"classes": []string{"a", "b", "c"}}), `tensor "head.bias": expected shape [3], got [2]`},
		"same classes":     {written(t, all["classifier"]), config(map[string]any{"classes": []string{"a", "a"}}), `configuration: classifier: classes: "a": names must be different`},
		"wide classifier":  {written(t, all["classifier"]), config(map[string]any{"width": 1 << 20}), `more than`},
		"larger pictures":  {written(t, all["classifier"]), config(map[string]any{"size": 16}), `no tensor "blocks.2.`},
		"many GAN layers":  {written(t, all["gan"]), config(map[string]any{"hidden": make([]int, 1<<16)}), `configuration: gan: layers: 65536: must be at most 1024`},
		"many GPT layers":  {written(t, all["gpt"]), config(map[string]any{"layers": 1 << 20}), `configuration: gpt: layers: 1048576: must be at most 1024`},
		"other heads":      {written(t, all["gpt"]), config(map[string]any{"head_dim": 8}), `"blocks.0.attention.`},
		"other style":      {written(t, all["gpt2"]), config(map[string]any{"style": "qwen3", "heads": 1, "kv_heads": 1, "head_dim": 6}), `no tensor "blocks.0.`},
		"no style":         {written(t, all["gpt2"]), config(map[string]any{"style": "gpt9"}), `configuration: gpt: style "gpt9": not one of qwen3, gpt2`},
		"longer context":   {written(t, all["gpt2"]), config(map[string]any{"context": 1 << 24}), `tensor "positions.weight": expected shape [16777216 6], got [4 6]`},
		"bad vocabulary":   {text, meta("tokenizer", `{"kind":"char","chars":"ab"}`), `tensor "embed.weight": expected shape [2 3], got [9 3]`},
		"no vocabulary":    {text, func(l list, m map[string]string) list { delete(m, "tokenizer"); return l }, `configuration: text generator: the tokenizer is nil`},
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
		require.NoError(t, Save(filepath.Join(dir, kind), m))
	}
	_, err := LoadAs[*GAN](filepath.Join(dir, "chars"))
	assert.ErrorContains(t, err, "chars: holds a model of kind TextGenerator, not DCGAN, GAN, R3GAN, SNGAN or WGANGP")
	_, err = LoadAs[*TextGenerator](filepath.Join(dir, "mlp"))
	assert.ErrorContains(t, err, "mlp: holds a model of kind MLP, not TextGenerator")
	_, err = LoadAs[*Classifier](filepath.Join(dir, "mlp"))
	assert.ErrorContains(t, err, "mlp: holds a model of kind MLP, not Classifier")
	_, err = LoadAs[*MLP](filepath.Join(dir, "gan"))
	assert.ErrorContains(t, err, "gan: holds a model of kind GAN, not MLP")
	_, err = LoadAs[interface {
		Model
		Fly()
	}](filepath.Join(dir, "mlp"))
	assert.ErrorContains(t, err, "mlp: holds a model of kind MLP, not ")
	_, err = LoadAs[*MLP](filepath.Join(dir, "nothing"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// A file of a few hundred bytes that claims a huge model costs next to nothing.
func TestHostileConfigurationAllocatesNothing(t *testing.T) {
	file := rewritten(t, written(t, samples(t, nil)["gan"]), func(l []safetensors.Tensor, m map[string]string) []safetensors.Tensor {
		m["config"] = strings.Replace(m["config"], `"hidden":[4]`, `"hidden":[200000000,200000000]`, 1)
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
	require.NoError(t, Save(path, m))
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	param(m, "0.bias").SetFloat32s([]float32{0, float32(math.Inf(1)), 0})
	err = Save(path, m)
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
	assert.ErrorContains(t, write(w, samples(t, nil)["mlp"]), "no space left")
}

// The header comes apart from what follows it, with its length always right: so
// changes reach the code behind the first check.
func FuzzRead(f *testing.F) {
	add := func(file []byte) {
		n := 8 + binary.LittleEndian.Uint64(file)
		f.Add(file[8:n], file[n:])
	}
	for _, m := range samples(f, nil) {
		add(forInference(f, m))
		add(written(f, m))
		add(written(f, m, WithTraining()))
	}
	add(written(f, quantized(f, samples(f, nil)["words"])))
	f.Fuzz(func(t *testing.T, header, rest []byte) {
		file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
		m, err := readBytes(slices.Concat(file, header, rest))
		if err != nil {
			return
		}
		again, err := readBytes(written(t, m))
		require.NoError(t, err)
		assert.Equal(t, written(t, m), written(t, again))
	})
}
