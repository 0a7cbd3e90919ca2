//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/org/artnn/examples/internal/maintest"
	"github.com/org/artnn/models"
)

func TestMain(m *testing.M) { maintest.Main(m, main) }

func TestWithoutDataItSaysWhereToGetSome(t *testing.T) {
	r := maintest.Run(t)
	if r.Status != 2 || r.Err != howToGetData || r.Out != "" {
		t.Errorf("got %+v", r)
	}
}

func TestErrors(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	out := filepath.Join(t.TempDir(), "run")
	const images, labels = "-images-idx3-ubyte", "-labels-idx1-ubyte"
	// spoilt is a data set with something wrong.
	spoilt := func(spoil func(dir string)) string {
		dir := stripes(t)
		spoil(dir)
		return dir
	}
	for want, args := range map[string]string{
		nowhere:                     "-data " + nowhere,
		"train-images-idx3-ubyte":   "-data " + t.TempDir(),
		"Epochs must be":            "-epochs -1 -data " + stripes(t),
		"Batch must":                "-batch -1 -data " + stripes(t),
		"LR must be":                "-lr -1 -data " + stripes(t),
		"t10k-labels-idx1-ubyte.gz": "-data " + spoilt(func(dir string) { os.Remove(filepath.Join(dir, "t10k"+labels)) }),
		"do not go together": "-data " + spoilt(func(dir string) {
			put(t, filepath.Join(dir, "t10k"+labels), []uint32{1}, []byte{0})
		}),
		"5×5": "-data " + spoilt(func(dir string) {
			put(t, filepath.Join(dir, "t10k"+images), []uint32{90, 5, 5}, make([]byte, 90*25))
		}),
		"t10k-images": "-data " + spoilt(func(dir string) {
			put(t, filepath.Join(dir, "t10k"+images), []uint32{90, side, side}, make([]byte, 90))
		}),
		"classes": "-data " + spoilt(func(dir string) {
			put(t, filepath.Join(dir, "t10k"+labels), []uint32{90}, append(make([]byte, 89), classes))
		}),
	} {
		maintest.Fails(t, "mlp", append([]string{"-out", out}, strings.Fields(args)...), want)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a run that failed has left a folder")
	}
}

func TestCtrlC(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	r := maintest.Interrupt(t, filepath.Join(out, "log.csv"), "-data", stripes(t), "-out", out, "-epochs", "1000000")
	if r.Status != 0 || r.Err != "" || !strings.Contains(r.Out, "Interrupted") {
		t.Errorf("expected a clean end, got status %d, %q", r.Status, r.Err)
	}
	if _, err := models.LoadAs[*models.MLP](filepath.Join(out, "model.safetensors")); err != nil {
		t.Error(err)
	}
}
