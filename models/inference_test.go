package models

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// forInference writes a model without what only training needs.
func forInference(t testing.TB, m Model, options ...SaveOption) []byte {
	t.Helper()
	return written(t, m, append(options, ForInference())...)
}

// A file without the discriminator makes the same pictures, those of the
// averaged weights if there are any.
func TestGeneratorAlone(t *testing.T) {
	for _, name := range []string{"cpu", "reference"} {
		be, err := backend.Get(name)
		require.NoError(t, err)
		for _, ema := range []float64{0, 0.9} {
			full, err := NewGAN(GANConfig{Width: 3, Hidden: []int{16, 32}, EMA: ema, Backend: be})
			require.NoError(t, err)
			for i := range 5 {
				x := [2 * 27]float32{wave(i, 0), wave(i, 1)}
				full.Step(x[:])
			}
			file := forInference(t, full)
			m, err := readBytes(file, On(be))
			require.NoError(t, err)
			gan := m.(*GAN)
			assert.Equal(t, full.Generate(3, 7), gan.Generate(3, 7))
			assert.Equal(t, full.Interpolate(1, 2, 4), gan.Interpolate(1, 2, 4))
			assert.Equal(t, full.Images(2, 1), gan.Images(2, 1))
			assert.Equal(t, layers.Count(full.Generator), layers.Count(gan), "all there is are the generator's parameters")
			assert.InDelta(t, 2*layers.Count(gan), len(forInference(t, full, Float16())), 1100, "and the header")
		}
	}
}

func TestGeneratorAloneCannotLearn(t *testing.T) {
	m, err := readBytes(forInference(t, samples(t, nil)["gan"]))
	require.NoError(t, err)
	gan := m.(*GAN)
	const want = "expected a GAN with its discriminator, got a generator alone, saved ForInference: load a file saved without that option"
	for op, f := range map[string]func(){
		"gan step":  func() { gan.Step(make([]float32, 6)) },
		"gan score": func() { gan.Score(make([]float32, 6)) },
	} {
		var shape *tensor.ShapeError
		err := tensor.Try(f)
		require.ErrorAs(t, err, &shape, op)
		assert.ErrorContains(t, err, op)
		assert.Contains(t, strings.ReplaceAll(err.Error(), op+": ", op+": expected "), want)
	}
	assert.Empty(t, gan.Updates())
	assert.EqualError(t, write(&bytes.Buffer{}, gan, WithTraining()), "training: a GAN has none to save")
	assert.Error(t, restoreTo(gan, written(t, samples(t, nil)["gan"], WithTraining())))
}

// What was loaded from such a file is saved to the same bytes, with the option
// or without.
func TestGeneratorAloneIsSavedAsSuch(t *testing.T) {
	file := forInference(t, samples(t, nil)["gan"])
	gan, err := readBytes(file)
	require.NoError(t, err)
	assert.Equal(t, file, written(t, gan))
	assert.Equal(t, file, forInference(t, gan))

	half := forInference(t, gan, Float16())
	assert.Less(t, len(half), len(file))
	path := filepath.Join(t.TempDir(), "generator")
	require.NoError(t, Save(path, gan, Float16(), ForInference()))
	small, err := LoadAs[*GAN](path)
	require.NoError(t, err)
	assert.InDeltaSlice(t, gan.(*GAN).Generate(2, 1), small.Generate(2, 1), 0.01)
	assert.Equal(t, half, forInference(t, small, Float16()), "rounded again, nothing changes")
}

func TestGeneratorAloneRefusesDamage(t *testing.T) {
	type list = []safetensors.Tensor
	file := forInference(t, samples(t, nil)["gan"])
	full := written(t, samples(t, nil)["gan"])
	for name, c := range map[string]struct {
		file   []byte
		change func(list, map[string]string) list
		want   string
	}{
		"no part named": {file, func(l list, m map[string]string) list {
			m["config"] = strings.Replace(m["config"], `,"generator_only":true`, "", 1)
			return l
		}, `no tensor "discriminator.model.0.weight"`},
		"with a discriminator": {full, func(l list, m map[string]string) list {
			m["config"] = strings.Replace(m["config"], `"seed"`, `"generator_only":true,"seed"`, 1)
			return l
		}, `the model has none of that name`},
		"missing": {file, func(l list, _ map[string]string) list { return l[1:] }, `no tensor "generator.model.0.bias"`},
		"huge size": {file, func(l list, m map[string]string) list {
			m["config"] = strings.Replace(m["config"], `"hidden":[4]`, `"hidden":[2000000]`, 1)
			return l
		}, `expected shape [2000000 2], got [4 2]`},
		"bad setting": {file, func(l list, m map[string]string) list {
			m["config"] = strings.Replace(m["config"], `"channels":1`, `"channels":2`, 1)
			return l
		}, `configuration: gan: channels: 2`},
		"training": {file, func(l list, m map[string]string) list { m["training"] = "[{}]"; return l }, `training: what this file holds of the model cannot learn`},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := readBytes(rewritten(t, c.file, c.change))
			assert.ErrorContains(t, err, c.want)
			assert.Nil(t, m)
		})
	}
	for n := range len(file) {
		_, err := readBytes(file[:n])
		require.Error(t, err, "the first %d bytes", n)
	}
}

// The other models' files are those of Save, whose weights are the averaged ones
// where there are any.
func TestOtherModelsForInference(t *testing.T) {
	all := samples(t, nil)
	for _, kind := range []string{"mlp", "average", "chars", "words", "classifier", "gpt", "gpt2"} {
		assert.Equal(t, written(t, all[kind]), forInference(t, all[kind]), kind)
	}
	q := quantized(t, all["chars"])
	assert.Equal(t, written(t, q), forInference(t, q))

	mlp, err := NewMLP(MLPConfig{Sizes: []int{2, 5, 1}, EMA: 0.9})
	require.NoError(t, err)
	text, err := NewTextGenerator(letters(t, 26), TextConfig{Embed: 5, Hidden: 7, EMA: 0.9, LR: 0.1})
	require.NoError(t, err)
	for i := range 20 {
		mlp.Step([]float32{wave(i, 0), wave(i, 1)}, []float32{wave(i, 2)})
		text.Step([]int32{0, 1, 2}, []int32{1, 2, 3}, 1, 3)
	}
	x := []float32{1, -1}
	back, err := readBytes(forInference(t, mlp))
	require.NoError(t, err)
	assert.Equal(t, mlp.Predict(x), back.(*MLP).Predict(x))
	assert.Equal(t, layers.Count(mlp), layers.Count(back))

	back, err = readBytes(forInference(t, text))
	require.NoError(t, err)
	again := back.(*TextGenerator)
	tokens := []int32{0, 1, 2, 3, 4, 5}
	want, err := text.Evaluate(tokens, 1)
	require.NoError(t, err)
	got, err := again.Evaluate(tokens, 1)
	require.NoError(t, err)
	assert.Equal(t, want, got)
	assert.NotPanics(t, func() { again.Step([]int32{0, 1, 2}, []int32{1, 2, 3}, 1, 3) })
}

func TestForInferenceHasNoTraining(t *testing.T) {
	for kind, m := range samples(t, nil) {
		var b bytes.Buffer
		assert.ErrorContains(t, write(&b, m, ForInference(), WithTraining()),
			"training: a file for inference has none: save with one of the two options", kind)
		assert.Zero(t, b.Len())
	}
}
