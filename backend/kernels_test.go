package backend_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every optional kernel is asserted at compile time where it is implemented and
// passed on, and asked for by the conformance suite.
func TestOptionalKernelsAreListed(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "optional.go", nil, 0)
	require.NoError(t, err)
	var kernels []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.TypeSpec); ok {
			if _, ok := spec.Type.(*ast.InterfaceType); ok {
				kernels = append(kernels, spec.Name.Name)
			}
		}
		return true
	})
	require.NotEmpty(t, kernels)
	for _, dir := range []string{"cpu", "profile", "backendtest"} {
		source := sourceOf(t, dir)
		for _, name := range kernels {
			use := "backend." + name
			if dir != "backendtest" {
				use = "_ " + use
			}
			assert.Contains(t, source, use, "backend/%s does not name %s", dir, name)
		}
	}
}

// sourceOf is the code of a package outside its tests, with single spaces.
func sourceOf(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	var b strings.Builder
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		text, err := os.ReadFile(f)
		require.NoError(t, err)
		b.WriteString(strings.Join(strings.Fields(string(text)), " "))
	}
	return b.String()
}
