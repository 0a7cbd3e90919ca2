package models

import (
	"fmt"
	"hash/fnv"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/tensor"
)

// runs are training runs of every kind of model, each step on other data. Sizes
// are odd, and large enough that work is shared out among processors.
func runs(t testing.TB) map[string]func() (Model, func(i int)) {
	return map[string]func() (Model, func(i int)){
		"mlp": func() (Model, func(int)) {
			m, err := NewMLP(MLPConfig{Sizes: []int{67, 129, 33}, Activation: "relu", Output: "softmax", Loss: "cross_entropy", Momentum: 0.9, Seed: 1})
			require.NoError(t, err)
			x, y := make([]float32, 65*67), make([]int32, 65)
			return m, func(i int) {
				for k := range x {
					x[k] = wave(i, k)
				}
				for k := range y {
					y[k] = int32((i + k) % 33)
				}
				m.StepLabels(x, y)
			}
		},
		"gan": func() (Model, func(int)) {
			m, err := NewGAN(GANConfig{Width: 9, ZDim: 20, Hidden: []int{33, 129}, Seed: 2, Noise: 0.1, Smooth: 0.1, EMA: 0.99})
			require.NoError(t, err)
			x := make([]float32, 9*9*9*3)
			return m, func(i int) {
				for k := range x {
					x[k] = wave(i, k)
				}
				m.Step(x)
			}
		},
		"gan with penalty": func() (Model, func(int)) {
			m, err := NewGAN(GANConfig{Width: 9, ZDim: 20, Hidden: []int{33, 129}, Seed: 2, R1: 1, Sharpen: 1})
			require.NoError(t, err)
			x := make([]float32, 9*9*9*3)
			return m, func(i int) {
				for k := range x {
					x[k] = wave(i, k)
				}
				m.Step(x)
			}
		},
		"classifier": func() (Model, func(int)) {
			m, err := NewClassifier(ClassifierConfig{
				Size: 17, Width: 5, Blocks: 1, Classes: []string{"a", "b", "c"}, Dropout: 0.2, Augment: 0.5, Mirror: true, LabelSmoothing: 0.1, Clip: 1, EMA: 0.99, Seed: 4,
			})
			require.NoError(t, err)
			x, y := make([]float32, 5*3*17*17), make([]int32, 5)
			return m, func(i int) {
				for k := range x {
					x[k] = wave(i, k)
				}
				for k := range y {
					y[k] = int32((i + k) % 3)
				}
				m.Step(x, y)
			}
		},
		"text": func() (Model, func(int)) {
			m, err := NewTextGenerator(letters(t, 26), TextConfig{Embed: 31, Hidden: 65, Layers: 2, Dropout: 0.2, Clip: 0.5, Stateful: true, Seed: 3})
			require.NoError(t, err)
			x, y := make([]int32, 5*7), make([]int32, 5*7)
			return m, func(i int) {
				for k := range x {
					x[k], y[k] = int32((i+k*k)%26), int32((i+k*k+1)%26)
				}
				m.Step(x, y, 5, 7)
			}
		},
		"gpt": func() (Model, func(int)) {
			m, err := NewGPT(letters(t, 26), GPTConfig{Context: 11, Layers: 2, Width: 36, Heads: 6, KVHeads: 3, Hidden: 67, Window: 5, Dropout: 0.2, AttentionDropout: 0.3, Clip: 0.5, EMA: 0.99, Seed: 3})
			require.NoError(t, err)
			x, y := make([]int32, 7*11), make([]int32, 7*11)
			return m, func(i int) {
				for k := range x {
					x[k], y[k] = int32((i+k*k)%26), int32((i+k*k+1)%26)
				}
				m.Step(x, y, 7, 11)
			}
		},
		"gpt2": func() (Model, func(int)) {
			m, err := NewGPT(letters(t, 26), GPTConfig{Style: "gpt2", Context: 11, Layers: 2, Width: 33, Heads: 3, WeightDecay: -1, Seed: 3})
			require.NoError(t, err)
			x, y := make([]int32, 7*11), make([]int32, 7*11)
			return m, func(i int) {
				for k := range x {
					x[k], y[k] = int32((i+k*k)%26), int32((i+k*k+1)%26)
				}
				m.Step(x, y, 7, 11)
			}
		},
	}
}

func wave(i, k int) float32 { return float32(math.Sin(float64(i*7919 + k))) }

// weightsHash is of the state of a model and that of its training.
func weightsHash(m Model) string {
	h := fnv.New64a()
	for name, e := range m.State() {
		fmt.Fprintln(h, name, e.Value.Float64s())
	}
	if m, ok := m.(Trainable); ok {
		for _, u := range m.Updates() {
			for name, p := range u.Tensors() {
				fmt.Fprintln(h, name, p.Float64s())
			}
		}
	}
	return fmt.Sprintf("%x", h.Sum64())
}

func TestSameSeedSameBitsWhateverGOMAXPROCS(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	threads, steps := []int{1, 2, 1, 2}, 100
	if testing.Short() { // the race detector sees all there is in a few steps
		threads, steps = threads[:2], 10
	}
	for name, start := range runs(t) {
		t.Run(name, func(t *testing.T) {
			var hashes []string
			for _, procs := range threads {
				runtime.GOMAXPROCS(procs)
				m, step := start()
				for i := range steps {
					step(i)
				}
				hashes = append(hashes, weightsHash(m))
			}
			assert.Len(t, slices.Compact(slices.Clone(hashes)), 1, "%v", hashes)
		})
	}
}

func TestSeedsDiffer(t *testing.T) {
	a, err := NewMLP(MLPConfig{Sizes: []int{3, 2, 1}, Seed: 1})
	require.NoError(t, err)
	b, err := NewMLP(MLPConfig{Sizes: []int{3, 2, 1}, Seed: 2})
	require.NoError(t, err)
	assert.NotEqual(t, weightsHash(a), weightsHash(b))
	gan, err := NewGAN(GANConfig{Width: 2})
	require.NoError(t, err)
	assert.NotEqual(t, gan.Generate(1, 1), gan.Generate(1, 2))
	assert.InDeltaSlice(t, gan.Generate(1, 1), gan.Generate(70, 1)[:12], 1e-5, "the first image does not depend on how many are asked for")
}

func TestStepsDoNotGrowTheHeap(t *testing.T) {
	for name, start := range runs(t) {
		t.Run(name, func(t *testing.T) {
			m, step := start()
			few := 400.0
			if !fused(m) {
				few = 8000 // an LSTM made of single operations
			} else if strings.HasPrefix(name, "gpt") {
				few = 700 // two blocks have five times the operations of an LSTM
			}
			i := 0
			requireNoGrowth(t, 50, few, func() {
				step(i)
				i++
			})
		})
	}
}

// fused reports whether the model's backend runs whole sequences in one call.
func fused(m Model) bool {
	for _, p := range layers.Params(m) {
		_, ok := p.Backend().(backend.LSTMKernel)
		return ok
	}
	return false
}

func TestMLPLearnsExclusiveOr(t *testing.T) {
	x, y := []float32{0, 0, 0, 1, 1, 0, 1, 1}, []float32{0, 1, 1, 0}
	for _, cfg := range []MLPConfig{
		{Sizes: []int{2, 8, 1}, Activation: "tanh", Loss: "half_squared_error", LR: 0.5, Momentum: 0.9},
		{Sizes: []int{2, 8, 1}, Activation: "relu", Output: "identity", Loss: "mean_squared_error", Optimizer: "adam", LR: 0.02},
		{Sizes: []int{2, 8, 1}, Activation: "leaky_relu", Loss: "binary_cross_entropy", Optimizer: "adam", LR: 0.05},
		{Sizes: []int{2, 8, 8, 1}, Activation: "gelu", Loss: "binary_cross_entropy", Optimizer: "adam", LR: 0.02},
		{Sizes: []int{2, 8, 8, 1}, Activation: "silu", Loss: "binary_cross_entropy", Optimizer: "adam", LR: 0.05},
	} {
		t.Run(fmt.Sprint(cfg.Activation, " ", cfg.Loss), func(t *testing.T) {
			cfg.Seed = 1
			m, err := NewMLP(cfg)
			require.NoError(t, err)
			for range 800 {
				m.Step(x, y)
			}
			assert.InDeltaSlice(t, y, m.Predict(x), 0.1)
		})
	}
}

// Targets as distributions and as labels are the same to every loss.
func TestLabelsAreOneHotTargets(t *testing.T) {
	x, labels := []float32{1, 2, -1, 0.5, 0, 3}, []int32{2, 0, 1}
	oneHot := []float32{0, 0, 1, 1, 0, 0, 0, 1, 0}
	for _, l := range []string{"cross_entropy", "cross_entropy_sum", "half_squared_error", "mean_squared_error"} {
		cfg := MLPConfig{Sizes: []int{2, 5, 3}, Output: "softmax", Loss: l, Seed: 4}
		a, err := NewMLP(cfg)
		require.NoError(t, err)
		b, err := NewMLP(cfg)
		require.NoError(t, err)
		assert.InDelta(t, a.Step(x, oneHot), b.StepLabels(x, labels), 1e-5)
		assert.InDeltaSlice(t, weights(a), weights(b), 1e-6)
	}
}

// The generator learns both of two blobs, about equally.
func TestGANLearnsTwoBlobs(t *testing.T) {
	m, err := NewGAN(GANConfig{
		Width: 2, Height: 1, Channels: 1, ZDim: 4, Hidden: []int{32, 32}, LR: 1e-3, Beta1: 0.5, Smooth: 0.1, Seed: 1,
	})
	require.NoError(t, err)
	rng := tensor.NewRNG(1)
	for range 1500 {
		noise := rng.Normal(0, 0.05, 128)
		x := noise.Float32s()
		noise.Release()
		for i := 0; i < len(x); i += 2 {
			centre := float32(0.5)
			if rng.IntN(2) == 0 {
				centre = -0.5
			}
			x[i] += centre
			x[i+1] -= centre
		}
		m.Step(x)
	}
	share := [2]float64{}
	points := m.Generate(1000, 1)
	for p := range slices.Chunk(points, 2) {
		for k, centre := range []float64{0.5, -0.5} {
			if math.Hypot(float64(p[0])-centre, float64(p[1])+centre) < 0.2 {
				share[k] += 0.001
			}
		}
	}
	assert.Greater(t, share[0], 0.3)
	assert.Greater(t, share[1], 0.3)
	for _, s := range m.Score(points) {
		require.True(t, s >= 0 && s <= 1)
	}
}

// Evaluate measures what Step does, and carries state from read to read.
func TestEvaluate(t *testing.T) {
	m := smallText(t, "abcdefgh", TextConfig{Seed: 1})
	tokens := make([]int32, 2*100+1)
	for i := range tokens {
		tokens[i] = int32(i * i % 8)
	}
	got, err := m.Evaluate(tokens, 2)
	require.NoError(t, err)
	inputs, targets := tokens[:200], tokens[1:]
	assert.InDelta(t, m.Step(inputs, targets, 1, 200), got, 1e-5)
	for range 50 {
		m.Step(inputs, targets, 2, 100) // now as two texts
	}
	after, err := m.Evaluate(tokens, 2)
	require.NoError(t, err)
	assert.Less(t, after, got-0.3)

	for _, streams := range []int{0, -1} {
		_, err = m.Evaluate(tokens, streams)
		assert.ErrorContains(t, err, "evaluate:")
	}
	_, err = m.Evaluate([]int32{1}, 1)
	assert.ErrorContains(t, err, "2 tokens")
}

// The result does not depend on how many streams a text is read as, whatever its
// length, and every token but the first counts.
func TestEvaluateDoesNotDependOnStreams(t *testing.T) {
	m := smallText(t, "abcdefgh", TextConfig{Seed: 1, LR: 0.01})
	tokens := make([]int32, 5000)
	for i := range tokens { // what follows depends on a token far back
		tokens[i] = int32(i*i/7) % 8
	}
	for i := range 60 {
		at := i * 64
		m.Step(tokens[at:at+64], tokens[at+1:at+65], 2, 32)
	}
	for _, n := range []int{2, 3, 100, 320, 385, 600, 1111, 5000} {
		want, err := m.Evaluate(tokens[:n], 1)
		require.NoError(t, err)
		for _, streams := range []int{2, 3, 7, 32, 1000} {
			got, err := m.Evaluate(tokens[:n], streams)
			require.NoError(t, err)
			assert.InDelta(t, want, got, 1e-6, "%d tokens, %d streams", n, streams)

			counted := make([]int, n-1) // each target once
			p := planStreams(n-1, streams)
			ids := make([]int32, n)
			for i := range ids {
				ids[i] = int32(i)
			}
			for at := 0; at < p.length(); at += 50 {
				inputs, targets := p.batch(ids, 0, p.streams, at, min(50, p.length()-at))
				for i, id := range targets {
					if id >= 0 {
						counted[id-1]++
						require.Equal(t, id-1, inputs[i])
					}
				}
			}
			for _, times := range counted {
				require.Equal(t, 1, times, "%d tokens, %d streams", n, streams)
			}
		}
	}
}

// The state of stateful training makes two half batches see what one whole batch sees, until it
// is reset or the batch changes.
func TestStateful(t *testing.T) {
	m := smallText(t, "abcdefgh", TextConfig{Stateful: true, LR: 1e-12})
	ids := []int32{3, 1, 4, 1, 5, 2, 6, 5, 3}
	whole := m.Step(ids[:8], ids[1:], 1, 8)
	m.ResetState()
	first := m.Step(ids[:4], ids[1:5], 1, 4)
	second := m.Step(ids[4:8], ids[5:], 1, 4)
	assert.InDelta(t, whole, (first+second)/2, 1e-6)
	m.ResetState()
	alone := m.Step(ids[4:8], ids[5:], 1, 4)
	assert.Greater(t, math.Abs(alone-second), 1e-4, "the state counts")
	m.Step(ids[:8], ids[1:], 2, 4)
	assert.InDelta(t, first, m.Step(ids[:4], ids[1:5], 1, 4), 1e-6, "another batch begins anew")
}

func TestIgnoredTargetsDoNotCount(t *testing.T) {
	a, b := smallText(t, "abcd", TextConfig{}), smallText(t, "abcd", TextConfig{})
	full := a.Step([]int32{0, 1, 2, 3}, []int32{1, 2, -100, -100}, 1, 4)
	assert.InDelta(t, b.Step([]int32{0, 1}, []int32{1, 2}, 1, 2), full, 1e-6)
	assert.InDeltaSlice(t, weights(b), weights(a), 1e-6)
}
