//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
)

// The command that info prints, typed into a shell, makes the very file again.
func TestPicturesAreMadeAgain(t *testing.T) {
	bin, faces, tiny := t.TempDir(), facesFolder(t, 60), tinyEnlarger(t)
	program, err := os.Executable()
	require.NoError(t, err)
	script := "#!/bin/sh\nexec env " + beTheProgram + "=1 '" + program + "' \"$@\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(bin, "artnn"), []byte(script), 0o777))

	t.Chdir(t.TempDir())
	classModel(t, "a model's.safetensors")
	require.NoError(t, data.WritePNG("-face.png", samples.Faces().Image(9)))
	require.NoError(t, os.Symlink(faces, "faces"))
	ok(t, call(t, "convert", "-q", tiny, "--range=0,1", "-o", "net"))
	ok(t, call(t, append([]string{"train", "image", "--data", faces, "-o", "run", "--steps=2", "-q"}, smallImage...)...))
	chequered(t, "a.png", 60, 41)
	chequered(t, "it's b.png", 40, 60)
	ok(t, call(t, "generate", "image", "-n", "2", "-o", "two.safetensors", "--seed=1"))
	for file, args := range map[string][]string{
		"sheet.png":    {"generate", "image", "-n", "4"},
		"spread.png":   {"-q", "generate", "image", "-n4", "--spread=0.5", "--scale=3", "--resample", "lanczos", "--columns=3", "-o", "spread.png", "--seed", "8"},
		"mixed.png":    {"generate", "image", "-m", "a model's.safetensors", "-n", "2", `--class=it's\, you,cats`, "-o", "mixed.png"},
		"pick.png":     {"generate", "image", "-n", "20", "--pick", "19,3", "--seed=0", "-o", "pick.png"},
		"one-0002.png": {"generate", "image", "-n", "3", "--single", "-o", "one.png", "--preview=off"},
		"latent.png":   {"generate", "image", "--latent", "two.safetensors", "-o", "latent.png"},
		"sliders.png":  {"generate", "image", "--directions=2", "-o", "sliders.png"},
		"nearest.png":  {"generate", "image", "-n2", "--nearest=faces", "-o", "nearest.png"},
		"alike.png":    {"generate", "image", "-n2", "--nearest=faces", "--layer=features", "-o", "alike.png"},
		"strip.png":    {"interpolate", "-n", "2", "-o", "strip.png"},
		"line.apng":    {"interpolate", "--straight", "--latent", "two.safetensors", "--seeds=5,6", "-n2", "--delay=90ms", "-o", "line.apng", "--scale=1"},
		"morph.gif":    {"interpolate", "-n", "2", "-o", "morph.gif"},
		"training.gif": {"timelapse", "run"},
		"t.apng":       {"timelapse", "run", "--delay=1s", "-o", "t.apng"},
		"upscaled.png": {"upscale", "a.png", "-m", "net", "--tile=32"},
		"dream.png":    {"dream", "a.png", "-m", "net", "--steps=2", "--octaves=1", "--jitter=3", "--layers=F_1"},
		"styled.png":   {"style", "a.png", "-s", "it's b.png", "-m", "net", "--steps=2", "--smooth=0"},
		"found.png":    {"find", "./-face.png", "--steps=3"},
	} {
		r := call(t, args...)
		require.Zero(t, r.status, "%v: %s", args, r.err)
		want := read(t, file)
		_, again, found := strings.Cut(ok(t, call(t, "info", file)).out, "To make it again, in the folder where it was made:\n")
		require.True(t, found, file)
		require.NoError(t, os.Remove(file))
		sh := exec.Command("sh", "-euc", again)
		sh.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
		out, err := sh.CombinedOutput()
		require.NoError(t, err, "%s: %s%s", file, again, out)
		assert.True(t, bytes.Equal(want, read(t, file)), "%s: %s", file, again)
	}
}
