package models

import (
	"bytes"
	"context"
	"iter"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/tokenizer"
)

// What is wrong with the tokenizer in a file is said once, after the file's name.
func TestGPTFileOfUnknownTokenizer(t *testing.T) {
	var text iter.Seq2[string, error] = func(yield func(string, error) bool) { yield("a text to learn from", nil) }
	pieces, err := tokenizer.TrainBPE(context.Background(), text, tokenizer.BPETraining{VocabSize: 260})
	require.NoError(t, err)
	m, err := NewGPT(pieces, GPTConfig{Context: 4, Layers: 1, Width: 8, Heads: 1})
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "model.safetensors")
	require.NoError(t, Save(path, m))

	file, err := os.ReadFile(path)
	require.NoError(t, err)
	const version, other = `\"version\":\"1.0\"`, `\"version\":\"2.0\"`
	require.Equal(t, 1, bytes.Count(file, []byte(version)), "%.400s", file)
	require.NoError(t, os.WriteFile(path, bytes.Replace(file, []byte(version), []byte(other), 1), 0o666))
	_, err = Load(path)
	assert.EqualError(t, err, path+`: tokenizer: version "2.0": expected "1.0"`)
}
