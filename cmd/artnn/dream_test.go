package main

import (
	"image"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
)

// smallPaint makes "artnn dream" and "artnn style" quick.
var smallPaint = []string{"--steps=2", "--octaves=1"}

// chequered writes a picture with transparent corners.
func chequered(t *testing.T, name string, w, h int) *image.NRGBA {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = byte(50 + i/4%7*20 + i%4*10)
		if i%4 == 3 {
			m.Pix[i] = 255
		}
	}
	for _, i := range []int{0, w - 1, w * (h - 1), w*h - 1} {
		m.Pix[4*i+3] = 0
	}
	require.NoError(t, data.WritePNG(name, m))
	return m
}

// By a classifier of the user's pictures, and by a network of others.
func TestDreamAndStyle(t *testing.T) {
	tiny, classes := tinyEnlarger(t), classesFolder(t, 6)
	t.Chdir(t.TempDir())
	ok(t, call(t, "convert", "-q", tiny, "--range=0,1", "-o", "net"))
	ok(t, call(t, "train", "classifier", "-q", "--data", classes, "--steps=2", "--width=2", "-o", "run"))
	m := chequered(t, "a.png", 70, 41)
	chequered(t, "b.png", 40, 90)
	for _, net := range []string{"net", "run"} {
		r := ok(t, call(t, "dream", "a.png", "-m", net, "--steps=10", "--octaves=1", "--size=60", "--jitter=0"))
		assert.Contains(t, r.out, "dream  20 %\ndream  30 %\n")
		assert.Contains(t, r.out, "dream 100 %\ndream.png: 70×41\n")
		ok(t, call(t, "style", "a.png", "-s", "b.png", "-m", net, "--steps=3", "--smooth=0"))
		for _, name := range []string{"dream.png", "styled.png"} {
			out, err := data.LoadPicture(t.Context(), name)
			require.NoError(t, err)
			assert.Equal(t, m.Rect, out.Rect)
			assert.NotEqual(t, m.Pix, out.Pix)
			for i := 3; i < len(m.Pix); i += 4 {
				require.Equal(t, m.Pix[i], out.Pix[i])
			}
		}
	}
	// One seed, one picture.
	for _, args := range [][]string{{"--out=1.png"}, {"--out=2.png"}, {"--out=3.png", "--seed=2"}} {
		ok(t, call(t, append([]string{"dream", "a.png", "-m", "net", "--steps=2"}, args...)...))
	}
	assert.Equal(t, decodedPNG(t, "1.png"), decodedPNG(t, "2.png"))
	assert.NotEqual(t, decodedPNG(t, "1.png"), decodedPNG(t, "3.png"))
}

func TestDreamMistakes(t *testing.T) {
	tiny, novel := tinyEnlarger(t), textFile(t, 3000)
	classify := filepath.Join(filepath.Dir(tiny), "classify")
	t.Chdir(t.TempDir())
	ok(t, call(t, "convert", "-q", tiny, "--range=0,1", "-o", "net"))
	ok(t, call(t, "convert", "-q", classify, "--range=-1,1", "-o", "other"))
	ok(t, call(t, append([]string{"train", "text", "-q", "--data", novel, "--steps=1", "-o", "text"}, smallText...)...))
	chequered(t, "a.png", 50, 41)
	chequered(t, "small.png", 50, 20)
	require.NoError(t, os.WriteFile("text.png", []byte("a text"), 0o666))
	for _, c := range []struct {
		want string
		args []string
	}{
		{"none: there is no such model", []string{"dream", "a.png", "-m", "none"}},
		{"missing flags: --model=FILE", []string{"dream", "a.png"}},
		{"missing flags: --style=FILE", []string{"style", "a.png", "-m", "net"}},
		{"holds a model of kind TextGenerator, whose layers cannot be looked into", []string{"dream", "a.png", "-m", "text"}},
		{"text.png: not a PNG, JPEG, GIF, WebP or TIFF file", []string{"dream", "text.png", "-m", "net"}},
		{"none.png: no such file", []string{"style", "a.png", "-s", "none.png", "-m", "net"}},
		{"--out must end in .png", []string{"dream", "a.png", "-m", "net", "-o", "x.jpg"}},
		{"--out must end in .png", []string{"style", "a.png", "-s", "a.png", "-m", "net", "-o", "x"}},
		{`dream: the network has no layer "eyes"; it has F_1, `, []string{"dream", "a.png", "-m", "net", "--layers", "F_1,eyes"}},
		{`style: the network has no layer "eyes"; it has F_1, `, []string{"style", "a.png", "-s", "a.png", "-m", "net", "--content", "eyes"}},
		{"dream: the network cannot see a picture of 50×41: ", []string{"dream", "a.png", "-m", "other", "--layers", "dense"}},
		{"dream: a picture of 50×20 is too small", []string{"dream", "small.png", "-m", "net"}},
		{"style: the style: a picture of 50×20 is too small", []string{"style", "a.png", "-s", "small.png", "-m", "net"}},
		{"--jitter must be at least 0, got -1", []string{"dream", "a.png", "-m", "net", "--jitter=-1"}},
		{"--smooth must be at least 0, got -1", []string{"style", "a.png", "-s", "a.png", "-m", "net", "--smooth=-1"}},
		{"dream: size 5000: must be from 32 to 2048", []string{"dream", "a.png", "-m", "net", "--size=5000"}},
	} {
		r := call(t, c.args...)
		assert.NotZero(t, r.status, c.args)
		assert.Contains(t, r.err, c.want)
	}
	assert.NoFileExists(t, "dream.png")
	assert.NoFileExists(t, "styled.png")
}
