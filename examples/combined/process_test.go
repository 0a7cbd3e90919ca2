//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/org/artnn/examples/internal/maintest"
)

func TestMain(m *testing.M) { maintest.Main(m, main) }

func TestErrors(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, want string }{
		{"-updates 0", "-updates"},
		{"-every 0", "-every"},
		{"-batch -1", "batch size must be positive"},
		{"-batch 0", "-batch must be positive"},
		{"-steps 0", "-steps must be positive"},
		{"-embed 0", "-embed must be positive"},
		{"-embed -1", "embedding size"},
		{"-prompt 猫", "猫"},
		{"-out " + file, file},
	} {
		maintest.Fails(t, "combined", append([]string{"-out", dir}, strings.Fields(c.args)...), c.want)
	}
	// Known before the training, not after it.
	maintest.Fails(t, "combined", []string{"-out", dir, "-prompt", ""}, "prompt")
}

func TestCtrlC(t *testing.T) {
	dir := t.TempDir()
	r := maintest.Interrupt(t, filepath.Join(dir, "text.safetensors"),
		"-out", dir, "-updates", "1000000", "-every", "1", "-batch", "8", "-steps", "4", "-embed", "8", "-hidden", "16")
	if r.Status != 0 || r.Err != "" || !strings.Contains(r.Out, "Interrupted after") {
		t.Errorf("expected a clean end, got status %d, %q", r.Status, r.Err)
	}
	loadBoth(t, dir)
}
