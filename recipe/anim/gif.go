package anim

import (
	"context"
	"image"
	"image/gif"
	"io"
	"time"

	"github.com/org/artnn/internal/giffile"
)

// colours is what a GIF's palette holds.
const colours = 256

// WriteGIF writes the pictures, all of one size, as an endless GIF with one palette
// made for all of them.
//
// Errors: no picture, pictures of several sizes, texts that cannot be kept, those of w,
// an ended context.
func WriteGIF(ctx context.Context, w io.Writer, pictures []image.Image, o Options) error {
	if err := check(pictures); err != nil {
		return err
	}
	comments, err := giffile.Encode(o.texts())
	if err != nil {
		return err
	}
	size := pictures[0].Bounds().Size()
	chosen := palette(ctx, pictures, colours)
	out := gif.GIF{Config: image.Config{ColorModel: chosen, Width: size.X, Height: size.Y}}
	colour := newNearest(chosen)
	drawn := make([]*image.Paletted, len(pictures))
	for i, m := range pictures {
		if err := ctx.Err(); err != nil {
			return err
		}
		drawn[i] = paletted(m, chosen, colour, o.Dither)
	}
	for _, f := range o.frames(len(pictures)) {
		out.Image = append(out.Image, drawn[f.of])
		out.Delay = append(out.Delay, max(1, int(f.delay/(10*time.Millisecond))))
	}
	return gif.EncodeAll(giffile.Insert(interruptible{ctx, w}, comments), &out)
}
