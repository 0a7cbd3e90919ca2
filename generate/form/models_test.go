package form_test

import (
	"context"
	"encoding/json"
	"strings"
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

// A model that has learned nothing writes quatrains that rhyme.
func TestUntrainedModelsKeepTheForm(t *testing.T) {
	m := untrained(t, samples.QuatrainsText())
	// Groups of this test's own, of characters with the same remainder.
	group := func(c rune) []string { return []string{string('A' + c%13)} }
	f, err := form.NewVerse(form.Verse{Pattern: "7，7。/7，7。", Characters: form.Characters(m.Tokenizer()), Rhyme: group})
	require.NoError(t, err)
	poems, err := generate.Samples(context.Background(), m, "\n", 20, 100, generate.Within(f), generate.Seed(2))
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, p := range poems {
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
	assert.Len(t, seen, 20)
}

// The words of a prompt may count as part of the form.
func TestPromptsWithinForms(t *testing.T) {
	m := untrained(t, samples.QuatrainsText())
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
