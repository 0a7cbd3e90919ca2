package main

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/layers"
	"github.com/org/artnn/layers/summary"
	"github.com/org/artnn/models"
)

func small(t *testing.T) *VAE {
	t.Helper()
	v, err := New(Config{Width: 4, Height: 4, Channels: 1, Hidden: 16, Latent: 3, EMA: 0.9}, backend.Default())
	require.NoError(t, err)
	return v
}

func stripes(n int) []float32 {
	x := make([]float32, 16*n)
	for i := range x {
		x[i] = 1
		if (i+i/16)%3 == 0 {
			x[i] = -1
		}
	}
	return x
}

func TestLearns(t *testing.T) {
	v := small(t)
	first, _ := v.Step(stripes(8))
	var last, kl float64
	for range 200 {
		last, kl = v.Step(stripes(8))
	}
	assert.Less(t, last, first/3)
	assert.Greater(t, kl, 0.0)
	assert.Len(t, v.Images(5, 1), 5)
	assert.Equal(t, v.Images(2, 7), v.Images(2, 7))
}

func TestSavedLoadedAndTrainedOn(t *testing.T) {
	v := small(t)
	for range 3 {
		v.Step(stripes(8))
	}
	path := filepath.Join(t.TempDir(), "vae.safetensors")
	require.NoError(t, models.Save(path, v, models.WithTraining()))
	back, err := models.LoadAs[*VAE](path)
	require.NoError(t, err)
	assert.Equal(t, v.Images(3, 1), back.Images(3, 1), "running statistics are in the file")
	for range 3 {
		a, b := v.Step(stripes(8))
		c, d := back.Step(stripes(8))
		assert.Equal(t, []float64{a, b}, []float64{c, d})
	}
	q, err := models.Quantize(v)
	require.NoError(t, err)
	assert.Len(t, q.Images(2, 1), 2)
}

// A file whose configuration or header claims a billion parameters is refused
// before memory is taken.
func TestHostileFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "vae.safetensors")
	require.NoError(t, models.Save(path, small(t)))
	file, err := os.ReadFile(path)
	require.NoError(t, err)
	claim := func(old, new string) string {
		length := binary.LittleEndian.Uint64(file)
		header := string(file[8 : 8+length])
		require.Contains(t, header, old)
		header = strings.Replace(header, old, new, 1)
		out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
		out = append(append(out, header...), file[8+length:]...)
		name := filepath.Join(t.TempDir(), "hostile.safetensors")
		require.NoError(t, os.WriteFile(name, out, 0o666))
		return name
	}
	for want, name := range map[string]string{
		`"encoder.0.weight": expected shape [65536 16], got [16 16]`: claim(`\"hidden\":16`, `\"hidden\":65536`),
		"vae: sizes must be from 1":                                  claim(`\"hidden\":16`, `\"hidden\":1000000000`),
		"[31623 31623]":                                              claim(`"shape":[16,16]`, `"shape":[31623,31623]`),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := models.Load(name)
		runtime.ReadMemStats(&after)
		assert.ErrorContains(t, err, want)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
	}
	_, err = models.LoadAs[*models.GAN](path)
	assert.ErrorContains(t, err, "holds a model of kind VAE, not DCGAN, GAN, ")
}

func TestConfigurations(t *testing.T) {
	for _, cfg := range []Config{{}, {Width: 4, Height: 4, Channels: -1}, {Width: 4, Height: 4, Channels: 1, EMA: 1}, {Width: 4, Height: 4, Channels: 1, LR: math.Inf(-1)}} {
		_, err := New(cfg, backend.Default())
		assert.ErrorContains(t, err, "vae: ")
	}
}

func TestSummary(t *testing.T) {
	v := small(t)
	s := summary.Of(v)
	assert.Equal(t, layers.Count(v), s.Parameters)
	assert.EqualValues(t, 16*16+16*9+9*6+3*9+9*16+16*16, s.MultiplyAdds)
	require.Len(t, s.Layers, 10)
	assert.Equal(t, summary.Layer{Name: "encoder.1", Output: []int{1, 16}, Parameters: 32}, s.Layers[1])
	assert.Equal(t, summary.Layer{Name: "decoder.6", Output: []int{1, 16}, Parameters: 17 * 16, MultiplyAdds: 16 * 16}, s.Layers[9])
}
