package pretrained

import (
	"io/fs"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/backend"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/generate"
	"github.com/org/artnn/internal/quality"
	"github.com/org/artnn/models"
)

func TestFilesAreSmall(t *testing.T) {
	for name, limit := range map[string]int64{"faces.safetensors": 1_000_000, "quatrains.safetensors": 1_000_000, "features.safetensors": 410_000} {
		info, err := fs.Stat(Files(), name)
		require.NoError(t, err)
		assert.Less(t, info.Size(), limit, name)
	}
}

// What must be passed on with the models is inside, too.
func TestNotice(t *testing.T) {
	notice, err := fs.ReadFile(Files(), "NOTICE.md")
	require.NoError(t, err)
	for _, part := range []string{
		"## faces.safetensors", "CC0 1.0", "DiceBear",
		"## quatrains.safetensors", "The MIT License (MIT)", "Copyright (c) 2016 JackeyGao", "shall be included in",
		"## features.safetensors", "CC BY 4.0", "Twitter, Inc", "Apache License 2.0", "Google Inc.", "Mozilla Foundation", "Microsoft Corporation", "Mu-An Chiou",
	} {
		assert.Contains(t, string(notice), part)
	}
}

func TestLoadingIsQuick(t *testing.T) {
	if testing.Short() {
		t.Skip("a measurement")
	}
	for name, load := range map[string]func() error{
		"faces":     func() error { _, err := Faces(); return err },
		"quatrains": func() error { _, err := Quatrains(); return err },
		"features":  func() error { _, err := Features(); return err },
	} {
		best := time.Hour // of several: others use this machine as well
		for range 10 {
			start := time.Now()
			require.NoError(t, load())
			best = min(best, time.Since(start))
		}
		assert.Less(t, best, 50*time.Millisecond, name)
	}
}

func TestFacesOnAnyBackend(t *testing.T) {
	be, err := backend.Get("reference")
	require.NoError(t, err)
	want, err := Faces()
	require.NoError(t, err)
	got, err := Faces(models.On(be))
	require.NoError(t, err)
	assert.Nil(t, got.Discriminator)
	assert.InDeltaSlice(t, want.Generate(2, 3), got.Generate(2, 3), 1e-4)
}

// faces are n pictures of the model, and all of those it learned from.
func faces(t *testing.T, n int) (drawn, learned [][]float32) {
	gan, err := Faces()
	require.NoError(t, err)
	set := samples.Faces()
	for i := range set.Len() {
		learned = append(learned, set.At(i))
	}
	return slices.Collect(slices.Chunk(gan.Generate(n, 5), len(learned[0]))), learned
}

// The faces are as different from each other as drawn ones, almost, and none of
// them is a drawn one.
func TestFaces(t *testing.T) {
	drawn, learned := faces(t, 128)
	for _, p := range drawn {
		low, high := slices.Min(p), slices.Max(p)
		assert.True(t, low >= -1 && high <= 1, "%g to %g", low, high)
		assert.Greater(t, high-low, float32(1), "dark and light")
	}
	got, want := quality.MeasureFaces(drawn, learned), quality.MeasureFaces(learned[:128], learned)
	assert.InDelta(t, want.Apart, got.Apart, 0.25*want.Apart, "variety")
	assert.Greater(t, got.Nearest.Least, 0.5*want.Nearest.Least, "no copy")
	assert.InDelta(t, want.Nearest.Median, got.Nearest.Median, 0.3*want.Nearest.Median, "no nearer and no farther than they are to each other")
	assert.Less(t, got.Off, 0.1, "the colours are those of the set")
}

// On average over many, each pixel has its colour, to less than half of what a
// shift of all faces by one pixel makes, and most of its variation.
func TestFacesAreWhereTheyShouldBe(t *testing.T) {
	drawn, learned := faces(t, 512)
	var shifted [][]float32
	for _, p := range learned {
		shifted = append(shifted, append(p[:1:1], p[:len(p)-1]...))
	}
	meanDrawn, deviationDrawn := moments(drawn)
	mean, deviation := moments(learned)
	meanShifted, _ := moments(shifted)
	assert.Less(t, distance(meanDrawn, mean), distance(meanShifted, mean)/2)
	assert.Less(t, distance(deviationDrawn, deviation), distance(make([]float64, len(deviation)), deviation)/4)
}

// moments are the mean and the deviation of each number.
func moments(rows [][]float32) (mean, deviation []float64) {
	mean, deviation = make([]float64, len(rows[0])), make([]float64, len(rows[0]))
	for _, row := range rows {
		for i, v := range row {
			mean[i] += float64(v) / float64(len(rows))
		}
	}
	for _, row := range rows {
		for i, v := range row {
			deviation[i] += (float64(v) - mean[i]) * (float64(v) - mean[i]) / float64(len(rows))
		}
	}
	for i, v := range deviation {
		deviation[i] = math.Sqrt(v)
	}
	return mean, deviation
}

func distance(a, b []float64) float64 {
	sum := 0.0
	for i, v := range a {
		sum += (v - b[i]) * (v - b[i])
	}
	return math.Sqrt(sum / float64(len(a)))
}

func poem(t *testing.T, writer *models.GPT, prompt string, n int, seed uint64) string {
	text, err := writer.Generate(prompt, n, generate.Temperature(0.8), generate.TopP(0.9), generate.Seed(seed))
	require.NoError(t, err)
	return text
}

func TestQuatrains(t *testing.T) {
	writer, err := Quatrains()
	require.NoError(t, err)
	const n = 200
	var poems []string
	distinct := map[string]bool{}
	for i := range uint64(n) {
		p := poem(t, writer, "\n", 33, i)
		assert.NotContains(t, p, "□")
		poems = append(poems, p)
		distinct[p] = true
	}
	assert.Len(t, distinct, n)
	m := quality.MeasurePoems(poems, samples.Quatrains())
	assert.GreaterOrEqual(t, m.Form, 0.98)
	assert.Less(t, m.Copied, 0.02)
	assert.Less(t, m.Repeats, 3.0)
	assert.Greater(t, m.Rhymed, 0.4, "by chance it would be 0.04")
}

// A poem may begin with any words, and need not be the only one.
func TestQuatrainsFromAPrompt(t *testing.T) {
	writer, err := Quatrains()
	require.NoError(t, err)
	const each = 25
	for _, prompt := range []string{"\n春", "春", "明月", "江南風雨"} {
		formed := 0
		for seed := range uint64(each) {
			begun := strings.TrimPrefix(prompt, "\n")
			p := begun + poem(t, writer, prompt, 33-len([]rune(begun)), seed)
			if quality.IsQuatrain(p) {
				formed++
			}
		}
		assert.GreaterOrEqual(t, formed, each*8/10, "from %q", prompt)
	}
	formed := 0
	for seed := range uint64(each) {
		three := strings.Split(poem(t, writer, "\n", 3*35-2, seed), "\n\n")
		if len(three) == 3 && quality.IsQuatrain(three[0]) && quality.IsQuatrain(three[1]) && quality.IsQuatrain(three[2]) {
			formed++
		}
	}
	assert.GreaterOrEqual(t, formed, each*7/10, "three poems")
}

func TestQuatrainsNamesWhatItDoesNotKnow(t *testing.T) {
	writer, err := Quatrains()
	require.NoError(t, err)
	_, err = writer.Generate("春风", 10)
	assert.EqualError(t, err, `generate: prompt: the model does not know '风' (U+98CE): its text had 1501 other characters; the text is in simplified characters and the model knows traditional ones: convert the text, for example with opencc -c s2t`)
}

func BenchmarkLoad(b *testing.B) {
	b.Run("model=faces", func(b *testing.B) {
		for b.Loop() {
			if _, err := Faces(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("model=quatrains", func(b *testing.B) {
		for b.Loop() {
			if _, err := Quatrains(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
