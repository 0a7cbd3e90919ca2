package recipe

import (
	"context"
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
	"github.com/org/artnn/measure"
	"github.com/org/artnn/models"
	"github.com/org/artnn/models/pretrained"
	"github.com/org/artnn/recipe/rundir"
)

func TestNearest(t *testing.T) {
	gan, err := models.NewGAN(models.GANConfig{Width: 16})
	require.NoError(t, err)
	dir := facesFolder(t, 12)
	faces := samples.Faces()
	bright := faces.At(3)
	for i := range bright {
		bright[i] = min(1, bright[i]+0.1)
	}
	generated := append(faces.At(7), bright...)
	near, err := Nearest(t.Context(), gan, generated, dir, nil)
	require.NoError(t, err)
	require.Len(t, near.Of, 2)
	assert.Equal(t, 12, near.Folder)
	assert.Equal(t, NearestPicture{File: "007.png", Picture: near.Of[0].Picture}, near.Of[0], "the same one, at distance 0")
	assert.Equal(t, "003.png", near.Of[1].File)
	assert.InDelta(t, 12.75, near.Of[1].Distance, 3, "a tenth of the range, but where it is clipped")
	assert.Greater(t, near.FolderToFolder, 12.75)
	assert.True(t, math.IsNaN(near.FeatureFolderToFolder), "by pixels")

	// By the mean of each picture alone, others may be nearest: distances are of both.
	brightness := func(pictures [][]float32) (out [][]float32) {
		for _, p := range pictures {
			sum := float32(0)
			for _, v := range p {
				sum += v
			}
			out = append(out, []float32{sum / float32(len(p))})
		}
		return out
	}
	dark := make([]float32, 3*16*16)
	for i := range dark {
		dark[i] = -1
	}
	near, err = Nearest(t.Context(), gan, dark, dir, brightness)
	require.NoError(t, err)
	darkest, least := 0, math.Inf(1)
	for i := range 12 {
		if m := brightness([][]float32{faces.At(i)})[0][0]; float64(m) < least {
			darkest, least = i, float64(m)
		}
	}
	assert.Equal(t, faces.Image(darkest), near.Of[0].Picture)
	assert.InDelta(t, least+1, near.Of[0].FeatureDistance, 1e-5)
	assert.InDelta(t, shades(dark, faces.At(darkest)), near.Of[0].Distance, 1e-9)

	one, err := Nearest(t.Context(), gan, dark, facesFolder(t, 1), nil)
	require.NoError(t, err)
	assert.Equal(t, 1, one.Folder)
	assert.True(t, math.IsNaN(one.FolderToFolder))
}

func TestNearestThatCannotBe(t *testing.T) {
	gan, err := models.NewGAN(models.GANConfig{Width: 16})
	require.NoError(t, err)
	dir, picture := facesFolder(t, 3), make([]float32, 3*16*16)
	_, err = Nearest(t.Context(), gan, picture, "none", nil)
	assert.ErrorContains(t, err, "none: there is no such folder")
	clear, err := models.NewGAN(models.GANConfig{Width: 16, Channels: 4})
	require.NoError(t, err)
	_, err = Nearest(t.Context(), clear, make([]float32, 4*16*16), dir, nil)
	assert.ErrorContains(t, err, "its pictures have 3 channels, the model's have 4")
	picture[0] = float32(math.NaN())
	_, err = Nearest(t.Context(), gan, picture, dir, nil)
	assert.ErrorContains(t, err, "pixels of generated pictures or of the folder's are not finite")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Nearest(ctx, gan, make([]float32, 3*16*16), dir, nil)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestSheets(t *testing.T) {
	dir := t.TempDir()
	samples := rundir.At(dir).Samples()
	shade := func(v uint8, side int) image.Image {
		m := image.NewGray(image.Rect(0, 0, side, side))
		for i := range m.Pix {
			m.Pix[i] = v
		}
		return m
	}
	for step := range 9 {
		require.NoError(t, data.WritePNG(filepath.Join(samples, "step-00000000"+string(rune('1'+step))+".png"), shade(uint8(20*(step+1)), 4)))
	}
	steps := func(most int) (steps []int) {
		sheets, err := Sheets(t.Context(), dir, most)
		require.NoError(t, err)
		for _, s := range sheets {
			steps = append(steps, s.Step)
			assert.Equal(t, uint8(20*s.Step), color.GrayModel.Convert(s.Picture.At(1, 1)).(color.Gray).Y)
		}
		return steps
	}
	assert.Equal(t, []int{1, 2, 3, 4, 5, 6, 7, 8, 9}, steps(100))
	assert.Equal(t, []int{3, 6, 9}, steps(3), "the last is among them")
	assert.Equal(t, []int{9}, steps(1))
	require.NoError(t, data.WritePNG(filepath.Join(samples, "step-000000004.png"), shade(80, 9)))
	assert.Equal(t, []int{1, 2, 3, 5, 6, 7, 8, 9}, steps(100), "without that of another size")
	require.NoError(t, data.WritePNG(filepath.Join(samples, "step-000000001 (copy).png"), shade(80, 4)))
	assert.Equal(t, []int{1, 2, 3, 5, 6, 7, 8, 9}, steps(100), "and without what somebody has put there")

	broken := filepath.Join(samples, "step-000000005.png")
	require.NoError(t, os.WriteFile(broken, []byte("\x89PNG\r\n\x1a\n"), 0o666))
	_, err := Sheets(t.Context(), dir, 100)
	assert.ErrorContains(t, err, broken)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Sheets(ctx, dir, 100)
	assert.ErrorIs(t, err, context.Canceled)
	_, err = Sheets(t.Context(), broken, 100)
	assert.EqualError(t, err, broken+" is a file: name the folder of a run")
	empty := t.TempDir()
	require.NoError(t, os.Mkdir(rundir.At(empty).Samples(), 0o777))
	_, err = Sheets(t.Context(), empty, 100)
	assert.EqualError(t, err, empty+": the run has no samples")
}

// By features a copy is found even when it is mirrored.
func TestNearestByFeatures(t *testing.T) {
	network, err := pretrained.Features()
	require.NoError(t, err)
	features, err := measure.NetworkFeatures(network, measure.View{Channels: 3, Height: 16, Width: 16})
	require.NoError(t, err)
	gan, err := pretrained.Faces()
	require.NoError(t, err)
	copied, mirrored := samples.Faces().At(17), samples.Faces().At(201)
	for row := range slices.Chunk(mirrored, 16) {
		slices.Reverse(row)
	}
	dir := facesFolder(t, 300)
	near, err := Nearest(t.Context(), gan, slices.Concat(copied, mirrored), dir, features)
	require.NoError(t, err)
	assert.Equal(t, []string{"017.png", "201.png"}, []string{near.Of[0].File, near.Of[1].File})
	assert.Zero(t, near.Of[0].Distance)
	assert.InDelta(t, 0, near.Of[0].FeatureDistance, 1e-3)
	assert.Greater(t, near.Of[1].Distance, 5.0)
	all, few := make([][]float32, 300), make([][]float32, 256)
	for i := range all {
		all[i] = samples.Faces().At(i)
	}
	all = features(all)
	for i := range few {
		few[i] = all[i*300/256]
	}
	_, inside := measure.Nearest(few, all)
	assert.InDelta(t, median(inside), near.FeatureFolderToFolder, 1e-4)
	ctx, end := context.WithCancel(t.Context())
	end()
	_, err = Nearest(ctx, gan, copied, dir, features)
	assert.ErrorIs(t, err, context.Canceled)
}
