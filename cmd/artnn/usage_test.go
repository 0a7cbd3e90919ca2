package main

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/recipe/rundir"
)

// Everything wrong from outside is one line that says what and where, and leaves
// nothing behind.
func TestMistakes(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	faces, novel := facesFolder(t, 3), textFile(t, 3000)
	require.NoError(t, os.Mkdir("empty", 0o777))
	require.NoError(t, os.WriteFile("short.txt", []byte("too short"), 0o666))
	require.NoError(t, os.WriteFile("bad.yaml", []byte("hiden: 3\n"), 0o666))
	require.NoError(t, os.WriteFile("noise.safetensors", []byte("this is no model at all"), 0o666))
	one := facesFolder(t, 1)
	before := tree(t, dir)
	for args, want := range map[string]struct {
		status int
		err    string
	}{
		"train image -o x":                                     {2, "name their folder with --data"},
		"train image --data nope -o x":                         {1, "nope: there is no such folder"},
		"train image --data empty -o x":                        {1, "no pictures in empty"},
		"train image --data " + one + " -o x":                  {1, "one picture is not enough"},
		"train image --data " + faces:                          {2, "name one with -o"},
		"train image --data " + faces + " -o short.txt":        {1, "choose another with -o"},
		"train image --data " + faces + " -o x --size=9999":    {2, "--size must be from 1 to 256, got 9999"},
		"train image --data " + faces + " -o x --ema=1":        {2, "--ema must be from 0 to below 1"},
		"train image --data " + faces + " -o x --hidden=-1":    {2, "hidden"},
		"train image --data " + faces + " -o x --steps=-1":     {2, "--steps must be at least 1"},
		"train image --data " + faces + " -o x --time=5":       {2, "--time"},
		"train image --data " + faces + " -o x --schedule=up":  {2, "--schedule must be one of"},
		"train image --resume -o x":                            {2, "x holds no run to resume"},
		"train image --resume":                                 {2, "--resume needs -o"},
		"train image --data a -o x --config bad.yaml":          {2, `bad.yaml:1: hiden: unknown key; did you mean "hidden"?`},
		"train image --data a -o x --config none.yaml":         {2, "none.yaml"},
		"train text --data nope.txt -o x":                      {1, "nope.txt: there is no such file"},
		"train text --data empty -o x":                         {1, "no text in empty"},
		"train text --data short.txt -o x":                     {1, "short.txt: 9 characters are not enough"},
		"train text --data " + novel + " -o x --holdout=0.9":   {2, "--holdout must be from 0 to 0.5"},
		"train image --data " + faces + " -o x --width=15000":  {2, "--width must be lower: "},
		"train text --data " + novel + " -o x --hidden=400000": {2, "--hidden must be lower: "},
		"train img":                           {2, `did you mean "image"`},
		"paint":                               {2, "unexpected argument paint"},
		"generate image -m nope":              {1, "nope: there is no such model"},
		"generate image -m empty":             {1, "the folder holds no model"},
		"generate image -m noise.safetensors": {1, "noise.safetensors"},
		"generate image -m .":                 {1, "name one of its models: noise.safetensors"},
		"generate image -n 0":                 {2, "-n must be from 1"},
		"generate image -o sheet.jpg":         {2, "--out must end in .png"},
		"generate text --top-p 2":             {2, "--top-p must be from 0 to 1"},
		"interpolate --seeds 1":               {2, "at least two"},
		"interpolate -o m.mp4":                {2, "--out must end in .gif, .apng or .png"},
		"eval -m noise.safetensors":           {2, "--data"},
		"info short.txt":                      {1, "not a safetensors file"},
		"info nope":                           {1, "nope"},
		"bench --kernels=quantum":             {2, `this machine has no "quantum"`},
		"completion tcsh":                     {2, "bash"},
	} {
		r := call(t, strings.Fields(args)...)
		assert.Equal(t, want.status, r.status, "%s: %s", args, r.err)
		assert.Contains(t, r.err, want.err, args)
		assert.Regexp(t, "^(artnn: note: .*\n)?artnn: .*\n$", r.err, args)
		assert.Equal(t, before, tree(t, dir), "%s leaves nothing behind", args)
	}
}

// tree lists all files and folders.
func tree(t *testing.T, dir string) (names []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		names = append(names, path)
		return err
	}))
	return names
}

func TestFolderInUseOrTaken(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	args := append([]string{"train", "image", "--data", facesFolder(t, 60), "-o", out, "--steps=2"}, smallImage...)
	unlock, err := rundir.At(out).Create()
	require.NoError(t, err)
	r := call(t, args...)
	assert.Equal(t, statusError, r.status)
	assert.Contains(t, r.err, "another artnn is training in this folder")
	unlock()
	ok(t, call(t, args...))
	model := read(t, out, "model.safetensors")
	r = call(t, args...)
	assert.Equal(t, statusError, r.status)
	assert.Contains(t, r.err, out+" holds a run already: go on with it by --resume")
	assert.Equal(t, model, read(t, out, "model.safetensors"), "and it is as it was")
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Skip("permissions do not bind this user")
	}
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o555))
	r := call(t, append([]string{"train", "image", "--data", facesFolder(t, 60), "-o", dir, "--steps=2"}, smallImage...)...)
	assert.Equal(t, statusError, r.status)
	assert.Contains(t, r.err, "permission denied")
}

func TestEveryCommandHasHelpWithExamples(t *testing.T) {
	for _, command := range []string{"train image", "train classifier", "train text", "train mlp", "predict", "generate image", "generate text", "interpolate", "find", "timelapse", "eval", "info", "bench", "demo", "completion bash"} {
		r := call(t, append(strings.Fields(command), "--help")...)
		assert.Zero(t, r.status, command)
		assert.Contains(t, r.out, "Examples:", command)
		assert.Contains(t, r.out, "artnn "+strings.Fields(command)[0], command)
	}
	r := call(t)
	assert.Zero(t, r.status, "no arguments are a call for help")
	assert.Contains(t, r.out, "train image")
}

func TestVersion(t *testing.T) {
	r := ok(t, call(t, "version"))
	assert.Regexp(t, `^artnn \S.*\n.*`+runtime.GOARCH+`.* kernels, go`, r.out)
}

func TestCompletionIsOfThisProgram(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		r := ok(t, call(t, "completion", shell))
		for _, word := range []string{"interpolate", "image", "schedule", "onecycle"} {
			assert.Contains(t, r.out, word, shell)
		}
		for name, n := range everyCommand(t) {
			for _, f := range n.Flags {
				assert.Regexp(t, `(--|-l |-l ')`+regexp.QuoteMeta(f.Name)+`\b`, r.out, "%s: artnn %s", shell, name)
			}
		}
	}
}

func TestBench(t *testing.T) {
	r := ok(t, call(t, "bench", "--time=10ms", "--kernels", string(fastestKernels())))
	assert.Regexp(t, `(?m)^kernels +`+string(fastestKernels())+`$`, r.out)
	assert.Regexp(t, `(?m)^matrix product, GF/s +\d+\.\d$`, r.out)
	assert.Len(t, regexp.MustCompile(`(?m)^.* updates/s +[\d.k]+$`).FindAllString(r.out, -1), 3)
	_, table, _ := strings.Cut(r.out, "\n\n")
	for _, line := range strings.Split(table, "\n") { // there is room for three more sets of kernels
		assert.LessOrEqual(t, len([]rune(line)), 80-3*len("  avx512"), line)
	}
}

func TestForeignModel(t *testing.T) {
	r := ok(t, call(t, "info", filepath.Join("..", "..", "format", "safetensors", "testdata", "dtypes.safetensors")))
	assert.Contains(t, r.out, "not one of artnn's models")
	assert.Contains(t, r.out, "tensor")
}

func TestShellWord(t *testing.T) {
	for path, want := range map[string]string{
		"run1":        "run1",
		"a/b-c.d_1":   "a/b-c.d_1",
		"模型/一":        "模型/一",
		"my run":      "'my run'",
		"it's":        `'it'\''s'`,
		"-o":          "./-o",
		"a;b":         "'a;b'",
		"$HOME":       "'$HOME'",
		"":            "''",
		`C:\Users\me`: `'C:\Users\me'`,
		"star*":       "'star*'",
		"~/run":       "'~/run'",
	} {
		assert.Equal(t, want, shellWord(path))
	}
}
