package form_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/generate/form"
	"github.com/org/artnn/internal/quality"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tokenizer"
)

// untrained is a model with random weights that knows the characters of a text.
func untrained(t testing.TB, text string) *models.TextGenerator {
	t.Helper()
	chars, err := tokenizer.NewChars(text)
	require.NoError(t, err)
	m, err := models.NewTextGenerator(chars, models.TextConfig{Embed: 8, Hidden: 16, Seed: 1})
	require.NoError(t, err)
	return m
}

// poems are enough to know some hundreds of characters.
func poems() string { return strings.Join(samples.Quatrains()[:100], "\n\n") + "\n" }

// A model that has learned nothing writes quatrains that rhyme.
func TestUntrainedModelsKeepTheForm(t *testing.T) {
	m := untrained(t, poems())
	// Groups of this test's own, of characters with the same remainder.
	group := func(c rune) []string { return []string{string('A' + c%13)} }
	f, err := form.NewVerse(form.Verse{Pattern: "7，7。/7，7。", Characters: form.Characters(m.Tokenizer()), Rhyme: group})
	require.NoError(t, err)
	results, err := generate.Samples(context.Background(), m, "\n", 10, 100, generate.Within(f), generate.Seed(2))
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, p := range results {
		require.NoError(t, p.Err)
		assert.Equal(t, generate.Complete, p.End)
		assert.Len(t, p.Tokens, 33)
		assert.True(t, quality.IsQuatrain(p.Text), p.Text)
		var ends []rune
		for _, v := range quality.Verses(p.Text) {
			runes := []rune(v)
			ends = append(ends, runes[6])
		}
		assert.Equal(t, group(ends[0]), group(ends[1]))
		assert.Equal(t, group(ends[0]), group(ends[3]))
		assert.NotEqual(t, ends[0], ends[1])
		seen[p.Text] = true
	}
	assert.Len(t, seen, 10)
}

// The words of a prompt may count as part of the form.
func TestPromptsWithinForms(t *testing.T) {
	m := untrained(t, poems())
	f, err := form.NewVerse(form.Verse{Pattern: "7，7。/7，7。"})
	require.NoError(t, err)
	f, err = form.After(f, "春風")
	require.NoError(t, err)
	text, err := generate.Text(m, "春風", 100, generate.Within(f))
	require.NoError(t, err)
	assert.True(t, quality.IsQuatrain("春風"+text), text)
}

func TestUntrainedModelsWriteJSON(t *testing.T) {
	m := untrained(t, `{}[]":,.-+\/ abcdefghijklmnopqrstuvwxyzE0123456789`+"\n")
	texts, err := generate.Samples(context.Background(), m, " ", 30, 300, generate.Within(form.JSON()))
	require.NoError(t, err)
	complete := 0
	for _, r := range texts {
		require.NoError(t, r.Err)
		if r.End == generate.Complete {
			complete++
			assert.True(t, json.Valid([]byte(r.Text)), r.Text)
		} else {
			_, err := form.After(form.JSON(), r.Text)
			assert.NoError(t, err, "cut off, and right until there")
		}
	}
	assert.Positive(t, complete)
}

func TestWordsKeepForms(t *testing.T) {
	words, err := tokenizer.NewWords("the big whale and the small ship saw the sea", 0)
	require.NoError(t, err)
	m, err := models.NewTextGenerator(words, models.TextConfig{Embed: 8, Hidden: 16})
	require.NoError(t, err)
	f, err := form.Regexp(`( the (big |small )?(whale|ship|sea) saw)+ the sea`)
	require.NoError(t, err)
	for seed := range uint64(10) {
		text, err := generate.Text(m, "the", 200, generate.Within(f), generate.Seed(seed), generate.Stop("sea saw the sea"))
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(text, " the "), text)
	}
}

// One form and one model serve several goroutines, and each writes what it writes
// alone.
func TestGoroutinesShareForms(t *testing.T) {
	m := untrained(t, poems())
	verse, err := form.NewVerse(form.Verse{Pattern: "5,5,", Characters: form.Characters(m.Tokenizer()), Rhyme: func(c rune) []string { return []string{string('A' + c%5)} }})
	require.NoError(t, err)
	grammar, err := form.Grammar("root ::= line{2}\nline ::= word \"，\" (line | word) \"。\"\nword ::= [^\\n，。]{2,3}")
	require.NoError(t, err)
	write := func(i int) string {
		text, err := generate.Text(m, "\n", 60, generate.Within([]generate.Form{verse, grammar}[i%2]), generate.Seed(uint64(i)))
		assert.NoError(t, err)
		return text
	}
	var want, got [8]string
	for i := range want {
		want[i] = write(i)
	}
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { got[i] = write(i) })
	}
	all.Wait()
	assert.Equal(t, want, got)
}
