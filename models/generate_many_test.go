package models

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/generate"
)

// A copied reader goes on as the one it was copied from, and neither changes the
// other.
func TestTextReadersFork(t *testing.T) {
	for name, m := range smallWriters(t) {
		t.Run(name, func(t *testing.T) { readersFork(t, m) })
	}
}

// smallWriters are models of all kinds that write with eight letters.
func smallWriters(t *testing.T) map[string]writer {
	return map[string]writer{
		"lstm":  smallText(t, "abcdefgh", TextConfig{Seed: 5, Layers: 2}),
		"tied":  smallTied(t),
		"qwen3": smallGPT(t, GPTConfig{Seed: 5}),
		"gpt2":  smallGPT(t, GPTConfig{Style: "gpt2", Seed: 5}),
		"local": smallGPT(t, GPTConfig{Seed: 5, Window: 3}),
	}
}

func smallTied(t *testing.T) writer {
	m, err := NewTextGenerator(letters(t, 8), TextConfig{Hidden: 12, Tied: true})
	require.NoError(t, err)
	return m
}

func readersFork(t *testing.T, m writer) {
	read := func(r generate.Reader, tokens ...int32) []float32 {
		logits := make([]float32, m.Tokenizer().Len())
		r.Read(tokens, logits)
		return logits
	}
	alone := m.NewReader()
	defer alone.Release()
	read(alone, 1, 2, 3)
	want := read(alone, 4)

	first := m.NewReader()
	defer first.Release()
	read(first, 1, 2, 3)
	second := first.(generate.Forker).Fork()
	defer second.Release()
	read(first, 7, 7, 7)
	third := second.(generate.Forker).Fork()
	assert.Equal(t, want, read(second, 4))
	assert.Equal(t, want, read(third, 4))
	third.Release()
	assert.Equal(t, read(alone, 6), read(second, 6), "the release of a copy is its own")
}

// Reading a token of each of several texts at once, and all places of one, gives
// what reading them one by one gives.
func TestTextReadersReadTogether(t *testing.T) {
	for name, m := range smallWriters(t) {
		small, err := Quantize(m)
		require.NoError(t, err)
		t.Run(name+"/float32", func(t *testing.T) { readTogether(t, m, 1e-5) })
		t.Run(name+"/int8", func(t *testing.T) { readTogether(t, small, 1e-5) })
	}
}

func readTogether(t *testing.T, m writer, tolerance float64) {
	v := m.Tokenizer().Len()
	var together, alone []generate.Reader
	for i := range 5 {
		for _, list := range []*[]generate.Reader{&together, &alone} {
			r := m.NewReader()
			defer r.Release()
			for token := range int32(i + 1) {
				r.Read([]int32{token}, nil)
			}
			*list = append(*list, r)
		}
	}
	for step := range int32(3) {
		var tokens []int32
		var logits [][]float32
		for i := range int32(5) {
			tokens, logits = append(tokens, (i+step)%int32(v)), append(logits, make([]float32, v))
		}
		m.ReadBatch(together, tokens, logits)
		for i, r := range alone {
			want := make([]float32, v)
			r.Read(tokens[i:i+1], want)
			assert.InDeltaSlice(t, want, logits[i], tolerance)
		}
	}
	tokens := []int32{3, 1, 4, 1, 5}
	all := make([]float32, len(tokens)*v)
	together[0].(generate.Scorer).ReadAll(tokens, all)
	for i, token := range tokens {
		want := make([]float32, v)
		alone[0].Read([]int32{token}, want)
		assert.InDeltaSlice(t, want, all[i*v:(i+1)*v], tolerance)
	}
}

// Goroutines that write with one model at once each write what they write alone.
func TestGoroutinesWriteAsAlone(t *testing.T) {
	for name, m := range smallWriters(t) {
		t.Run(name, func(t *testing.T) { writeAsAlone(t, m) })
	}
}

func writeAsAlone(t *testing.T, m writer) {
	write := func(i int) string {
		if i%2 == 0 {
			text, err := m.Generate("abc", 60, generate.Seed(uint64(i)), generate.TopK(5), generate.Frequency(0.1))
			assert.NoError(t, err)
			return text
		}
		results, err := generate.Samples(context.Background(), m, "abc", 3, 40, generate.Seed(uint64(i)))
		assert.NoError(t, err)
		return fmt.Sprint(results)
	}
	const goroutines = 8
	var want, got [goroutines]string
	for i := range goroutines {
		want[i] = write(i)
	}
	var all sync.WaitGroup
	for i := range goroutines {
		all.Go(func() { got[i] = write(i) })
	}
	all.Wait()
	assert.Equal(t, want, got)
	assert.NotEqual(t, got[0], got[2])
}

// Samples are the texts of their seeds.
func TestSamplesAreTextsOfTheirSeeds(t *testing.T) {
	m := smallText(t, "床前明月光，疑是地上霜。", TextConfig{Seed: 3})
	results, err := generate.Samples(context.Background(), m, "明月", 70, 12, generate.Seed(4))
	require.NoError(t, err)
	require.Len(t, results, 70)
	for i, r := range results {
		want, err := m.Generate("明月", 12, generate.Seed(4+uint64(i)))
		require.NoError(t, err)
		assert.Equal(t, want, r.Text)
		assert.Equal(t, generate.Length, r.End)
		assert.Len(t, r.Tokens, 12)
	}
}
