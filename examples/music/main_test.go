package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/org/artnn/examples/internal/maintest"
	"github.com/org/artnn/examples/music/abc"
	"github.com/org/artnn/generate/form"
	"github.com/org/artnn/models"
)

func TestBuiltIn(t *testing.T) {
	tunes, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	if len(tunes) < 900 || len(distinct(tunes)) != len(tunes) {
		t.Errorf("%d tunes, %d of them different", len(tunes), len(distinct(tunes)))
	}
	for _, tune := range tunes {
		if bad := tune.BadBars(); len(bad) > 0 {
			t.Errorf("%s: %v", tune.Title, bad)
		}
	}
}

// tiny is a configuration that trains in a moment, on two tunes many times over.
func tiny(t *testing.T) *options {
	o := defaults()
	dir := t.TempDir()
	o.data, o.Dir = filepath.Join(dir, "in"), filepath.Join(dir, "run")
	if err := os.Mkdir(o.data, 0o777); err != nil {
		t.Fatal(err)
	}
	book := ""
	for _, end := range []string{"c", "e", "g", "c'", "C", "E", "G", "z"} {
		book += "X:1\nT:Scale\nM:4/4\nL:1/8\nK:C\nCDEF GABc|cBAG FEDC|CDEF GABc|cBAG FED" + end + "|]\n\n"
	}
	book += "X:2\nK:C\nC&\n\nX:3\nM:2/4\nK:C\nC|CCCCCCCCC|C2|]\n"
	if err := os.WriteFile(filepath.Join(o.data, "scales.abc"), []byte(book), 0o666); err != nil {
		t.Fatal(err)
	}
	o.Hidden, o.Batch, o.Window, o.Budget.Steps, o.ValidateEvery, o.length = 48, 8, 30, 300, 150, 200
	o.LR, o.temperature, o.Samples, o.tunes = 0.02, 0, 1, 2
	o.Warn = func(string) {} // that the text is short
	return o
}

func TestLearnsScales(t *testing.T) {
	o := tiny(t)
	var out strings.Builder
	if err := run(context.Background(), o, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"scales.abc, line 59, column 2: & begins a second voice", "the bar has 9/16 of 2/4", "8 tunes. ",
		"update 150:", "update 300:", "Done after 300 steps", "2 of 2 tunes parse, 100.0 % of their bars add up, in 2 tunes all.",
	} {
		if strings.Count(out.String(), want) != 1 {
			t.Errorf("expected one %q:\n%s", want, &out)
		}
	}
	for _, name := range []string{"001.abc", "001.mid", "001.wav", "002.abc", "002.mid", "002.wav"} {
		if info, err := os.Stat(filepath.Join(o.Dir, "tunes", name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}

	load := defaults()
	load.load, load.Dir, load.prompt, load.data = filepath.Join(o.Dir, "model.safetensors"), t.TempDir(), `M:4/4\nK:C\nCDEF GABc|`, o.data
	load.temperature, load.tunes, load.length = 0, 1, 200
	out.Reset()
	if err := run(context.Background(), load, &out); err != nil {
		t.Fatal(err)
	}
	if want := "X:1\nT:Tune 1\nM:4/4\nK:C\nCDEF GABc|cBAG FEDC|CDEF GABc|cBAG FED"; !strings.Contains(out.String(), want) {
		t.Errorf("expected %q, got %q", want, &out)
	}
}

// TestForm lets a network that has learned nothing write.
func TestForm(t *testing.T) {
	dir := t.TempDir()
	o := defaults()
	o.Dir, o.Hidden, o.Budget.Steps, o.ValidateEvery, o.Batch, o.Window, o.tunes = filepath.Join(dir, "run"), 8, 1, 1, 1, 8, 1
	if err := run(context.Background(), o, new(strings.Builder)); err != nil {
		t.Fatal(err)
	}
	for _, prompt := range []string{"", `R:slip jig\nM:9/8\nK:Em\n|:B|`} {
		o := defaults()
		o.load, o.Dir, o.form, o.prompt, o.tunes, o.length, o.temperature = filepath.Join(dir, "run", "model.safetensors"), dir, true, prompt, 3, 100_000, 1
		var out strings.Builder
		if err := run(context.Background(), o, &out); err != nil {
			t.Fatal(err)
		}
		if want := "3 of 3 tunes parse, 100.0 % of their bars add up, in 3 tunes all."; !strings.Contains(out.String(), want) {
			t.Errorf("%q: expected %q, got %s", prompt, want, &out)
		}
	}
}

// TestFormHasTunes holds that the grammar allows what real tunes are like.
func TestFormHasTunes(t *testing.T) {
	tunes, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	f, err := tuneForm(tunes)
	if err != nil {
		t.Fatal(err)
	}
	of, has := 0, 0
	for i := 0; i < len(tunes); i += 40 {
		of++
		if form.Matches(f, bare(tunes[i])) {
			has++
		}
	}
	if 3*has < 2*of {
		t.Errorf("%d of %d tunes have the form", has, of)
	}
}

func TestShares(t *testing.T) {
	var tunes []written
	for i, text := range []string{"M:2/4\nK:C\nCDEF GABc|C8|]", "M:2/4\nK:C\nCDEF GABc|C7|c8|c8|]", "C&", "K:C\nC\n\nX:2\nK:C\nC"} {
		tunes = append(tunes, newWritten(text, i+1))
	}
	if got, want := shares(tunes), "2 of 4 tunes parse, 83.3 % of their bars add up, in 1 tune all"; got != want {
		t.Errorf("expected %q, got %q", want, got)
	}
}

func TestExport(t *testing.T) {
	o := tiny(t)
	o.export = filepath.Join(t.TempDir(), "all.abc")
	if err := run(context.Background(), o, new(strings.Builder)); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(o.export)
	if err != nil {
		t.Fatal(err)
	}
	if tunes, err := abc.Parse(string(text)); err != nil || len(tunes) != 8 || tunes[7].Number != "8" {
		t.Errorf("got %d tunes, %v", len(tunes), err)
	}
}

func TestLatin1(t *testing.T) {
	name := filepath.Join(t.TempDir(), "old.abc")
	if err := os.WriteFile(name, []byte("X:1\nT:Se\xe1n\nK:C\nC\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	tunes, _, err := load(name)
	if err != nil || tunes[0].Title != "Seán" {
		t.Errorf("got %v, %v", tunes, err)
	}
}

func TestInterruptKeepsTheModel(t *testing.T) {
	o := tiny(t)
	o.Budget.Steps, o.ValidateEvery = 1e9, 1e9
	var out strings.Builder
	if err := run(maintest.EndAfter(20), o, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "Interrupted, and saved") {
		t.Errorf("expected word of the interrupt, got %q", &out)
	}
	if _, err := models.Load(filepath.Join(o.Dir, "model.safetensors")); err != nil {
		t.Error(err)
	}
}
