//go:build !wasm

package artnn_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// plurals are texts that give a number of things: "%d steps" would read "1 steps".
// What follows a number and ends in s but is no noun is not meant.
var (
	plurals  = regexp.MustCompile(`%[ds] ([a-z]+s)\b`)
	notNouns = regexp.MustCompile(`^(is|has|does|was|makes|needs|lacks|reads|reaches|divides|ends|holds|gives|kernels)$`)
)

// alwaysMany are the files in which the number before the word is never 1.
var alwaysMany = map[string][]string{
	"backend/view.go":                     {"axes"},              // over the limit
	"cmd/artnn/internal/settings/read.go": {"bytes"},             // over the limit
	"cmd/artnn/sheet.go":                  {"pixels"},            // over the limit
	"data/loader.go":                      {"elements"},          // over the limit
	"data/tokens.go":                      {"tokens"},            // more than the steps of a window; of a size
	"data/images.go":                      {"pictures"},          // of a size: %d×%d×%d pictures
	"examples/vae/main.go":                {"pictures"},          // at least two
	"format/safetensors/read.go":          {"bytes"},             // a limit
	"internal/imagefile/imagefile.go":     {"pixels"},            // a limit
	"internal/imagefile/jpeg.go":          {"scans", "bytes"},    // over the limit
	"internal/imagefile/tiff.go":          {"pixels"},            // over the limit
	"models/check.go":                     {"parameters"},        // a limit
	"models/densegan.go":                  {"numbers"},           // a limit
	"recipe/classes.go":                   {"classes", "pixels"}, // at least two; of a size
	"recipe/classifier.go":                {"pixels"},            // of a size
	"recipe/classpredictions.go":          {"channels"},          // more than three
	"recipe/demo/faces.go":                {"random"},
	"recipe/demo/poems.go":                {"poems", "characters"}, // constants
	"recipe/images.go":                    {"pixels"},              // over the limit; of a size
	"recipe/pictures.go":                  {"pictures"},            // one is an error of its own
	"recipe/sheets.go":                    {"pixels"},              // a limit
	"recipe/table.go":                     {"rows"},                // one has a text of its own
	"recipe/tablescores.go":               {"rows"},                // more than are shown
	"tensor/matmul.go":                    {"axes"},                // a limit
	"tensor/tensor.go":                    {"axes"},                // a limit
	"tensor/view.go":                      {"axes"},                // a limit
	"train/checkpoint/limits.go":          {"bytes"},               // a limit
}

// notRead are folders whose texts only developers of this module see, and those of
// packages with counts of their own.
var notRead = []string{"testdata", "golden", "backendtest", "tokenizertest", "bench", "table", "tabular"}

// A number of things is written by words.Count, which knows the singular.
func TestPlurals(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(name, "_") || slices.Contains(notRead, name)):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, _ := strconv.Unquote(lit.Value)
			for _, m := range plurals.FindAllStringSubmatch(text, -1) {
				if !notNouns.MatchString(m[1]) && !slices.Contains(alwaysMany[filepath.ToSlash(path)], m[1]) {
					t.Errorf("%s: %q: use words.Count, or say in alwaysMany why it need not", path, m[0])
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
