package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everyCommand are the commands that do something, by their names.
func everyCommand(t *testing.T) map[string]*kong.Node {
	t.Helper()
	parser, err := newParser(testConsole(), func(int) {})
	require.NoError(t, err)
	all := map[string]*kong.Node{}
	for _, n := range parser.Model.Leaves(false) {
		all[strings.TrimPrefix(n.FullPath(), "artnn ")] = n
	}
	return all
}

// use is a short call of a command.
type use struct {
	args []string
	made string // what it leaves in its output: "" a file of that name, "model.safetensors" in a folder
	says bool   // it has a result to print
}

// uses has one call of every command, with data and models of their own.
func uses(t *testing.T) map[string]use {
	t.Helper()
	faces, novel, sales := facesFolder(t, 30), textFile(t, 3000), salesFile(t, 100)
	image := slices.Concat([]string{"--data", faces, "--steps=2"}, smallImage)
	classes := []string{"--data", classesFolder(t, 6), "--steps=2", "--width=2"}
	text := slices.Concat([]string{"--data", novel, "--steps=2"}, smallText)
	table := []string{"--data", sales, "--target=price", "--skip=lot", "--steps=2", "--hidden=4"}
	model := func(kind string, args []string) string {
		out := filepath.Join(t.TempDir(), "run")
		r := call(t, slices.Concat([]string{"train", kind, "-q", "-o", out}, args)...)
		require.Zero(t, r.status, r.err)
		return out
	}
	i, w, m := model("image", image), model("text", text), model("mlp", table)
	tiny, larger := tinyEnlarger(t), filepath.Join(t.TempDir(), "larger.safetensors")
	ok(t, call(t, "convert", tiny, "--range=0,1", "--licence=none", "-o", larger))
	return map[string]use{
		"train image":      {args: image, made: "model.safetensors"},
		"train text":       {args: text, made: "model.safetensors"},
		"train mlp":        {args: table, made: "model.safetensors"},
		"generate image":   {args: []string{"-m", i, "--n=2"}},
		"generate text":    {args: []string{"-m", w, "--n=20"}, says: true},
		"predict":          {args: []string{"-m", m, "--data", sales}, says: true},
		"interpolate":      {args: []string{"-m", i, "--n=2", "--scale=1"}},
		"upscale":          {args: []string{filepath.Join(faces, "000.png"), "-m", larger}},
		"convert":          {args: []string{tiny, "--range=0,1", "--licence=none"}},
		"eval":             {args: []string{"-m", m, "--data", sales}, says: true},
		"info":             {args: []string{w}, says: true},
		"bench":            {args: []string{"--time=10ms", "--kernels", string(fastestKernels())}, says: true},
		"demo":             {args: []string{"--steps=1"}, made: "text.txt"},
		"completion":       {args: []string{"fish"}, says: true},
		"version":          {says: true},
		"train classifier": {args: classes, made: "model.safetensors"},
		"find":             {args: []string{filepath.Join(faces, "000.png"), "-m", i, "--steps=2"}},
		"timelapse":        {args: []string{i}},
	}
}

// broken is a standard output that cannot be written.
type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

// Every command makes the folder of its output, is quiet when asked, and does not
// end with 0 when its output could not be written: a full disk, a closed pipe.
func TestEveryCommand(t *testing.T) {
	if testing.Short() {
		t.Skip("runs every command three times")
	}
	known := uses(t)
	t.Chdir(t.TempDir()) // where the defaults of -o are
	for name, node := range everyCommand(t) {
		use, ok := known[name]
		require.True(t, ok, "there is no call of %q to test it by", name)
		out := outputOf(t, node)
		args := func(file string, more ...string) []string {
			list := slices.Concat(strings.Fields(name), use.args, more)
			if file != "" && out != nil {
				list = append(list, "-o", file)
			}
			return list
		}
		file := func(t *testing.T) string { // in a folder that is not there
			return filepath.Join(t.TempDir(), "a", "b", "x"+filepath.Ext(defaultOf(out)))
		}
		t.Run(name+" makes its folder and is quiet", func(t *testing.T) {
			path := file(t)
			r := call(t, args(path, "-q")...)
			require.Zero(t, r.status, r.err)
			assert.Empty(t, r.err)
			if out != nil {
				assert.FileExists(t, filepath.Join(path, use.made))
				assert.Empty(t, r.out)
			}
			if use.says && out != nil { // which printed nothing, since it wrote to a file
				r = call(t, args("", "-q")...)
				assert.Empty(t, r.err)
			}
			assert.Equal(t, use.says, r.out != "", "results are printed, and nothing else")
		})
		t.Run(name+" on a full disk", func(t *testing.T) {
			path := file(t)
			if use.says {
				path = ""
			}
			status, stderr := onto(broken{syscall.ENOSPC}, args(path)...)
			assert.Equal(t, statusError, status)
			assert.Regexp(t, `(^|\n)artnn: standard output: no space left on device\n$`, stderr)
			if path != "" {
				assert.FileExists(t, filepath.Join(path, use.made), "the work is done all the same")
			}
		})
		t.Run(name+" into a closed pipe", func(t *testing.T) {
			path := file(t)
			if use.says {
				path = ""
			}
			status, stderr := onto(broken{&os.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}}, args(path)...)
			assert.Equal(t, statusPipe, status)
			assert.NotContains(t, stderr, "pipe", "whoever closed it knows")
		})
		t.Run(name+" --help on a full disk", func(t *testing.T) {
			status, stderr := onto(broken{syscall.ENOSPC}, append(strings.Fields(name), "-h")...)
			assert.Equal(t, statusError, status)
			assert.Equal(t, "artnn: standard output: no space left on device\n", stderr)
		})
	}
}

// onto runs the program on a standard output.
func onto(stdout broken, args ...string) (status int, stderr string) {
	var errs bytes.Buffer
	status = run(context.Background(), args, bareConsole(stdout, &errs))
	return status, errs.String()
}

// outputOf is the flag that names what a command writes, nil if it writes nothing.
func outputOf(t *testing.T, n *kong.Node) (out *kong.Flag) {
	for _, f := range n.Flags {
		tag := f.Tag.Get(outputTag)
		assert.Equal(t, f.Short == 'o' || f.Name == "out", tag != "", "%s --%s: the tag %q is for outputs", n.FullPath(), f.Name, outputTag)
		if tag != "" {
			assert.Contains(t, []string{"file", "folder"}, tag)
			out = f
		}
	}
	return out
}

func defaultOf(f *kong.Flag) string {
	if f == nil {
		return ""
	}
	return f.Default
}

// An output that cannot be made is known before the work.
func TestOutputInTheWay(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("file", nil, 0o666))
	require.NoError(t, os.Mkdir("folder.png", 0o777))
	for args, want := range map[string]string{
		"generate image -m none -o file/x.png":                "write file/x.png",
		"generate image -m none -o folder.png":                "write folder.png: it is a folder; give a file name",
		"generate text -m none -o file/a/x.txt":               "write file/a/x.txt",
		"predict -m none --data none.csv -o file/predicted.x": "write file/predicted.x",
		"interpolate -m none -o file/x.gif":                   "write file/x.gif",
		"find none.png -m none -o file/x.safetensors":         "write file/x.safetensors",
		"timelapse none -o file/x.gif":                        "write file/x.gif",
		"upscale none.png -m none -o file/x.png":              "write file/x.png",
		"convert none --range 0,1 -o file/x":                  "write file/x",
		"demo -o file":                                        "file",
	} {
		r := call(t, strings.Fields(args)...)
		assert.Equal(t, statusError, r.status, args)
		assert.Contains(t, r.err, want, args)
	}
}

func TestStdoutKeepsItsFirstError(t *testing.T) {
	s := &stdout{w: broken{errors.New("first")}}
	_, err := s.Write([]byte("a"))
	assert.EqualError(t, err, "first")
	s.w = broken{errors.New("second")}
	_, err = s.Write([]byte("a"))
	assert.EqualError(t, err, "first")
	assert.EqualError(t, s.failed(), "first")
}
