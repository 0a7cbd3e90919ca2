package main

import (
	"bytes"
	"image"
	"image/png"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
	"github.com/org/artnn/recipe/rundir"
)

func decodedPNG(t *testing.T, path ...string) image.Image {
	m, err := png.Decode(bytes.NewReader(read(t, path...)))
	require.NoError(t, err)
	return m
}

// The limit of a sheet is on its pixels, and is looked at before memory is taken.
func TestSheetsAreBounded(t *testing.T) {
	t.Chdir(t.TempDir())
	for args, want := range map[string]string{
		"generate image -n 3 --columns 1000000":                 "-n, --columns and --scale make a sheet of 4488000136 pixels, over the limit of 67108864: lower one of them",
		"generate image -n 10000 --scale 64":                    "-n and --scale make a sheet of",
		"generate image --scale 0":                              "--scale must be from 1 to 64, got 0",
		"generate image --columns 0":                            "--columns must be at least 1, got 0",
		"generate image --resample cubic":                       "--resample must be one of",
		"interpolate --seeds 1,2 -n 500 --scale 64":             "-n, --seeds and --scale make a sheet of",
		"interpolate --scale 65":                                "--scale must be from 1 to 64, got 65",
		"train image --data . -o x --scale 0":                   "--scale must be from 1 to 64, got 0",
		"train image --size 256 --scale 64 -o x --data " + "in": "--scale of 64 makes samples of",
	} {
		if strings.HasSuffix(args, "--data in") {
			args = strings.TrimSuffix(args, "in") + facesFolder(t, 3)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := call(t, strings.Fields(args)...)
		runtime.ReadMemStats(&after)
		assert.Equal(t, statusUsage, r.status, args)
		assert.Contains(t, r.err, want, args)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(100<<20), args)
	}
	files, err := filepath.Glob("*")
	require.NoError(t, err)
	assert.Zero(t, len(files))
}

// Sheets, single pictures and samples are enlarged crisply or smoothly.
func TestSheetsAreEnlarged(t *testing.T) {
	t.Chdir(t.TempDir())
	gan, err := shippedFaces()
	require.NoError(t, err)
	pictures := gan.Images(4, 7)
	for how, smooth := range map[string]bool{"nearest": false, "lanczos": true} {
		ok(t, call(t, "generate", "image", "-n", "4", "--seed=7", "--scale=3", "--resample", how))
		want := data.GridOf(pictures, data.GridOptions{Scale: 3, Smooth: smooth})
		assert.Equal(t, want.Pix, decodedPNG(t, "sheet.png").(*image.RGBA).Pix, how)
		ok(t, call(t, "generate", "image", "-n", "4", "--seed=7", "--scale=3", "--resample", how, "--single", "--columns=2"))
		want = data.GridOf(pictures[3:], data.GridOptions{Scale: 3, Smooth: smooth, Padding: -1})
		assert.Equal(t, want.Pix, decodedPNG(t, "sheet-0004.png").(*image.RGBA).Pix, how)
		ok(t, call(t, "interpolate", "--seeds=1,2", "-n", "3", "--scale=3", "--resample", how, "-o", "strip.png"))
		assert.Equal(t, image.Pt(4*(48+2)+2, 48+4), decodedPNG(t, "strip.png").Bounds().Max)
	}
	args := append([]string{"train", "image", "--data", facesFolder(t, 60), "-o", "run", "--steps=2", "--scale=3", "--resample=lanczos"}, smallImage...)
	ok(t, call(t, args...))
	assert.Equal(t, 6*(48+2)+2, decodedPNG(t, rundir.At("run").Samples(), "step-000000002.png").Bounds().Dx())
	config := string(read(t, "run", "config.yaml"))
	assert.Contains(t, config, "scale: 3\n")
	assert.Contains(t, config, "resample: lanczos\n")
}
