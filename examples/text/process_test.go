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
	model := filepath.Join(dir, "model")
	for _, c := range []struct{ args, want string }{
		{"-data " + nowhere, nowhere},
		{"-data " + folder, "no text"},
		{"-data " + empty, "no text"},
		{"-data " + blank, "no text"},
		{"-data " + short, "short"},
		{"-data " + binary, "UTF-8"},
		{"-load " + nowhere, nowhere},
		{"-load " + short, short},
		{"-updates 0 -load " + nowhere, nowhere},
		{"-updates 0", "-load"},
		{"-updates -1", "-updates"},
		{"-every 0", "-every"},
		{"-vocab byte", `"byte"`},
		{"-vocab word -words 1", "size 1: need at least 2"},
		{"-prompt 猫", "猫"},
		{"-batch 0", "rows must be positive"},
		{"-steps 0", "steps must be positive"},
		{"-steps 1000000", "longer text or fewer steps"},
		{"-embed -1", "embedding size"},
		{"-hidden -1", "hidden size"},
		{"-lr -1", "learning rate"},
		{"-dropout 2", "dropout"},
		{"-temperature -1", "temperature"},
		{"-length 0", "number of tokens"},
		{"-top-p 2", "top-p"},
		{"-save " + filepath.Join(short, "model") + " -updates 1 -batch 1 -steps 1 -hidden 8 -embed 8", short}, // which is no folder
	} {
		maintest.Fails(t, "text", append([]string{"-save", model}, strings.Fields(c.args)...), c.want)
	}
	if _, err := os.Stat(model); err == nil {
		t.Error("a run that failed has left a model")
	}
}

func TestCtrlC(t *testing.T) {
	model := filepath.Join(t.TempDir(), "model")
	r := maintest.Interrupt(t, model, "-save", model, "-every", "1", "-length", "1", "-updates", "1000000", "-batch", "2", "-steps", "8", "-hidden", "16", "-embed", "8")
	if r.Status != 0 || r.Err != "" || !strings.Contains(r.Out, "Interrupted after") {
		t.Errorf("expected a clean end, got %+v", r)
	}
	if _, err := models.LoadAs[*models.TextGenerator](model); err != nil {
		t.Error(err)
	}
}
