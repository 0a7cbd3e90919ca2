package recipe

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/generate"
	"github.com/org/artnn/tokenizer"
)

// Kinds of network and of tokens follow from the text, or from what was given.
func TestTextChoosesNetworkAndTokens(t *testing.T) {
	novel := strings.Repeat("Call me Ishmael. Some years ago, never mind how long precisely. ", 8000)
	for name, c := range map[string]struct {
		Text
		vocab, network string
	}{
		"a novel":      {Text{Text: novel}, "bpe", "lstm"},
		"by a field":   {Text{Text: novel[:5000], Width: 64}, "char", "gpt"},
		"another":      {Text{Text: novel, Hidden: 16, Vocab: "word"}, "word", "lstm"},
		"many Han":     {Text{Text: han(400_000)}, "char", "lstm"},
		"a short poem": {Text{Text: han(1_000)}, "char", "lstm"},
		"asked for":    {Text{Text: novel[:5000], Network: "gpt", Vocab: "bpe", Tokens: 300}, "bpe", "gpt"},
	} {
		_, err := c.Prepare(context.Background())
		require.NoError(t, err, name)
		assert.Equal(t, []string{c.vocab, c.network}, []string{c.Text.Vocab, c.Text.Network}, name)
	}
	for want, c := range map[string]Text{
		"Hidden is of the network lstm, and this one is gpt":      {Network: "gpt", Hidden: 8},
		"Heads is of the network gpt, and this one is lstm":       {Network: "lstm", Heads: 2},
		"Width is of the network gpt, and this one is lstm":       {Hidden: 8, Width: 8},
		`Network must be one of ["lstm" "gpt"], got "rnn"`:        {Network: "rnn"},
		"Tokens must be at least 257, the bytes and the end of a": {Vocab: "bpe", Tokens: 256},
		"size of a head: 9: must be even":                         {Network: "gpt", Width: 63, Heads: 7},
	} {
		c.Text = novel[:5000]
		_, err := c.Prepare(context.Background())
		assert.ErrorContains(t, err, want)
	}
}

// han is a text of a thousand different characters.
func han(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteRune(rune(0x4e00 + i*i%1009))
	}
	return b.String()
}

// What is held out is told by nothing that is learned from: tokens are made of the rest,
// and no example reaches into it.
func TestHeldOutTextIsApart(t *testing.T) {
	learn := strings.Repeat("the whale and the sea\n", 400)
	held := strings.Repeat("zyzzyva quixotry\n", 60)
	c := Text{Text: learn + held, Vocab: "bpe", Tokens: 300, Holdout: new(float64(len(held)) / float64(len(learn)+len(held)))}
	of, err := c.load(context.Background())
	require.NoError(t, err)
	assert.Equal(t, learn, of.vocab.Decode(of.learn))
	assert.Equal(t, held, of.vocab.Decode(of.held))
	assert.Greater(t, float64(len(learn))/float64(len(of.learn)), 3.0)
	assert.Less(t, of.perToken, 1.2, "its words are not tokens")
}

func TestApart(t *testing.T) {
	for _, c := range []struct {
		texts       []string
		share       float64
		learn, held []string
	}{
		{[]string{"abcdefghij"}, 0.2, []string{"abcdefgh"}, []string{"ij"}},
		{[]string{"abcdefghij"}, 0, []string{"abcdefghij"}, nil},
		{[]string{"明月明月"}, 0.4, []string{"明月"}, []string{"明月"}},
		{[]string{"ab", "cd", "ef", "gh"}, 0.5, []string{"ab", "cd"}, []string{"ef", "gh"}},
		{[]string{strings.Repeat("a b\n", 250)}, 0.5, []string{strings.Repeat("a b\n", 125)}, []string{strings.Repeat("a b\n", 125)}},
		{[]string{strings.Repeat("a b\n", 250) + "cc"}, 0.5, []string{strings.Repeat("a b\n", 125)}, []string{strings.Repeat("a b\n", 125) + "cc"}},
	} {
		learn, held := apart(c.texts, c.share)
		assert.Equal(t, c.learn, learn)
		assert.Equal(t, c.held, held)
	}
}

// The texts of a folder are told apart by a token, which ends what is written.
func TestDocumentsArePacked(t *testing.T) {
	dir := t.TempDir()
	for i := range 40 {
		text := strings.Repeat("abc abc. ", i%3+3)
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%02d.txt", i)), []byte(text), 0o666))
	}
	c := Text{Data: dir, Network: "gpt", Vocab: "bpe", Tokens: 270, Width: 16, Heads: 2, Layers: 1, Holdout: new(0.1)}
	of, err := c.load(context.Background())
	require.NoError(t, err)
	end, ok := tokenizer.EndToken(of.vocab)
	require.True(t, ok)
	ends := 0
	for _, id := range slices.Concat(of.learn, of.held) {
		if id == end {
			ends++
		}
	}
	assert.GreaterOrEqual(t, ends, 38)
	_, err = c.Prepare(context.Background())
	require.NoError(t, err)
	assert.Equal(t, []int32{end}, c.Model().(generate.Ender).EndTokens())
}
