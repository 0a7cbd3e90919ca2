package recipe

import (
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
