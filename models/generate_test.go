package models

import (
	"math"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/generate"
	"github.com/org/artnn/tokenizer"
)

func smallText(t testing.TB, text string, cfg TextConfig) *TextGenerator {
	t.Helper()
	v, err := tokenizer.NewChars(text)
	require.NoError(t, err)
	cfg.Embed, cfg.Hidden = 8, 12
	m, err := NewTextGenerator(v, cfg)
	require.NoError(t, err)
	return m
}

func TestGenerateErrors(t *testing.T) {
	m := smallText(t, "abc", TextConfig{})
	for _, c := range []struct {
		prompt  string
		n       int
		options []generate.Option
		want    string
	}{
		{"", 5, nil, "the prompt is empty"},
		{"ax", 5, nil, "does not know 'x' (U+0078)"},
		{"a\xff", 5, nil, "byte 1 (0xff) is not UTF-8"},
		{"a", 0, nil, "must be positive, got 0"},
		{"a", -3, nil, "must be positive, got -3"},
		{"a", 5, []generate.Option{generate.Temperature(-0.5)}, "temperature: -0.5"},
		{"a", 5, []generate.Option{generate.Temperature(math.NaN())}, "temperature: NaN"},
		{"a", 5, []generate.Option{generate.TopK(-1)}, "top-k: -1"},
		{"a", 5, []generate.Option{generate.TopP(2)}, "top-p: 2"},
	} {
		text, err := m.Generate(c.prompt, c.n, c.options...)
		assert.ErrorContains(t, err, c.want)
		assert.Empty(t, text)
	}
	param(m, "fc.bias").SetFloat32s([]float32{0, float32(math.NaN()), 0})
	_, err := m.Generate("a", 5)
	assert.ErrorContains(t, err, "training has diverged")
}

func TestGenerateIsGovernedByItsSeed(t *testing.T) {
	m := smallText(t, "床前明月光，疑是地上霜。", TextConfig{Seed: 3})
	a, err := m.Generate("明月", 40, generate.Seed(1))
	require.NoError(t, err)
	b, err := m.Generate("明月", 40, generate.Seed(1))
	require.NoError(t, err)
	c, err := m.Generate("明月", 40, generate.Seed(2))
	require.NoError(t, err)
	assert.Equal(t, a, b)
	assert.NotEqual(t, a, c)
	assert.Equal(t, 40, utf8.RuneCountInString(a))
	shorter, err := m.Generate("明月", 10, generate.Seed(1))
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(a, shorter), "the text does not depend on how much of it is asked for")
}

// A prompt longer than one read is read whole.
func TestGenerateReadsLongPrompts(t *testing.T) {
	m := smallText(t, "abcdefgh", TextConfig{Seed: 1, Layers: 2})
	prompt := strings.Repeat("abcdefgh", 100) + "cab"
	whole := m.NewReader()
	defer whole.Release()
	ids, err := m.tokens.Encode(prompt)
	require.NoError(t, err)
	want, logits := make([]float32, m.tokens.Len()), make([]float32, m.tokens.Len())
	whole.Read(ids, want)
	parts := m.NewReader()
	defer parts.Release()
	for _, id := range ids {
		parts.Read([]int32{id}, logits)
	}
	assert.InDeltaSlice(t, want, logits, 1e-5)
	s, err := generate.NewSampler(nil, generate.Temperature(0))
	require.NoError(t, err)
	next, err := s.Pick(want)
	require.NoError(t, err)
	got, err := m.Generate(prompt, 1, generate.Temperature(0))
	require.NoError(t, err)
	assert.Equal(t, m.tokens.Decode([]int32{next}), got)
}

func TestStreamMayBeLeft(t *testing.T) {
	m := smallText(t, "abc", TextConfig{})
	n := 0
	for _, err := range m.Stream("a", 1000) {
		require.NoError(t, err)
		if n++; n == 3 {
			break
		}
	}
	assert.Equal(t, 3, n)
}

// Unknown words may be read but are not written.
func TestWordsAreGeneratedWithoutUnknown(t *testing.T) {
	v, err := tokenizer.NewWords("the whale and the sea and the ship", 4)
	require.NoError(t, err)
	m, err := NewTextGenerator(v, TextConfig{Embed: 4, Hidden: 4})
	require.NoError(t, err)
	param(m, "fc.bias").SetFloat32s([]float32{100, 0, 0, 0})
	text, err := m.Generate("Ahab and the harpoon", 50)
	require.NoError(t, err)
	assert.NotContains(t, text, "<unk>")
}

func TestGeneratingTokensDoesNotGrowTheHeap(t *testing.T) {
	m := smallText(t, "abcdefgh", TextConfig{})
	r := m.NewReader()
	defer r.Release()
	logits := make([]float32, m.tokens.Len())
	s, err := generate.NewSampler(nil, generate.TopK(4), generate.TopP(0.9))
	require.NoError(t, err)
	token := func() {
		r.Read([]int32{1}, logits)
		_, err := s.Pick(logits)
		require.NoError(t, err)
	}
	few := 60.0
	if !fused(m) {
		few = 200
	}
	requireNoGrowth(t, 200, few, token)
}

// requireNoGrowth runs f until it is in its stride and then n times more, and
// requires that the heap is no larger and each run makes few allocations.
func requireNoGrowth(t *testing.T, n int, perRun float64, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	for range 10 {
		f()
	}
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range n {
		f()
	}
	runtime.ReadMemStats(&after)
	mallocs := float64(after.Mallocs-before.Mallocs) / float64(n)
	runtime.GC()
	runtime.ReadMemStats(&after)
	grown := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	assert.Less(t, grown, int64(64<<10), "bytes of heap after %d runs", n)
	assert.LessOrEqual(t, mallocs, perRun, "allocations a run")
}
