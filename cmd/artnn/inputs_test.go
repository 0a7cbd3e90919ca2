package main

import (
	"bytes"
	"context"
	"image"
	"image/gif"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// notPaths are arguments and flags that look like names of files to read, and are none.
var notPaths = []string{"generate text prompt", "completion shell"}

// Whatever names a file, of a command that writes another, is known to name one.
func TestInputsAreMarked(t *testing.T) {
	for name, node := range everyCommand(t) {
		if out := outputOf(t, node); out == nil || out.Tag.Get(outputTag) != "file" {
			continue
		}
		for _, v := range valuesOf(node) {
			_, known := inputs[v.Tag.Get(inputTag)]
			marked := v.Tag.Get(inputTag) != ""
			assert.Equal(t, marked, known, "%s %s: %q is no kind of input", name, v.Name, v.Tag.Get(inputTag))
			path := v.Tag.Arg || slices.Contains([]string{"FILE", "RUN", "FOLDER", "PATH", "DIR"}, v.Tag.PlaceHolder)
			if path && v.Tag.Get(outputTag) == "" && !slices.Contains(notPaths, name+" "+v.Name) {
				assert.True(t, marked, "%s: %s has no tag %q", name, v.Name, inputTag)
			}
			if marked {
				assert.NotPanics(t, func() { namesIn(v.Target) }, v.Name)
			}
		}
	}
}

// valuesOf are the arguments and flags of a command.
func valuesOf(node *kong.Node) []*kong.Value {
	values := slices.Clone(node.Positional)
	for _, f := range node.Flags {
		values = append(values, f.Value)
	}
	return values
}

// No command writes over what it reads, by whatever name.
func TestInputsAreKept(t *testing.T) {
	pictures, classes, tiny := facesFolder(t, 8), classesFolder(t, 6), tinyEnlarger(t)
	t.Chdir(t.TempDir())
	ok(t, call(t, "train", "classifier", "-q", "--data", classes, "--steps=2", "--width=2", "-o", "run"))
	ok(t, call(t, "convert", "-q", tiny, "--range=0,1", "-o", "net.safetensors"))
	ok(t, call(t, "generate", "image", "-q", "--n=2", "-o", "latents.safetensors"))
	require.NoError(t, os.CopyFS("classes", os.DirFS(classes)))
	require.NoError(t, os.CopyFS("pictures", os.DirFS(pictures)))
	require.NoError(t, os.CopyFS("keras", os.DirFS(tiny)))
	require.NoError(t, os.WriteFile("form.gbnf", []byte("root ::= [春風]+\n"), 0o666))
	require.NoError(t, os.Symlink("pictures", "linked"))
	require.NoError(t, os.Symlink(filepath.Join("pictures", "001.png"), "link.png"))
	files := func() map[string]string {
		all := map[string]string{}
		require.NoError(t, filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				text, err := os.ReadFile(path)
				require.NoError(t, err)
				all[path] = string(text)
			}
			return err
		}))
		return all
	}
	before := files()
	for _, args := range []string{
		"find pictures/000.png -o pictures/000.safetensors",
		"find pictures/000.png -o pictures/001.safetensors", // whose picture is another one of the user's
		"find pictures/000.png -m net.safetensors -o net.safetensors",
		"generate image -m latents.safetensors -o latents.safetensors",
		"generate image --latent latents.safetensors --pick 2 -o latents.safetensors",
		"generate image --nearest pictures -o pictures/000.png",
		"generate image --nearest pictures -o linked/000.png",
		"generate image --nearest linked -o pictures/000.png",
		"upscale pictures/001.png -m net.safetensors -o link.png",
		"upscale link.png -m net.safetensors -o pictures/001.png",
		"predict -m run --data pictures -o pictures/000.png",
		"predict -m run --data pictures/000.png -o pictures/000.png",
		"predict -m run --data pictures -o run/model.safetensors",
		"predict -m run --data classes -o classes/up/000.png",
		"convert keras --range -1,1 -o keras/model.json",
		"convert keras/model.json --range -1,1 -o keras/model.json",
		"convert keras --range -1,1 -o keras/group1-shard1of2.bin",
		"generate text --form form.gbnf -o form.gbnf",
		"eval -m run --data form.gbnf -o form.gbnf",
		"eval -m run --data form.gbnf --features net.safetensors -o net.safetensors",
	} {
		r := call(t, strings.Fields(args)...)
		assert.Equal(t, statusUsage, r.status, args)
		assert.Contains(t, r.err, "and would be lost: name another file\n", args)
	}
	assert.Equal(t, before, files())

	for range 2 { // what is not read may be beside it, and be written again
		ok(t, call(t, "predict", "-q", "-m", "run", "--data", "classes", "-o", "classes/predicted.csv"))
		ok(t, call(t, "convert", "-q", "keras", "--range", "-1,1", "-o", "keras/net.safetensors"))
		ok(t, call(t, "find", "-q", "pictures/000.png", "--steps=2", "--starts=1", "-o", "found.safetensors"))
		ok(t, call(t, "timelapse", "-q", "run", "-o", "run/training.gif"))
	}
}

// A run does not lie among what it learns from: resumed, it would find its own samples
// there.
func TestRunsAreNotInTheirData(t *testing.T) {
	classes := classesFolder(t, 6)
	t.Chdir(classes)
	require.NoError(t, os.WriteFile("novel.txt", []byte(strings.Repeat("abcdefgh\n", 400)), 0o666))
	require.NoError(t, os.Symlink(".", "linked"))
	before, err := os.ReadDir(".")
	require.NoError(t, err)
	for _, args := range []string{
		"train image --data . -o run", "train image --data . -o .", "train image --data linked -o up/run",
		"train image --data " + classes + " -o linked/a/b", "train classifier --data . -o run", "train text --data . -o run",
	} {
		r := call(t, append(strings.Fields(args), "--steps=1")...)
		assert.Equal(t, statusUsage, r.status, args)
		assert.Contains(t, r.err, "is in the folder that is learned from: its samples would be learned from, too; choose a folder that is not in ", args)
	}
	after, err := os.ReadDir(".")
	require.NoError(t, err)
	assert.Equal(t, len(before), len(after))
	ok(t, call(t, "train", "image", "-q", "--data=up", "--steps=1", "-o", "run")) // beside it
}

// A variable of a script that is empty is no wish for the default.
func TestEmptyNames(t *testing.T) {
	for args, want := range map[string]string{
		"generate image --model=":   "--model is empty: give the name of what to read\n",
		"generate text --form=":     "--form is empty: give json, lines such as 7,7,7,7, or a file with a grammar\n",
		"predict -m x --data=":      "--data is empty: ",
		"eval -m x --data=":         "--data is empty: ",
		"generate image --nearest=": "--nearest is empty: ",
	} {
		r := call(t, strings.Fields(args)...)
		assert.Equal(t, statusUsage, r.status, args)
		assert.Contains(t, r.err, want, args)
	}
	for _, args := range [][]string{{"find", ""}, {"upscale", "", "-m", "x"}, {"info", ""}, {"convert", "", "--range=0,1"}, {"timelapse", ""}} {
		r := call(t, args...)
		assert.Equal(t, statusUsage, r.status, args)
		assert.Contains(t, r.err, "> is empty: give the name of what to read\n", args)
	}
}

// Ctrl+C ends what makes many pictures, and no file is half there.
func TestPicturesAreInterrupted(t *testing.T) {
	t.Chdir(t.TempDir())
	ended, end := context.WithCancel(t.Context())
	end()
	for _, args := range []string{
		"generate image -n 2000", "generate image -n 2000 --single", "generate image --directions 2",
		"interpolate -n 400 --scale 1", "interpolate -n 400 --scale 1 -o morph.apng", "interpolate -n 400 --scale 1 -o strip.png",
	} {
		r := callWith(t, ended, strings.Fields(args)...)
		assert.Equal(t, statusInterrupted, r.status, args)
	}
	left, err := os.ReadDir(".")
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestTooManyPicturesInterpolated(t *testing.T) {
	for args, want := range map[string]string{
		"-n 1":                               "-n must be at least 2, got 1;",
		"-n 501":                             "-n of 501, from each of 4 pictures to the next, makes more than 2000 pictures: lower -n, or name fewer seeds;",
		"-n 1001 --seeds 1,2":                "-n of 1001, from each of 2 pictures to the next,",
		"-n 9223372036854775807 --seeds 1,2": "makes more than 2000 pictures",
	} {
		r := call(t, append([]string{"interpolate"}, strings.Fields(args)...)...)
		assert.Equal(t, statusUsage, r.status, args)
		assert.Contains(t, r.err, want)
	}
}

func TestInfoOfOtherPictures(t *testing.T) {
	t.Chdir(t.TempDir())
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4)), nil))
	require.NoError(t, os.WriteFile("a.jpg", b.Bytes(), 0o666))
	r := call(t, "info", "a.jpg")
	assert.Equal(t, statusError, r.status)
	assert.Equal(t, "artnn: a.jpg: a picture, but neither PNG nor GIF: only PNG, APNG and GIF files say how they were made\n", r.err)
	b.Reset()
	require.NoError(t, gif.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 3)), nil))
	require.NoError(t, os.WriteFile("b.gif", b.Bytes(), 0o666))
	assert.Regexp(t, `file +b.gif, a picture of 4×3\nmade by +unknown: no note of this program is in it`, ok(t, call(t, "info", "b.gif")).out)
}

// Black may be below zero: both ways of writing that are taken.
func TestConvertTakesNegativeNumbers(t *testing.T) {
	tiny := tinyEnlarger(t)
	t.Chdir(t.TempDir())
	ok(t, call(t, "convert", "-q", tiny, "--range", "-1,1", "-o", "a.safetensors"))
	ok(t, call(t, "convert", "-q", tiny, "--range=-1,1", "-o", "b.safetensors"))
	a, err := os.ReadFile("a.safetensors")
	require.NoError(t, err)
	b, err := os.ReadFile("b.safetensors")
	require.NoError(t, err)
	assert.Equal(t, a, b)
	for _, args := range [][]string{{"--range"}, {"--range", "--licence=none"}} {
		r := call(t, append([]string{"convert", tiny}, args...)...)
		assert.Equal(t, statusUsage, r.status)
		assert.Contains(t, r.err, "--range: expected two numbers, such as 0,255")
	}
}

// Advice is of something that works with the very network.
func TestAdviceForConvertedNetworks(t *testing.T) {
	tiny, faces := tinyEnlarger(t), facesFolder(t, 4)
	t.Chdir(t.TempDir())
	ok(t, call(t, "convert", "-q", tiny, "--range=0,1", "-o", "enlarge"))
	ok(t, call(t, "convert", "-q", filepath.Join(filepath.Dir(tiny), "classify"), "--range=-1,1", "-o", "classify"))
	for net, use := range map[string]string{"enlarge": `use "artnn upscale"`, "classify": `use "artnn eval --features"`} {
		for _, args := range [][]string{{"predict", "-m", net, "--data", faces}, {"eval", "-m", net, "--data", faces}, {"generate", "image", "-m", net}} {
			r := call(t, args...)
			assert.Equal(t, statusError, r.status)
			assert.Contains(t, r.err, use, args)
		}
	}
}

func TestDemoKeepsRuns(t *testing.T) {
	classes := classesFolder(t, 6)
	t.Chdir(t.TempDir())
	ok(t, call(t, "train", "classifier", "-q", "--data", classes, "--steps=1", "--width=2", "-o", "run"))
	report, err := os.ReadFile("run/report.html")
	require.NoError(t, err)
	r := call(t, "demo", "--steps=1", "-o", "run")
	assert.Equal(t, statusError, r.status)
	assert.Equal(t, "artnn: run holds a run already: choose another folder with -o\n", r.err)
	after, err := os.ReadFile("run/report.html")
	require.NoError(t, err)
	assert.Equal(t, report, after)
}
