//go:build !wasm

package artnn_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pages are all Markdown files of the repository.
func pages(t *testing.T) (names []string) {
	require.NoError(t, filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && strings.HasPrefix(d.Name(), "."), d.IsDir() && d.Name() == "testdata":
			return fs.SkipDir
		case path.Ext(name) == ".md":
			names = append(names, filepath.ToSlash(name))
		}
		return nil
	}))
	return names
}

// Links within the repository lead to files and headings that are there. Those to
// other places are not followed.
func TestLinks(t *testing.T) {
	names := pages(t)
	require.Contains(t, names, "README.zh.md")
	require.Contains(t, names, "docs/README.md")
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			for _, l := range parse(t, name).Links {
				if strings.Contains(l.Target, "://") {
					continue
				}
				file, anchor, _ := strings.Cut(l.Target, "#")
				if file == "" {
					file = name
				} else {
					file = path.Join(path.Dir(name), file)
				}
				if !assert.True(t, filepath.IsLocal(file), "%s:%d: %s leads out of the repository", name, l.Line, l.Target) {
					continue
				}
				_, err := os.Stat(file)
				assert.NoError(t, err, "%s:%d", name, l.Line)
				if err == nil && anchor != "" {
					assert.True(t, parse(t, file).Anchors[anchor], "%s:%d: %s has no heading #%s", name, l.Line, file, anchor)
				}
			}
		})
	}
}

// Every page of the guide is in its index.
func TestIndexOfTheGuide(t *testing.T) {
	listed := map[string]bool{"docs/README.md": true}
	for _, l := range parse(t, "docs/README.md").Links {
		listed["docs/"+l.Target] = true
	}
	for _, name := range pages(t) {
		if strings.HasPrefix(name, "docs/") {
			assert.True(t, listed[name], "%s is not in docs/README.md", name)
		}
	}
}

var sourceFile = regexp.MustCompile("`([\\w.-]+/[\\w./-]+\\.(?:go|s|py|sh|md))`")

// Files that the pages for contributors name are there.
func TestNamedFiles(t *testing.T) {
	for _, name := range []string{"CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md"} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		require.Empty(t, parse(t, name).Blocks, "%s: fenced blocks would not be tested", name)
		for _, m := range sourceFile.FindAllStringSubmatch(string(text), -1) {
			assert.FileExists(t, m[1], name)
		}
	}
}

// Functions as pages name them: `(*Type).Method`, `Type.Method`, `package.Function`.
var (
	namedMethod   = regexp.MustCompile("`(?:\\(\\*(\\w+)\\)|([A-Z]\\w+))\\.(\\w+)`")
	namedFunction = regexp.MustCompile("`([a-z]\\w+)\\.([A-Z]\\w+)`")
)

// Functions that docs/architecture.md names are in the files that it names, or in
// the package.
func TestNamedFunctions(t *testing.T) {
	const name = "docs/architecture.md"
	page, err := os.ReadFile(name)
	require.NoError(t, err)
	code := ""
	for _, m := range sourceFile.FindAllStringSubmatch(string(page), -1) {
		text, err := os.ReadFile(m[1])
		require.NoError(t, err)
		code += string(text)
	}
	methods := namedMethod.FindAllStringSubmatch(string(page), -1)
	require.Greater(t, len(methods), 15)
	for _, m := range methods {
		declared := regexp.MustCompile(`(?m)^func \(\w+ \*?` + m[1] + m[2] + `\) ` + m[3] + `\(`)
		assert.True(t, declared.MatchString(code), "%s", m[0])
	}
	for _, m := range namedFunction.FindAllStringSubmatch(string(page), -1) {
		all := ""
		for _, above := range []string{"", "*/", "*/*/"} {
			files, err := filepath.Glob(above + m[1] + "/*.go")
			require.NoError(t, err)
			for _, file := range files {
				text, err := os.ReadFile(file)
				require.NoError(t, err)
				all += string(text)
			}
		}
		declared := regexp.MustCompile(`(?m)^(func|type) ` + m[2] + `\b`)
		assert.True(t, declared.MatchString(all), "%s", m[0])
	}
}
