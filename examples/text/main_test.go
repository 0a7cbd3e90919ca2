package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/org/artnn/examples/internal/maintest"
	"github.com/org/artnn/models"
)

// tiny is a configuration that trains in a moment.
func tiny(t *testing.T, text string) *options {
	o := defaults()
	dir := t.TempDir()
	o.Data, o.Dir = filepath.Join(dir, "in.txt"), filepath.Join(dir, "run")
	if err := os.WriteFile(o.Data, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	o.Hidden, o.Batch, o.Window, o.Budget.Steps, o.ValidateEvery, o.length = 32, 8, 10, 150, 50, 40
	o.LR, o.temperature, o.Samples = 0.02, 0, 1
	o.Warn = func(string) {} // that the text is short
	return o
}

func TestLearnsARefrain(t *testing.T) {
	refrain := "one two three four. "
	for _, vocab := range []string{"char", "word"} {
		o := tiny(t, strings.Repeat(refrain, 600))
		o.Vocab = vocab
		var out strings.Builder
		if err := run(context.Background(), o, &out); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(out.String(), "validation 0."); n == 0 {
			t.Errorf("%s: nothing was learned:\n%s", vocab, &out)
		}
		for _, update := range []string{"untrained:", "update 50:", "update 100:", "update 150:", "Done after 150 steps"} {
			if strings.Count(out.String(), update) != 1 {
				t.Errorf("%s: expected one %q:\n%s", vocab, update, &out)
			}
		}

		load := defaults()
		load.load, load.prompt, load.Data = filepath.Join(o.Dir, "model.safetensors"), "one two", "not needed"
		load.length, load.temperature = 40, 0
		out.Reset()
		if err := run(context.Background(), load, &out); err != nil {
			t.Fatal(err)
		}
		if want := "one two| three four. one two three four. "; !strings.HasPrefix(out.String(), want) {
			t.Errorf("%s: expected %q, got %q", vocab, want, &out)
		}
	}
}

func TestGoesOn(t *testing.T) {
	o := tiny(t, strings.Repeat("ab", 500))
	o.Budget.Steps = 20
	var out strings.Builder
	if err := run(context.Background(), o, &out); err != nil {
		t.Fatal(err)
	}
	again := tiny(t, strings.Repeat("ab", 500))
	again.Data, again.Dir, again.Resume, again.Budget.Steps = o.Data, o.Dir, true, 30
	out.Reset()
	if err := run(context.Background(), again, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "Done after 30 steps") {
		t.Errorf("it did not go on: %s", &out)
	}
}

func TestInterruptKeepsTheModel(t *testing.T) {
	o := tiny(t, strings.Repeat("to be or not to be. ", 60))
	o.Budget.Steps, o.ValidateEvery = 1e9, 1e9
	var out strings.Builder
	if err := run(maintest.EndAfter(20), o, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "Interrupted, and saved") {
		t.Errorf("expected word of the interrupt, got %q", &out)
	}
	if _, err := models.LoadAs[*models.TextGenerator](filepath.Join(o.Dir, "model.safetensors")); err != nil {
		t.Error(err)
	}
}
