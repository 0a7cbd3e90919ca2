package imagefile

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	p, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)))
	require.NoError(t, err)
	return p
}

// decoded is the picture in a file.
func decoded(t testing.TB, file []byte) Picture {
	t.Helper()
	f, err := Open(file, math.MaxInt32)
	require.NoError(t, err)
	p, err := f.Decode(context.Background())
	require.NoError(t, err)
	return p
}

// pixels are a canvas's RGB bytes over white, which hides the colours of clear
// pixels.
func pixels(m image.Image, canvas image.Rectangle) (out []byte) {
	for y := canvas.Min.Y; y < canvas.Max.Y; y++ {
		for x := canvas.Min.X; x < canvas.Max.X; x++ {
			c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
			for _, v := range []byte{c.R, c.G, c.B} {
				out = append(out, byte((int(v)*int(c.A)+255*(255-int(c.A)))/255))
			}
		}
	}
	return out
}

// Every kind of file is, within two levels, what Pillow makes of it; by
// testdata/make.py.
func TestDecodeAgreesWithPillow(t *testing.T) {
	goldens, err := filepath.Glob("testdata/want/*.png")
	require.NoError(t, err)
	require.Len(t, goldens, 31)
	for _, golden := range goldens {
		name := strings.TrimSuffix(filepath.Base(golden), ".png")
		t.Run(name, func(t *testing.T) {
			p := decoded(t, testdata(t, name))
			want, err := png.Decode(bytes.NewReader(testdata(t, "want/"+name+".png")))
			require.NoError(t, err)
			require.Equal(t, want.Bounds(), p.Canvas)
			got, expected := pixels(p.Image, p.Canvas), pixels(want, want.Bounds())
			most := 0
			for i := range got {
				d := int(got[i]) - int(expected[i])
				most = max(most, d, -d)
			}
			assert.LessOrEqual(t, most, 2)
		})
	}
}

// A white and a black file of libwebp's: of limited range, 235 and 16.
func TestLossyWebPOfOneColour(t *testing.T) {
	for name, want := range map[string]int{"white_lossy.webp": 255, "black_lossy.webp": 0} {
		p := decoded(t, testdata(t, name))
		for _, v := range pixels(p.Image, p.Canvas) {
			require.InDelta(t, want, int(v), 2, name)
		}
	}
}
