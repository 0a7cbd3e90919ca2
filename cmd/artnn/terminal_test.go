package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/format/safetensors"
	"github.com/org/artnn/models"
	"github.com/org/artnn/tokenizer"
	"github.com/org/artnn/train"
)

// hostile is what a file may hold to command a terminal: a window's title, a
// colour, a line overwritten, a bell, a C1 command, an order turned round.
const hostile = "\x1b]0;owned\a\x1b[31m\rx\u009b2J\u202ey"

// hostileModel is a text generator whose vocabulary, kind of file, tensors and
// name are hostile.
func hostileModel(t *testing.T, dir string) string {
	t.Helper()
	chars, err := tokenizer.NewChars(hostile + "\nabc")
	require.NoError(t, err)
	m, err := models.NewTextGenerator(chars, models.TextConfig{Embed: 2, Hidden: 2})
	require.NoError(t, err)
	path := filepath.Join(dir, hostile+".safetensors")
	if os.PathSeparator == '\\' { // which allows no such names
		path = filepath.Join(dir, "hostile.safetensors")
	}
	require.NoError(t, models.Save(path, m))
	return path
}

// onTerminal runs the program on what it takes for a terminal.
func onTerminal(args ...string) result {
	var out, err bytes.Buffer
	con := consoleOn(&out, &err, os.Stdin)
	con.getenv = func(string) string { return "" }
	status := run(context.Background(), args, con)
	return result{status, out.String(), err.String()}
}

// assertHarmless holds that a terminal can be shown a text.
func assertHarmless(t *testing.T, shown string, args ...string) {
	t.Helper()
	i := strings.IndexFunc(shown, func(r rune) bool {
		return r != '\n' && r != '\t' && (unicode.IsControl(r) || r == '\u202e')
	})
	if i >= 0 {
		t.Errorf("artnn %q shows %q", args, shown[max(0, i-20):min(len(shown), i+20)])
	}
}

// What names and texts of files hold does not command the terminal, whatever is
// done with them.
func TestFilesDoNotCommandTheTerminal(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	model := hostileModel(t, dir)
	array := filepath.Join(dir, "foreign.safetensors")
	file, err := os.Create(array)
	require.NoError(t, err)
	require.NoError(t, safetensors.Write(file, []safetensors.Tensor{{Name: hostile, Shape: []int{1}, Values: []float32{1}}}, map[string]string{hostile: hostile}))
	require.NoError(t, file.Close())

	var rows strings.Builder
	for i := range 60 {
		fmt.Fprintf(&rows, "\"%s%d\",%d,%d\n", hostile, i%2, i, 2*i)
	}
	head := fmt.Sprintf("\"kind%s\",\"n%s\",price\n", hostile, hostile)
	require.NoError(t, os.WriteFile("t.csv", []byte(head+rows.String()), 0o666))
	require.NoError(t, os.WriteFile("novel.txt", []byte(strings.Repeat(hostile+" a novel\n", 200)), 0o666))
	table := []string{"train", "mlp", "--data", "t.csv", "--target=price", "--steps=3", "--hidden=4"}
	require.Zero(t, call(t, append(table, "-q", "-o", "run")...).status)
	require.NoError(t, os.Mkdir("pictures", 0o777))
	for i := range 3 {
		require.NoError(t, data.WritePNG(fmt.Sprintf("pictures/%d.png", i), samples.Faces().Image(i)))
	}
	require.NoError(t, os.WriteFile(filepath.Join("pictures", filepath.Base(model)+".png"), []byte("no picture"), 0o666))

	for _, args := range [][]string{
		{"info", model, "--tensors"}, {"info", array}, {"info", "none" + hostile},
		{"generate", "text", "-m", model, "a", "-n", "300"}, {"generate", "text", "-m", model, hostile},
		{"generate", "text", "-m", model, hostile + "Ω"},
		{"generate", "image", "-m", model}, {"generate", "image", "-o", "none" + hostile},
		{"eval", "-m", model, "--data", "none" + hostile}, {"eval", "-m", model, "--data", "novel.txt"},
		{"predict", "-m", "run", "--data", "t.csv"}, {"info", "run"},
		append(table, "--dry-run"), append(table, "-o", "run"), append(table, "--skip=none"+hostile, "-o", "other"),
		{"train", "image", "--data", "pictures", "--dry-run", "--hidden=4", "--batch=2"},
		{"train", "text", "--data", "novel.txt", "--dry-run", "--hidden=4", "--batch=2", "--window=8"},
		{"train", "text", "--data", "novel.txt", "--vocab=word", "--overfit-batch=2", "--hidden=4", "--batch=2", "--window=8"},
		{"train", "text", "--config", "none" + hostile}, {hostile}, {"info", "--" + hostile},
	} {
		r := onTerminal(args...)
		assertHarmless(t, r.out, args...)
		assertHarmless(t, r.err, args...)
		r = call(t, args...)
		assertHarmless(t, r.err, args...)
		if args[0] != "generate" && args[0] != "predict" {
			assertHarmless(t, r.out, args...)
		}
	}

	// Results come as they are where they do not go to a terminal.
	args := []string{"generate", "text", "-m", model, hostile, "-n", "100", "--seed=1"}
	text, shown := call(t, args...).out, onTerminal(args...).out
	assert.True(t, strings.HasPrefix(text, hostile))
	assert.True(t, strings.HasPrefix(shown, `\x1b]0;owned\a\x1b[31m\rx\u009b2J\u202ey`), shown)
	assert.Contains(t, call(t, "predict", "-m", "run", "--data", "t.csv").out, "\x1b]0;owned\a")
}

// A bar leaves out its least important numbers first, and no loss.
func TestBarInFewColumns(t *testing.T) {
	s := speed{unit: "pictures", perStep: 10}
	e := train.Event{Step: 50, Elapsed: 10 * time.Second, Done: 0.5, Metrics: train.Metrics{{Name: "discriminator", Value: 1}, {Name: "generator", Value: 2}}}
	const losses = "  discriminator 1.000  generator 2.000"
	for columns, want := range map[int]string{
		200: "10s left  step 50  50 pictures/s" + losses + "  more", 67: "10s left  step 50" + losses + "  more",
		54: "10s left" + losses + "  more", 10: "10s left" + losses + "  more",
	} {
		assert.Equal(t, want, s.within(e, "  more", columns), columns)
	}
	e.Done = 1
	assert.Equal(t, "discriminator 1.000  generator 2.000", s.within(e, "", 40))
	assert.Equal(t, "step 50  50 pictures/s"+losses, s.summary(e))
}
