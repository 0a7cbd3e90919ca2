// Package anim writes pictures as an animated GIF.
package anim

import (
	"errors"
	"image"
	"image/draw"
	"image/gif"
	"io"
	"time"
)

// colours is what a GIF's palette holds.
const colours = 256

// Options say how an animation runs.
type Options struct {
	// Delay is how long a picture stays; GIF counts hundredths of a second, and
	// browsers slow down what is faster than 20 ms.
	Delay time.Duration
	// Dither spreads the error of each pixel over its neighbours. Pixel art looks
	// better without.
	Dither bool
	// Back shows the pictures in reverse order after the last, so that
	// the loop has no jump.
	Back bool
}

// Write writes the pictures, all of one size, as an endless animation with one
// palette made for all of them.
//
// Errors: no picture, pictures of several sizes, those of w.
func Write(w io.Writer, pictures []image.Image, o Options) error {
	if len(pictures) == 0 {
		return errors.New("animation: no pictures")
	}
	size := pictures[0].Bounds().Size()
	palette := Palette(pictures, colours)
	out := gif.GIF{Config: image.Config{ColorModel: palette, Width: size.X, Height: size.Y}}
	var drawer draw.Drawer = draw.Src
	if o.Dither {
		drawer = draw.FloydSteinberg
	}
	frames := make([]*image.Paletted, len(pictures))
	for i, m := range pictures {
		if m.Bounds().Size() != size {
			return errors.New("animation: the pictures are not of one size")
		}
		frames[i] = image.NewPaletted(image.Rectangle{Max: size}, palette)
		drawer.Draw(frames[i], frames[i].Rect, m, m.Bounds().Min)
	}
	out.Image = frames
	if o.Back {
		for i := len(frames) - 2; i > 0; i-- {
			out.Image = append(out.Image, frames[i])
		}
	}
	for range out.Image {
		out.Delay = append(out.Delay, max(1, int(o.Delay/(10*time.Millisecond))))
	}
	return gif.EncodeAll(w, &out)
}
