package models

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/loss"
	"github.com/org/artnn/tensor"
)

func smallGPT(t testing.TB, cfg GPTConfig) *GPT {
	t.Helper()
	cfg.Context, cfg.Layers, cfg.Width, cfg.Heads = 300, 2, 16, 4
	m, err := NewGPT(letters(t, 8), cfg)
	require.NoError(t, err)
	return m
}

// A reader with caches gives what a pass over the whole text gives, wherever it is cut.
func TestGPTReadsAsItTrains(t *testing.T) {
	for _, cfg := range []GPTConfig{{}, {Style: "gpt2"}, {Window: 7}} {
		cfg.Seed = 1
		m := smallGPT(t, cfg)
		for _, p := range layers.Params(m) { // larger than first weights are, so that attention says something
			if p.Rank() == 2 {
				tensor.InitNormal(0, 0.5)(tensor.NewRNG(uint64(p.Size())), p)
			}
		}
		tokens := make([]int32, 300)
		for i := range tokens {
			tokens[i] = int32(i*i/3) % 8
		}
		want := m.Forward(nil, tokens, 1, len(tokens))
		r := m.NewReader()
		defer r.Release()
		got := make([]float32, 8)
		at := 0
		for _, n := range []int{1, 2, 130, 1, 128, 38} {
			r.Read(tokens[at:at+n], got)
			at += n
			assert.InDeltaSlice(t, want.Select(1, at-1).Float32s(), got, 1e-3, "%v after %d", cfg, at)
		}
		require.Len(t, tokens, at)
	}
}

// Evaluate counts each token but the first once, with half a context before it.
func TestGPTEvaluatesByWindows(t *testing.T) {
	m, err := NewGPT(letters(t, 8), GPTConfig{Context: 10, Layers: 1, Width: 8, Heads: 2, LR: 0.01})
	require.NoError(t, err)
	tokens := make([]int32, 104)
	for i := range tokens {
		tokens[i] = int32(i*i/7) % 8
	}
	for range 30 {
		m.Step(tokens[:100], tokens[1:101], 10, 10)
	}
	mean := func(n int) float64 { // one window after the other
		sum := 0.0
		for from, counted := 0, 0; counted < n-1; from += 5 {
			to := min(from+10, n-1)
			logits := m.Forward(nil, tokens[from:to], 1, to-from)
			of := loss.CrossEntropy(logits.Reshape(to-from, 8), tokens[from+1:to+1], loss.CrossEntropyConfig{Reduction: loss.None}).Float64s()
			for _, l := range of[counted-from:] {
				sum += l
			}
			counted = to
		}
		return sum / float64(n-1)
	}
	for _, n := range []int{2, 3, 10, 11, 12, 16, 17, 57, 104} {
		for _, windows := range []int{1, 3, 100} {
			got, err := m.Evaluate(tokens[:n], windows)
			require.NoError(t, err)
			assert.InDelta(t, mean(n), got, 1e-5, "%d tokens, %d windows", n, windows)
		}
	}
	_, err = m.Evaluate(tokens, 0)
	assert.ErrorContains(t, err, "evaluate: needs at least one window and 2 tokens, got 0 and 104")
	_, err = m.Evaluate(tokens[:1], 1)
	assert.ErrorContains(t, err, "2 tokens")
}

// What it begins with is nearly uniform, and it learns to copy what stood far before.
func TestGPTLearnsToLookBack(t *testing.T) {
	for _, style := range []string{"qwen3", "gpt2"} {
		m, err := NewGPT(letters(t, 8), GPTConfig{Style: style, Context: 16, Layers: 2, Width: 32, Heads: 2, LR: 5e-3, Clip: 1, Seed: 2})
		require.NoError(t, err)
		rng := tensor.NewRNG(1)
		batch := func() (x, y []int32) { // eight letters, and the same again
			for range 16 {
				var row [17]int32
				for i := range row {
					row[i] = int32(rng.IntN(8))
					if i >= 8 {
						row[i] = row[i-8]
					}
				}
				x = append(x, row[:16]...)
				for i, token := range row[1:] {
					if i < 8 {
						token = -100
					}
					y = append(y, token)
				}
			}
			return x, y
		}
		x, y := batch()
		first := m.Step(x, y, 16, 16)
		assert.InDelta(t, math.Log(8), first, 0.05, style)
		last := first
		for range 250 {
			x, y = batch()
			last = m.Step(x, y, 16, 16)
		}
		assert.Less(t, last, 0.3, style)
	}
}

// The first weights are those of GPT-2: 0.02, and less at the ends of branches.
func TestGPTInitialWeights(t *testing.T) {
	for _, style := range []string{"qwen3", "gpt2"} {
		m, err := NewGPT(letters(t, 26), GPTConfig{Style: style, Layers: 8, Width: 128, Heads: 4, Untied: true})
		require.NoError(t, err)
		for name, p := range layers.Params(m) {
			want := 0.02
			switch {
			case strings.HasSuffix(name, "bias"):
				want = 0
			case p.Rank() < 2:
				continue // norms
			case strings.HasSuffix(name, "out_proj.weight"), strings.HasSuffix(name, "down_proj.weight"), strings.HasSuffix(name, "out.weight"):
				want = 0.005 // 0.02/√(2·8)
			}
			sum := 0.0
			for _, v := range p.Float64s() {
				sum += v * v
			}
			assert.InEpsilon(t, 1+want, 1+math.Sqrt(sum/float64(p.Size())), 1e-3, name)
		}
	}
}

// The published sizes come out: GPT-2 small has 124,439,808 parameters, Qwen3-0.6B
// 596,049,920.
func TestGPTCountsOfPublishedModels(t *testing.T) {
	for want, c := range map[int64]struct {
		vocabulary int
		cfg        GPTConfig
	}{
		124439808: {50257, GPTConfig{Style: "gpt2", Context: 1024, Layers: 12, Width: 768, Heads: 12}},
		596049920: {151936, GPTConfig{Context: 40960, Layers: 28, Width: 1024, Heads: 16, KVHeads: 8, HeadDim: 128, Hidden: 3072}},
	} {
		if uint64(4*want) > math.MaxInt {
			continue // more bytes than a process of 32 bits has
		}
		count := 0
		require.NoError(t, checkTotal(func(rng *tensor.RNG) { count = layers.Count(c.cfg.withDefaults().build(c.vocabulary, rng)) }))
		assert.EqualValues(t, want, count)
	}
}

// Int8 copies have no matrices that could be named as Hugging Face's.
func TestGPTQuantizedHasNoOtherNames(t *testing.T) {
	q, err := Quantize(smallGPT(t, GPTConfig{}))
	require.NoError(t, err)
	assert.PanicsWithValue(t, "gpt: model.embed_tokens.weight: is stored in another form than a tensor", func() {
		for range q.HuggingFace() {
			continue
		}
	})
	names := 0
	for name := range smallGPT(t, GPTConfig{Style: "gpt2"}).HuggingFace() { // it may be left early
		if names++; name == fmt.Sprintf("transformer.h.%d.ln_1.weight", 1) {
			break
		}
	}
	assert.Equal(t, 2+12+1, names)
}
