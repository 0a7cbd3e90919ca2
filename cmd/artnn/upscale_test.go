package main

import (
	"image"
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
	"github.com/org/artnn/train/checkpoint"
)

// tinyEnlarger is a folder with a network of TensorFlow.js that makes pictures three
// times as large, with random weights.
func tinyEnlarger(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../models/keras/testdata/enlarge")
	require.NoError(t, err)
	return dir
}

// From a network of others to a larger picture, gray and transparent ones too.
func TestConvertAndUpscale(t *testing.T) {
	tiny := tinyEnlarger(t)
	t.Chdir(t.TempDir())
	r := call(t, "convert", tiny, "--range", "0,1", "-o", "net.safetensors")
	require.Zero(t, r.status, r.err)
	assert.Equal(t, "net.safetensors: 11 layers with 2,483 parameters\n", r.out)
	assert.Equal(t, "artnn: note: the file says nothing of a licence: name it with --licence\n", r.err)
	r = ok(t, call(t, "info", "net.safetensors"))
	assert.Regexp(t, `kind +Keras\n`, r.out)
	assert.Regexp(t, `range +\[0,1\]\n`, r.out)

	m := image.NewNRGBA(image.Rect(0, 0, 7, 5))
	for i := range m.Pix {
		m.Pix[i] = byte(i * 37)
	}
	require.NoError(t, data.WritePNG("a.png", m))
	r = ok(t, call(t, "upscale", "a.png", "-m", "net.safetensors", "-o", "b.png"))
	assert.Equal(t, "b.png: 21×15, from 7×5\n", r.out)
	r = ok(t, call(t, "upscale", "a.png", "-m", "net.safetensors", "--tile", "1"))
	assert.Contains(t, r.out, "upscale  20 %\nupscale  30 %\n")
	b, err := data.LoadPicture(t.Context(), "b.png")
	require.NoError(t, err)
	tiled, err := data.LoadPicture(t.Context(), "upscaled.png")
	require.NoError(t, err)
	assert.False(t, b.Opaque())
	for i, v := range b.Pix {
		assert.InDelta(t, v, tiled.Pix[i], 1)
	}
	gray := image.NewGray16(image.Rect(0, 0, 4, 4))
	gray.Set(1, 2, color.White)
	require.NoError(t, data.WritePNG("gray.png", gray))
	ok(t, call(t, "upscale", "gray.png", "-m", "net.safetensors", "-o", "gray3.png"))
	f, err := os.Open("gray3.png")
	require.NoError(t, err)
	defer f.Close()
	config, _, err := image.DecodeConfig(f)
	require.NoError(t, err)
	assert.Equal(t, image.Config{ColorModel: color.GrayModel, Width: 12, Height: 12}, config)
}

// Where a network comes from is read of the npm package that it lies in, unless the
// user says it.
func TestConvertFacts(t *testing.T) {
	tiny := tinyEnlarger(t)
	t.Chdir(t.TempDir())
	require.NoError(t, os.MkdirAll("package/models", 0o777))
	require.NoError(t, os.CopyFS("package/models/x3", os.DirFS(tiny)))
	facts := func(args ...string) map[string]string {
		t.Helper()
		r := call(t, append([]string{"convert", "-q", "--range=0,1"}, args...)...)
		require.Zero(t, r.status, r.err)
		f, err := checkpoint.Open("model.safetensors")
		require.NoError(t, err)
		defer f.Close()
		p, err := f.Provenance()
		require.NoError(t, err)
		return p.Facts
	}
	assert.Empty(t, facts("package/models/x3"))
	require.NoError(t, os.WriteFile("package/package.json", []byte(`{"name":"@a/b","version":"1.2.3","license":"MIT","main":"x"}`), 0o666))
	want := map[string]string{"source": "npm @a/b 1.2.3", "licence": "MIT"}
	assert.Equal(t, want, facts("package/models/x3"))
	assert.Equal(t, want, facts("package/models/x3/model.json"))
	assert.Equal(t, map[string]string{"source": "mine", "licence": "CC0"}, facts("package/models/x3", "--source=mine", "--licence=CC0"))
	require.NoError(t, os.WriteFile("package/package.json", []byte(`{"license":{"type":"MIT"}}`), 0o666))
	assert.Empty(t, facts("package/models/x3"))
	require.NoError(t, os.WriteFile("package/package.json", []byte(`{`), 0o666))
	r := call(t, "convert", "--range=0,1", "package/models/x3")
	assert.Equal(t, statusError, r.status)
	assert.Contains(t, r.err, "package.json: unexpected end of JSON input: name the network's origin")
}

func TestUpscaleMistakes(t *testing.T) {
	tiny := tinyEnlarger(t)
	classify := filepath.Join(filepath.Dir(tiny), "classify")
	faces := facesFolder(t, 1)
	t.Chdir(t.TempDir())
	ok(t, call(t, "convert", "-q", tiny, "--range=0,1", "-o", "net"))
	ok(t, call(t, "convert", "-q", classify, "--range=-1,1", "-o", "other"))
	require.NoError(t, os.WriteFile("text.png", []byte("a text"), 0o666))
	picture := filepath.Join(faces, "000.png")
	for _, c := range []struct {
		want string
		args []string
	}{
		{"none: there is no such model", []string{"upscale", picture, "-m", "none"}},
		{"missing flags: --model=FILE", []string{"upscale", picture}},
		{"none.png: there is no such picture", []string{"upscale", "none.png", "-m", "net"}},
		{"text.png: not a PNG, JPEG, GIF, WebP or TIFF file", []string{"upscale", "text.png", "-m", "net"}},
		{"--out must end in .png", []string{"upscale", picture, "-m", "net", "-o", "x.jpg"}},
		{"the network does not make pictures larger: it takes pictures of 10×13 only", []string{"upscale", picture, "-m", "other"}},
		{"a model of kind Keras cannot be measured", []string{"eval", "-m", "net", "--data", faces}},
		{`holds a model of kind Keras, which makes no pictures: use "artnn upscale"`, []string{"generate", "image", "-m", "net"}},
		{"--range: expected two numbers, such as 0,255, got", []string{"convert", tiny, "--range", "255"}},
		{"--range: black must be less than white, got", []string{"convert", tiny, "--range", "1,0"}},
		{"--range: black must be less than white, got", []string{"convert", tiny, "--range", "0,inf"}},
		{"missing flags: --range=LOW,HIGH", []string{"convert", tiny}},
		{": there is no such model.json, nor a folder with one", []string{"convert", faces, "--range=0,1"}},
		{"tfjs: not the model.json of a TensorFlow.js model", []string{"convert", "text.png", "--range=0,1"}},
	} {
		r := call(t, c.args...)
		assert.NotZero(t, r.status, c.args)
		assert.Contains(t, r.err, c.want)
	}
	assert.NoFileExists(t, "upscaled.png")
	assert.NoFileExists(t, "model.safetensors")
}
