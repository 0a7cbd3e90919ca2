package guide

import (
	"path"
	"regexp"
	"strings"
)

// packages are what a block that is no whole program may use without saying so.
var packages = []string{
	"context", "fmt", "log", "os",
	"github.com/org/artnn/backend",
	"github.com/org/artnn/backend/profile",
	"github.com/org/artnn/data",
	"github.com/org/artnn/data/samples",
	"github.com/org/artnn/data/table",
	"github.com/org/artnn/layers",
	"github.com/org/artnn/loss",
	"github.com/org/artnn/models",
	"github.com/org/artnn/optim",
	"github.com/org/artnn/tensor",
	"github.com/org/artnn/train",
	"github.com/org/artnn/train/tensorboard",
}

// Whole reports whether a block of Go is a whole file.
func Whole(code string) bool { return strings.HasPrefix(code, "package ") }

// Program makes a whole program of a block of Go. One that is a whole file stays
// as it is; any other is taken as the inside of main, with the imports it uses
// and a context named ctx.
func Program(code string) string {
	if Whole(code) {
		return code
	}
	if regexp.MustCompile(`\bctx\b`).MatchString(code) {
		code = "ctx := context.Background()\n" + code
	}
	var imports strings.Builder
	for _, p := range packages {
		if regexp.MustCompile(`(^|[^.\w])` + path.Base(p) + `\.[A-Z]`).MatchString(code) {
			imports.WriteString("\t\"" + p + "\"\n")
		}
	}
	return "package main\n\nimport (\n" + imports.String() + ")\n\nfunc main() {\n" + code + "}\n"
}

// Module is the go.mod of a module that uses the checkout at root.
func Module(name, root string) string {
	return "module " + name + "\n\ngo 1.26.0\n\nrequire github.com/org/artnn v0.0.0\n\nreplace github.com/org/artnn => " + root + "\n"
}

// Match reports whether an output is as shown. In what is shown, "…" stands for
// any text within a line, and a line that is "…" alone for any number of lines.
func Match(shown, got string) bool {
	quoted := regexp.QuoteMeta(shown)
	quoted = regexp.MustCompile(`(?m)^…\n`).ReplaceAllString(quoted, `(?:.*\n)*?`)
	quoted = strings.ReplaceAll(quoted, "…", `.*?`)
	return regexp.MustCompile(`\A` + quoted + `\z`).MatchString(got)
}
