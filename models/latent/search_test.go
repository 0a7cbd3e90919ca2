package latent

import (
	"context"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/layers"
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/pretrained"
	"github.com/org/artnn/tensor"
)

func faces(t testing.TB) *models.GAN {
	t.Helper()
	gan, err := pretrained.Faces()
	require.NoError(t, err)
	return gan
}

// small is a space of pictures of 12 numbers, of random weights that are large
// enough for every latent to have a picture of its own.
func small(random, classes int) Space {
	rng := tensor.NewRNG(5)
	return Space{
		Generator: layers.Sequential{layers.NewLinear(random+classes, 16, rng), layers.LeakyReLU{Slope: 0.2}, layers.NewLinear(16, 12, rng)},
		Random:    random, Classes: classes, Size: models.PictureSize{Channels: 3, Height: 2, Width: 2},
	}
}

// The generator's own pictures come back.
func TestSearchFindsOwnPictures(t *testing.T) {
	gan := faces(t)
	for _, seed := range []uint64{3, 4, 5} {
		picture := gan.Generate(1, seed)
		found, err := Of(gan).Search(t.Context(), picture, SearchOptions{})
		require.NoError(t, err)
		assert.Less(t, found.Distance, 2.5, "shades of 255")
		assert.InDelta(t, shades(gan.Decode(found.Latent), picture), found.Distance, 1e-3)
		assert.InDelta(t, math.Sqrt(found.Loss)*127.5, found.Distance, 1e-2)
		nearest := math.Inf(1)
		for _, other := range slices.Collect(slices.Chunk(gan.Generate(512, 9), len(picture))) {
			nearest = min(nearest, shades(other, picture))
		}
		assert.Less(t, 10*found.Distance, nearest, "no random picture is as near")
	}
}

// Class weights are found, too: those of one class, and a mixture.
func TestSearchFindsClasses(t *testing.T) {
	s := small(3, 3)
	for _, want := range [][]float32{{0, 0, 1}, {0.5, 0, 0.5}} {
		latent := append([]float32{0.5, -1, 0.3}, want...)
		tape := s.evaluation(false)
		target := s.Generator.Forward(tape.FromSlice(latent, 1, 6)).Float32s()
		tape.Release()
		found, err := s.Search(t.Context(), target, SearchOptions{})
		require.NoError(t, err)
		assert.InDeltaSlice(t, latent, found.Latent, 0.02)
		assert.Less(t, found.Loss, 1e-5)

		given, err := s.Search(t.Context(), target, SearchOptions{Classes: []float64{0, 1, 0}})
		require.NoError(t, err)
		assert.Equal(t, []float32{0, 1, 0}, given.Latent[3:], "those that are given stay")
		assert.Greater(t, given.Loss, found.Loss)
	}
}

func TestSearchKeepsToTheBall(t *testing.T) {
	s := small(4, 0)
	far := make([]float32, 12)
	for i := range far {
		far[i] = float32(i) // the generator cannot make such a picture
	}
	length := func(o SearchOptions) float64 {
		o.Steps, o.Starts = 200, 2
		found, err := s.Search(t.Context(), far, o)
		require.NoError(t, err)
		squares := 0.0
		for _, v := range found.Latent {
			squares += float64(v) * float64(v)
		}
		return math.Sqrt(squares)
	}
	assert.LessOrEqual(t, length(SearchOptions{}), s.radius()+1e-5)
	assert.LessOrEqual(t, length(SearchOptions{Radius: 0.5}), 0.5+1e-6)
	assert.Greater(t, length(SearchOptions{Radius: math.Inf(1)}), s.radius())
}

// A feature that sees one channel alone makes that channel nearer.
func TestSearchByFeatures(t *testing.T) {
	s := small(2, 0)
	target := make([]float32, 12)
	for i := range target {
		target[i] = float32(i%5)/4 - 0.5
	}
	red := func(x *tensor.Tensor) []*tensor.Tensor { return []*tensor.Tensor{x.Narrow(1, 0, 1)} }
	plain, err := s.Search(t.Context(), target, SearchOptions{Steps: 200})
	require.NoError(t, err)
	with, err := s.Search(t.Context(), target, SearchOptions{Steps: 200, Features: red, FeatureWeight: 10})
	require.NoError(t, err)
	assert.Less(t, shades(with.Picture[:4], target[:4]), 0.8*shades(plain.Picture[:4], target[:4]))
	assert.Greater(t, with.Distance, plain.Distance)
}

func TestSearchIsReproducible(t *testing.T) {
	gan := faces(t)
	picture := gan.Generate(1, 3)
	o := SearchOptions{Steps: 20, Seed: 7}
	want, err := Of(gan).Search(t.Context(), picture, o)
	require.NoError(t, err)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	got, err := Of(gan).Search(t.Context(), picture, o)
	require.NoError(t, err)
	assert.Equal(t, want, got)
	o.Seed = 8
	other, err := Of(gan).Search(t.Context(), picture, o)
	require.NoError(t, err)
	assert.NotEqual(t, want.Latent, other.Latent)
}

func TestSearchStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, steps := small(2, 0), 0
	target := make([]float32, 12)
	found, err := s.Search(ctx, target, SearchOptions{Progress: func(step int, loss float64) {
		assert.False(t, math.IsInf(loss, 0))
		if steps = step; step == 5 {
			cancel()
		}
	}})
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 5, steps)
	assert.Len(t, found.Latent, 2, "the best so far")
	assert.Len(t, found.Picture, 12)
	found, err = s.Search(ctx, target, SearchOptions{})
	require.ErrorIs(t, err, context.Canceled)
	assert.Nil(t, found.Latent)
}

func TestSearchOfWhatIsNotFinite(t *testing.T) {
	target := make([]float32, 12)
	target[3] = float32(math.NaN())
	_, err := small(2, 0).Search(t.Context(), target, SearchOptions{})
	assert.ErrorContains(t, err, "the loss is not finite")
}

func TestMisuse(t *testing.T) {
	s, picture := small(2, 2), make([]float32, 12)
	for want, f := range map[string]func(){
		"latent search: needs a picture of 12 numbers, got 11": func() { _, _ = s.Search(t.Context(), picture[1:], SearchOptions{}) },
		"needs weights of 2 classes, got 3":                    func() { _, _ = s.Search(t.Context(), picture, SearchOptions{Classes: make([]float64, 3)}) },
		"options must not be negative, got starts -1":          func() { _, _ = s.Search(t.Context(), picture, SearchOptions{Starts: -1}) },
		"rate NaN": func() { _, _ = s.Search(t.Context(), picture, SearchOptions{Rate: math.NaN()}) },
		"latent directions: options must not be negative, got count -1": func() { _, _ = s.Directions(t.Context(), DirectionOptions{Count: -1}) },
		"latent directions: needs a generator":                          func() { _, _ = Space{}.Directions(t.Context(), DirectionOptions{}) },
	} {
		var shape *tensor.ShapeError
		err := tensor.Try(f)
		require.ErrorAs(t, err, &shape, want)
		assert.ErrorContains(t, err, want)
	}
}

func TestProjections(t *testing.T) {
	w := []float32{0.2, 0.3, 0.5, 2, -1, 0, 0.9, 0.9, 0, -5, -5, -5}
	ontoSimplex(w, 3)
	third := float32(1.0 / 3)
	assert.InDeltaSlice(t, []float32{0.2, 0.3, 0.5, 1, 0, 0, 0.5, 0.5, 0, third, third, third}, w, 1e-6)
	z := []float32{3, 4, 0.3, 0.4}
	intoBall(z, 2, 2.5)
	assert.InDeltaSlice(t, []float32{1.5, 2, 0.3, 0.4}, z, 1e-6)
}
