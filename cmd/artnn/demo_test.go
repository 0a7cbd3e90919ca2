package main

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/models"
)

// outputs are all files the demo leaves.
var outputs = []string{"faces.safetensors", "images.png", "poems.safetensors", "report.html", "text.txt"}

func files(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	all := map[string][]byte{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		all[e.Name()] = b
	}
	return all
}

func TestEqualSeedsAndStepsGiveEqualFiles(t *testing.T) {
	run := func(seed uint64) map[string][]byte {
		d := demoCommand{Out: filepath.Join(t.TempDir(), "new", "folder"), Seed: seed, Steps: 7}
		require.NoError(t, d.Run(context.Background(), testConsole()))
		return files(t, d.Out)
	}
	first, second, other := run(3), run(3), run(4)
	require.Len(t, first, len(outputs))
	for _, name := range outputs {
		assert.True(t, bytes.Equal(first[name], second[name]), "%s differs between equal runs", name)
		assert.False(t, bytes.Equal(first[name], other[name]), "%s does not depend on the seed", name)
	}
	picture, err := png.Decode(bytes.NewReader(first["images.png"]))
	require.NoError(t, err)
	assert.Greater(t, picture.Bounds().Dx(), 8*16*4, "eight faces of 16 pixels, enlarged")
}

func TestInterruptKeepsWhatWasLearned(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	d := demoCommand{Out: t.TempDir(), Seed: 1, Seconds: 3600}
	assert.ErrorIs(t, d.Run(ctx, testConsole()), errInterrupted)
	left := files(t, d.Out)
	assert.NotContains(t, left, "text.txt", "the poems' turn had not come")
	assert.Contains(t, left, "report.html")
	gan, err := models.LoadAs[*models.GAN](filepath.Join(d.Out, "faces.safetensors"))
	require.NoError(t, err, "the last checkpoint is whole")
	assert.Len(t, gan.Images(2, 1), 2)
}

func TestOutputThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "taken")
	require.NoError(t, os.WriteFile(file, nil, 0o666))
	err := (&demoCommand{Out: file, Steps: 1}).Run(context.Background(), testConsole())
	assert.ErrorContains(t, err, "cannot make the output folder")
	assert.ErrorContains(t, err, file)
}

func TestCommandLine(t *testing.T) {
	for args, want := range map[string]string{
		"--steps=-1":            "--steps must be at least 1, got -1",
		"--seconds=0":           "--seconds must be at least 1, got 0",
		"--seed=x":              "--seed",
		"--size=3":              "unknown flag --size",
		"--seconds=0 --steps=4": "",
	} {
		parser, err := newParser(testConsole(), func(int) {})
		require.NoError(t, err)
		_, err = parser.Parse(append([]string{"demo"}, strings.Fields(args)...))
		if want == "" {
			assert.NoError(t, err, args)
		} else {
			assert.ErrorContains(t, err, want, args)
		}
	}
}
