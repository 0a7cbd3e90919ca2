package data

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Pictures of every colour model keep size, colours and transparency.
func TestLoadPicture(t *testing.T) {
	rect := image.Rect(0, 0, 5, 4)
	type settable interface {
		image.Image
		Set(x, y int, c color.Color)
	}
	palette := color.Palette{color.NRGBA{}, color.NRGBA{200, 100, 50, 77}, color.NRGBA{1, 2, 3, 255}}
	for name, m := range map[string]settable{
		"nrgba": image.NewNRGBA(rect), "nrgba64": image.NewNRGBA64(rect), "gray": image.NewGray(rect),
		"gray16": image.NewGray16(rect), "rgba": image.NewRGBA(rect), "paletted": image.NewPaletted(rect, palette),
	} {
		for i := range 20 {
			m.Set(i%5, i/5, color.NRGBA64{uint16(i * 3001), uint16(i * 1777), 65535 - uint16(i*3001), uint16(65535 - i*2003)})
		}
		path := filepath.Join(t.TempDir(), name)
		var b bytes.Buffer
		require.NoError(t, png.Encode(&b, m))
		require.NoError(t, os.WriteFile(path, b.Bytes(), 0o666))
		stored, err := png.Decode(&b)
		require.NoError(t, err)
		got, err := LoadPicture(context.Background(), path)
		require.NoError(t, err)
		require.Equal(t, rect, got.Rect)
		for i := range 20 {
			require.Equal(t, color.NRGBAModel.Convert(stored.At(i%5, i/5)), got.At(i%5, i/5), name)
		}
	}
}

// Cameras' pictures are turned upright, and where a first frame does not reach there is
// nothing.
func TestLoadPictureUpright(t *testing.T) {
	stored := image.NewNRGBA(image.Rect(0, 0, 16, 8))
	for i := range stored.Pix {
		stored.Pix[i] = 255
	}
	for y := range 8 {
		stored.Set(0, y, color.Black)
		stored.Set(1, y, color.Black)
	}
	path := filepath.Join(t.TempDir(), "p")
	require.NoError(t, os.WriteFile(path, withOrientation(encode(t, "jpeg", stored), binary.BigEndian, 6), 0o666))
	m, err := LoadPicture(context.Background(), path)
	require.NoError(t, err)
	require.Equal(t, image.Rect(0, 0, 8, 16), m.Rect)
	assert.Less(t, m.NRGBAAt(4, 0).R, uint8(60))
	assert.Greater(t, m.NRGBAAt(4, 15).R, uint8(200))

	frame := image.NewPaletted(image.Rect(2, 1, 4, 3), color.Palette{color.NRGBA{255, 0, 0, 255}})
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame}, Delay: []int{0}, Config: image.Config{Width: 6, Height: 5, ColorModel: frame.Palette}}))
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o666))
	m, err = LoadPicture(context.Background(), path)
	require.NoError(t, err)
	require.Equal(t, image.Rect(0, 0, 6, 5), m.Rect)
	for i := range 30 {
		want := color.NRGBA{}
		if image.Pt(i%6, i/6).In(frame.Rect) {
			want = color.NRGBA{255, 0, 0, 255}
		}
		assert.Equal(t, want, m.NRGBAAt(i%6, i/6))
	}
}

func TestLoadPictureErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.png")
	_, err := LoadPicture(context.Background(), path)
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, err = LoadPicture(context.Background(), filepath.Dir(path))
	assert.ErrorContains(t, err, "it is a folder")
	require.NoError(t, os.WriteFile(path, []byte("a text"), 0o666))
	_, err = LoadPicture(context.Background(), path)
	assert.ErrorContains(t, err, path+": not a PNG, JPEG, GIF, WebP or TIFF file")
	whole := encode(t, "png", quarters())
	require.NoError(t, os.WriteFile(path, whole[:len(whole)/2], 0o666))
	_, err = LoadPicture(context.Background(), path)
	assert.ErrorContains(t, err, path)
	require.NoError(t, os.WriteFile(path, whole, 0o666))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = LoadPicture(ctx, path)
	assert.ErrorIs(t, err, context.Canceled)
}
