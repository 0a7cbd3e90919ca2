package tokenizer

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every pipeline that others write can be told in words, without a part that has none.
func TestPartsInWords(t *testing.T) {
	trained, err := TrainBPE(context.Background(), Texts("the cat and the hat"), BPETraining{VocabSize: 260})
	require.NoError(t, err)
	assert.Equal(t, []Part{
		{"model", "byte-level BPE, 3 merges"}, {"vocabulary", "260 tokens"}, {"special tokens", `"<|endoftext|>" (0)`}, {"normalizer", "none"},
		{"pre-tokenizer", "cuts words, numbers and signs apart as GPT-2 does, bytes as characters"},
		{"decoder", "characters become bytes"},
	}, trained.Parts())
	for file, want := range map[string]map[string]string{
		"llama2.json": {"model": "BPE of characters, and of bytes for unknown ones, ", "normalizer": `"▁" put before it; replaces " " by "▁"`},
		"llama3.json": {"pre-tokenizer": "cuts at a pattern as llama3 does; bytes as characters"},
		"bert.json":   {"model": "WordPiece", "normalizer": "BERT's: no control characters, signs of Chinese apart, lower case"},
		"smollm.json": {"pre-tokenizer": "cuts each digit from the rest; cuts words"},
	} {
		text, err := os.ReadFile(filepath.Join("testdata", file))
		require.NoError(t, err)
		p, err := ParseHuggingFace(text)
		require.NoError(t, err, file)
		for _, part := range p.Parts() {
			assert.NotEmpty(t, part.Text, "%s: %s", file, part.Name)
			assert.NotContains(t, part.Text, "{", "%s: %s", file, part.Name)
			if w, ok := want[part.Name]; ok {
				assert.True(t, strings.HasPrefix(part.Text, w), "%s: %s is %q", file, part.Name, part.Text)
			}
		}
	}
	for sort, makes := range map[string][]string{"normalizer": keys(normalizers.makes), "pre-tokenizer": keys(preTokenizers.makes), "decoder": keys(detokenizers.makes)} {
		for _, name := range makes {
			if name != "Sequence" && name != "ByteLevel" {
				assert.Contains(t, stepWords, name, sort)
			}
		}
	}
}

func keys[T any](m map[string]T) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	return names
}
