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
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	empty := file("empty.txt", "")
	blank := file("blank.txt", " \n\t\n")
	short := file("short.txt", "Hello")
	binary := file("binary.txt", "a\xff\xfeb")
	nowhere := filepath.Join(dir, "nowhere.txt")
	folder := filepath.Join(dir, "folder")
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "run")
	for _, c := range []struct{ args, want string }{
		{"-batch 0", "-batch must be positive, got 0"},
		{"-lr 0", "-lr must be positive, got 0"},
		{"-data " + nowhere, nowhere},
		{"-data " + folder, "no text"},
		{"-data " + empty, "no text"},
		{"-data " + blank, "no text"},
		{"-data " + short, "not enough to learn from"},
		{"-data " + binary, "UTF-8"},
		{"-load " + nowhere, nowhere},
		{"-load " + short, short},
		{"-updates -1", "Steps must be"},
		{"-every -1", "ValidateEvery must be"},
		{"-vocab byte", `"byte"`},
		{"-vocab word -words 1", "size 1: need at least 2"},
		{"-vocab char -prompt 猫", "猫"},
		{"-batch -1", "Batch must be"},
		{"-window -1", "Window must"},
		{"-window 1000000", "Window must be below"},
		{"-hidden -1", "Hidden must not be negative, got -1"},
		{"-layers -1", "layers"},
		{"-lr -1", "LR must be"},
		{"-temperature -1", "temperature"},
		{"-length 0", "-length must be positive"},
		{"-top-p 2", "top-p"},
		{"-out " + short + " -updates 1 -batch 1 -window 1 -hidden 8", short},
	} {
		maintest.Fails(t, "text", append([]string{"-out", out}, strings.Fields(c.args)...), c.want)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a run that failed has left a folder")
	}
}

func TestCtrlC(t *testing.T) {
	dir := t.TempDir()
	r := maintest.Interrupt(t, filepath.Join(dir, "log.csv"), "-out", dir, "-updates", "1000000", "-batch", "2", "-window", "8", "-hidden", "16", "-length", "1")
	if r.Status != 0 || r.Err != "" || !strings.Contains(r.Out, "Interrupted") {
		t.Errorf("expected a clean end, got %+v", r)
	}
	if _, err := models.LoadAs[*models.TextGenerator](filepath.Join(dir, "model.safetensors")); err != nil {
		t.Error(err)
	}
}
