package main

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Nobody is advised to write a value that is refused next.
func TestNegativeNumbers(t *testing.T) {
	for call1, want := range map[string]string{
		"train text --data x --lr -1":           "--lr must not be negative, got -1;",
		"train text --data x --lr -.5":          "--lr must not be negative, got -.5;",
		"train text --data x --time -3s":        "--time must not be negative, got -3s;",
		"train mlp --data x --hidden -3":        "--hidden must not be negative, got -3;",
		"generate image -m x -o y -n -3":        "-n must not be negative, got -3;",
		"generate text -m x -n --seed 1":        "-n: a value is missing before --seed;",
		"train mlp --data x --target -y -o run": `--target: if "-y" is its value, write --target='-y';`,
	} {
		r := call(t, strings.Fields(call1)...)
		assert.Equal(t, statusUsage, r.status, call1)
		assert.Contains(t, r.err, want)
		assert.NotContains(t, r.err, "perhaps")
	}
	assert.Equal(t, errors.ErrUnsupported, mistyped(errors.ErrUnsupported))
}

func TestOneLine(t *testing.T) {
	assert.Equal(t, "no pictures that can be read: a: broken; b: empty", oneLine("no pictures that can be read:\n  a: broken\n\n  b: empty\n"))
}

func TestMessagesNameWhatTheCommandHas(t *testing.T) {
	dir := facesFolder(t, 2)
	text := written(t, "short.txt", strings.Repeat("abcdefgh\n", 34))
	for _, c := range []struct{ args, want string }{
		{"train image --model foo --data " + dir, "--model must be one of "},
		{"train image --batch 3 --data " + dir, "--batch must be at most 2, "},
		{"train text --window 3000 --data " + text, "--window must be below 276, "},
	} {
		r := call(t, append(strings.Fields(c.args), "-o", filepath.Join(t.TempDir(), "run"))...)
		assert.Equal(t, statusUsage, r.status, c.args)
		assert.Contains(t, r.err, c.want)
	}
}

// advised is a flag with its value in an error.
var advised = regexp.MustCompile(`--[a-z]+(?:[ =](?:\$?'(?:[^'\\]|\\.|'\\'')*'|[^\s;]+))?`)

// Whatever is in a cell or in the name of a column, what is advised for it works when
// it is pasted.
func TestAdviceWorksInAShell(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip(err)
	}
	name := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
	for _, odd := range []string{"x,y", "a, 'b'", "-", "-x", "a\tb", "a\x1bb'c", `a\b`, `"$HOME"`, "a;b", "größe"} {
		column, cell := odd, odd
		if cell == "-" { // is one of the words for "not known" already
			cell = "--"
		}
		data := written(t, "t.csv", rowsOf(name(column)+",target", 60, func(i int) string {
			if i == 30 {
				return name(cell) + ",1"
			}
			return fmt.Sprintf("%d,%d", i%5, i)
		}))
		args := []string{"train", "mlp", "--data", data, "--target=target", "--dry-run", "--hidden=4", "--quiet"}
		r := call(t, args...)
		require.Equal(t, statusError, r.status, "%q: %s", odd, r.err)
		_, advice, found := strings.Cut(r.err, "; use ")
		require.True(t, found, r.err)
		ways := advised.FindAllString(advice, -1)
		require.Len(t, ways, 2, r.err)
		for _, way := range ways {
			words, err := exec.Command(bash, "-c", `printf '%s\0' `+way).Output()
			require.NoError(t, err, way)
			ok(t, call(t, append(args, strings.Split(strings.TrimSuffix(string(words), "\x00"), "\x00")...)...))
		}
	}
	assert.Equal(t, "--missing", listed("missing", `a\,b`), "cannot be said")
}

// Data of another kind than the model's are named as such.
func TestDataThatDoNotGoWithTheModel(t *testing.T) {
	run := line(t)
	folder := facesFolder(t, 1)
	for _, command := range []string{"eval", "predict"} {
		r := call(t, command, "-m", run, "--data", folder)
		assert.Equal(t, statusError, r.status)
		assert.Contains(t, r.err, folder+" is a folder, and the model is of tables: name a CSV file with --data\n", command)
	}

	text := filepath.Join(t.TempDir(), "text")
	require.Zero(t, call(t, append([]string{"train", "text", "--data", textFile(t, 2000), "-o", text, "--steps=1", "-q"}, smallText...)...).status)
	r := call(t, "eval", "-m", text, "--data", written(t, "one.txt", "a"))
	assert.Equal(t, statusError, r.status)
	assert.Contains(t, r.err, "one.txt: the text has 1 character, at least 2 are needed\n")
}
