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

func TestErrors(t *testing.T) {
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "out")
	nowhere := filepath.Join(dir, "nowhere")
	empty := filepath.Join(dir, "empty")
	broken := filepath.Join(dir, "broken")
	file := filepath.Join(dir, "file")
	for _, d := range []string{empty, broken} {
		if err := os.Mkdir(d, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []string{file, filepath.Join(broken, "a.png")} {
		if err := os.WriteFile(f, []byte("no picture"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	one := pictures(t, 1)
	for _, c := range []struct{ args, want string }{
		{"-lr 0", "-lr must be positive, got 0"},
		{"-data " + nowhere, nowhere},
		{"-data " + empty, "no pictures"},
		{"-data " + file, file},
		{"-data " + one, "one picture is not enough"},
		{"-resume -out " + file, file},
		{"-updates -1", "Steps must be"},
		{"-batch -1", "Batch must be"},
		{"-data " + one + " -size 257", "Size must be"},
		{"-data " + one + " -size -1", "Size must be"},
		{"-lr -1", "LR must be"},
		{"-out " + file, file},
	} {
		maintest.Fails(t, "gan", append([]string{"-out", out}, strings.Fields(c.args)...), c.want)
	}
	// Each of the files has a line of its own.
	r := maintest.Run(t, "-out", out, "-data", broken)
	if want := filepath.Join(broken, "a.png"); r.Status != 1 || !strings.Contains(r.Err, want) {
		t.Errorf("expected status 1 and an error with %q, got %d and %q", want, r.Status, r.Err)
	}
}

func TestCtrlC(t *testing.T) {
	dir := t.TempDir()
	r := maintest.Interrupt(t, filepath.Join(dir, "log.csv"), "-size", "4", "-out", dir, "-updates", "1000000")
	if r.Status != 0 || r.Err != "" || !strings.Contains(r.Out, "Interrupted") {
		t.Errorf("expected a clean end, got status %d, %q", r.Status, r.Err)
	}
	if _, err := models.LoadAs[*models.GAN](filepath.Join(dir, "model.safetensors")); err != nil {
		t.Error(err)
	}
}
