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

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
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
		"names in Han": {Text{Text: novel + han(5_000)}, "bpe", "lstm"},
		"a short poem": {Text{Text: han(1_000)}, "char", "lstm"},
		"asked for":    {Text{Text: novel[:5000], Network: "gpt", Vocab: "bpe", Tokens: 300}, "bpe", "gpt"},
	} {
		_, err := c.Prepare(context.Background())
		require.NoError(t, err, name)
		assert.Equal(t, []string{c.vocab, c.network}, []string{c.Text.Vocab, c.Text.Network}, name)
	}
	for hidden, want := range map[int]float64{0: 0.6, 512: 0.6, 64: 0.3} {
		c := Text{Text: novel, Hidden: hidden}
		_, err := c.Prepare(context.Background())
		require.NoError(t, err)
		assert.Equal(t, want, *c.Dropout, "what is narrow learns less by heart")
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

// han is a text of 505 different characters, the squares modulo 1009.
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
	assert.Equal(t, learn, of.vocab.Decode(all(of.learn)))
	assert.Equal(t, held, of.vocab.Decode(of.held))
	assert.Greater(t, float64(len(learn))/float64(of.learn.Len()), 3.0)
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
		of, err := survey(context.Background(), data.TextsOf(c.texts...), false)
		require.NoError(t, err)
		learn, held, err := of.apart(c.share)
		require.NoError(t, err)
		assert.Equal(t, c.learn, documents(t, learn))
		assert.Equal(t, c.held, documents(t, held))
	}
}

// documents are those of a part of a corpus.
func documents(t *testing.T, p part) (texts []string) {
	t.Helper()
	text := ""
	next := func() bool { texts, text = append(texts, text), ""; return true }
	for piece, err := range p.pieces(next) {
		require.NoError(t, err)
		text += piece
	}
	if text != "" {
		next()
	}
	return texts
}

// all are the tokens of a source.
func all(of data.TokenSource) []int32 {
	ids := make([]int32, of.Len())
	of.ReadTokens(ids, 0)
	return ids
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
	for _, id := range slices.Concat(all(of.learn), of.held) {
		if id == end {
			ends++
		}
	}
	assert.GreaterOrEqual(t, ends, 38)
	_, err = c.Prepare(context.Background())
	require.NoError(t, err)
	assert.Equal(t, []int32{end}, c.Model().(generate.Ender).EndTokens())
}

// A text whose tokens lie in a file is learned from as one whose tokens are in memory, bit
// for bit, and nothing is left of the file. Both are what encoding all of it at once gives.
func TestLargeTextsAreLearnedFromAlike(t *testing.T) {
	file := filepath.Join(t.TempDir(), "novel.txt")
	text := strings.ReplaceAll(samples.MobyDick()[:300_000], "\n", "\r\n")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	for _, vocab := range Vocabularies() {
		var of [2]*tokens
		var batches [2][]data.TokenBatch
		var lines [2]string
		for i, most := range []int{0, 1000} {
			dir := t.TempDir()
			c := Text{Data: file, Vocab: vocab, Tokens: 400, Network: "lstm", Hidden: 16, Embed: 8, mostTokens: most}
			c.Say = func(line string) { lines[i] += line }
			c.Dir, c.reserved = dir, true
			task, err := c.Prepare(context.Background())
			require.NoError(t, err)
			assert.Equal(t, most > 0, c.file != nil)
			for k := range 5 {
				batches[i] = append(batches[i], task.Loader.Load(1, k))
			}
			of[i], err = c.load(context.Background())
			require.NoError(t, err)
			of[i].learn = data.Tokens(all(of[i].learn))
			require.NoError(t, c.Close())
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.Empty(t, left)
			_, err = task.Step(context.Background(), batches[i][0])
			require.NoError(t, err, "what was read can still be learned from")
		}
		assert.Equal(t, batches[0], batches[1], vocab)
		assert.Equal(t, lines[0], lines[1])
		assert.Equal(t, of[0].learn, of[1].learn)
		assert.Equal(t, of[0].held, of[1].held)
		plain := strings.ReplaceAll(text, "\r\n", "\n")
		learned := of[0].vocab.Decode(all(of[0].learn))
		if vocab != "word" {
			require.Equal(t, plain[:len(learned)], learned)
			whole, err := of[0].vocab.Encode(learned)
			require.NoError(t, err)
			assert.Equal(t, whole, all(of[0].learn))
		}
	}
}

// A file of tokens that fails ends the run with what the file system says.
func TestTokensThatCannotBeRead(t *testing.T) {
	c := Text{Text: samples.MobyDick()[:50_000], Hidden: 8, Embed: 8, mostTokens: 100}
	task, err := c.Prepare(context.Background())
	require.NoError(t, err)
	f := c.file
	require.NoError(t, f.Close())
	batch := task.Loader.Load(0, 0)
	_, err = task.Step(context.Background(), batch)
	assert.ErrorIs(t, err, os.ErrClosed)
}

// A text that changes between two readings of it is an error, not a text with other bits.
func TestTextsThatChange(t *testing.T) {
	file := filepath.Join(t.TempDir(), "novel.txt")
	require.NoError(t, os.WriteFile(file, []byte(strings.Repeat("some words\n", 5000)), 0o666))
	texts, err := data.OpenTexts(file)
	require.NoError(t, err)
	of, err := survey(context.Background(), texts, false)
	require.NoError(t, err)
	for _, other := range []string{"more words\n", "more words and more\n", "less\n"} {
		require.NoError(t, os.WriteFile(file, []byte(strings.Repeat(other, 5000)), 0o666))
		err = nil
		for _, err = range of.partOf(span{0, 0, of.bytes}).pieces(nil) {
			if err != nil {
				break
			}
		}
		assert.ErrorContains(t, err, "the text was changed while it was read")
	}
}

// The vocabulary of a large text is learned from pieces that are spread over it.
func TestSampleIsSpread(t *testing.T) {
	text := strings.Repeat("some words and more of them\n", 200_000)
	of, err := survey(context.Background(), data.TextsOf(text), false)
	require.NoError(t, err)
	p := of.partOf(span{0, 0, of.bytes})
	for _, most := range []int{of.bytes / 10, of.bytes / 3, of.bytes, 2 * of.bytes} {
		var lengths []int
		for piece, err := range p.sample(most) {
			require.NoError(t, err)
			lengths = append(lengths, len(piece))
		}
		taken := 0
		for _, n := range lengths {
			taken += n
		}
		assert.InDelta(t, min(most, of.bytes), taken, 100_000)
	}
}

// What is no part of a text is counted and left, or left out of one to be cleaned.
func TestTextsAreCleanedIfAsked(t *testing.T) {
	dir := t.TempDir()
	body := strings.Repeat("abc abc. ", 100)
	for name, text := range map[string]string{
		"a.txt": "\ufeff" + body + "\r\nsoft\u00adly\x07", "b.txt": body, "copy of b.txt": body + "\n", "empty.txt": " \n", "c.txt": body + "\n\n\n\nd",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
	}
	for _, c := range []struct {
		clean     bool
		said      string
		documents int
	}{
		{false, `Text: 1 byte-order mark left out; 1 line end became \n; 1 empty text passed over. Found and left as it is: 1 control character, 1 soft hyphen, 1 text that was there already.`, 4},
		{true, `Text: 1 byte-order mark left out; 1 line end became \n; left out: 1 control character, 1 soft hyphen, 2 repeated blank lines, 1 text that was there already; 1 empty text passed over.`, 3},
	} {
		said := ""
		r := Text{Data: dir, Clean: c.clean, Holdout: new(0.0), Vocab: "char"}
		r.Say = func(line string) { said += line }
		of, err := r.load(context.Background())
		require.NoError(t, err)
		assert.Equal(t, c.said, said)
		assert.Len(t, of.of.docs, c.documents)
		text := of.vocab.Decode(all(of.learn))
		assert.Equal(t, !c.clean, strings.Contains(text, "soft\u00adly\x07"))
		assert.Equal(t, c.clean, strings.Contains(text, "softly\n"))
		assert.NotContains(t, text, "\r")
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bad.txt"), []byte(strings.Repeat("good\n", 5000)+"\xff"), 0o666))
	r := Text{Data: dir, Holdout: new(0.0)}
	_, err := r.load(context.Background())
	assert.ErrorContains(t, err, "bad.txt: not UTF-8: 0xff at byte 25000 (line 5001)")
	r.Clean = true
	_, err = r.load(context.Background())
	assert.NoError(t, err)
}
