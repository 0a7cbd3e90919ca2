package models

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train/update"
)

// resumed loads m from a file written with its training.
func resumed(t testing.TB, m Model) Model {
	t.Helper()
	path := filepath.Join(t.TempDir(), "checkpoint")
	require.NoError(t, Save(path, m, WithTraining()))
	back, err := Load(path)
	require.NoError(t, err)
	return back
}

// Ten steps, a checkpoint and ten more give the bits of twenty steps, with
// momentum, moments, noise, dropout, averages, the state of a stateful LSTM and a learning rate
// that has been changed.
func TestResumingIsAsIfNothingHadHappened(t *testing.T) {
	word, err := tokenizer.NewWords(mixed, 0)
	require.NoError(t, err)
	for name, make := range map[string]func() (Model, error){
		"sgd":  func() (Model, error) { return NewMLP(MLPConfig{Sizes: []int{3, 5, 2}, Momentum: 0.9}) },
		"adam": func() (Model, error) { return NewMLP(MLPConfig{Sizes: []int{3, 5, 2}, Optimizer: "adam"}) },
		"adamw": func() (Model, error) {
			return NewMLP(MLPConfig{Sizes: []int{3, 5, 2}, Optimizer: "adamw", Dropout: 0.3})
		},
		"average": func() (Model, error) { return NewMLP(MLPConfig{Sizes: []int{3, 5, 2}, Momentum: 0.9, EMA: 0.99}) },
		"gan": func() (Model, error) {
			return NewGAN(GANConfig{Width: 3, Hidden: []int{5, 7}, Noise: 0.1, EMA: 0.99, LR: 0.01})
		},
		"classifier": func() (Model, error) {
			return NewClassifier(ClassifierConfig{Size: 8, Channels: 1, Width: 3, Blocks: 1, Classes: []string{"a", "b"}, Dropout: 0.3, Augment: 0.7, Mirror: true, EMA: 0.99})
		},
		"text": func() (Model, error) {
			return NewTextGenerator(word, TextConfig{Embed: 5, Hidden: 7, Layers: 2, Dropout: 0.3, Clip: 0.5, Stateful: true, LR: 0.01})
		},
		"tied text": func() (Model, error) { return NewTextGenerator(word, TextConfig{Hidden: 6, Tied: true, EMA: 0.9}) },
		"gpt": func() (Model, error) {
			return NewGPT(word, GPTConfig{Context: 4, Layers: 2, Width: 8, Heads: 2, Dropout: 0.3, AttentionDropout: 0.2, Clip: 0.5, EMA: 0.9, LR: 0.01})
		},
		"gpt2": func() (Model, error) {
			return NewGPT(word, GPTConfig{Style: "gpt2", Context: 4, Layers: 1, Width: 6, Heads: 2, Untied: true, Accumulate: 2, LR: 0.01})
		},
		"fresh text": func() (Model, error) { return NewTextGenerator(word, TextConfig{Embed: 5, Hidden: 7}) },
	} {
		t.Run(name, func(t *testing.T) {
			step := func(m Model, i int) {
				switch m := m.(type) {
				case *MLP:
					m.Step([]float32{wave(i, 0), wave(i, 1), wave(i, 2)}, []float32{wave(i, 3), wave(i, 4)})
				case *GAN:
					x := [27]float32{wave(i, 0), wave(i, 1)}
					m.Step(x[:])
				case *Classifier:
					var x [2 * 64]float32
					for k := range x {
						x[k] = wave(i, k)
					}
					m.Step(x[:], []int32{int32(i % 2), 1})
				case writer:
					m.Step([]int32{1, int32(i % 7), 3, 4}, []int32{int32(i % 7), 3, 4, 5}, 2, 2)
				}
			}
			m, err := make()
			require.NoError(t, err)
			if name == "fresh text" {
				m = resumed(t, m) // before any step
			}
			for i := range 10 {
				step(m, i)
				if mlp, ok := m.(*MLP); ok {
					mlp.Updates()[0].Optimizer().SetLR(0.05)
				}
			}
			again := resumed(t, m)
			for i := range 10 {
				step(m, 10+i)
				step(again, 10+i)
			}
			assert.Equal(t, weightsHash(m), weightsHash(again))
			assert.Equal(t, updatesOf(m), updatesOf(again))
		})
	}
}

// updatesOf is where the updates of a model stand.
func updatesOf(m Model) (states []update.State) {
	for _, u := range m.(Trainable).Updates() {
		states = append(states, u.State())
	}
	return states
}

var inf = float32(math.Inf(1))

func TestWithoutTrainingItStartsAnew(t *testing.T) {
	m := samples(t, nil)["gan"].(*GAN)
	back, err := readBytes(written(t, m))
	require.NoError(t, err)
	assert.Equal(t, 3, updatesOf(m)[0].Updates["generator.model.0.weight"])
	assert.Equal(t, 0, updatesOf(back)[0].Updates["generator.model.0.weight"])
}

func TestResumeRefusesDamage(t *testing.T) {
	type list = []safetensors.Tensor
	file := written(t, samples(t, nil)["chars"], WithTraining())
	swap := func(old, new string) func(list, map[string]string) list {
		return func(l list, m map[string]string) list {
			require.Contains(t, m["training"], old)
			m["training"] = strings.Replace(m["training"], old, new, 1)
			return l
		}
	}
	each := func(name string, change func(*safetensors.Tensor)) func(list, map[string]string) list {
		return func(l list, _ map[string]string) list {
			for i := range l {
				if l[i].Name == name {
					change(&l[i])
					return l
				}
			}
			panic(fmt.Sprint("no tensor ", name))
		}
	}
	for name, c := range map[string]struct {
		change func(list, map[string]string) list
		want   string
	}{
		"no JSON":          {swap("{", ""), "training: "},
		"unknown field":    {swap(`"lr"`, `"rl"`), `training: json: unknown field "rl"`},
		"negative rate":    {swap(`"lr":0.001`, `"lr":-1`), `learning rate -1`},
		"two updates":      {swap(`[{`, `[{},{`), `training: expected the state of 1 update, got 2`},
		"no updates":       {func(l list, m map[string]string) list { m["training"] = "null"; return l }, `training: there are no updates in it`},
		"negative count":   {swap(`"fc.bias":3`, `"fc.bias":-3`), `-3 steps of "fc.bias" make no sense`},
		"missing count":    {swap(`"fc.bias":3`, `"fc.bios":3`), `step count of "fc.bias" is missing or negative`},
		"negative steps":   {swap(`"steps":3`, `"steps":-1`), `-1 steps`},
		"two batches":      {each("training.0.memory.h", func(t *safetensors.Tensor) { t.Shape, t.Values = []int{2, 1, 4}, make([]float32, 8) }), `memory: expected states of the shape [2, batch, 4], got [2 1 4] and [2 2 4]`},
		"no batch":         {each("training.0.memory.h", func(t *safetensors.Tensor) { t.Name = "training.0.memory.x" }), `memory: expected states of the shape [2, batch, 4], got [] and [2 2 4]`},
		"misshapen memory": {each("training.0.memory.c", func(t *safetensors.Tensor) { t.Shape = []int{2, 4, 2} }), `memory: expected states`},
		"left over":        {each("training.0.memory.h", func(t *safetensors.Tensor) { t.Name = "training.0.x" }), `memory: expected states`},
		"third update":     {each("training.0.memory.h", func(t *safetensors.Tensor) { t.Name = "training.1.memory.h" }), `tensor "training.1.memory.h": this training has none of that name`},
		"renamed moment":   {each("training.0.exp_avg.fc.bias", func(t *safetensors.Tensor) { t.Name += "x" }), `tensor "exp_avg.fc.bias" is missing: was it saved by another optimiser?`},
		"misshapen moment": {each("training.0.exp_avg.fc.bias", func(t *safetensors.Tensor) { t.Shape = []int{9, 1} }), `expected shape [9], got [9 1]`},
		"infinite state":   {each("training.0.memory.c", func(t *safetensors.Tensor) { t.Values.([]float32)[1] = inf }), `tensor "training.0.memory.c": element 1 is +Inf`},
		"moments alone": {func(l list, m map[string]string) list { delete(m, "training"); return l },
			`tensor "training.0.memory.c": the model has none of that name`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readBytes(rewritten(t, file, c.change))
			assert.ErrorContains(t, err, c.want)
		})
	}
}
