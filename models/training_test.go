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
// momentum, moments, noise, dropout, averages, carried state and a learning rate
// that has been changed.
func TestResumingIsAsIfNothingHadHappened(t *testing.T) {
	word, err := tokenizer.NewWords(mixed, 0)
	require.NoError(t, err)
	for name, make := range map[string]func() (Model, error){
		"sgd":  func() (Model, error) { return NewMLP(MLPConfig{Sizes: []int{3, 5, 2}, Momentum: 0.9}) },
		"adam": func() (Model, error) { return NewMLP(MLPConfig{Sizes: []int{3, 5, 2}, Optimizer: Adam}) },
		"tabular": func() (Model, error) {
			return NewTabular(works(t), TabularConfig{Target: "price", Network: MLPConfig{Momentum: 0.9, Optimizer: SGD, EMA: 0.99}})
		},
		"gan": func() (Model, error) {
			return NewGAN(GANConfig{Width: 3, Hidden: []int{5, 7}, Noise: 0.1, EMA: 0.99, LR: 0.01})
		},
		"text": func() (Model, error) {
			return NewTextGenerator(word, TextConfig{Embed: 5, Hidden: 7, Layers: 2, Dropout: 0.3, Clip: 0.5, Carry: true, LR: 0.01})
		},
		"fresh text": func() (Model, error) { return NewTextGenerator(word, TextConfig{Embed: 5, Hidden: 7}) },
	} {
		t.Run(name, func(t *testing.T) {
			step := func(m Model, i int) {
				switch m := m.(type) {
				case *MLP:
					m.Step([]float32{wave(i, 0), wave(i, 1), wave(i, 2)}, []float32{wave(i, 3), wave(i, 4)})
				case *Tabular:
					rows, err := m.Rows(works(t))
					require.NoError(t, err)
					m.Step(rows.Batch([]int{i % 6, (i + 2) % 6}))
				case *GAN:
					x := [27]float32{wave(i, 0), wave(i, 1)}
					m.Step(x[:])
				case *TextGenerator:
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
					mlp.Optimizers()[0].SetLR(0.05)
				}
			}
			again := resumed(t, m)
			for i := range 10 {
				step(m, 10+i)
				step(again, 10+i)
			}
			assert.Equal(t, weightsHash(m), weightsHash(again))
			assert.Equal(t, m.training().file(), again.training().file())
		})
	}
}

var inf = float32(math.Inf(1))

func TestWithoutTrainingItStartsAnew(t *testing.T) {
	m := samples(t, nil)["gan"].(*GAN)
	back, err := readBytes(written(t, m))
	require.NoError(t, err)
	assert.Equal(t, 3, m.training().file().Updates["generator.model.0.weight"])
	assert.Equal(t, 0, back.training().file().Updates["generator.model.0.weight"])
}

func TestResumeRefusesDamage(t *testing.T) {
	type list = []safetensors.Tensor
	var b strings.Builder
	require.NoError(t, Write(&b, samples(t, nil)["chars"], WithTraining()))
	swap := func(old, new string) func(list, map[string]string) list {
		return func(l list, m map[string]string) list {
			require.Contains(t, m[trainingKey], old)
			m[trainingKey] = strings.Replace(m[trainingKey], old, new, 1)
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
		"negative rate":    {swap(`"lr":[0.001]`, `"lr":[-1]`), `learning rate -1`},
		"two rates":        {swap(`"lr":[0.001]`, `"lr":[1,1]`), `training: expected 1 learning rates, got 2`},
		"negative count":   {swap(`"fc.bias":3`, `"fc.bias":-3`), `step count of "fc.bias" is missing or negative`},
		"missing count":    {swap(`"fc.bias":3`, `"fc.bios":3`), `updates of "fc.bias" is missing`},
		"negative steps":   {swap(`"steps":3`, `"steps":-1`), `-1 steps`},
		"other batch":      {swap(`"batch":2`, `"batch":3`), `tensor "training.h": expected shape [2 3 4], got [2 2 4]`},
		"no batch":         {swap(`"batch":2`, `"batch":0`), `"training.c": this training has none of that name`},
		"huge batch":       {swap(`"batch":2`, `"batch":2000000000`), `tensor "training.h": expected shape [2 2000000000 4]`},
		"renamed moment":   {each("training.exp_avg.fc.bias", func(t *safetensors.Tensor) { t.Name += "x" }), `no tensor "training.exp_avg.fc.bias"`},
		"misshapen moment": {each("training.exp_avg.fc.bias", func(t *safetensors.Tensor) { t.Shape = []int{9, 1} }), `expected shape [9], got [9 1]`},
		"infinite state":   {each("training.c", func(t *safetensors.Tensor) { t.Values.([]float32)[1] = inf }), `tensor "training.c": element 1 is +Inf`},
		"moments alone": {func(l list, m map[string]string) list { delete(m, trainingKey); return l },
			`tensor "training.c": the model has none of that name`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readBytes(rewritten(t, []byte(b.String()), c.change))
			assert.ErrorContains(t, err, c.want)
		})
	}
}
