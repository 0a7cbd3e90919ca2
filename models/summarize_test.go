package models_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/layers/summary"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tokenizer"
)

// The summary of a file is that of the model in it, whatever its weights are
// stored as.
func TestSummarize(t *testing.T) {
	chars, err := tokenizer.NewChars("abcdef")
	require.NoError(t, err)
	mlp, err := models.NewMLP(models.MLPConfig{Sizes: []int{3, 2, 1}})
	require.NoError(t, err)
	gan, err := models.NewGAN(models.GANConfig{Width: 4, ZDim: 3, Hidden: []int{5}})
	require.NoError(t, err)
	text, err := models.NewTextGenerator(chars, models.TextConfig{Embed: 2, Hidden: 3, Layers: 2})
	require.NoError(t, err)
	small, err := models.Quantize(text)
	require.NoError(t, err)
	classifier, err := models.NewClassifier(models.ClassifierConfig{Size: 8, Channels: 1, Width: 3, Blocks: 1, Classes: []string{"a", "b"}})
	require.NoError(t, err)
	for _, c := range []struct {
		m            models.Model
		multiplyAdds int64
	}{
		{mlp, 3*2 + 2*1},
		{gan, 3*5 + 5*48 + 48*5 + 5},
		{classifier, 64*9*3 + 2*64*9*3*3 + 16*(9*3*6+9*6*6+3*6) + 6*2},
		{text, 12*(2+3) + 12*(3+3) + 3*6},
		{small, 12*(2+3) + 12*(3+3) + 3*6},
	} {
		s := summary.Of(c.m)
		assert.True(t, s.Traced)
		assert.Equal(t, layers.Count(c.m), s.Parameters)
		assert.Equal(t, c.multiplyAdds, s.MultiplyAdds)
		path := filepath.Join(t.TempDir(), "new", "m.safetensors")
		require.NoError(t, models.Save(path, c.m))
		of, err := models.Summarize(path)
		require.NoError(t, err)
		assert.Equal(t, s.Layers[len(s.Layers)-1], of.Layers[len(of.Layers)-1])
		assert.Equal(t, []any{s.Parameters, s.MultiplyAdds}, []any{of.Parameters, of.MultiplyAdds})
	}
	_, err = models.Summarize(filepath.Join(t.TempDir(), "none"))
	assert.ErrorContains(t, err, "none")
}
