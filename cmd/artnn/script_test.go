package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tokenizer"
)

// A text in the other Chinese script than the model's is told as such, with what to
// do: as an error where the model cannot read it, as a note where it can.
func TestOtherScriptIsTold(t *testing.T) {
	dir := t.TempDir()
	const simplified, traditional = "举头望明月，低头思故乡。\n", "舉頭望明月，低頭思故鄉。\n"
	text := filepath.Join(dir, "text.txt")
	require.NoError(t, os.WriteFile(text, []byte(strings.Repeat(simplified, 20)), 0o666))
	r := call(t, "generate", "text", "举头望明月")
	assert.Equal(t, statusError, r.status)
	assert.Contains(t, r.err, "in simplified characters and the model knows traditional ones: convert the text, for example with opencc -c s2t")

	words, err := tokenizer.NewWords(traditional, 0)
	require.NoError(t, err)
	m, err := models.NewTextGenerator(words, models.TextConfig{Embed: 2, Hidden: 2})
	require.NoError(t, err)
	model := filepath.Join(dir, "m.safetensors")
	require.NoError(t, models.Save(model, m))
	for _, args := range [][]string{{"eval", "--data", text}, {"generate", "text", "-n", "3", "举头"}} {
		r = call(t, append(args, "-m", model)...)
		assert.Zero(t, r.status, r.err)
		assert.Contains(t, r.err, "artnn: note: the text is in simplified characters")
	}
}

// How a short text is cut does not change what eval says of it.
func TestEvalOfAShortText(t *testing.T) {
	dir := t.TempDir()
	text := samples.MobyDick()[:600]
	path := filepath.Join(dir, "text.txt")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	chars, err := tokenizer.NewChars(text)
	require.NoError(t, err)
	m, err := models.NewTextGenerator(chars, models.TextConfig{Embed: 8, Hidden: 16, Seed: 1, LR: 0.01})
	require.NoError(t, err)
	ids, err := chars.Encode(text)
	require.NoError(t, err)
	for range 30 {
		m.Step(ids[:512], ids[1:513], 4, 128)
	}
	model := filepath.Join(dir, "m.safetensors")
	require.NoError(t, models.Save(model, m))
	want, err := m.Evaluate(ids, 1)
	require.NoError(t, err)
	r := call(t, "eval", "-m", model, "--data", path)
	assert.Zero(t, r.status, r.err)
	found := regexp.MustCompile(`cross-entropy +([0-9.]+) nats`).FindStringSubmatch(r.out)
	require.Len(t, found, 2, r.out)
	got, err := strconv.ParseFloat(found[1], 64)
	require.NoError(t, err)
	assert.InDelta(t, want, got, 1e-4)
}
