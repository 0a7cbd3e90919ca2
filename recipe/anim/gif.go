package anim

import (
	"image"
	"image/draw"
	"image/gif"
	"io"
	"time"
)

// colours is what a GIF's palette holds.
const colours = 256

// WriteGIF writes the pictures, all of one size, as an endless GIF with one palette
// made for all of them.
//
// Errors: no picture, pictures of several sizes, those of w.
func WriteGIF(w io.Writer, pictures []image.Image, o Options) error {
	if err := check(pictures); err != nil {
		return err
	}
	size := pictures[0].Bounds().Size()
	palette := Palette(pictures, colours)
	out := gif.GIF{Config: image.Config{ColorModel: palette, Width: size.X, Height: size.Y}}
	var drawer draw.Drawer = draw.Src
	if o.Dither {
		drawer = draw.FloydSteinberg
	}
	drawn := make([]*image.Paletted, len(pictures))
	for i, m := range pictures {
		drawn[i] = image.NewPaletted(image.Rectangle{Max: size}, palette)
		drawer.Draw(drawn[i], drawn[i].Rect, m, m.Bounds().Min)
	}
	for _, f := range o.frames(len(pictures)) {
		out.Image = append(out.Image, drawn[f.of])
		out.Delay = append(out.Delay, max(1, int(f.delay/(10*time.Millisecond))))
	}
	return gif.EncodeAll(w, &out)
}
