package data

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"io"
	"io/fs"

	"github.com/org/artnn/internal/imagefile"
	"github.com/org/artnn/internal/regular"
)

// LoadPicture reads one PNG, JPEG, GIF, WebP or TIFF file at its own size, upright and
// with its transparency. Of several frames or pages it is the first; 16-bit colours are
// rounded down to 8 bits.
//
// Errors: as those of [DecodeImage], with the file's name; a picture of more than 67
// million pixels (8192×8192).
func LoadPicture(ctx context.Context, path string) (*image.NRGBA, error) {
	m, err := loadPicture(ctx, path)
	var named *fs.PathError
	switch {
	case errors.As(err, &named) && named.Path == path: // it has the name
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

func loadPicture(ctx context.Context, path string) (m *image.NRGBA, err error) {
	f, err := regular.OpenStream(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	file, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, err
	}
	if len(file) > maxFileBytes {
		return nil, errFileSize
	}
	opened, err := imagefile.Open(file, defaultMaxPixels)
	if err != nil {
		return nil, err
	}
	p, err := opened.Decode(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { // reading the pixels runs methods of the decoder's types
		if v := recover(); v != nil {
			m, err = nil, fmt.Errorf("reading the pixels panicked: %v", v)
		}
	}()
	return upright(p), nil
}

// upright is a decoded picture with colours apart from its transparency.
func upright(p imagefile.Picture) *image.NRGBA {
	w, h := p.Canvas.Dx(), p.Canvas.Dy()
	pix := make([]byte, 4*w*h)
	at := p.Bounds().Intersect(p.Canvas).Sub(p.Canvas.Min)
	switch m := p.Image.(type) {
	case *image.NRGBA:
		for y := at.Min.Y; y < at.Max.Y; y++ {
			from := m.PixOffset(p.Canvas.Min.X+at.Min.X, p.Canvas.Min.Y+y)
			copy(pix[4*(y*w+at.Min.X):4*(y*w+at.Max.X)], m.Pix[from:])
		}
	case interface{ Opaque() bool }:
		if m.Opaque() { // where nothing is to be divided by it, drawing is fast and exact
			draw.Draw(&image.RGBA{Pix: pix, Stride: 4 * w, Rect: image.Rect(0, 0, w, h)}, at, p.Image, p.Canvas.Min.Add(at.Min), draw.Src)
			break
		}
		convert(pix, w, at, p)
	default:
		convert(pix, w, at, p)
	}
	pix = p.Turn.Apply(pix, 4, w, h)
	if p.Turn.SwapsSides() {
		w, h = h, w
	}
	return &image.NRGBA{Pix: pix, Stride: 4 * w, Rect: image.Rect(0, 0, w, h)}
}

// convert copies pixel by pixel.
func convert(pix []byte, w int, at image.Rectangle, p imagefile.Picture) {
	for y := at.Min.Y; y < at.Max.Y; y++ {
		for x := at.Min.X; x < at.Max.X; x++ {
			c := color.NRGBAModel.Convert(p.At(p.Canvas.Min.X+x, p.Canvas.Min.Y+y)).(color.NRGBA)
			copy(pix[4*(y*w+x):], []byte{c.R, c.G, c.B, c.A})
		}
	}
}
