//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/internal/guide"
)

// Every block of the guide is run as docs/README.md says: page by page, each in a
// folder of its own, and what is printed is compared with what is shown.
func TestGuide(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs some dozens of programs")
	}
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	bin := t.TempDir()
	r := reader{t: t, dir: ".", bin: bin}
	r.run(nil, "go", "build", "-o", filepath.Join(bin, "artnn"), ".")

	names, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	t.Run("the README", func(t *testing.T) { readme(t, root, bin) })
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			page, err := guide.Parse(string(text))
			require.NoError(t, err)
			r := reader{t: t, name: filepath.Base(name), dir: t.TempDir(), bin: bin}
			r.prepare(root)
			r.follow(page)
		})
	}
}

// readme runs the commands of README.md, which README.zh.md has too, as a test
// beside them holds. They are run with what they speak of and with few steps.
func readme(t *testing.T, root, bin string) {
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	page, err := guide.Parse(string(text))
	require.NoError(t, err)
	r := reader{t: t, name: "the README", dir: t.TempDir(), bin: bin}
	r.prepare(root)
	require.NoError(t, os.Rename(filepath.Join(r.dir, "pictures"), filepath.Join(r.dir, "my-pictures")))
	require.NoError(t, os.Rename(filepath.Join(r.dir, "novel.txt"), filepath.Join(r.dir, "my-novel.txt")))
	require.NoError(t, os.Rename(salesFile(t, 200), filepath.Join(r.dir, "sales.csv")))
	all := ""
	for _, b := range page.Blocks {
		if b.Lang == "sh" {
			all += b.Text
		}
	}
	as := map[string]string{
		"git clone https://github.com/org/artnn && cd artnn": "cd artnn; go list work; cd ..", // the checkout this is
		"go run ./cmd/artnn demo":                            "artnn demo --steps 5",          // as built
		"go test work\n":                                     "",                              // which runs this
		"go install ./cmd/artnn\n":                           "",                              // as docs/README.md does
		"--data my-pictures -o":                              "--data my-pictures --steps 20 -o",
		"--data my-novel.txt -o":                             "--data my-novel.txt --steps 20 -o",
		"--target price -o":                                  "--target price --steps 20 -o",
		"--rhyme examples/":                                  "--rhyme artnn/examples/",
	}
	run := func(script string) string {
		for shown, run := range as {
			script = strings.ReplaceAll(script, shown, run)
		}
		return r.run(nil, "sh", "-euc", script)
	}
	for shown := range as {
		require.Contains(t, all, shown, "what another command is put in the place of")
	}
	run(all)
	for i, b := range page.Blocks {
		if b.Lang == "text" { // what the commands before it print
			require.Equal(t, "sh", page.Blocks[max(0, i-1)].Lang, "README.md:%d", b.Line)
			got := run(page.Blocks[i-1].Text)
			require.True(t, guide.Match(b.Text, got), "README.md:%d, and README.zh.md: expected\n%s\ngot\n%s", b.Line, b.Text, got)
		}
	}
	for name := range everyCommand(t) {
		require.True(t, strings.Contains(all, "artnn "+name) || strings.Contains(string(text), "`"+name+"`"), "the README does not name %q", name)
	}
	for _, file := range []string{"out/images.png", "out/text.txt", "out/report.html", "faces.png", "run2/model.safetensors", "run3/report.html", "sheet.png"} {
		require.FileExists(t, filepath.Join(r.dir, file))
		if strings.HasPrefix(file, "out/") {
			require.Contains(t, string(text), "`"+file+"`")
		}
	}
}

// reader does what a page of the guide says.
type reader struct {
	t    *testing.T
	name string // of the page
	dir  string // where it is done
	bin  string // the folder of the program
	long int    // trainings of a stated time so far
}

// prepare lays out what the guide says lies in the reader's folder.
func (r *reader) prepare(root string) {
	require.NoError(r.t, os.Symlink(root, filepath.Join(r.dir, "artnn")))
	require.NoError(r.t, os.Mkdir(filepath.Join(r.dir, "pictures"), 0o777))
	faces := samples.Faces()
	for i := range 64 {
		require.NoError(r.t, data.WritePNG(filepath.Join(r.dir, "pictures", fmt.Sprintf("%02d.png", i)), faces.Image(i)))
	}
	r.write("novel.txt", samples.MobyDick()[:24_000])
	require.NoError(r.t, os.CopyFS(filepath.Join(r.dir, "package", "models"), os.DirFS(filepath.Join(root, "models", "keras", "testdata", "enlarge"))))
	var sums strings.Builder
	for _, module := range []string{".", "recipe"} {
		text, err := os.ReadFile(filepath.Join(root, module, "go.sum"))
		require.NoError(r.t, err)
		sums.Write(text)
	}
	r.write("go.sum", sums.String())
	if r.name != "README.md" { // which makes the module itself
		r.write("go.mod", guide.Module("guide", root))
	}
}

func (r *reader) write(name, text string) {
	path := filepath.Join(r.dir, name)
	require.NoError(r.t, os.MkdirAll(filepath.Dir(path), 0o777))
	require.NoError(r.t, os.WriteFile(path, []byte(text), 0o666))
}

// follow runs all blocks, from top to bottom.
func (r *reader) follow(page guide.Page) {
	dir := func(i int) string { return fmt.Sprintf("program%d", i) }
	var programs []string
	for i, b := range page.Blocks {
		if b.Lang == "go" && !r.excerpt(b) {
			name, code := r.goFile(b, dir(i))
			r.write(name, code)
			if name == filepath.Join(dir(i), "main.go") {
				programs = append(programs, "./"+dir(i))
			}
		}
	}
	if len(programs) > 0 {
		built := filepath.Join(r.dir, "bin") + "/"
		r.run(alone, "go", append([]string{"build", "-o", built}, programs...)...)
	}

	var out string
	ran := false
	for i, b := range page.Blocks {
		at := fmt.Sprintf("%s:%d", r.name, b.Line)
		switch b.Lang {
		case "go":
			name, _ := b.File(dir(i))
			switch {
			case r.excerpt(b):
				ran = false
			case strings.HasSuffix(name, "_test.go"):
				out, ran = r.run(alone, "go", "test", "-count=1", "./"+filepath.Dir(name)), false
			case filepath.Base(name) == "main.go":
				out, ran = r.run(nil, filepath.Join(r.dir, "bin", dir(i))), true
			default:
				ran = false // a package: built with the programs that use it
			}
		case "sh":
			out, ran = r.run(nil, "sh", "-euc", r.quick(b.Text)), true
		case "text":
			require.True(r.t, ran, "%s: the block before this output prints nothing that could be compared", at)
			require.True(r.t, guide.Match(b.Text, out), "%s: expected\n%s\ngot\n%s", at, b.Text, out)
			ran = false
		default:
			r.t.Errorf("%s: a block of %q is not tested; use go, sh or text", at, b.Lang)
		}
	}
}

// excerpt reports whether a block shows a part of a file of the repository, which
// must have it.
func (r *reader) excerpt(b guide.Block) bool {
	file, part, ok := b.Excerpt()
	if ok {
		whole, err := os.ReadFile(filepath.Join(r.dir, "artnn", file))
		require.NoError(r.t, err, "%s:%d", r.name, b.Line)
		require.Contains(r.t, string(whole), part, "%s:%d: %s has other code", r.name, b.Line, file)
	}
	return ok
}

// goFile is the file of a block, whose code is formatted.
func (r *reader) goFile(b guide.Block, dir string) (name, code string) {
	formatted, err := format.Source([]byte(b.Text))
	require.NoError(r.t, err, "%s:%d", r.name, b.Line)
	require.Equal(r.t, string(formatted), b.Text, "%s:%d: gofmt", r.name, b.Line)
	return b.File(dir)
}

var stated = regexp.MustCompile(`--time \S+`)

// quick puts a small number of steps in place of a time to train for, more each
// time, so that a run that is resumed has something left to do.
func (r *reader) quick(script string) string {
	return stated.ReplaceAllStringFunc(script, func(string) string {
		r.long++
		return fmt.Sprintf("--steps %d", 20*r.long)
	})
}

// alone is the environment of commands that build the reader's own module.
var alone = []string{"GOWORK=off", "GOFLAGS=-mod=mod"}

// run runs a command to its end and returns what it printed.
func (r *reader) run(env []string, name string, args ...string) string {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 2*time.Minute)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.WaitDelay = 5 * time.Second
	c.Dir = r.dir
	c.Env = append(os.Environ(), "PATH="+r.bin+":"+os.Getenv("PATH"), "GOBIN="+r.bin, "ARTNN_BACKEND=", "NO_COLOR=1")
	c.Env = append(c.Env, env...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	begin := time.Now()
	require.NoError(r.t, c.Run(), "%s: %s %q\n%s%s", r.name, name, args, out.String(), errs.String())
	r.t.Logf("%5.1fs  %s %.200q", time.Since(begin).Seconds(), filepath.Base(name), args)
	return out.String()
}
