package guide

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// packages are what a block that is no whole file may use without saying so.
var packages = []string{
	"context", "fmt", "log", "os", "slices", "strings",
	"github.com/org/artnn/backend",
	"github.com/org/artnn/backend/profile",
	"github.com/org/artnn/data",
	"github.com/org/artnn/data/samples",
	"github.com/org/artnn/data/table",
	"github.com/org/artnn/generate",
	"github.com/org/artnn/generate/form",
	"github.com/org/artnn/layers",
	"github.com/org/artnn/loss",
	"github.com/org/artnn/measure",
	"github.com/org/artnn/models",
	"github.com/org/artnn/models/keras",
	"github.com/org/artnn/models/latent",
	"github.com/org/artnn/models/pretrained",
	"github.com/org/artnn/optim",
	"github.com/org/artnn/recipe",
	"github.com/org/artnn/tabular",
	"github.com/org/artnn/tensor",
	"github.com/org/artnn/tokenizer",
	"github.com/org/artnn/train",
	"github.com/org/artnn/train/tensorboard",
	"github.com/org/artnn/train/update",
}

var (
	named   = regexp.MustCompile(`^// (\S+\.go)\n`)
	excerpt = regexp.MustCompile(`^// from (\S+\.go)\n`)
	usesIt  = regexp.MustCompile(`\bctx\b`)
)

// File is the Go file that a block stands for, and its path in a module.
//
// A block whose first line is a comment with a path is the file of that path; one
// that begins with its package is the main.go of dir. Any other is the inside of
// the main function there, with the imports it uses and a context named ctx.
func (b Block) File(dir string) (name, code string) {
	if m := named.FindStringSubmatch(b.Text); m != nil {
		return m[1], b.Text
	}
	name = path.Join(dir, "main.go")
	if strings.HasPrefix(b.Text, "package ") {
		return name, b.Text
	}
	var imports, first string
	if usesIt.MatchString(b.Text) {
		imports, first = "\t\"context\"\n", "ctx := context.Background()\n"
	}
	for _, p := range packages {
		if regexp.MustCompile(`(^|[^.\w])` + path.Base(p) + `\.[A-Z]`).MatchString(b.Text) {
			imports += "\t\"" + p + "\"\n"
		}
	}
	return name, fmt.Sprintf("package main\n\nimport (\n%s)\n\nfunc main() {\n%s%s}\n", imports, first, b.Text)
}

// Excerpt is the file of this repository that a block shows a part of, and the
// part: its first line is "// from FILE".
func (b Block) Excerpt() (file, part string, ok bool) {
	m := excerpt.FindStringSubmatch(b.Text)
	if m == nil {
		return "", "", false
	}
	return m[1], b.Text[len(m[0]):], true
}

// Module is the go.mod of a module that uses the checkout at root, package recipe
// included.
func Module(name, root string) string {
	return fmt.Sprintf(`module %[1]s

go 1.26.0

require github.com/org/artnn v0.0.0

replace github.com/org/artnn => %[2]s

replace github.com/org/artnn/recipe => %[2]s/recipe
`, name, root)
}

// Match reports whether an output is as shown. In what is shown, "…" stands for
// any text within a line, and a line that is "…" alone for any number of lines.
func Match(shown, got string) bool {
	quoted := regexp.QuoteMeta(shown)
	quoted = regexp.MustCompile(`(?m)^…\n`).ReplaceAllString(quoted, `(?:.*\n)*?`)
	quoted = strings.ReplaceAll(quoted, "…", `.*?`)
	return regexp.MustCompile(`\A` + quoted + `\z`).MatchString(got)
}
