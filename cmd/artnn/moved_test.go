package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A run whose data have moved goes on where --data finds them, with the same bits,
// and with nothing but the same data.
func TestMovedDataAreFoundAgain(t *testing.T) {
	table := "a,b\n"
	for i := range 40 {
		table += string(rune('0'+i%10)) + "," + string(rune('1'+i%7)) + "\n"
	}
	write := func(name, text string) func() {
		return func() {
			require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
			require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
		}
	}
	folder := func(name, from string) func() {
		return func() { require.NoError(t, os.CopyFS(name, os.DirFS(from))) }
	}
	faces, classes := facesFolder(t, 30), classesFolder(t, 10)
	novel := string(read(t, textFile(t, 3000)))
	otherFaces, otherClasses := facesFolder(t, 30), classesFolder(t, 10)
	swap(t, filepath.Join(otherFaces, "000.png"), filepath.Join(otherFaces, "001.png"))
	swap(t, filepath.Join(otherClasses, "up", "000.png"), filepath.Join(otherClasses, "up", "001.png"))
	for _, c := range []struct {
		name, things string
		make, other  func() // "data", and other data as large in "other"
		args         []string
	}{
		{"image", "pictures", folder("data", faces), folder("other", otherFaces), smallImage},
		{"classifier", "pictures", folder("data", classes), folder("other", otherClasses), []string{"--width=2", "--batch=4"}},
		{"text", "text", write("data", novel), write("other", novel[1:]+novel[:1]), smallText},
		{"mlp", "table", write("data", table), write("other", strings.Replace(table, "0,1", "0,2", 1)), []string{"--target=b", "--hidden=4"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			c.make()
			train := func(args ...string) result {
				return call(t, append([]string{"train", c.name, "-q"}, args...)...)
			}
			for _, out := range []string{"whole", "moved"} {
				r := train(append([]string{"--data=data", "--steps=4", "--schedule=constant", "-o", out}, c.args...)...)
				require.Zero(t, r.status, r.err)
			}
			require.Zero(t, train("--resume", "-o", "whole", "--steps=8").status)

			require.NoError(t, os.MkdirAll("new", 0o777))
			require.NoError(t, os.Rename("data", filepath.Join("new", "place")))
			r := train("--resume", "-o", "moved", "--steps=8")
			assert.Equal(t, statusError, r.status)
			assert.Regexp(t, "^artnn: data: there is no such (folder|file); name that of your "+c.things+" with --data\n$", r.err)

			c.other()
			config := read(t, "moved", "config.yaml")
			r = train("--resume", "-o", "moved", "--steps=8", "--data=other")
			assert.Equal(t, statusError, r.status)
			assert.Equal(t, "artnn: other: these are not the data that the run has learned from: name the place of the same "+c.things+" with --data, or start a new run in another folder\n", r.err)
			assert.Equal(t, config, read(t, "moved", "config.yaml"), "nothing is changed by a run that does not go on")

			r = train("--resume", "-o", "moved", "--steps=8", "--data="+filepath.Join("new", "place"))
			require.Zero(t, r.status, r.err)
			assert.Equal(t, read(t, "whole", "model.safetensors"), read(t, "moved", "model.safetensors"))
			assert.Contains(t, string(read(t, "moved", "config.yaml")), "data: "+filepath.Join("new", "place")+"\n")
			require.Zero(t, train("--resume", "-o", "moved", "--steps=9").status, "the new place is kept")
		})
	}
}

// swap exchanges two files, which must not be as large as each other.
func swap(t *testing.T, a, b string) {
	t.Helper()
	first, second := read(t, a), read(t, b)
	require.NotEqual(t, len(first), len(second))
	require.NoError(t, os.WriteFile(a, second, 0o666))
	require.NoError(t, os.WriteFile(b, first, 0o666))
}
