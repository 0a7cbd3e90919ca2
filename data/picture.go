package data

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"

	"github.com/org/artnn/internal/atomicfile"
	"github.com/org/artnn/internal/picture"
)

// ToImage turns values in [−1, 1] into a picture: gray for one channel, RGB for
// three, RGB with alpha for four. Values outside are clamped; NaN is black.
//
// Shape: pixels is [channels, height, width].
// Panics when the length is another, or channels is not 1, 3 or 4.
func ToImage(pixels []float32, channels, height, width int) image.Image {
	checkPlanes("toImage", len(pixels), 1, channels, height, width)
	return picture.New(pixels, channels, height, width)
}

// ToImages turns a batch into pictures, as [ToImage] each.
//
// Shape: pixels is [n, channels, height, width] for any n.
func ToImages(pixels []float32, channels, height, width int) []image.Image {
	n := checkPlanes("toImages", len(pixels), -1, channels, height, width)
	each := channels * height * width
	out := make([]image.Image, n)
	for i := range out {
		out[i] = ToImage(pixels[i*each:(i+1)*each], channels, height, width)
	}
	return out
}

// checkPlanes panics unless length is n pictures of the size, or any number of
// them for n = −1, and returns that number.
func checkPlanes(op string, length, n, channels, height, width int) int {
	if channels != 1 && channels != 3 && channels != 4 {
		panic(fmt.Sprintf("%s: expected 1, 3 or 4 channels, got %d", op, channels))
	}
	if height < 1 || width < 1 || height > math.MaxInt32/4/width {
		panic(fmt.Sprintf("%s: a picture cannot be %d×%d", op, width, height))
	}
	each := channels * height * width
	if n == 1 && length != each || length%each != 0 {
		panic(fmt.Sprintf("%s: expected [%d %d %d], %d values a picture, got %d", op, channels, height, width, each, length))
	}
	return length / each
}

// bytesToImage wraps interleaved bytes of 1, 3 or 4 channels.
func bytesToImage(p []byte, channels, height, width int) image.Image {
	rect := image.Rect(0, 0, width, height)
	switch channels {
	case 1:
		m := image.NewGray(rect)
		copy(m.Pix, p)
		return m
	case 4:
		m := image.NewNRGBA(rect)
		copy(m.Pix, p)
		return m
	}
	m := image.NewRGBA(rect)
	for i, j := 0, 0; j < len(p); i, j = i+4, j+3 {
		m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3] = p[j], p[j+1], p[j+2], 255
	}
	return m
}

// GridOptions say how pictures are laid out on a sheet. Zero values are the
// defaults.
type GridOptions struct {
	Columns    int         // 0 means the square root of the number of pictures, rounded up
	Scale      int         // each pixel becomes Scale×Scale; 0 means 1
	Padding    int         // pixels between pictures and around them, not scaled; 0 means 2, negative none
	Background color.Color // of the padding and of empty places; nil means white
}

// Grid lays a batch of pictures out in rows, the first at the top left.
//
// Shape: pixels is [n, channels, height, width] for any n ≥ 1.
// Panics when the length is no whole number of pictures or there is none.
func Grid(pixels []float32, channels, height, width int, o GridOptions) *image.RGBA {
	return GridOf(ToImages(pixels, channels, height, width), o)
}

// GridOf is [Grid] for pictures; those smaller than the largest stand at the
// top left of their places.
func GridOf(pictures []image.Image, o GridOptions) *image.RGBA {
	n := len(pictures)
	if n == 0 {
		panic("grid: expected pictures, got none")
	}
	columns, scale, padding := o.Columns, max(1, o.Scale), o.Padding
	if columns <= 0 {
		columns = int(math.Ceil(math.Sqrt(float64(n))))
	}
	if padding == 0 {
		padding = 2
	}
	padding = max(0, padding)
	background := o.Background
	if background == nil {
		background = color.White
	}
	var w, h int
	for _, p := range pictures {
		w, h = max(w, p.Bounds().Dx()*scale), max(h, p.Bounds().Dy()*scale)
	}
	rows := (n + columns - 1) / columns
	sheet := image.NewRGBA(image.Rect(0, 0, padding+columns*(w+padding), padding+rows*(h+padding)))
	draw.Draw(sheet, sheet.Rect, image.NewUniform(background), image.Point{}, draw.Src)
	for i, p := range pictures {
		x := padding + i%columns*(w+padding)
		y := padding + i/columns*(h+padding)
		drawScaled(sheet, x, y, p, scale)
	}
	return sheet
}

// drawScaled draws p over the sheet with its top left at (x, y), each pixel as
// a square.
func drawScaled(sheet *image.RGBA, x, y int, p image.Image, scale int) {
	b := p.Bounds()
	if scale == 1 {
		draw.Draw(sheet, image.Rect(x, y, x+b.Dx(), y+b.Dy()), p, b.Min, draw.Over)
		return
	}
	pixel := image.NewUniform(nil)
	for py := range b.Dy() {
		for px := range b.Dx() {
			pixel.C = p.At(b.Min.X+px, b.Min.Y+py)
			square := image.Rect(0, 0, scale, scale).Add(image.Pt(x+px*scale, y+py*scale))
			draw.Draw(sheet, square, pixel, image.Point{}, draw.Over)
		}
	}
}

// WritePNG saves a picture. The file is whole or not there: an interrupted
// save leaves what was at path before.
func WritePNG(path string, m image.Image) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		if err := png.Encode(w, m); err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		return nil
	})
}
