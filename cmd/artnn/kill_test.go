//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"image/gif"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/internal/killtest"
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/latent"
	"github.com/org/artnn/recipe/rundir"
	"github.com/org/artnn/train"
)

// program is the program as a process that is to be killed.
func program(args ...string) *exec.Cmd {
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), beTheProgram+"=1")
	return c
}

// training is a kind of run that begins, or goes on if it has begun. The name is what is
// trained, and more where there are several kinds of it.
func training(name string, args ...string) killtest.Kind {
	what, _, _ := strings.Cut(name, " ")
	return killtest.Kind{
		Name: "train " + name,
		Command: func(dir string) *exec.Cmd {
			if rundir.At(dir).Exists() {
				return program("train", what, "--resume", "-o", dir)
			}
			return program(append([]string{"train", what, "-o", dir, "--steps=24", "--checkpoint=1ms", "--samples=4"}, args...)...)
		},
		Look: lookAtRun,
		Same: sameRun,
	}
}

// lookAtRun returns the step of a run's newest checkpoint, and holds that no file is
// half written.
func lookAtRun(t *testing.T, dir string) int {
	t.Helper()
	wholeFiles(t, dir)
	c, err := train.LatestCheckpoint(rundir.At(dir).Checkpoints())
	if errors.Is(err, train.ErrNoCheckpoint) {
		return 0
	}
	require.NoError(t, err)
	require.Empty(t, c.Damaged)
	return c.State.Step
}

// wholeFiles holds that every file with a name that people see is whole. Logs grow by
// whole rows, and those of rests of a killed process are none of a run.
func wholeFiles(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		switch name := filepath.Base(path); {
		case errors.Is(err, os.ErrNotExist):
			return nil
		case err != nil:
			return err
		case strings.HasPrefix(name, "."):
			if e.IsDir() && path != dir {
				return filepath.SkipDir
			}
			return nil
		}
		data := []byte{}
		if !e.IsDir() {
			if data, err = os.ReadFile(path); err != nil {
				return err
			}
		}
		switch filepath.Ext(path) {
		case ".png", ".apng":
			_, err = png.Decode(bytes.NewReader(data))
		case ".gif":
			_, err = gif.DecodeAll(bytes.NewReader(data))
		case ".safetensors":
			_, err = models.Load(path)
			if f, open := safetensors.Open(path); open == nil { // which reads its header
				if f.Metadata()["format"] == latent.Format {
					gan, shipped := shippedFaces()
					require.NoError(t, shipped)
					_, err = latent.Load(path, gan)
				}
				f.Close()
			}
		case ".html":
			require.True(t, bytes.HasSuffix(bytes.TrimSpace(data), []byte("</html>")), path)
		case ".txt", ".yaml", ".csv":
			if filepath.Base(path) != "log.csv" {
				require.True(t, bytes.HasSuffix(data, []byte("\n")), path)
			}
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	}))
}

// sameRun holds that two runs have the same model, configuration and samples, bit for
// bit, and report that they have the same steps.
func sameRun(t *testing.T, want, got string) {
	t.Helper()
	require.Equal(t, tree(t, filepath.Join(want, "samples"))[1:], replaced(tree(t, filepath.Join(got, "samples"))[1:], got, want))
	for _, path := range append(tree(t, filepath.Join(want, "samples"))[1:], filepath.Join(want, "model.safetensors"), filepath.Join(want, "config.yaml")) {
		sameFile(t, path, strings.Replace(path, want, got, 1))
	}
	require.Equal(t, strings.Count(string(read(t, want, "log.csv")), "\n"), strings.Count(string(read(t, got, "log.csv")), "\n"))
	require.FileExists(t, filepath.Join(got, "report.html"))
}

func replaced(paths []string, old, new string) (out []string) {
	for _, p := range paths {
		out = append(out, strings.Replace(p, old, new, 1))
	}
	return out
}

func sameFile(t *testing.T, want, got string) {
	t.Helper()
	x, err := os.ReadFile(want)
	require.NoError(t, err)
	y, err := os.ReadFile(got)
	require.NoError(t, err)
	require.True(t, bytes.Equal(x, y), "%s differs", got)
}

// output is a kind of process that writes one file, over an older one.
func output(name, file string, args ...string) killtest.Kind {
	return killtest.Kind{
		Name: name,
		Command: func(dir string) *exec.Cmd {
			_ = os.MkdirAll(dir, 0o777)
			return program(append(strings.Fields(name), append(args, "-o", filepath.Join(dir, file))...)...)
		},
		Look: func(t *testing.T, dir string) int {
			t.Helper()
			wholeFiles(t, dir)
			if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
				return 0
			}
			return 1
		},
		Same: func(t *testing.T, want, got string) {
			t.Helper()
			sameFile(t, filepath.Join(want, file), filepath.Join(got, file))
		},
	}
}

// victims are all kinds of run.
func victims(t *testing.T) []killtest.Kind {
	t.Helper()
	dir := t.TempDir()
	table := func(name string, rows int) string {
		var b strings.Builder
		b.WriteString("size,kind,price\n")
		for i := range rows {
			fmt.Fprintf(&b, "%d,%c,%d\n", i, 'a'+i%3, 3*i+i%5)
		}
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o666))
		return path
	}
	small, large := table("small.csv", 80), table("large.csv", 5000)
	model := filepath.Join(dir, "model")
	ok(t, call(t, "train", "mlp", "--data", small, "--target", "price", "-o", model, "--steps=20", "-q"))
	return []killtest.Kind{
		training("image", append([]string{"--data", facesFolder(t, 60)}, smallImage...)...),
		training("image of classes", "--data", classesFolder(t, 10), "--by-class", "--model=dcgan", "--width=2", "--z-dim=8", "--batch=8", "--ema=0.9"),
		training("classifier", "--data", classesFolder(t, 10), "--width=2"),
		training("text", append([]string{"--data", textFile(t, 30_000), "--validate-every=5"}, smallText...)...),
		training("text pieces", append([]string{"--data", textFile(t, 30_000), "--vocab=bpe", "--tokens=300", "--dropout=0.3", "--layers=2"}, smallText...)...),
		training("text gpt", "--data", textFile(t, 30_000), "--vocab=bpe", "--tokens=300", "--width=16", "--heads=2", "--layers=2", "--dropout=0.2",
			"--batch=4", "--accumulate=2", "--ema=0.9", "--window=16", "--validate-every=5"),
		training("mlp", "--data", small, "--target", "price", "--hidden=8"),
		output("generate image", "sheet.png", "--seed=1"),
		output("generate text", "poem.txt", "--seed=1", "-n", "3000"),
		output("interpolate", "morph.gif", "--seeds=1,2", "-n", "2", "--scale=2"),
		output("interpolate", "morph.apng", "--seeds=1,2", "-n", "2", "--scale=2"),
		output("find", "found.safetensors", filepath.Join(facesFolder(t, 1), "000.png"), "--steps=20"),
		output("predict", "predicted.csv", "--data", large, "-m", model),
	}
}

// Processes of every command that writes, killed at any moment, leave no file half
// written and lose nothing that was saved; resumed, they end as if nothing had been.
func TestKilledProcessesLoseNothing(t *testing.T) {
	killtest.Run(t, killtest.Kills(t, 12), victims(t)...)
}

// The same of processes whose disk is full, which say so.
func TestFullDisksLoseNothing(t *testing.T) {
	if os.Getenv(killtest.Env) == "" {
		t.Skip("takes seconds: .ci/kills starts it")
	}
	killtest.FullDisk(t, 1, victims(t)...)
}
