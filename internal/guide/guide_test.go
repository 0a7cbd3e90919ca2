package guide

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	text := strings.Join([]string{
		"# A title, with `code`", // 1
		"See [this](a.md#b) and ![that](c.svg), not `[x](y)`.",
		"    [indented](code)",
		"```go",
		"a := 1 // [no](link)",
		"# no heading",
		"```",
		"## 中文 标题",
		"## Twice",
		"## Twice",
		"```sh",
		"```",
		"",
	}, "\n")
	p, err := Parse(text)
	require.NoError(t, err)
	assert.Equal(t, []Block{{"go", "a := 1 // [no](link)\n# no heading\n", 4}, {"sh", "", 11}}, p.Blocks)
	assert.Equal(t, []Link{{"a.md#b", 2}, {"c.svg", 2}}, p.Links)
	assert.Equal(t, map[string]bool{"a-title-with-code": true, "中文-标题": true, "twice": true, "twice-1": true}, p.Anchors)

	_, err = Parse("a\n```go\nb\n")
	assert.EqualError(t, err, "the fence of line 2 is not closed")
}

func TestFile(t *testing.T) {
	for _, c := range []struct{ name, text, file, code string }{
		{"a whole program", "package main\n\nfunc main() {}\n", "p/main.go", "package main\n\nfunc main() {}\n"},
		{"a named file", "// a/b.go\npackage a\n", "a/b.go", "// a/b.go\npackage a\n"},
		{"the inside of main", "fmt.Println(x.data.Y, models.Load)\n", "p/main.go",
			"package main\n\nimport (\n\t\"fmt\"\n\t\"github.com/org/artnn/models\"\n)\n\nfunc main() {\nfmt.Println(x.data.Y, models.Load)\n}\n"},
		{"with a context", "f(ctx)\n", "p/main.go",
			"package main\n\nimport (\n\t\"context\"\n)\n\nfunc main() {\nctx := context.Background()\nf(ctx)\n}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file, code := Block{Lang: "go", Text: c.text}.File("p")
			assert.Equal(t, c.file, file)
			assert.Equal(t, c.code, code)
		})
	}
}

func TestExcerpt(t *testing.T) {
	file, part, ok := Block{Lang: "go", Text: "// from a/b.go\n\tx := 1\n"}.Excerpt()
	assert.True(t, ok)
	assert.Equal(t, "a/b.go", file)
	assert.Equal(t, "\tx := 1\n", part)
	_, _, ok = Block{Lang: "go", Text: "// a/b.go\npackage a\n"}.Excerpt()
	assert.False(t, ok)
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		name, shown, got string
		want             bool
	}{
		{"equal", "a (1)\n", "a (1)\n", true},
		{"other", "a\n", "b\n", false},
		{"more", "a\n", "a\nb\n", false},
		{"less", "a\nb\n", "a\n", false},
		{"in a line", "loss … after …\n", "loss 0.3 after 2 s\n", true},
		{"not across lines", "a … b\n", "a x\ny b\n", false},
		{"lines", "a\n…\nd\n", "a\nb\nc\nd\n", true},
		{"no lines", "a\n…\nd\n", "a\nd\n", true},
		{"lines at the end", "a\n…\n", "a\nb\n", true},
		{"lines, then other", "a\n…\nd\n", "a\nb\ne\n", false},
		{"everything in it is text", "a.b*\n", "axbb\n", false},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, Match(c.shown, c.got)) })
	}
}
