package recipe

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/org/artnn/data"
	"github.com/org/artnn/data/samples"
)

func TestMirroredBatches(t *testing.T) {
	faces := samples.Faces()
	few, err := data.NewImages(pixelsOf(t, faces, 3), 16, 16, 3)
	require.NoError(t, err)
	loader, err := pictureLoader(few, true, data.LoaderOptions{BatchSize: 6})
	require.NoError(t, err)
	b := loader.Load(0, 0)
	require.Equal(t, 6, b.N)
	size := 3 * 16 * 16
	for i := range 3 {
		plain, mirrored := b.Pixels[i*size:(i+1)*size], b.Pixels[(i+3)*size:(i+4)*size]
		assert.Equal(t, few.At(i), plain)
		for at, v := range plain {
			row, x := at/16, at%16
			if mirrored[row*16+15-x] != v {
				t.Fatalf("picture %d, place %d", i, at)
			}
		}
	}
}

// pixelsOf is the bytes of the first pictures.
func pixelsOf(t *testing.T, m *data.Images, n int) (out []byte) {
	t.Helper()
	for i := range n {
		img := m.Image(i)
		for y := range 16 {
			for x := range 16 {
				r, g, b, _ := img.At(img.Bounds().Min.X+x, img.Bounds().Min.Y+y).RGBA()
				out = append(out, byte(r>>8), byte(g>>8), byte(b>>8))
			}
		}
	}
	return out
}

// Without a size, pictures keep theirs, up to 64 pixels: small ones as they are,
// photographs at 64.
func TestSizeFollowsThePictures(t *testing.T) {
	for _, c := range []struct{ w, h, want int }{{16, 16, 16}, {32, 32, 32}, {48, 80, 48}, {200, 150, 64}, {2, 2, 4}} {
		dir := t.TempDir()
		for i := range 3 {
			m := image.NewRGBA(image.Rect(0, 0, c.w, c.h))
			m.Pix[i] = 255
			require.NoError(t, data.WritePNG(filepath.Join(dir, fmt.Sprintf("%d.png", i)), m))
		}
		require.NoError(t, os.WriteFile(filepath.Join(dir, "a.png"), []byte("no picture"), 0o666))
		side, err := typicalSide(t.Context(), dir)
		require.NoError(t, err)
		assert.Equal(t, min(c.w, c.h), side)
		pictures, err := (&Images{Data: dir}).load(t.Context())
		require.NoError(t, err)
		assert.Equal(t, c.want, pictures.Width)
	}
}

// Samples are enlarged as wished, within a limit that is known before memory is
// taken.
func TestSamplesAreEnlarged(t *testing.T) {
	small := Images{Data: facesFolder(t, 60), Hidden: []int{8}, ZDim: 4, Options: Options{Dir: t.TempDir()}}
	for _, c := range []struct{ scale, want int }{{0, 32}, {1, 16}, {5, 80}} {
		images := small
		images.Scale = c.scale
		task, err := images.Prepare(t.Context())
		require.NoError(t, err)
		sample, err := task.Sample()
		require.NoError(t, err)
		assert.Equal(t, 2+6*(c.want+2), sample.Image.Bounds().Dx())
		images.Lanczos = true
		task, err = images.Prepare(t.Context())
		require.NoError(t, err)
		smooth, err := task.Sample()
		require.NoError(t, err)
		assert.Equal(t, sample.Image.Bounds(), smooth.Image.Bounds())
		assert.Equal(t, c.want == 16, reflect.DeepEqual(sample.Image, smooth.Image), "scale %d", c.scale)
	}
	for scale, want := range map[int]string{-1: "must be at least 1", 10_000: "over the limit"} {
		images := small
		images.Scale = scale
		_, err := images.Prepare(t.Context())
		var config *ConfigError
		require.ErrorAs(t, err, &config)
		assert.Equal(t, "Scale", config.Field)
		assert.Contains(t, config.Problem, want)
	}
}
