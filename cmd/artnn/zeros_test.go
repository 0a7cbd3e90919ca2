package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/cmd/artnn/internal/settings"
)

// leaves are the commands with their names, such as "train image".
func leaves(n *kong.Node, path []string, visit func(path []string, n *kong.Node)) {
	if len(n.Children) == 0 {
		visit(path, n)
	}
	for _, c := range n.Children {
		if c.Type == kong.CommandNode {
			leaves(c, append(path[:len(path):len(path)], c.Name), visit)
		}
	}
}

// isNumber reports whether a flag is a number, or a list of them, of which 0 cannot
// be told from none given.
func isNumber(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice:
		return isNumber(t.Elem())
	case reflect.Int, reflect.Int64, reflect.Uint64, reflect.Float64:
		return true
	}
	return false
}

// A 0 is an error for every number of every command, unless the flag says what it
// means: models and recipes would take it for one that was left out.
func TestZeroIsNoDefault(t *testing.T) {
	parser, err := newParser(testConsole(), func(int) { t.Fatal("exit") })
	require.NoError(t, err)
	checked := 0
	leaves(parser.Model.Node, nil, func(path []string, n *kong.Node) {
		for _, flag := range n.Flags {
			if !isNumber(flag.Target.Type()) {
				continue
			}
			checked++
			zero := "0"
			switch {
			case flag.Target.Type() == reflect.TypeFor[time.Duration]():
				zero = "0s"
			case flag.Target.Kind() == reflect.Slice:
				zero = "0,0"
			}
			args := append(path[:len(path):len(path)], settings.Dashed(flag.Name), zero)
			for _, other := range n.Flags {
				if other.Required {
					args = append(args, "--"+other.Name, "x")
				}
			}
			for _, p := range n.Positional {
				if p.Required {
					args = append(args, "x")
				}
			}
			parser, err := newParser(testConsole(), func(int) { t.Fatal("exit") })
			require.NoError(t, err)
			k, err := parser.Parse(args)
			if err == nil { // else the command has a check of its own
				err = settings.Zeros(k)
			}
			if meaning := flag.Tag.Get("zero"); meaning != "" && meaning != "open" {
				assert.NoError(t, err, "%q: 0 is %s", args, meaning)
				continue
			}
			assert.ErrorContains(t, err, settings.Dashed(flag.Name)+" must be ", "%q", args)
		}
	})
	assert.Greater(t, checked, 40)
}

// The whole program refuses them, from a configuration file too, and leaves nothing.
func TestZerosAreRefused(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	novel := textFile(t, 3000)
	for flag, want := range map[string]string{
		"--hidden=0":      "--hidden must be at least 1, got 0; leave it out for the default",
		"--lr=0":          "--lr must be positive, got 0",
		"--lr=-0":         "--lr must be positive, got 0",
		"--batch=0":       "--batch must be at least 1, got 0",
		"--steps=0":       "--steps must be at least 1, got 0",
		"--time=0s":       "--time must be positive, got 0s",
		"--keep=0":        "--keep must be at least 1, got 0",
		"--checkpoint=0s": "--checkpoint must be positive, got 0s",
	} {
		r := call(t, "train", "text", "--data", novel, "-o", "x", flag)
		assert.Equal(t, statusUsage, r.status, flag)
		assert.Equal(t, "artnn: "+want+"\n", suffixed(r.err, want), flag)
	}
	r := call(t, "train", "mlp", "--data", "t.csv", "--target", "y", "-o", "x", "--hidden=8,0")
	assert.Contains(t, r.err, "--hidden must be at least 1, got 0")
	require.NoError(t, os.WriteFile("c.yaml", []byte("lr: 0\n"), 0o666))
	r = call(t, "train", "text", "--data", novel, "-o", "x", "--config", "c.yaml")
	assert.Equal(t, statusUsage, r.status)
	assert.Contains(t, r.err, "--lr must be positive, got 0")
	assert.NoDirExists(t, "x")
}

// suffixed is a message cut after what is looked for.
func suffixed(message, want string) string {
	if i := strings.Index(message, want); i >= 0 {
		return message[:i+len(want)] + "\n"
	}
	return message
}

// What a run writes of bounds that do not count can be read, also as older programs
// wrote it.
func TestOpenBoundsInFiles(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	ok(t, call(t, append([]string{"train", "text", "--data", textFile(t, 30_000), "-o", out, "--steps=2"}, smallText...)...))
	config := string(read(t, out, "config.yaml"))
	assert.NotRegexp(t, `(?m)^(time|epochs): 0`, config)
	old := strings.Replace(config, "steps: 2\n", "steps: 2\nepochs: 0\ntime: 0s\n", 1)
	require.NoError(t, os.WriteFile(filepath.Join(out, "config.yaml"), []byte(old), 0o666))
	ok(t, call(t, "train", "text", "--resume", "-o", out, "--steps=3"))
}
