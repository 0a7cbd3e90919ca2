package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/internal/picture"
	"github.com/org/artnn/recipe/rundir"
)

// classesFolder has so many pictures of each of two classes: faces, and faces upside
// down.
func classesFolder(t *testing.T, n int) string {
	dir := t.TempDir()
	for i := range 2 * n {
		p, class := samples.Faces().At(i), "up"
		if i >= n {
			class = "down"
			for c := range 3 {
				plane := p[c*256 : (c+1)*256]
				for k := range 128 {
					plane[k], plane[255-k] = plane[255-k], plane[k]
				}
			}
		}
		path := filepath.Join(dir, class, fmt.Sprintf("%03d.png", i%n))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, data.WritePNG(path, picture.New(p, 3, 16, 16)))
	}
	return dir
}

func TestClassifierFromStartToFinish(t *testing.T) {
	if testing.Short() {
		t.Skip("trains")
	}
	folder := classesFolder(t, 60)
	out := filepath.Join(t.TempDir(), "run")
	run := rundir.At(out)
	r := ok(t, call(t, "train", "classifier", "--data", folder, "-o", out, "--epochs=12", "--width=8", "--holdout=0.3", "--weight-decay=0"))
	assert.Contains(t, r.out, "120 pictures of 16×16×3 in 2 folders")
	assert.Regexp(t, `Of the test pictures (9\d\.\d|100\.0) % are told right; naming the commonest class would be right for 50\.0 %`, r.out)
	assert.Contains(t, r.out, "Try:    artnn predict -m "+out+" --data new-pictures")
	t.Run("the same again", func(t *testing.T) {
		again := filepath.Join(t.TempDir(), "run")
		ok(t, call(t, "train", "classifier", "--config", run.Config(), "-o", again, "-q"))
		assert.Equal(t, read(t, run.Model()), read(t, rundir.At(again).Model()), "the configuration tells all")
	})
	t.Run("resumed", func(t *testing.T) {
		r := call(t, "train", "classifier", "--resume", "-o", out, "--epochs=12")
		assert.Zero(t, r.status)
		assert.Contains(t, r.err, "the run is complete")
	})
	t.Run("trials", func(t *testing.T) {
		r := ok(t, call(t, "train", "classifier", "--data", folder, "--width=2", "--overfit-batch=3"))
		assert.Contains(t, r.out, "step 3")
	})
	t.Run("predict", func(t *testing.T) {
		r := ok(t, call(t, "predict", "-m", out, "--data", filepath.Join(folder, "down", "003.png")))
		assert.Regexp(t, `003\.png  (down|up) \d+ %(  (down|up) \d+ %)?\n$`, r.out)
		require.NoError(t, os.WriteFile(filepath.Join(folder, "up", "x.jpg"), []byte("?"), 0o666))
		r = call(t, "predict", "-m", out, "--data", folder)
		assert.Zero(t, r.status)
		lines := strings.Split(strings.TrimSpace(r.out), "\n")
		require.Len(t, lines, 120)
		right := 0
		for _, l := range lines {
			class, _, _ := strings.Cut(l, "/")
			if strings.Contains(strings.Fields(l)[1], class) {
				right++
			}
		}
		assert.Greater(t, right, 100)
		assert.Contains(t, r.err, "up/x.jpg is skipped")
		table := filepath.Join(t.TempDir(), "p.csv")
		ok(t, call(t, "predict", "-m", out, "--data", folder, "-o", table, "-q"))
		assert.Contains(t, string(read(t, table)), "file,predicted,probability,probability of down,probability of up\ndown/000.png,")
	})
	t.Run("eval", func(t *testing.T) {
		r := ok(t, call(t, "eval", "-m", out, "--data", folder))
		assert.Regexp(t, `pictures +120\naccuracy +(9\d\.\d\d|100\.00) %; naming the commonest class would have 50\.00 %\nlog loss +0\.\d+ nats`, r.out)
		assert.Regexp(t, `(?m)^ *down +\d+ +\d+ +\d+ %$`, r.out)
		for flag, want := range map[string]string{
			"-n9":      "-n is of picture generators and, with --form, of texts; a model of kind Classifier is measured on all of --data",
			"--seed=1": "--seed is of what is generated, and the model is of kind Classifier",
		} {
			r = call(t, "eval", "-m", out, "--data", folder, flag)
			assert.Equal(t, statusUsage, r.status)
			assert.Contains(t, r.err, want)
		}
	})
	t.Run("features", func(t *testing.T) {
		faces := facesFolder(t, 24)
		gan := filepath.Join(t.TempDir(), "gan")
		ok(t, call(t, append([]string{"train", "image", "--data", faces, "-o", gan, "--steps=1", "-q"}, smallImage...)...))
		shipped := ok(t, call(t, "eval", "-m", gan, "--data", faces)).out
		own := ok(t, call(t, "eval", "-m", gan, "--data", faces, "--features", out)).out
		early := ok(t, call(t, "eval", "-m", gan, "--data", faces, "--features", out, "--layer", "blocks.0")).out
		assert.Contains(t, own, "in features, those of "+out)
		assert.NotEqual(t, shipped, own)
		assert.NotEqual(t, own, early)
		for args, want := range map[string]string{
			"--features " + out + " --layer head": `features: the network has no place "head"; it has stem, blocks.0, blocks.1, blocks.2, features`,
			"--features " + gan:                   "holds a model of kind GAN, which has no features of pictures",
			"--features none":                     "none: there is no such model",
		} {
			r := call(t, append([]string{"eval", "-m", gan, "--data", faces}, strings.Fields(args)...)...)
			assert.Equal(t, statusError, r.status)
			assert.Contains(t, r.err, want)
		}
		r := call(t, "eval", "-m", out, "--data", folder, "--features", out)
		assert.Equal(t, statusUsage, r.status)
		assert.Contains(t, r.err, "--features and --layer are of picture generators, and the model is of kind Classifier")
	})
	t.Run("what it does not do", func(t *testing.T) {
		for args, want := range map[string]string{
			"predict --delimiter ;":      "--delimiter is of tables, and the model is of kind Classifier",
			"predict --data -":           "--data - is of tables",
			"predict --data nowhere":     "nowhere: there is no such picture or folder",
			"generate image":             `holds a model of kind Classifier, which makes no pictures: use "artnn predict"`,
			"eval --data " + t.TempDir(): "no pictures in",
			"eval -o x.html":             "-o is of tables",
		} {
			words := strings.Fields(args)
			if words[0] != "generate" && !strings.Contains(args, "--data") {
				words = append(words, "--data", folder)
			}
			r := call(t, append(words, "-m", out)...)
			assert.NotZero(t, r.status, args)
			assert.Contains(t, r.err, want, args)
		}
	})
}

func TestPicturesThatAreNoClasses(t *testing.T) {
	for want, dir := range map[string]string{
		"the pictures lie in no folders of their own": facesFolder(t, 6),
		"too few pictures of a class":                 classesFolder(t, 3),
		"name that of your pictures with --data":      filepath.Join(t.TempDir(), "nowhere"),
	} {
		out := filepath.Join(t.TempDir(), "run")
		r := call(t, "train", "classifier", "--data", dir, "-o", out)
		assert.Equal(t, statusError, r.status)
		assert.Contains(t, r.err, want)
		assert.NoDirExists(t, out)
	}
	r := call(t, "train", "classifier", "--data", classesFolder(t, 6), "-o", filepath.Join(t.TempDir(), "run"), "--label-smoothing=1")
	assert.Equal(t, statusUsage, r.status)
	assert.Contains(t, r.err, "--label-smoothing of 1: must be at least 0 and below 1")
}
