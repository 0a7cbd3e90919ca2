//go:build unix

package main

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/examples/internal/maintest"
)

// What cannot be trained is said in one line, before there is a folder of the run.
func TestErrors(t *testing.T) {
	one := t.TempDir()
	f, err := os.Create(filepath.Join(one, "a.png"))
	require.NoError(t, err)
	require.NoError(t, png.Encode(f, image.NewRGBA(image.Rect(0, 0, 40, 40))))
	require.NoError(t, f.Close())
	for args, want := range map[string]string{
		"-data " + one:            "needs at least 2 pictures in an update: got 1",
		"-batch 1":                "needs at least 2 pictures in an update: got 1",
		"-batch 0":                "needs at least 2 pictures in an update: got 0",
		"-size 0":                 "-size must be positive",
		"here -steps 2":           `got 32 and ["here" "-steps" "2"]`,
		"-steps -1":               "Steps must be at least 1, got -1",
		"-data nowhere":           "nowhere",
		"-load nowhere":           "nowhere",
		"-size 9000 -data " + one: "9000",
	} {
		out := filepath.Join(t.TempDir(), "run")
		maintest.Fails(t, "vae", append([]string{"-out", out}, strings.Fields(args)...), want)
		assert.NoDirExists(t, out)
	}
}
