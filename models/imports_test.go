//go:build !wasm

package models

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dependencies lists what a package imports, directly or not, outside the
// standard library.
func dependencies(t *testing.T, dir string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", dir).Output()
	require.NoError(t, err)
	return strings.Fields(string(out))
}

// A program that imports the models gets this module, the standard library,
// and two small packages that know processors and systems. Nothing else may
// come in.
func TestImportsAreLight(t *testing.T) {
	list := dependencies(t, ".")
	require.Contains(t, list, "github.com/org/artnn/tensor")
	for _, path := range list {
		light := false
		for _, module := range []string{"github.com/org/artnn", "github.com/klauspost/cpuid/v2", "golang.org/x/sys"} {
			light = light || path == module || strings.HasPrefix(path, module+"/")
		}
		assert.True(t, light, "%s is imported", path)
		for _, heavy := range []string{"data", "tabular", "recipe"} {
			own := "github.com/org/artnn/" + heavy
			assert.False(t, path == own || strings.HasPrefix(path, own+"/"), "%s is imported", path)
		}
	}
}

// What is not of one family serves all. A family exports at most its type, its
// configuration and its constructor; the rest are methods.
func TestExportsAreFew(t *testing.T) {
	generic := strings.Fields(`Model Trainable Kind Kinds Register Env Clone Quantize
		Load LoadAs LoadFS LoadOption On KeepHalf Summarize
		Save SaveOption WithTraining WithFacts ForInference Float16 BFloat16`)
	names := 0
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			name := ""
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv == nil {
					name = n.Name.Name
				}
			case *ast.TypeSpec:
				name = n.Name.Name
			case *ast.ValueSpec:
				for _, v := range n.Names {
					assert.False(t, v.IsExported() && !strings.HasPrefix(v.Name, "Err"), "%s: %s", file, v.Name)
				}
			case *ast.BlockStmt:
				return false
			}
			switch {
			case !ast.IsExported(name) || slices.Contains(generic, name):
			default:
				names++
			}
			return true
		})
	}
	families := 0
	for _, kind := range Kinds() {
		if !strings.HasPrefix(kind, "test ") {
			families++
		}
	}
	assert.LessOrEqual(t, names, 3*families, "%d families", families)
}

// Texts can be generated with models that have nothing to do with ours, and
// tokens made without any.
func TestTextImportsNoModels(t *testing.T) {
	for dir, may := range map[string][]string{
		"../tokenizer":            {"tokenizer", "format/tokenizerjson", "internal/strictjson", "internal/words"},
		"../generate":             {"generate", "tokenizer", "format/tokenizerjson", "internal/strictjson", "internal/philox", "internal/half", "internal/words", "backend", "asm"},
		"../generate/form":        {"generate/form", "generate", "tokenizer", "format/tokenizerjson", "internal/strictjson", "internal/philox", "internal/half", "internal/words", "backend", "asm"},
		"../generate/writing":     {"generate/writing", "generate", "tokenizer", "format/tokenizerjson", "internal/strictjson", "internal/philox", "internal/half", "internal/words", "backend", "asm"},
		"../format/tokenizerjson": {"format/tokenizerjson", "internal/strictjson"},
		"../format/safetensors":   {"format/safetensors", "internal/half", "internal/regular", "internal/words"},
	} {
		for _, path := range dependencies(t, dir) {
			if name, ours := strings.CutPrefix(path, "github.com/org/artnn/"); ours {
				assert.Contains(t, may, name, "%s imports it", dir)
			}
		}
	}
}
