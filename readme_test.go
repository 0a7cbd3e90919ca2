//go:build !wasm

package artnn_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/internal/guide"
)

// The code in the READMEs compiles against the module as it is, and both
// languages show the same.
func TestReadmeCode(t *testing.T) {
	english, chinese := codeOf(t, "README.md"), codeOf(t, "README.zh.md")
	require.NotEmpty(t, english)
	assert.Equal(t, english, chinese)

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

// codeOf is the code of a page whose blocks are all Go.
func codeOf(t *testing.T, name string) (out []string) {
	for _, b := range parse(t, name).Blocks {
		require.Equal(t, "go", b.Lang, "%s:%d: only blocks of Go are tested here", name, b.Line)
		out = append(out, b.Text)
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
