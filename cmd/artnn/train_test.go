package main

import (
	"bytes"
	"context"
	"fmt"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/recipe/rundir"
)

// facesFolder is a folder of so many small pictures.
func facesFolder(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	faces := samples.Faces()
	for i := range n {
		require.NoError(t, data.WritePNG(filepath.Join(dir, fmt.Sprintf("%03d.png", i)), faces.Image(i)))
	}
	return dir
}

// textFile is a file with so many bytes of a novel.
func textFile(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "novel.txt")
	require.NoError(t, os.WriteFile(path, []byte(samples.MobyDick()[:n]), 0o666))
	return path
}

// small makes training quick.
var (
	smallImage = []string{"--hidden=8,16", "--z-dim=8", "--batch=8", "--samples=2", "--ema=0.9"}
	smallText  = []string{"--hidden=16", "--embed=8", "--batch=4", "--window=16", "--samples=2", "--validate-every=5"}
)

func ok(t *testing.T, r result) result {
	t.Helper()
	require.Zero(t, r.status, r.err)
	require.Empty(t, r.err)
	return r
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return b
}

func TestTrainImageAndUseIt(t *testing.T) {
	out := filepath.Join(t.TempDir(), "a", "run")
	r := ok(t, call(t, append([]string{"train", "image", "--data", facesFolder(t, 60), "-o", out, "--steps=12"}, smallImage...)...))
	assert.Contains(t, r.out, "60 pictures of 16×16×3")
	assert.Contains(t, r.out, "pictures 100 %  step 12")
	assert.Contains(t, r.out, "Done after 12 steps")

	run := rundir.At(out)
	config := string(read(t, run.Config()))
	for _, line := range []string{"command: train image\n", "size: 16\n", "gray: false\n", "hidden: [8, 16]\n", "lr: 0.001\n", "steps: 12\n"} {
		assert.Contains(t, config, line, "what was chosen is told")
	}
	assert.Equal(t, 1, strings.Count(config, "# Learning\n"))
	entries, err := os.ReadDir(run.Samples())
	require.NoError(t, err)
	assert.Len(t, entries, 2)
	assert.Regexp(t, `^step,epoch,seconds,discriminator,generator\n10,\d,\d+\.\d+,\d.*\n12,`, string(read(t, run.Log())))
	events, err := filepath.Glob(filepath.Join(run.Events(), "events.out.tfevents.*"))
	require.NoError(t, err)
	assert.Len(t, events, 1)
	page := string(read(t, run.Report()))
	for _, part := range []string{"data:image/png;base64,", "<svg", "discriminator", "training time", "not measured", "processor", "hidden", "after 6 steps", "after 12 steps"} {
		assert.Contains(t, page, part)
	}

	t.Run("info", func(t *testing.T) {
		r := ok(t, call(t, "info", out))
		for _, part := range []string{"GAN", "all finite", "weights only", "F32", "multiply-adds"} {
			assert.Contains(t, r.out, part)
		}
		assert.Regexp(t, `hidden +\[8,16\]\n`, r.out)
		assert.Regexp(t, `generator\.model\.0 +\[1 8\] +72 +64\n`, r.out)
		r = ok(t, call(t, "info", filepath.Join(run.Checkpoints(), "step-000000012", "model.safetensors"), "--tensors"))
		assert.Contains(t, r.out, "a checkpoint after 12 steps")
		assert.Regexp(t, `generator\.model\.0\.weight +F32 +\[8 8\] +256\n`, r.out)
	})
	t.Run("generate", func(t *testing.T) {
		sheet := filepath.Join(t.TempDir(), "sheet.png")
		r := ok(t, call(t, "generate", "image", "-m", out, "-n", "5", "-o", sheet, "--seed=7", "--scale=1", "--columns=5"))
		assert.Contains(t, r.out, "5 pictures of 16×16 from seed 7")
		first := read(t, sheet)
		m, err := png.Decode(bytes.NewReader(first))
		require.NoError(t, err)
		assert.Equal(t, 5*16+6*2, m.Bounds().Dx())
		ok(t, call(t, "generate", "image", "-m", out, "-n", "5", "-o", sheet, "--seed=7", "--scale=1", "--columns=5"))
		assert.Equal(t, first, read(t, sheet), "equal seeds, equal pictures")
		ok(t, call(t, "generate", "image", "-m", out, "-n", "3", "-o", sheet, "--single", "-q"))
		assert.FileExists(t, strings.TrimSuffix(sheet, ".png")+"-0003.png")
	})
	t.Run("interpolate", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "m.gif")
		for seeds, frames := range map[string]int{"1,2,3": 3 * 4, "1,2": 5 + 3} {
			ok(t, call(t, "interpolate", "-m", out, "--seeds", seeds, "-n", "4", "-o", file))
			g, err := gif.DecodeAll(bytes.NewReader(read(t, file)))
			require.NoError(t, err)
			assert.Len(t, g.Image, frames, seeds)
			assert.Equal(t, 256, g.Config.Width)
		}
		strip := filepath.Join(t.TempDir(), "s.png")
		ok(t, call(t, "interpolate", "-m", out, "--seeds=1,2", "-n", "4", "-o", strip, "--scale=1"))
		m, err := png.Decode(bytes.NewReader(read(t, strip)))
		require.NoError(t, err)
		assert.Equal(t, 5*16+6*2, m.Bounds().Dx(), "both ends are there")
	})
	t.Run("eval", func(t *testing.T) {
		r := ok(t, call(t, "eval", "-m", out, "--data", facesFolder(t, 20)))
		assert.Contains(t, r.out, "20 generated, 20 of the folder")
		assert.Regexp(t, `folder to folder +\d+\.\d in pixels, \S+ in features\n`, r.out)
		assert.Regexp(t, `features +of 10 pictures to the folder, .*\n  Fréchet distance +\S+ beside \S+\n  extrapolated +\S+ beside \S+, .*\n  kernel distance +\S+ beside \S+, times 1000\n  precision +\d\.\d\d beside \d\.\d\d, .*\n  recall +\d\.\d\d beside \d\.\d\d, `, r.out)
		assert.Regexp(t, `sliced Wasserstein +distance times 1000 of 10 pictures to the folder, .*\n  at 16×16 +\d+\.\d beside \d+\.\d\n  mean +\d+\.\d beside \d+\.\d\n`, r.out)
	})
	t.Run("the same again", func(t *testing.T) {
		again := filepath.Join(t.TempDir(), "run")
		ok(t, call(t, "train", "image", "--config", run.Config(), "-o", again))
		assert.Equal(t, read(t, run.Model()), read(t, rundir.At(again).Model()), "the configuration tells all")
	})
}

// A run that is stopped and resumed leaves the weights, samples and curves of
// one that was not.
func TestResumedRunIsTheSame(t *testing.T) {
	faces, text := facesFolder(t, 60), textFile(t, 3000)
	for name, args := range map[string][]string{
		"image": append([]string{"train", "image", "--data", faces, "--schedule=constant"}, smallImage...),
		"text":  append([]string{"train", "text", "--data", text, "--dropout=0.1", "--schedule=constant"}, smallText...),
	} {
		t.Run(name, func(t *testing.T) {
			whole, parts := rundir.At(t.TempDir()), rundir.At(t.TempDir())
			call(t, append(args, "-o", string(whole), "--steps=20")...)
			r := call(t, append(args, "-o", string(parts), "--steps=10")...)
			require.Zero(t, r.status, r.err)
			r = call(t, "train", name, "--resume", "-o", string(parts), "--steps=20")
			require.Zero(t, r.status, r.err)
			assert.Contains(t, r.out, "step 20")
			assert.Equal(t, read(t, whole.Model()), read(t, parts.Model()))
			last := map[string]string{"image": "step-000000020.png", "text": "step-000000020.txt"}[name]
			assert.Equal(t, read(t, whole.Samples(), last), read(t, parts.Samples(), last))
			assert.Contains(t, string(read(t, parts.Config())), "steps: 20\n")
			assert.Contains(t, string(read(t, parts.Report())), "after 10 steps", "earlier samples are still in the report")

			model := read(t, parts.Model())
			r = call(t, "train", name, "--resume", "-o", string(parts))
			require.Zero(t, r.status, r.err)
			assert.Contains(t, r.err, "the run is complete: to go on, give a larger --time")
			assert.Equal(t, model, read(t, parts.Model()))
		})
	}
}

func TestTrainTextAndUseIt(t *testing.T) {
	novel := textFile(t, 6000)
	out := filepath.Join(t.TempDir(), "run")
	r := call(t, append([]string{"train", "text", "--data", novel, "-o", out, "--steps=25"}, smallText...)...)
	require.Zero(t, r.status, r.err)
	assert.Contains(t, r.err, "the text is short (5,9")
	assert.Regexp(t, `text 100 %.*loss \d.*val_loss \d`, r.out)
	assert.Contains(t, r.out, "perplexity")
	run := rundir.At(out)
	assert.Contains(t, string(read(t, run.Report())), "val_loss")
	assert.NotEmpty(t, read(t, run.Samples(), "step-000000025.txt"))

	t.Run("generate", func(t *testing.T) {
		r := ok(t, call(t, "generate", "text", "-m", out, "Call me ", "-n", "40", "--seed=3"))
		assert.True(t, strings.HasPrefix(r.out, "Call me "), r.out)
		assert.Equal(t, r, call(t, "generate", "text", "-m", out, "Call me ", "-n", "40", "--seed=3"))
		file := filepath.Join(t.TempDir(), "t.txt")
		ok(t, call(t, "generate", "text", "-m", out, "Call me ", "-n", "40", "--seed=3", "-o", file))
		assert.Equal(t, r.out, string(read(t, file)))
		r = call(t, "generate", "text", "-m", out, "-n", "10")
		assert.Regexp(t, `^\(seed \d+\)\n$`, r.err, "a prompt is not needed")
		r = call(t, "generate", "text", "-m", out, "Ω")
		assert.Equal(t, statusError, r.status)
		assert.Contains(t, r.err, "does not know 'Ω'")
	})
	t.Run("eval", func(t *testing.T) {
		r := ok(t, call(t, "eval", "-m", out, "--data", novel))
		assert.Regexp(t, `perplexity +\d+\.\d\d of \d+\n`, r.out)
	})
	t.Run("info", func(t *testing.T) {
		r := ok(t, call(t, "info", out))
		assert.Regexp(t, `tokenizer +\d+ chars`, r.out)
	})
	t.Run("other kind", func(t *testing.T) {
		r := call(t, "generate", "image", "-m", out)
		assert.Equal(t, statusError, r.status)
		assert.Contains(t, r.err, `use "artnn generate text"`)
	})
}

func TestWordsAndEarlyStop(t *testing.T) {
	out := t.TempDir()
	args := append([]string{"train", "text", "--data", textFile(t, 6000), "-o", out, "--vocab=word", "--words=50", "--patience=1", "--lr=0.5", "--steps=400"}, smallText...)
	r := call(t, args...)
	require.Zero(t, r.status, r.err)
	assert.Contains(t, r.out, "Stopped early")
	r = ok(t, call(t, "eval", "-m", out, "--data", textFile(t, 3000)))
	assert.Contains(t, r.out, "unknown words")
}

func TestTrialsWriteNothing(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	novel := textFile(t, 30_000)
	for trial, want := range map[string]string{
		"--dry-run":          "One step, a validation and a checkpoint went well",
		"--overfit-batch=30": "step 30     loss",
		"--find-lr":          "start with the first",
	} {
		r := ok(t, call(t, append([]string{"train", "text", "--data", novel, trial}, smallText...)...))
		assert.Contains(t, r.out, want)
	}
	r := ok(t, call(t, append([]string{"train", "image", "--data", facesFolder(t, 60), "-o", "run", "--dry-run"}, smallImage...)...))
	assert.Regexp(t, `One step and a checkpoint went well in .*\nNothing was written\.`, r.out)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries)
}

func TestInterruptedRunGoesOn(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	args := append([]string{"train", "text", "--data", textFile(t, 30_000), "-o", out}, smallText...)
	r := callWith(t, ctx, append(args, "--time=1h")...)
	require.Equal(t, statusInterrupted, r.status, r.err)
	assert.Contains(t, r.out, "Interrupted, and saved after")
	assert.Contains(t, r.out, "artnn train text --resume -o "+out)
	assert.FileExists(t, rundir.At(out).Model())
	assert.FileExists(t, rundir.At(out).Report())

	r = call(t, "train", "text", "--resume", "-o", out, "--time=1500ms", "--quiet")
	require.Zero(t, r.status, r.err)
	assert.Empty(t, r.out)
	assert.Contains(t, string(read(t, out, "config.yaml")), "time: 1.5s\n", "the new budget is kept")
	r = call(t, "train", "text", "--resume", "-o", out, "--hidden=8")
	assert.Equal(t, statusUsage, r.status)
	assert.Contains(t, r.err, "--hidden is 16 there, 8 here")
}

func TestFewPicturesGrayAndMirrored(t *testing.T) {
	dir := t.TempDir()
	faces := samples.Faces()
	for i := range 6 {
		m := data.ToImage(faces.At(i)[:16*16], 1, 16, 16)
		require.NoError(t, data.WritePNG(filepath.Join(dir, fmt.Sprintf("%d.png", i)), m))
	}
	out := t.TempDir()
	r := call(t, "train", "image", "--data", dir, "-o", out, "--steps=3", "--hidden=8", "--mirror", "--batch=5")
	require.Zero(t, r.status, r.err)
	assert.Contains(t, r.err, "6 pictures are few")
	assert.Contains(t, r.out, "16×16×1")
	config := string(read(t, out, "config.yaml"))
	assert.Contains(t, config, "gray: true\n")
	assert.Contains(t, config, "r1: 10\n", "for so few")
}
