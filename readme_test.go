//go:build !wasm

package artnn_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/internal/guide"
)

// The code in the READMEs compiles against the module as it is, and both
// languages show the same code, commands and output. (The program's tests run the commands.)
func TestReadmeCode(t *testing.T) {
	for _, lang := range []string{"go", "sh", "text"} {
		assert.Equal(t, blocksOf(t, "README.md", lang), blocksOf(t, "README.zh.md", lang))
	}
	assert.ElementsMatch(t, spans(t, "README.md"), spans(t, "README.zh.md"), "names and commands within the text")
	english := blocksOf(t, "README.md", "go")
	require.NotEmpty(t, english)

	root, err := os.Getwd()
	require.NoError(t, err)
	dir := t.TempDir()
	sums, err := os.ReadFile("go.sum")
	require.NoError(t, err)
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	}
	write("go.sum", string(sums))
	write("go.mod", guide.Module("readme", root))
	for i, text := range english {
		write(guide.Block{Text: text}.File(fmt.Sprintf("block%d", i)))
	}
	build := exec.Command("go", "vet", "./...")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// blocksOf are the blocks of a language on a page whose blocks are all tested.
func blocksOf(t *testing.T, name, lang string) (out []string) {
	for _, b := range parse(t, name).Blocks {
		require.Contains(t, []string{"go", "sh", "text"}, b.Lang, "%s:%d: blocks of other languages are not tested", name, b.Line)
		if b.Lang == lang {
			out = append(out, b.Text)
		}
	}
	return out
}

var span = regexp.MustCompile("`[^`\n]+`")

// spans are the pieces of code in the sentences of a page.
func spans(t *testing.T, name string) (out []string) {
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	fenced := false
	for _, line := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		} else if !fenced {
			out = append(out, span.FindAllString(line, -1)...)
		}
	}
	return out
}

func parse(t *testing.T, name string) guide.Page {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	page, err := guide.Parse(string(text))
	require.NoError(t, err, name)
	return page
}
