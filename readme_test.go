//go:build !wasm

package artnn_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// The code in the READMEs compiles against the module as it is, and both
// languages show the same.
func TestReadmeCode(t *testing.T) {
	english, chinese := blocks(t, "README.md"), blocks(t, "README.zh.md")
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
	write("go.mod", "module readme\n\ngo 1.26.0\n\nrequire github.com/org/artnn v0.0.0\n\nreplace github.com/org/artnn => "+root+"\n")
	for i, code := range english {
		write(filepath.Join("block"+string(rune('a'+i)), "main.go"), program(code))
	}
	build := exec.Command("go", "vet", "-mod=mod", "./...")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

func blocks(t *testing.T, name string) (out []string) {
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	for _, m := range goBlock.FindAllStringSubmatch(string(text), -1) {
		out = append(out, m[1])
	}
	return out
}

// program makes a whole program of a block: the imports it uses, and a context.
func program(code string) string {
	var b strings.Builder
	b.WriteString("package main\n\nimport (\n\t\"context\"\n")
	for _, path := range []string{"fmt", "log", "github.com/org/artnn/data", "github.com/org/artnn/data/samples", "github.com/org/artnn/models"} {
		if strings.Contains(code, path[strings.LastIndex(path, "/")+1:]+".") {
			b.WriteString("\t\"" + path + "\"\n")
		}
	}
	b.WriteString(")\n\nfunc main() {\n\tctx := context.Background()\n\t_ = ctx\n" + code + "}\n")
	return b.String()
}
