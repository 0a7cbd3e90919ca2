package anim

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/draw"
	"image/png"
	"io"
	"time"

	"github.com/org/artnn/internal/pngfile"
)

// WriteAPNG writes the pictures, all of one size, as an endless animated PNG, in true
// colour and with what is transparent. Programs that do not know APNG show the first
// picture.
//
// Errors: no picture, pictures of several sizes, texts that cannot be kept, those of
// w, an ended context.
//
// Reference: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)",
// 2025, sections 11.3.6 and 12.
func WriteAPNG(ctx context.Context, w io.Writer, pictures []image.Image, o Options) error {
	if err := check(pictures); err != nil {
		return err
	}
	texts, err := pngfile.Encode(o.texts())
	if err != nil {
		return err
	}
	still, opaque := stills(pictures)
	var header []byte
	packed := make([][]byte, len(pictures)) // of each picture, what its chunks IDAT hold
	for i, m := range still {
		if err := ctx.Err(); err != nil {
			return err
		}
		var file bytes.Buffer
		var out image.Image = m
		if !opaque {
			out = withAlpha{m}
		}
		if err := png.Encode(&file, out); err != nil {
			return err
		}
		pngfile.Chunks(file.Bytes(), func(kind string, body []byte) bool {
			switch kind {
			case "IHDR":
				header = body // the same of all
			case "IDAT":
				packed[i] = append(packed[i], body...)
			}
			return true
		})
	}
	frames := o.frames(len(pictures))
	b := pngfile.Append([]byte(pngfile.Magic), "IHDR", header)
	b = append(b, texts...)
	const forEver = 0
	b = pngfile.Append(b, "acTL", binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(len(frames))), forEver))
	sequence := uint32(0)
	next := func() []byte {
		sequence++
		return binary.BigEndian.AppendUint32(nil, sequence-1)
	}
	for i, f := range frames {
		control := append(next(), header[:8]...)      // width and height
		control = append(control, make([]byte, 8)...) // at the top left
		control = append(control, delay(f.delay)...)
		control = append(control, 0, 0) // leave the picture, and replace the one before
		b = pngfile.Append(b, "fcTL", control)
		if i == 0 {
			b = pngfile.Append(b, "IDAT", packed[f.of])
		} else {
			b = pngfile.Append(b, "fdAT", append(next(), packed[f.of]...))
		}
		if _, err := w.Write(b); err != nil {
			return err
		}
		b = b[:0]
	}
	_, err = w.Write(pngfile.Append(b, "IEND", nil))
	return err
}

// stills are the pictures in one form, and whether no pixel of any is transparent.
func stills(pictures []image.Image) (out []*image.NRGBA, opaque bool) {
	opaque = true
	for _, m := range pictures {
		still := image.NewNRGBA(image.Rectangle{Max: m.Bounds().Size()})
		draw.Draw(still, still.Rect, m, m.Bounds().Min, draw.Src)
		out = append(out, still)
		opaque = opaque && still.Opaque()
	}
	return out, opaque
}

// withAlpha makes the encoder write alpha also of a picture without transparent
// pixels: all frames are of one form.
type withAlpha struct{ *image.NRGBA }

func (withAlpha) Opaque() bool { return false }

// delay is numerator and denominator of seconds.
func delay(d time.Duration) []byte {
	count, per := d.Milliseconds(), int64(1000)
	if count > 1<<16-1 {
		count, per = min(count/10, 1<<16-1), 100
	}
	return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, uint16(count)), uint16(per))
}
