package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// flagText is a flag in a text: --name or -n, not part of a word.
var flagText = regexp.MustCompile("(?:^|[\\s(\"'`=])(--[a-z][a-z0-9-]*|-[a-zA-Z])(?:$|[^\\w-])")

// flagsIn are the flags that a text names.
func flagsIn(text string) (flags []string) {
	for at := 0; ; {
		m := flagText.FindStringSubmatchIndex(text[at:])
		if m == nil {
			return flags
		}
		flags = append(flags, text[at+m[2]:at+m[3]])
		at += m[3]
	}
}

// flagsOf are the flags of every command, as they are written.
func flagsOf(t *testing.T) map[string][]string {
	all := map[string][]string{}
	for name, n := range everyCommand(t) {
		for _, group := range n.AllFlags(false) {
			for _, f := range group {
				all[name] = append(all[name], spellings(f)...)
			}
		}
	}
	return all
}

func spellings(f *kong.Flag) []string {
	list := []string{"--" + f.Name}
	if f.Short != 0 {
		list = append(list, "-"+string(f.Short))
	}
	if f.Tag.Negatable != "" {
		list = append(list, "--no-"+f.Name)
	}
	return list
}

// texts are the string literals of a Go file, struct tags among them.
func texts(t *testing.T, path string) (list []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	require.NoError(t, err)
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			text, err := strconv.Unquote(lit.Value)
			require.NoError(t, err)
			list = append(list, text)
		}
		return true
	})
	return list
}

// goFiles are those below a folder, without tests and without the folders named.
func goFiles(t *testing.T, root string, without ...string) (paths []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		name := d.Name()
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (slices.Contains(without, name) || name == "testdata" || strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".")):
			return fs.SkipDir
		case strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go"):
			paths = append(paths, path)
		}
		return nil
	}))
	return paths
}

func TestFlagsIn(t *testing.T) {
	assert.Equal(t, []string{"--data", "-n", "--lr", "-o", "--no-gray", "--kind"},
		flagsIn(`name it with --data; "-n must be 1" (--lr 3e-4), -o, a-b --- -1 x--y --no-gray=true --kind=a`))
	known := map[string][]string{"train image": {}, "info": {}}
	assert.Equal(t, []mention{{"", "see "}, {"train image", " -o x; "}, {"info", ", artnn"}},
		callsIn("see artnn train image -o x; artnn info run, artnn", known))
}

// Libraries know no command line: who imports them has other flags, or none.
func TestLibrariesNameNoFlags(t *testing.T) {
	files := goFiles(t, filepath.Join("..", ".."), "cmd", "examples", "bench")
	require.Greater(t, len(files), 100)
	for _, path := range files {
		for _, text := range texts(t, path) {
			for _, other := range []string{"iconv ", "opencc "} { // programs with flags of their own
				text, _, _ = strings.Cut(text, other)
			}
			assert.Empty(t, flagsIn(text), "%s: %q", path, text)
		}
	}
}

// called is the command after "artnn " in a text.
var called = regexp.MustCompile(`\bartnn ((?:[a-z]+ )?[a-z]+)`)

// callsIn cuts a text where it calls a command, the first part before any call.
func callsIn(text string, known map[string][]string) (parts []mention) {
	parts = append(parts, mention{})
	for at := 0; at < len(text); {
		m := called.FindStringSubmatchIndex(text[at:])
		if m == nil {
			parts[len(parts)-1].text += text[at:]
			break
		}
		parts[len(parts)-1].text += text[at : at+m[0]]
		name := text[at+m[2] : at+m[3]]
		if known[name] == nil {
			name, _, _ = strings.Cut(name, " ")
		}
		if known[name] != nil {
			parts = append(parts, mention{command: name})
		}
		at += m[3]
	}
	return parts
}

// mention is a part of a text, and the command that it calls.
type mention struct{ command, text string }

// commandsOf are the commands that a file of the program is of: that of its name,
// or all that share it.
func commandsOf(file string, known map[string][]string) (names []string) {
	base := strings.TrimSuffix(filepath.Base(file), ".go")
	own := strings.ReplaceAll(base, "_", " ")
	first, _, _ := strings.Cut(own, " ")
	switch {
	case known[own] != nil:
		return []string{own}
	case known[first] != nil:
		return []string{first}
	}
	for name := range known {
		if strings.HasPrefix(name, first+" ") || first == "settings" && strings.HasPrefix(name, "train ") {
			names = append(names, name)
		}
	}
	return names
}

// Flags of some of the commands that share a file, and why no other is advised to
// use them.
var ofSome = []string{
	"--lr", // of what --find-lr found
	"--overfit-batch", "--find-lr",
}

// A message, a help text or an example of the program names only flags that the
// command has which says it.
func TestAdvisedFlagsAreThere(t *testing.T) {
	known := flagsOf(t)
	var everywhere []string
	for _, flags := range known {
		everywhere = append(everywhere, flags...)
	}
	count := 0
	for _, path := range goFiles(t, ".", "complete") {
		commands := commandsOf(path, known)
		if strings.Contains(path, "settings") {
			commands = commandsOf("settings.go", known)
		}
		for _, text := range texts(t, path) {
			for _, part := range callsIn(text, known) {
				for _, flag := range flagsIn(part.text) {
					count++
					switch of := commands; {
					case part.command != "":
						assert.Contains(t, known[part.command], flag, "%s: %q", path, text)
					case len(of) == 0 || slices.Contains(ofSome, flag):
						assert.Contains(t, everywhere, flag, "%s: %q", path, text)
					default:
						for _, name := range of {
							assert.Contains(t, known[name], flag, "%s: %q, which %s may say", path, text, name)
						}
					}
				}
			}
		}
	}
	require.Greater(t, count, 60, "flags are found")
}

// code is what stands between backquotes in a line of Markdown.
var code = regexp.MustCompile("`[^`\n]+`")

// The pages for users name only flags that there are: after a command its own,
// elsewhere those of a command that the page speaks of.
func TestDocumentedFlagsAreThere(t *testing.T) {
	known := flagsOf(t)
	pages, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	count := 0
	for _, path := range append(pages, "../../README.md", "../../README.zh.md", "../../CONTRIBUTING.md", "../../CHANGELOG.md", "../../SECURITY.md") {
		page, err := os.ReadFile(path)
		require.NoError(t, err)
		var spoken []string
		for _, part := range callsIn(string(page), known) {
			spoken = append(spoken, known[part.command]...)
		}
		for _, line := range strings.Split(string(page), "\n") {
			if strings.Contains(line, "go run ./bench") || !strings.Contains(line, "artnn") && !strings.Contains(line, "`-") {
				continue // other programs
			}
			parts := []string{line}
			if strings.Contains(line, "`") {
				parts = code.FindAllString(line, -1)
			}
			for _, text := range parts {
				for _, part := range callsIn(text, known) {
					for _, flag := range flagsIn(part.text) {
						if strings.HasPrefix(flag, "--") || part.command != "" {
							count++
						}
						switch {
						case part.command != "":
							assert.Contains(t, known[part.command], flag, "%s: %s", path, line)
						case strings.HasPrefix(flag, "--") && flag != "--help":
							assert.Contains(t, spoken, flag, "%s: %s", path, line)
						}
					}
				}
			}
		}
	}
	require.Greater(t, count, 30, "flags are found")
}

// Every help text fits a terminal of 80 columns, and says something of each flag
// and argument.
func TestHelpFitsTheTerminal(t *testing.T) {
	commands := everyCommand(t)
	names := []string{"", "train", "generate"}
	for name, n := range commands {
		names = append(names, name)
		assert.NotEmpty(t, n.Help, name)
		for _, f := range n.Flags {
			assert.NotEmpty(t, f.Help, "%s --%s", name, f.Name)
			if f.Enum != "" {
				assert.Contains(t, f.Help, f.Enum, "%s --%s names its values", name, f.Name)
			}
			if f.HasDefault && !f.IsBool() && f.Enum == "" {
				assert.Contains(t, f.Help, "(default: ", "%s --%s", name, f.Name)
			}
		}
		for _, a := range n.Positional {
			assert.NotEmpty(t, a.Help, "%s %s", name, a.Name)
		}
	}
	for _, name := range names {
		r := ok(t, call(t, append(strings.Fields(name), "--help")...))
		for _, line := range strings.Split(r.out, "\n") {
			assert.LessOrEqual(t, len([]rune(line)), helpColumns, "artnn %s --help: %s", name, line)
		}
	}
}
