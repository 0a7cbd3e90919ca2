package latent

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tensor"
)

func TestFile(t *testing.T) {
	gan := faces(t)
	path := filepath.Join(t.TempDir(), "new", "two.safetensors")
	latents := gan.Latents(2, models.Draw{Seed: 4})
	require.NoError(t, Save(path, gan, latents, map[string]string{"of": "two faces"}))
	got, err := Load(path, gan)
	require.NoError(t, err)
	assert.Equal(t, latents, got)
	f, err := safetensors.Open(path)
	require.NoError(t, err)
	defer f.Close()
	assert.Equal(t, map[string]string{"format": Format, "kind": "GAN", "of": "two faces"}, f.Metadata())

	half := filepath.Join(t.TempDir(), "half.safetensors")
	require.NoError(t, models.Save(half, gan, models.Float16()))
	rounded, err := models.LoadAs[*models.GAN](half)
	require.NoError(t, err)
	_, err = Load(path, rounded)
	assert.NoError(t, err, "half precision is the same model")
}

func TestFileOfAnotherModel(t *testing.T) {
	gan := faces(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "face.safetensors")
	require.NoError(t, Save(path, gan, gan.Latents(1, models.Draw{}), nil))
	for want, cfg := range map[string]models.GANConfig{
		"its latents have 100 numbers, the model's have 7":            {Width: 16, ZDim: 7},
		`"picture": expected shape [3 8 8], got [3 16 16]`:            {Width: 8},
		"its first picture differs from this model's by":              {Width: 16},
		`"picture": expected shape [1 16 16], got [3 16 16]`:          {Width: 16, Channels: 1},
		"made with another model: its latents have 100 numbers, the ": {Width: 16, ZDim: 99},
	} {
		other, err := models.NewGAN(cfg)
		require.NoError(t, err)
		_, err = Load(path, other)
		require.ErrorIs(t, err, ErrOtherModel)
		assert.ErrorContains(t, err, path)
		assert.ErrorContains(t, err, want)
	}
}

func TestFileThatIsDamaged(t *testing.T) {
	gan := faces(t)
	path := filepath.Join(t.TempDir(), "face.safetensors")
	latents, pixels := gan.Latents(1, models.Draw{}), make([]byte, 3*16*16)
	good := map[string]string{"format": Format}
	for want, c := range map[string]struct {
		meta    map[string]string
		tensors []safetensors.Tensor
	}{
		"holds no latents":         {map[string]string{"format": "artnn"}, nil},
		`no tensor "latents"`:      {good, nil},
		"expected [n 100]":         {good, []safetensors.Tensor{{Name: "latents", Shape: []int{100}, Values: latents}}},
		"latents of shape [0 100]": {good, []safetensors.Tensor{{Name: "latents", Shape: []int{0, 100}, Values: []float32{}}}},
		`no tensor "picture"`:      {good, []safetensors.Tensor{{Name: "latents", Shape: []int{1, 100}, Values: latents}}},
		"expected a byte": {good, []safetensors.Tensor{{Name: "latents", Shape: []int{1, 100}, Values: latents},
			{Name: "picture", Shape: []int{3, 16, 16}, Values: make([]float32, len(pixels))}}},
	} {
		file, err := os.Create(path)
		require.NoError(t, err)
		require.NoError(t, safetensors.Write(file, c.tensors, c.meta))
		require.NoError(t, file.Close())
		_, err = Load(path, gan)
		assert.ErrorContains(t, err, want)
	}
	require.NoError(t, Save(path, gan, latents, nil))
	whole, err := os.ReadFile(path)
	require.NoError(t, err)
	for n := 0; n < len(whole); n += 97 {
		require.NoError(t, os.WriteFile(path, whole[:n], 0o666))
		_, err = Load(path, gan)
		require.Error(t, err, "the first %d bytes", n)
	}
	nan := gan.Latents(1, models.Draw{})
	nan[5] /= 0 * nan[5]
	assert.ErrorContains(t, Save(path, gan, nan, nil), "latents")
	assert.Error(t, tensor.Try(func() { _ = Save(path, gan, latents[1:], nil) }))
}
