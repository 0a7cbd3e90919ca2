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
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	nowhere := filepath.Join(dir, "nowhere")
	folder := filepath.Join(dir, "folder")
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	one := file("one.abc", "X:1\nM:4/4\nK:C\nCDEF GABc|]\n")
	free := file("free.abc", "X:1\nM:none\nK:C\nCDEF GABc|]\n")
	text := file("text.abc", "no tune\n")
	out := filepath.Join(dir, "run")
	for _, c := range []struct{ args, want string }{
		{"-batch 0", "-batch must be positive, got 0"},
		{"-tunes -1", "-tunes must be positive, got -1"},
		{"-data " + nowhere, nowhere},
		{"-data " + folder, "no .abc files"},
		{"-data " + text, "no tune in it"},
		{"-data " + one, "not enough to learn from"},
		{"-data " + free + " -form", "no tune is in a metre"},
		{"-load " + nowhere, nowhere},
		{"-load " + text, text},
		{"-form -prompt Z", "-prompt: "},
		{"-prompt 猫", "猫"},
		{"-temperature -1", "temperature"},
		{"-export " + folder, folder},
		{"-hidden -1", "Hidden must not be negative, got -1"},
		{"-window 10000000", "Window must be below"},
		{"-out " + text + " -updates 1 -batch 1 -window 1 -hidden 8", text},
	} {
		maintest.Fails(t, "music", append([]string{"-out", out}, strings.Fields(c.args)...), c.want)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a run that failed has left a folder")
	}
}

func TestCtrlC(t *testing.T) {
	dir := t.TempDir()
	r := maintest.Interrupt(t, filepath.Join(dir, "log.csv"), "-out", dir, "-updates", "1000000", "-batch", "2", "-window", "8", "-hidden", "16", "-tunes", "1", "-length", "10")
	if r.Status != 0 || r.Err != "" || !strings.Contains(r.Out, "Interrupted") {
		t.Errorf("expected a clean end, got %+v", r)
	}
}
