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
func tiny(t *testing.T, text string) options {
	o := defaults
	dir := t.TempDir()
	o.data, o.save = filepath.Join(dir, "in.txt"), filepath.Join(dir, "model")
	if err := os.WriteFile(o.data, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	o.embed, o.hidden, o.batch, o.steps, o.updates, o.every, o.length = 16, 32, 8, 10, 150, 50, 40
	o.lr, o.temperature = 0.01, 0
	return o
}

func TestLearnsARefrain(t *testing.T) {
	refrain := "one two three four. "
	for _, vocab := range []string{"char", "word"} {
		o := tiny(t, strings.Repeat(refrain, 60))
		o.vocab = vocab
		var out strings.Builder
		if err := run(context.Background(), o, &out); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(out.String(), "validation 0."); n == 0 {
			t.Errorf("%s: nothing was learned:\n%s", vocab, &out)
		}
		for _, update := range []string{"update 50:", "update 100:", "update 150:"} {
			if strings.Count(out.String(), update) != 1 {
				t.Errorf("%s: expected one %q:\n%s", vocab, update, &out)
			}
		}

		o.load, o.updates, o.prompt, o.data = o.save, 0, "one two", "not needed"
		out.Reset()
		if err := run(context.Background(), o, &out); err != nil {
			t.Fatal(err)
		}
		if want := "one two| three four. one two three four. "; !strings.HasPrefix(out.String(), want) {
			t.Errorf("%s: expected %q, got %q", vocab, want, &out)
		}
	}
}

func TestGoesOnWithASavedModel(t *testing.T) {
	o := tiny(t, strings.Repeat("ab", 500))
	o.updates = 20
	var out strings.Builder
	if err := run(context.Background(), o, &out); err != nil {
		t.Fatal(err)
	}
	first, err := models.LoadAs[*models.TextGenerator](o.save)
	if err != nil {
		t.Fatal(err)
	}
	o.load = o.save
	if err := run(context.Background(), o, &out); err != nil {
		t.Fatal(err)
	}
	second, err := models.LoadAs[*models.TextGenerator](o.save)
	if err != nil {
		t.Fatal(err)
	}
	held, err := first.Tokenizer().Encode(strings.Repeat("ab", 100))
	if err != nil {
		t.Fatal(err)
	}
	before, err := first.Evaluate(held, 4)
	if err != nil {
		t.Fatal(err)
	}
	after, err := second.Evaluate(held, 4)
	if err != nil {
		t.Fatal(err)
	}
	if after >= before {
		t.Errorf("expected more training to lower the loss, got %g after %g", after, before)
	}
}

func TestInterruptKeepsTheModel(t *testing.T) {
	o := tiny(t, strings.Repeat("to be or not to be. ", 60))
	o.updates, o.every = 1e9, 1e9
	var out strings.Builder
	if err := run(maintest.EndAfter(20), o, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "Interrupted after") {
		t.Errorf("expected word of the interrupt, got %q", &out)
	}
	if _, err := models.LoadAs[*models.TextGenerator](o.save); err != nil {
		t.Error(err)
	}
}

func TestSplitKeepsCharactersWhole(t *testing.T) {
	for _, text := range []string{"", "a", "春風又綠江南岸", strings.Repeat("é", 33), strings.Repeat("😀", 7)} {
		training, held := split(text)
		if training+held != text {
			t.Errorf("%q: parts %q and %q", text, training, held)
		}
		if strings.ContainsRune(training, '�') || strings.ContainsRune(held, '�') {
			t.Errorf("%q: cut within a character", text)
		}
	}
}
