package models

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train/checkpoint"
	"github.com/org/artnn/train/update"
)

// weights are all parameters of a model in a row: the averaged ones, if there are any.
func weights(m Model) (all []float64) {
	for _, p := range layers.Params(m) {
		all = append(all, p.Float64s()...)
	}
	return all
}

// A batch in parts gives the update of the whole batch, up to rounding, for
// every loss, with dropout, and also where rows do not divide evenly.
func TestAccumulateEqualsWholeBatch(t *testing.T) {
	be, err := backend.Get("reference")
	require.NoError(t, err)
	x := []float32{1, 2, -1, 0.5, 3, -2, 0.1, 0.2, -3, 1}
	y := []float32{1, 0, 0, 1, 1, 0, 0, 1, 0, 1}
	labels := []int32{0, 1, 0, 1, 1}
	steps := map[string]func(t *testing.T, parts int) Model{
		"text": func(t *testing.T, parts int) Model {
			m, err := NewTextGenerator(letters(t, 5), TextConfig{Embed: 3, Hidden: 4, Layers: 2, Dropout: 0.4, Stateful: true, Clip: 0.1, EMA: 0.7, Accumulate: parts, Backend: be})
			require.NoError(t, err)
			for range 3 {
				m.Step([]int32{0, 1, 2, 3, 4, 0}, []int32{1, 2, 3, -100, -100, 1}, 3, 2)
			}
			return m
		},
		"gpt": func(t *testing.T, parts int) Model {
			m, err := NewGPT(letters(t, 5), GPTConfig{Context: 3, Layers: 2, Width: 4, Heads: 2, Dropout: 0.4, AttentionDropout: 0.3, Clip: 0.1, EMA: 0.7, Accumulate: parts, Backend: be})
			require.NoError(t, err)
			for range 3 {
				m.Step([]int32{0, 1, 2, 3, 4, 0}, []int32{1, 2, 3, -100, -100, 1}, 3, 2)
			}
			return m
		},
	}
	for _, loss := range []string{"half_squared_error", "mean_squared_error", "cross_entropy_sum", "cross_entropy", "binary_cross_entropy"} {
		steps[loss] = func(t *testing.T, parts int) Model {
			out := "softmax"
			if loss == "binary_cross_entropy" {
				out = "sigmoid"
			}
			m, err := NewMLP(MLPConfig{Sizes: []int{2, 3, 2}, Output: out, Loss: loss, Dropout: 0.4, Clip: 0.05, Accumulate: parts, Backend: be})
			require.NoError(t, err)
			for range 3 {
				m.Step(x, y)
				m.StepLabels(x, labels)
			}
			return m
		}
	}
	for name, train := range steps {
		t.Run(name, func(t *testing.T) {
			whole := train(t, 0)
			for _, parts := range []int{1, 2, 3, 7} {
				assert.InDeltaSlice(t, weights(whole), weights(train(t, parts)), 1e-12, "%d parts", parts)
			}
		})
	}
}

// Noise is drawn for the same rows too.
func TestAccumulateOfGANEqualsWholeBatch(t *testing.T) {
	be, err := backend.Get("reference")
	require.NoError(t, err)
	images := make([]float32, 5*6)
	for i := range images {
		images[i] = float32(math.Sin(float64(i)))
	}
	train := func(parts int) *GAN {
		m, err := NewGAN(GANConfig{Width: 3, Height: 2, Channels: 1, ZDim: 2, Hidden: []int{4}, Clip: 0.2, R1: 0.5, Noise: 0.3, EMA: 0.7, Sharpen: 1, Accumulate: parts, Backend: be})
		require.NoError(t, err)
		for range 4 {
			m.Step(images)
		}
		return m
	}
	whole := train(1)
	for _, parts := range []int{2, 3, 9} {
		assert.InDeltaSlice(t, weights(whole), weights(train(parts)), 1e-10, "%d parts", parts)
	}
}

// What predicts is the average of the weights, by the formula of optim.EMA.
// latestOf is the latest weights of an update, where the model has averaged ones.
func latestOf(u *update.Update) map[string][]float64 {
	latest := map[string][]float64{}
	for name, p := range u.Tensors() {
		if name, ok := strings.CutPrefix(name, "latest."); ok {
			latest[name] = p.Float64s()
		}
	}
	return latest
}

func TestMovingAveragePredicts(t *testing.T) {
	const decay = 0.15 // above the warm-up's 2/11 only from the second update on
	m, err := NewMLP(MLPConfig{Sizes: []int{2, 1}, Output: "identity", EMA: decay})
	require.NoError(t, err)
	plain, err := NewMLP(MLPConfig{Sizes: []int{2, 1}, Output: "identity"})
	require.NoError(t, err)
	average := weights(m)
	for step := 1; step <= 4; step++ {
		m.Step([]float32{1, 2}, []float32{3})
		plain.Step([]float32{1, 2}, []float32{3})
		d := min(decay, (1+float64(step))/(10+float64(step)))
		for i, w := range weights(plain) {
			average[i] = d*average[i] + (1-d)*w
		}
	}
	latest := latestOf(m.update)
	assert.Equal(t, stateOf(plain), latest, "the average does not disturb the training")
	assert.InDeltaSlice(t, average, weights(m), 1e-6)
	want := average[0]*0.5 + average[1]*-1 + average[2]
	assert.InDelta(t, want, m.Predict([]float32{0.5, -1})[0], 1e-5)
	assert.NotEqual(t, plain.Predict([]float32{0.5, -1}), m.Predict([]float32{0.5, -1}))

	back, err := readBytes(written(t, m))
	require.NoError(t, err)
	assert.Equal(t, m.Predict([]float32{1, 1}), back.(*MLP).Predict([]float32{1, 1}))
}

func TestQuantizeTakesTheAverage(t *testing.T) {
	m := samples(t, nil)["words"].(*TextGenerator)
	q, err := Quantize(m)
	require.NoError(t, err)
	assert.Equal(t, m.Linear.Bias.Float32s(), q.Linear.Bias.Float32s())
	assert.NotEqual(t, latestOf(m.update)["fc.bias"], q.Linear.Bias.Float64s())
}

// nonFinite is what went bad in a model's last step.
func nonFinite(m Trainable) string {
	for _, u := range m.Updates() {
		if what := u.NonFinite(); what != "" {
			return what
		}
	}
	return ""
}

// A step that goes wrong says what went wrong first and spoils nothing.
func TestNonFiniteStepChangesNothing(t *testing.T) {
	nan := float32(math.NaN())
	poison := func(t *testing.T, p *tensor.Tensor, v float32) {
		values := p.Float32s()
		values[0] = v
		p.SetFloat32s(values)
	}
	t.Run("input", func(t *testing.T) {
		m, err := NewMLP(MLPConfig{Sizes: []int{2, 3, 2}})
		require.NoError(t, err)
		before := weights(m)
		assert.True(t, math.IsNaN(m.Step([]float32{1, nan}, []float32{0, 1})))
		assert.Equal(t, "an input of shape [1 2]", nonFinite(m))
		assert.Equal(t, before, weights(m))
		m.Step([]float32{1, 2}, []float32{0, 1})
		assert.Empty(t, nonFinite(m))
	})
	t.Run("parameter", func(t *testing.T) {
		m, err := NewMLP(MLPConfig{Sizes: []int{2, 3, 2}, Output: "identity"})
		require.NoError(t, err)
		poison(t, param(m, "2.bias"), inf)
		assert.False(t, isFinite(m.Step([]float32{1, 2}, []float32{0, 1})))
		assert.Equal(t, `the parameter "2.bias"`, nonFinite(m))
	})
	t.Run("result", func(t *testing.T) {
		m, err := NewMLP(MLPConfig{Sizes: []int{2, 2}, Output: "identity"})
		require.NoError(t, err)
		for _, p := range layers.Params(m) {
			poison(t, p, 3e38)
		}
		assert.False(t, isFinite(m.Step([]float32{9, 2}, []float32{0, 1})))
		assert.Equal(t, "the result [1 2] of linear", nonFinite(m))
	})
	t.Run("gradient", func(t *testing.T) {
		m, err := NewMLP(MLPConfig{Sizes: []int{1, 1}, Output: "identity", Clip: 1})
		require.NoError(t, err)
		before := weights(m)
		assert.True(t, isFinite(m.Step([]float32{1e19}, []float32{1e19})))
		m.Step([]float32{3e38}, []float32{-1e19})
		assert.NotEmpty(t, nonFinite(m))
		for _, w := range weights(m) {
			assert.True(t, isFinite(w), "from %v", before)
		}
	})
	t.Run("classifier", func(t *testing.T) {
		m, err := NewClassifier(ClassifierConfig{Size: 8, Channels: 1, Width: 2, Blocks: 1, Classes: []string{"a", "b"}})
		require.NoError(t, err)
		before := stateOf(m)
		x := make([]float32, 2*64)
		x[3] = nan
		assert.True(t, math.IsNaN(m.Step(x, []int32{0, 1})))
		assert.Equal(t, "an input of shape [2 1 8 8]", nonFinite(m))
		assert.Equal(t, before, stateOf(m), "nor do running statistics remember it")
	})
	t.Run("gan", func(t *testing.T) {
		m, err := NewGAN(GANConfig{Width: 2, Channels: 1, ZDim: 2, Hidden: []int{4}})
		require.NoError(t, err)
		before := weights(m)
		d, g := m.Step([]float32{nan, 0, 0, 0})
		assert.True(t, math.IsNaN(d) && math.IsNaN(g))
		assert.NotEmpty(t, nonFinite(m))
		assert.Equal(t, before, weights(m))
	})
	t.Run("penalty of a gan", func(t *testing.T) {
		m, err := NewGAN(GANConfig{Width: 2, Channels: 1, ZDim: 2, Hidden: []int{4}, R1: 1e308})
		require.NoError(t, err)
		poison(t, param(m, "discriminator.model.0.weight"), 1e3)
		before := weights(m)
		d, _ := m.Step([]float32{0.1, 0.2, 0.3, 0.4})
		assert.True(t, isFinite(d), "the penalty is not counted in it")
		assert.NotEmpty(t, nonFinite(m))
		assert.Equal(t, before, weights(m))
	})
}

// restoreTo takes up a file in a model, as the trainer does.
func restoreTo(m Model, file []byte) error {
	return checkpoint.Restore(m, m.(Trainable).Updates(), bytes.NewReader(file), int64(len(file)))
}

// Restoring a checkpoint into a used model gives the bits of never having
// stopped.
func TestRestoreIsBitExact(t *testing.T) {
	step := func(m Model, i int) {
		a := float32(i%5) / 4
		switch m := m.(type) {
		case *MLP:
			m.StepLabels([]float32{a, 2}, []int32{1})
		case *GAN:
			m.Step([]float32{a, -1, 1, -1, 0, 0})
		case *Classifier:
			var x [2 * 64]float32
			for k := range x {
				x[k] = wave(i, k)
			}
			m.Step(x[:], []int32{1, int32(i % 2)})
		case writer:
			m.Step([]int32{0, 1, 2, int32(i % 4)}, []int32{1, 2, 3, 4}, 2, 2)
		}
	}
	save := func(t *testing.T, m Model) []byte { return written(t, m, WithTraining()) }
	for name, m := range samples(t, nil) {
		t.Run(name, func(t *testing.T) {
			file := save(t, m)
			for i := range 5 {
				step(m, i)
			}
			want := save(t, m)
			for i := range 3 {
				step(m, 7*i)
			}
			require.NoError(t, restoreTo(m, file))
			for i := range 5 {
				step(m, i)
			}
			assert.Equal(t, want, save(t, m))
		})
	}
	t.Run("refused", func(t *testing.T) {
		all := samples(t, nil)
		other, err := NewMLP(MLPConfig{Sizes: []int{2, 4, 2}, Output: "softmax", Loss: "cross_entropy", LR: 0.5, Seed: math.MaxUint64})
		require.NoError(t, err)
		assert.EqualError(t, restoreTo(other, save(t, all["mlp"])), "its configuration is another: lr 0.1 there, 0.5 here; sizes [2,3,2] there, [2,4,2] here")
		assert.EqualError(t, restoreTo(other, save(t, all["gan"])), "holds a GAN, not an MLP")
		assert.ErrorContains(t, restoreTo(all["mlp"], written(t, all["mlp"])), "no training state")
		cut := save(t, all["mlp"])
		assert.Error(t, restoreTo(all["mlp"], cut[:len(cut)-1]))
		vocab, err := tokenizer.NewChars("床前明月星 <&>")
		require.NoError(t, err)
		twin, err := NewTextGenerator(vocab, all["chars"].(*TextGenerator).Config())
		require.NoError(t, err)
		assert.ErrorContains(t, restoreTo(twin, save(t, all["chars"])), "its tokenizer is another")
	})
}
