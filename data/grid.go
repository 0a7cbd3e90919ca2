package data

import (
	"image"
	"image/color"
	"image/draw"
	"math"
)

// GridOptions say how pictures are laid out on a sheet. Zero values are the
// defaults.
type GridOptions struct {
	Columns    int         // 0 means the square root of the number of pictures, rounded up
	Scale      int         // width and height are enlarged by it; 0 means 1
	Smooth     bool        // enlarge by [Lanczos]; otherwise each pixel becomes Scale×Scale, as pixel art needs
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
	var w, h int
	for _, p := range pictures {
		w, h = max(w, p.Bounds().Dx()), max(h, p.Bounds().Dy())
	}
	l := o.layout(n, w, h)
	sheet := image.NewRGBA(image.Rect(0, 0, int(l.width), int(l.height)))
	draw.Draw(sheet, sheet.Rect, image.NewUniform(l.background), image.Point{}, draw.Src)
	for i, p := range pictures {
		x := l.padding + i%l.columns*(w*l.scale+l.padding)
		y := l.padding + i/l.columns*(h*l.scale+l.padding)
		if o.Smooth && l.scale > 1 && !p.Bounds().Empty() {
			drawSmooth(sheet, x, y, p, l)
		} else {
			drawScaled(sheet, x, y, p, l.scale)
		}
	}
	return sheet
}

// MaxGridPixels is a limit for programs whose users say how large a sheet is to
// be: 268 MB of memory.
const MaxGridPixels = 1 << 26

// Pixels is the size of the sheet that [GridOf] makes of n pictures, each of
// width×height at most. Whoever takes numbers from outside looks at it first: a
// pixel takes four bytes.
func (o GridOptions) Pixels(n, width, height int) int64 {
	l := o.layout(n, width, height)
	if l.height > 0 && l.width > math.MaxInt64/l.height {
		return math.MaxInt64
	}
	return l.width * l.height
}

// layout is where pictures go.
type layout struct {
	columns, scale, padding int
	width, height           int64 // of the sheet
	background              color.Color
}

func (o GridOptions) layout(n, w, h int) layout {
	l := layout{columns: o.Columns, scale: max(1, o.Scale), padding: o.Padding, background: o.Background}
	if l.columns <= 0 {
		l.columns = int(math.Ceil(math.Sqrt(float64(n))))
	}
	if l.padding == 0 {
		l.padding = 2
	}
	l.padding = max(0, l.padding)
	if l.background == nil {
		l.background = color.White
	}
	rows := (n-1)/l.columns + 1
	side := func(count, size int) int64 {
		return int64(l.padding) + int64(count)*(int64(size)*int64(l.scale)+int64(l.padding))
	}
	l.width, l.height = side(l.columns, w), side(rows, h)
	return l
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

// drawSmooth draws p over the background with its top left at (x, y).
func drawSmooth(sheet *image.RGBA, x, y int, p image.Image, l layout) {
	w, h := p.Bounds().Dx()*l.scale, p.Bounds().Dy()*l.scale
	rgb := resize(p, p.Bounds(), w, h, ImageOptions{Filter: Lanczos, Fit: Stretch, Background: l.background})
	draw.Draw(sheet, image.Rect(x, y, x+w, y+h), bytesToImage(rgb, 3, h, w), image.Point{}, draw.Src)
}
