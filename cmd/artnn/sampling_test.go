package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/measure"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe/rundir"
)

// classModel saves a small network of three classes whose pictures differ.
func classModel(t *testing.T, path string) *models.GAN {
	t.Helper()
	gan, err := models.NewSNGAN(models.ConvGANConfig{Size: 16, Width: 8, ZDim: 4, Classes: []string{"cats", "dogs", "it's, you"}, Seed: 3, EMA: -1})
	require.NoError(t, err)
	require.NoError(t, models.Save(path, gan))
	return gan
}

// shadesBetween is the root mean square difference of two pictures' colours.
func shadesBetween(t *testing.T, a, b image.Image) float64 {
	t.Helper()
	require.Equal(t, a.Bounds().Size(), b.Bounds().Size())
	squares, n := 0.0, 0.0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p := color.RGBAModel.Convert(a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y)).(color.RGBA)
			q := color.RGBAModel.Convert(b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y)).(color.RGBA)
			for _, d := range []int{int(p.R) - int(q.R), int(p.G) - int(q.G), int(p.B) - int(q.B)} {
				squares, n = squares+float64(d*d), n+1
			}
		}
	}
	return math.Sqrt(squares / n)
}

// Pictures are picked from a sheet, with the very pixels that they have there.
func TestPickedPictures(t *testing.T) {
	t.Chdir(t.TempDir())
	gan, err := shippedFaces()
	require.NoError(t, err)
	all := gan.Images(9, 7)
	r := ok(t, call(t, "generate", "image", "-n", "9", "--seed=7", "--pick=9,2", "--scale=1"))
	assert.Equal(t, "sheet.png: 2 pictures of 16×16 from seed 7\n", r.out)
	want := data.GridOf([]image.Image{all[8], all[1]}, data.GridOptions{})
	assert.Equal(t, want.Pix, decodedPNG(t, "sheet.png").(*image.RGBA).Pix)
	ok(t, call(t, "generate", "image", "-n", "9", "--seed=7", "--pick=4", "--scale=1", "--single", "-o", "out/a.png"))
	assert.Zero(t, shadesBetween(t, all[3], decodedPNG(t, "out", "a-0004.png")), "numbers are those on the sheet")
}

// What pictures are made from goes to a file and comes back.
func TestLatentsFromAndToFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	r := ok(t, call(t, "generate", "image", "-n", "5", "--seed=7", "--pick=2,3", "-o", "two.safetensors"))
	assert.Equal(t, "two.safetensors: 2 latents from seed 7\n", r.out)
	r = ok(t, call(t, "info", "two.safetensors"))
	assert.Regexp(t, `(?m)^kind +latents, which "artnn generate image --latent" makes pictures of$`, r.out)
	r = ok(t, call(t, "generate", "image", "--latent=two.safetensors", "--scale=1"))
	assert.Equal(t, "sheet.png: 2 pictures of 16×16 from two.safetensors\n", r.out)
	gan, err := shippedFaces()
	require.NoError(t, err)
	latents := gan.Latents(5, models.Draw{Seed: 7})[100:300]
	want := data.Grid(gan.Decode(latents), 3, 16, 16, data.GridOptions{})
	assert.Equal(t, want.Pix, decodedPNG(t, "sheet.png").(*image.RGBA).Pix)

	ok(t, call(t, "interpolate", "--latent=two.safetensors", "--seeds=1", "-n", "2", "-o", "strip.png", "--scale=1"))
	assert.Equal(t, 3*18+2, decodedPNG(t, "strip.png").Bounds().Dx(), "three pictures in the first row, two of them stops")

	other := classModel(t, "other.safetensors")
	require.NotNil(t, other)
	for args, want := range map[string]string{
		"generate image -m other.safetensors --latent two.safetensors": "two.safetensors: made with another model: its latents have 100 numbers, the model's have 7",
		"interpolate -m other.safetensors --latent two.safetensors":    "two.safetensors: made with another model",
		"generate image --latent other.safetensors":                    "other.safetensors: holds no latents",
		"generate image --latent none.safetensors":                     "none.safetensors",
	} {
		r := call(t, strings.Fields(args)...)
		assert.Equal(t, statusError, r.status, args)
		assert.Contains(t, r.err, want, args)
	}
}

func TestSamplingMistakes(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("text.png", []byte("no picture"), 0o666))
	require.NoError(t, os.Mkdir("empty", 0o777))
	classModel(t, "classes.safetensors")
	ok(t, call(t, "generate", "image", "-n", "2", "-o", "two.safetensors", "--seed=1"))
	ok(t, call(t, "generate", "image", "-n", "1", "-o", "one.safetensors", "--seed=1"))
	before := tree(t, ".")
	for args, want := range map[string]struct {
		status int
		err    string
	}{
		"generate image --pick 17":                                        {2, "--pick must be at most 16, as many as there are pictures, got 17"},
		"generate image --pick=-1":                                        {2, "--pick must be at least 1"},
		"generate image --latent two.safetensors --seed 1":                {2, "--latent says which pictures: leave out --seed, --class and --spread"},
		"generate image --latent two.safetensors -n 3":                    {2, "-n must be at most 2, as many as two.safetensors has, got 3"},
		"generate image --directions 65":                                  {2, "--directions must be from 1 to 64"},
		"generate image --directions 2 -n 2":                              {2, "--directions makes one sheet of one picture"},
		"generate image --directions 2 --columns 1":                       {2, "--columns must be at least 2 with --directions"},
		"generate image --directions 64 --columns 900 --scale 64":         {2, "--directions, --columns and --scale make a sheet of"},
		"generate image --nearest empty --single":                         {2, "--nearest makes one sheet"},
		"generate image --nearest empty":                                  {1, "no pictures in empty"},
		"generate image --nearest none":                                   {1, "none: there is no such folder"},
		"generate image --class cats":                                     {1, `class "cats": the model has no classes`},
		"generate image -m classes.safetensors --class cats,birds":        {1, `class "birds": not one of cats, dogs`},
		"interpolate -m classes.safetensors --class birds":                {1, `class "birds": not one of cats, dogs`},
		"interpolate --latent one.safetensors":                            {2, "--latent has one picture: name another file or a seed to go to"},
		"interpolate --delay 2m":                                          {2, "--delay must be from 10ms to 1m, got 2m0s"},
		"interpolate --spread 11":                                         {2, "--spread must be above 0, at most 10, got 11"},
		"find none.png":                                                   {1, "none.png: there is no such picture"},
		"find text.png":                                                   {1, "text.png: not a PNG, JPEG, GIF, WebP or TIFF file"},
		"find text.png -o x.png":                                          {2, "--out must end in .safetensors"},
		"find text.png --starts 1025":                                     {2, "--starts must be from 1 to 1024"},
		"find text.png --steps=-1":                                        {2, "--steps must be from 1 to 1000000"},
		"timelapse none":                                                  {1, "none: there is no such run with samples"},
		"timelapse empty":                                                 {1, "empty: there is no such run with samples"},
		"timelapse empty -o x.png":                                        {2, "--out must end in .gif or .apng"},
		"timelapse empty --last 1ms":                                      {2, "--last must be from 10ms to 1m, got 1ms"},
		"generate image -o x.safetensors --nearest empty":                 {2, "--nearest makes one sheet"},
		"generate image --latent two.safetensors --directions 2 --pick 3": {2, "--pick must be at most 2"},
	} {
		r := call(t, strings.Fields(args)...)
		assert.Equal(t, want.status, r.status, "%s: %s", args, r.err)
		assert.Contains(t, r.err, want.err, args)
		assert.Equal(t, before, tree(t, "."), "%s leaves nothing behind", args)
	}
}

// A face is found in the generator: its own to some shades, a real one to something
// near; the file gives it back. A picture of another size is resized, which is said.
func TestFind(t *testing.T) {
	t.Chdir(t.TempDir())
	gan, err := shippedFaces()
	require.NoError(t, err)
	require.NoError(t, data.WritePNG("own.png", gan.Images(1, 42)[0]))
	require.NoError(t, data.WritePNG("real.png", samples.Faces().Image(777)))
	distance := regexp.MustCompile(`at a distance of (\d+\.\d) shades of 255, in \d+\.\ds; both are in (\S+)\n$`)
	for name, most := range map[string]float64{"own": 3, "real": 20} {
		r := ok(t, call(t, "find", name+".png", "-o", name+"/found.safetensors", "--scale=1"))
		m := distance.FindStringSubmatch(r.out)
		require.NotNil(t, m, r.out)
		var d float64
		_, err := fmt.Sscan(m[1], &d)
		require.NoError(t, err)
		assert.Less(t, d, most, name)
		assert.Equal(t, filepath.Join(name, "found.png"), filepath.FromSlash(m[2]))
		both := decodedPNG(t, name, "found.png").(*image.RGBA)
		assert.Zero(t, shadesBetween(t, decodedPNG(t, name+".png"), both.SubImage(image.Rect(2, 2, 18, 18))))
		ok(t, call(t, "generate", "image", "--latent", name+"/found.safetensors", "--single", "--scale=1", "-o", "back.png"))
		assert.Zero(t, shadesBetween(t, decodedPNG(t, "back-0001.png"), both.SubImage(image.Rect(20, 2, 36, 18))))
		assert.InDelta(t, d, shadesBetween(t, decodedPNG(t, name+".png"), decodedPNG(t, "back-0001.png")), 0.4, "up to the rounding of bytes")
	}
	for size, want := range map[image.Point]string{
		{40, 40}: "big.png is 40×40: resized to 16×16, as the model makes them",
		{30, 20}: "big.png is 30×20: cropped and resized to 16×16, as the model makes them",
	} {
		require.NoError(t, data.WritePNG("big.png", image.NewGray(image.Rectangle{Max: size})))
		r := call(t, "find", "big.png", "--steps=2")
		assert.Zero(t, r.status)
		assert.Equal(t, "artnn: note: "+want+"\n", r.err)
	}
}

// By features, what is found is nearer in these than what pixels alone find.
func TestFindByFeatures(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, data.WritePNG("real.png", samples.Faces().Image(777)))
	network, err := shippedFeatures()
	require.NoError(t, err)
	features, err := measure.NetworkFeatures(network, measure.View{Channels: 3, Height: 16, Width: 16, Place: "blocks.3"})
	require.NoError(t, err)
	near := func(args ...string) (found float64, out string) {
		r := ok(t, call(t, append([]string{"find", "real.png", "--starts=2", "--steps=40", "--scale=1"}, args...)...))
		var planes [][]float32
		for _, x := range []int{2, 20} {
			one := decodedPNG(t, "found.png").(*image.RGBA).SubImage(image.Rect(x, 2, x+16, 18))
			require.NoError(t, data.WritePNG("one.png", one))
			pixels, err := data.DecodeImage(bytes.NewReader(read(t, "one.png")), data.ImageOptions{Width: 16, Height: 16})
			require.NoError(t, err)
			planes = append(planes, pixels)
		}
		_, distances, err := measure.NearestContext(t.Context(), features(planes[:1]), features(planes[1:]))
		require.NoError(t, err)
		return distances[0], r.out
	}
	byPixels, out := near()
	assert.NotContains(t, out, "in features")
	byFeatures, out := near("--layer=blocks.3")
	assert.Less(t, byFeatures, 0.8*byPixels)
	var said float64
	_, err = fmt.Sscanf(out[strings.Index(out, " and "):], " and %g in features", &said)
	require.NoError(t, err)
	assert.InDelta(t, byFeatures, said, 0.05*said, "up to the rounding of bytes")
	assert.Contains(t, call(t, "find", "real.png", "--layer=x").err, `the network has no place "x"; it has stem, `)
	assert.Contains(t, call(t, "find", "real.png", "--features=real.png").err, "real.png")
}

// Of a network with classes, their mixture is found and told, or stays as it is given.
func TestFindClasses(t *testing.T) {
	t.Chdir(t.TempDir())
	gan := classModel(t, "classes.safetensors")
	draw := models.Draw{Seed: 5, Classes: []float64{0, 1, 0}}
	require.NoError(t, data.WritePNG("dog.png", data.ToImage(gan.Decode(gan.Latents(1, draw)), 3, 16, 16)))
	r := ok(t, call(t, "find", "dog.png", "-m", "classes.safetensors"))
	assert.Regexp(t, `both are in found.png, .*(9\d|100) % dogs`, r.out)
	r = ok(t, call(t, "find", "dog.png", "-m", "classes.safetensors", `--class=it's\, you`, "--steps=5"))
	assert.Contains(t, r.out, "both are in found.png, 100 % it's, you\n")
}

// Between pictures of a network with classes, each class has its turn, or all are of
// the mixture that is asked for.
func TestInterpolateClasses(t *testing.T) {
	t.Chdir(t.TempDir())
	gan := classModel(t, "classes.safetensors")
	stop := func(seed uint64, classes ...float64) image.Image {
		return data.ToImage(gan.Decode(gan.Latents(1, models.Draw{Seed: seed, Classes: classes})), 3, 16, 16)
	}
	for class, want := range map[string][]image.Image{
		"":     {stop(4, 1, 0, 0), stop(4, 0, 1, 0)},
		"dogs": {stop(4, 0, 1, 0), stop(4, 0, 1, 0)},
	} {
		ok(t, call(t, "interpolate", "-m", "classes.safetensors", "--seeds=4,4", "-n", "2", "--scale=1", "-o", "strip.png", "--class", class))
		strip := decodedPNG(t, "strip.png").(*image.RGBA)
		for i, at := range []int{2, 2 + 2*18} {
			assert.LessOrEqual(t, shadesBetween(t, want[i], strip.SubImage(image.Rect(at, 2, at+16, 18))), 0.5, class)
		}
	}
}

// The picture in the middle of a row is the one that is changed; the ends differ from
// it, and from each other.
func TestDirectionsSheet(t *testing.T) {
	t.Chdir(t.TempDir())
	gan, err := shippedFaces()
	require.NoError(t, err)
	r := ok(t, call(t, "generate", "image", "--seed=5", "--directions=3", "--scale=1"))
	assert.Regexp(t, `^sheet.png: directions of the picture from seed 5, with these shares of the variance: \d+\.\d %, \d+\.\d %, \d+\.\d %\n$`, r.out)
	sheet := decodedPNG(t, "sheet.png").(*image.RGBA)
	require.Equal(t, image.Pt(7*18+2, 3*18+2), sheet.Bounds().Max)
	place := func(row, column int) image.Image {
		return sheet.SubImage(image.Rect(0, 0, 16, 16).Add(image.Pt(2+18*column, 2+18*row)))
	}
	face := gan.Images(1, 5)[0]
	for row := range 3 {
		assert.LessOrEqual(t, shadesBetween(t, face, place(row, 3)), 0.5)
		for _, end := range []int{0, 6} {
			assert.Greater(t, shadesBetween(t, face, place(row, end)), 15.0)
			assert.Greater(t, shadesBetween(t, place(row, end), place((row+1)%3, end)), 15.0)
		}
	}
	ok(t, call(t, "generate", "image", "-n", "9", "--seed=5", "--pick=3", "--directions=2", "--columns=3", "--scale=1"))
	sheet = decodedPNG(t, "sheet.png").(*image.RGBA)
	assert.LessOrEqual(t, shadesBetween(t, gan.Images(9, 5)[2], place(0, 1)), 0.5)

	small, err := models.NewGAN(models.GANConfig{Width: 16, ZDim: 2})
	require.NoError(t, err)
	require.NoError(t, models.Save("small.safetensors", small))
	r = call(t, "generate", "image", "-m", "small.safetensors", "--directions=200")
	assert.Equal(t, statusUsage, r.status)
}

// A copy in the folder is found at distance 0, whatever else is there.
func TestNearestOfAFolder(t *testing.T) {
	dir := facesFolder(t, 20)
	t.Chdir(t.TempDir())
	gan, err := shippedFaces()
	require.NoError(t, err)
	require.NoError(t, data.WritePNG(filepath.Join(dir, "sub", "copy.png"), gan.Images(4, 7)[2]))
	r := ok(t, call(t, "generate", "image", "-n", "4", "--seed=7", "--scale=1", "--nearest", dir))
	assert.Regexp(t, `^picture  distance  nearest\n1 +\d+\.\d +\d{3}.png\n2 .*\n3 +0\.[0-4] +sub/copy.png\n4 `, r.out)
	assert.Contains(t, r.out, "sheet.png: 4 pictures, each beside the nearest of 21 pictures in "+dir)
	assert.Regexp(t, `the median from a picture to the nearest other one is \d+\.\d: what is much nearer is a copy`, r.out)
	sheet := decodedPNG(t, "sheet.png").(*image.RGBA)
	at := image.Pt(4, 4+16+4) // the third pair of two in a row
	assert.LessOrEqual(t, shadesBetween(t, sheet.SubImage(image.Rect(0, 0, 16, 16).Add(at)), sheet.SubImage(image.Rect(16, 0, 32, 16).Add(at))), 0.5)

	r = ok(t, call(t, "generate", "image", "-n", "2", "-q", "--nearest", facesFolder(t, 1)))
	assert.Regexp(t, `^picture .*\n1 .* 000.png\n2 .* 000.png\n$`, r.out, "of one picture, too; distances are a result")
	r = call(t, "generate", "image", "-n", "2", "--nearest", facesFolder(t, 1))
	assert.NotContains(t, r.out, "median")
}

// By features, a copy is found although it is mirrored.
func TestNearestOfAFolderByFeatures(t *testing.T) {
	dir := facesFolder(t, 20)
	t.Chdir(t.TempDir())
	gan, err := shippedFaces()
	require.NoError(t, err)
	own := gan.Images(4, 7)[2].(*image.RGBA)
	mirrored := image.NewRGBA(own.Rect)
	for y := range 16 {
		for x := range 16 {
			mirrored.Set(x, y, own.At(15-x, y))
		}
	}
	require.NoError(t, data.WritePNG(filepath.Join(dir, "copy.png"), mirrored))
	r := ok(t, call(t, "generate", "image", "-n", "4", "--seed=7", "--nearest", dir, "--layer=features"))
	assert.Regexp(t, `^picture  in features  in shades  nearest\n1 +\d\S* +\d+\.\d +\S+\n2 .*\n3 +0?\.\d+ +\d+\.\d +copy.png\n4 `, r.out)
	assert.Contains(t, r.out, "nearest of 21 pictures in "+dir+" by the features of the network that artnn has; distances are of these")
	assert.Regexp(t, `to the nearest other one is \d\S* in features, and by pixels \d+\.\d in shades: what`, r.out)

	classes := classesFolder(t, 6)
	ok(t, call(t, "train", "classifier", "-q", "--data", classes, "--steps=2", "--width=2", "-o", "run"))
	r = ok(t, call(t, "generate", "image", "-n", "2", "--nearest", dir, "--features=run", "--layer=stem"))
	assert.Contains(t, r.out, "by the features of run;")
	for want, args := range map[string][]string{
		"--features and --layer say how --nearest measures": {"--features=run"},
		"the network has no place \"x\"; it has stem, ":     {"--nearest", dir, "--layer=x"},
		"which has no features of pictures":                 {"--nearest", dir, "--features=gan.safetensors"},
	} {
		require.NoError(t, models.Save("gan.safetensors", gan))
		r := call(t, append([]string{"generate", "image"}, args...)...)
		assert.NotZero(t, r.status)
		assert.Contains(t, r.err, want)
	}
}

// An animation of how a network learned.
func TestTimelapse(t *testing.T) {
	t.Chdir(t.TempDir())
	ok(t, call(t, append([]string{"train", "image", "--data", facesFolder(t, 60), "-o", "run", "--steps=4", "-q"}, append(smallImage, "--samples=4")...)...))
	r := ok(t, call(t, "timelapse", "run", "--delay=500ms", "--last=3s"))
	assert.Regexp(t, `^training.gif: \d sheets, from step \d to step 4\n$`, r.out)
	g, err := gif.DecodeAll(bytes.NewReader(read(t, "training.gif")))
	require.NoError(t, err)
	n := len(g.Image)
	require.GreaterOrEqual(t, n, 4)
	assert.Equal(t, []int{50, 300}, g.Delay[n-2:])
	last := decodedPNG(t, rundir.At("run").Samples(), "step-000000004.png")
	assert.Less(t, shadesBetween(t, last, g.Image[n-1]), 6.0, "but for the palette")

	ok(t, call(t, "timelapse", "run", "-o", "training.apng"))
	first, err := filepath.Glob(filepath.Join(rundir.At("run").Samples(), "*.png"))
	require.NoError(t, err)
	assert.Zero(t, shadesBetween(t, decodedPNG(t, first[0]), decodedPNG(t, "training.apng")), "a still viewer shows the first")

	require.NoError(t, data.WritePNG(filepath.Join(rundir.At("run").Samples(), "step-000000002.png"), image.NewGray(image.Rect(0, 0, 5, 5))))
	r = ok(t, call(t, "timelapse", "run"))
	g, err = gif.DecodeAll(bytes.NewReader(read(t, "training.gif")))
	require.NoError(t, err)
	assert.Len(t, g.Image, n-1, "one of another size is left out")

	ok(t, call(t, append([]string{"train", "text", "--data", textFile(t, 3000), "-o", "text", "--steps=2", "-q"}, smallText...)...))
	assert.Contains(t, call(t, "timelapse", "text").err, "text: the samples of this run are texts, not pictures")
}

// What info says of pictures that are none of ours, or pretend to be.
func TestInfoOfForeignPictures(t *testing.T) {
	t.Chdir(t.TempDir())
	m := image.NewGray(image.Rect(0, 0, 4, 3))
	for want, texts := range map[string][]data.PNGText{
		"unknown: no note of this program is in it":                           {{Keyword: "Author", Text: "somebody"}},
		"unknown: its note cannot be read: ":                                  {{Keyword: "artnn", Text: "{"}},
		`unknown: its note is of "", which makes no pictures`:                 {{Keyword: "artnn", Text: "{}"}},
		`unknown: its note is of "train image", which makes no pictures`:      {{Keyword: "artnn", Text: `{"command":"train image"}`}},
		`unknown: its note has a setting "; rm -rf", which this program does`: {{Keyword: "artnn", Text: `{"command":"find","settings":{"; rm -rf":"x"}}`}},
	} {
		require.NoError(t, data.WritePNG("a.png", m, texts...))
		r := ok(t, call(t, "info", "a.png"))
		assert.Regexp(t, `(?m)^file +a.png, a picture of 4×3$`, r.out)
		assert.Contains(t, r.out, want)
		assert.NotContains(t, r.out, "To make it again")
	}
	const evil = `{"command":"generate image","settings":{"model":"x; rm -rf ~","class":"$(reboot)"},"out":"a'b.png","model":"/etc/passwd","weights":"0"}`
	require.NoError(t, data.WritePNG("a.png", m, data.PNGText{Keyword: "artnn", Text: evil}))
	r := ok(t, call(t, "info", "a.png"))
	assert.Contains(t, r.out, `artnn generate image --model 'x; rm -rf ~' --class '$(reboot)' -o 'a'\''b.png'`)
	assert.NotRegexp(t, `(?m)^now`, r.out, "and no file that it names elsewhere is opened")
	require.NoError(t, os.WriteFile("cut.png", read(t, "a.png")[:20], 0o666))
	assert.NotZero(t, call(t, "info", "cut.png").status)
}

// Info tells when the model is no longer what it was.
func TestInfoTellsOfOtherWeights(t *testing.T) {
	t.Chdir(t.TempDir())
	classModel(t, "m.safetensors")
	ok(t, call(t, "generate", "image", "-m", "m.safetensors", "-n", "1"))
	assert.NotRegexp(t, `(?m)^now`, ok(t, call(t, "info", "sheet.png")).out)
	other, err := models.NewGAN(models.GANConfig{Width: 16})
	require.NoError(t, err)
	require.NoError(t, models.Save("m.safetensors", other))
	assert.Regexp(t, `(?m)^now +the model has other weights: its pictures will be others$`, ok(t, call(t, "info", "sheet.png")).out)
	require.NoError(t, os.Remove("m.safetensors"))
	assert.Regexp(t, `(?m)^now +the model cannot be loaded: m.safetensors: there is no such model`, ok(t, call(t, "info", "sheet.png")).out)
	assert.Contains(t, ok(t, call(t, "info", "sheet.png")).out, models.Fingerprint(classModel(t, "m.safetensors")))
}

// Ctrl+C ends at once and leaves nothing.
func TestSamplingIsInterrupted(t *testing.T) {
	faces := facesFolder(t, 2)
	t.Chdir(t.TempDir())
	ok(t, call(t, append([]string{"train", "image", "--data", facesFolder(t, 60), "-o", "run", "--steps=2", "-q"}, smallImage...)...))
	before := tree(t, ".")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range []string{
		"find " + filepath.Join(faces, "000.png"), "generate image --directions 2", "generate image --nearest " + faces, "timelapse run",
	} {
		r := callWith(t, ctx, strings.Fields(args)...)
		assert.Equal(t, statusInterrupted, r.status, "%s: %s", args, r.err)
		assert.Equal(t, before, tree(t, "."), args)
	}
}
