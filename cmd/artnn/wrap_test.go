package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/assert"
)

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", []string{""}},
		{"one two three four five six", []string{"one two three four", "five six"}},
		{"one  two three  four   five", []string{"one  two three  four", "five"}},
		{"short aaaaaaaaaabbbbbbbbbbccccccccccdddd end", []string{"short", "aaaaaaaaaabbbbbbbbbb", "ccccccccccdddd end"}},
		{"一二三四五六七八九十十一", []string{"一二三四五六七八九十", "十一"}},
	} {
		assert.Equal(t, c.want, wrap(c.text, 20), c.text)
	}
	assert.Equal(t, []string{"  one two three four", "  five"}, wrap("  one two three four five", 22))
}

// What commands print fits the terminal, and is not broken for programs.
func TestOutputFitsTheTerminal(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	faces := facesFolder(t, 8)
	novel := textFile(t, 20_000)
	data := written(t, "t.csv", rowsOf("x,class", 60, func(i int) string { return []string{"1,a", "2,b", "3,c"}[i%3] }))
	assert.Zero(t, call(t, append([]string{"train", "image", "--data", faces, "-o", "pictures", "--steps=2", "-q"}, smallImage...)...).status)
	assert.Zero(t, call(t, append([]string{"train", "text", "--data", novel, "-o", "text", "--steps=2", "-q"}, smallText...)...).status)
	ok(t, call(t, "train", "mlp", "--data", data, "--target=class", "-o", "table", "--steps=2", "-q"))
	classes := classesFolder(t, 6)
	ok(t, call(t, "train", "classifier", "--data", classes, "-o", "classes", "--steps=2", "--width=2", "-q"))
	columns := consoleOn(nil, nil, nil).columns()
	for _, args := range [][]string{
		{"eval", "-m", "pictures", "--data", faces}, {"info", "pictures"},
		{"eval", "-m", "classes", "--data", classes}, {"predict", "-m", "classes", "--data", classes}, {"info", "classes"},
		{"eval", "-m", "text", "--data", novel}, {"info", "text"},
		{"eval", "-m", "table", "--data", data}, {"info", "table"},
		append([]string{"train", "image", "--data", faces, "--dry-run"}, smallImage...),
		append([]string{"train", "text", "--data", novel, "--dry-run"}, smallText...),
		{"train", "mlp", "--data", data, "--target=class", "--dry-run"},
		{"train", "classifier", "--data", classes, "--dry-run"},
	} {
		r := onTerminal(args...)
		assert.Zero(t, r.status, r.err)
		shown, plain := r.out, call(t, args...).out
		for _, line := range strings.Split(shown, "\n") {
			if !strings.Contains(line, filepath.ToSlash(dir)) && !strings.HasPrefix(line, "  data ") { // a path is not broken
				assert.LessOrEqual(t, ansi.StringWidth(line), columns, "%q: %s", args, line)
			}
		}
		if args[0] == "info" {
			assert.NotRegexp(t, `(?m)^ {4,}\S`, plain, "%q: nothing is wrapped", args)
		}
	}
}
