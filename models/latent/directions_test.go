package latent

import (
	"context"
	"math"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tensor"
)

// stretched is a linear generator that takes each random number by a factor.
func stretched(factors ...float32) Space {
	n := len(factors)
	l := layers.NewLinear(n, n, tensor.NewRNG(1))
	weight := make([]float32, n*n)
	for i, f := range factors {
		weight[i*n+i] = f
	}
	weights := map[string][]float32{"weight": weight, "bias": make([]float32, n)}
	for name, p := range layers.Params(l) {
		p.SetFloat32s(weights[name])
	}
	return Space{Generator: l, Random: n, Size: models.PictureSize{Channels: 1, Height: 1, Width: n}}
}

// Of a generator that stretches some of the random numbers, the directions are
// those, the most stretched one first, and the step is one deviation of them.
func TestDirectionsOfStretches(t *testing.T) {
	found, err := stretched(1, 4, 0.5, 2).Directions(t.Context(), DirectionOptions{Count: 3, Samples: 20_000})
	require.NoError(t, err)
	require.Len(t, found, 3)
	total := 1 + 16 + 0.25 + 4
	for k, want := range []struct {
		of    int
		share float64
	}{{1, 16 / total}, {3, 4 / total}, {0, 1 / total}} {
		axis := make([]float32, 4)
		axis[want.of] = 1
		assert.InDeltaSlice(t, axis, found[k].Step, 0.05)
		assert.InDelta(t, want.share, found[k].Share, 0.02)
	}
	moved := found[0].Move([]float32{1, 2, 3, 4}, -3)
	assert.InDeltaSlice(t, []float32{1, -1, 3, 4}, moved, 0.2)
}

// What does not change is no direction.
func TestDirectionsAreOfWhatChanges(t *testing.T) {
	found, err := stretched(0, 3, 0, 1).Directions(t.Context(), DirectionOptions{})
	require.NoError(t, err)
	assert.Len(t, found, 2)
	_, err = stretched(0, 0).Directions(t.Context(), DirectionOptions{})
	assert.ErrorContains(t, err, "activations are equal at all latents")
	_, err = stretched(float32(math.NaN()), 0).Directions(t.Context(), DirectionOptions{})
	assert.ErrorContains(t, err, "activations are not finite")
}

// Along a direction, the pictures change more than along a random one of the same
// length.
func TestDirectionsOfFaces(t *testing.T) {
	gan := faces(t)
	found, err := Of(gan).Directions(t.Context(), DirectionOptions{Count: 4, Seed: 1})
	require.NoError(t, err)
	require.Len(t, found, 4)
	base := gan.Latents(1, models.Draw{Seed: 2})
	random := gan.Latents(1, models.Draw{Seed: 3})
	change := func(step []float32) float64 {
		squares := 0.0
		for _, v := range step {
			squares += float64(v) * float64(v)
		}
		unit := Direction{Step: step}
		return shades(gan.Decode(unit.Move(base, 3/math.Sqrt(squares))), gan.Decode(base))
	}
	for k, d := range found {
		assert.Greater(t, change(d.Step), 1.2*change(random), "direction %d", k)
		if k > 0 {
			assert.LessOrEqual(t, d.Share, found[k-1].Share)
		}
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	again, err := Of(gan).Directions(t.Context(), DirectionOptions{Count: 4, Seed: 1})
	require.NoError(t, err)
	assert.Equal(t, found, again)
}

// Of every kind of GAN, with classes or without, the first layers are some of all.
func TestFirstLayers(t *testing.T) {
	for _, kind := range models.ConvGANKinds() {
		gan, err := models.NewConvGAN(kind, models.ConvGANConfig{Size: 16, Width: 4, ZDim: 6, Classes: []string{"a", "b"}})
		require.NoError(t, err)
		all := gan.Generator.(layers.Sequential)
		assert.Less(t, len(first(gan.Generator).(layers.Sequential)), len(all), kind)
		found, err := Of(gan).Directions(t.Context(), DirectionOptions{Count: 2, Samples: 100})
		require.NoError(t, err, kind)
		require.Len(t, found, 2, kind)
		assert.Len(t, found[0].Step, 6, kind)
		latent := found[0].Move(gan.Latents(1, models.Draw{}), 1)
		assert.Equal(t, []float32{1, 0}, latent[6:], "classes stay")
	}
	rng := tensor.NewRNG(1)
	whole := layers.Sequential{layers.NewLinear(2, 2, rng)}
	assert.Len(t, first(whole), 1)
}

func TestDirectionsStop(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := stretched(1, 2).Directions(ctx, DirectionOptions{})
	assert.ErrorIs(t, err, context.Canceled)
}
