package imagefile

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"

	"golang.org/x/image/webp"
)

var webpFormat = format{
	name: "WebP", magics: []string{"RIFF????WEBP"},
	config: webp.DecodeConfig, check: checkWebP, decode: decodeWebP,
	turn: func(file []byte) Orientation { return exifOrientation(readWebP(file).exif) },
}

// webpFile is what matters of a WebP file's chunks; of an animation's, those of
// the first frame.
// Reference: RFC 9649, section 2.
type webpFile struct {
	animated bool
	frame    image.Rectangle // of an animation: where its first frame goes
	alpha    []byte          // chunk ALPH
	kind     string          // "VP8 ", with loss, or "VP8L", without
	codes    []byte          // chunk of that kind
	exif     []byte
}

const (
	webpHeader     = 12
	webpFrame      = 16 // of the chunk of a frame, before its own chunks
	webpAnimation  = 1 << 1
	webpHasAlpha   = 1 << 4
	webpExtendedOf = 10 // bytes of the chunk VP8X
)

// webpChunks calls f with each chunk. The last one may be cut short.
func webpChunks(p []byte, f func(kind string, body []byte)) {
	for len(p) >= 8 {
		size, kind := int64(binary.LittleEndian.Uint32(p[4:])), string(p[:4])
		p = p[8:]
		f(kind, p[:min(size, int64(len(p)))])
		p = p[min(size+size&1, int64(len(p))):]
	}
}

func readWebP(file []byte) (w webpFile) {
	picture := func(kind string, body []byte) {
		switch {
		case w.kind != "": // the first counts
		case kind == "ALPH" && w.alpha == nil:
			w.alpha = body
		case kind == "VP8 " || kind == "VP8L":
			w.kind, w.codes = kind, body
		}
	}
	webpChunks(after(file, webpHeader), func(kind string, body []byte) {
		switch {
		case kind == "VP8X" && len(body) == webpExtendedOf:
			w.animated = w.animated || body[0]&webpAnimation != 0
		case kind == "ANMF" && w.animated && w.kind == "" && len(body) >= webpFrame:
			x, y := 2*uint24(body), 2*uint24(body[3:])
			w.frame = image.Rect(x, y, x+uint24(body[6:])+1, y+uint24(body[9:])+1)
			webpChunks(body[webpFrame:], picture)
		case kind == "EXIF" && w.exif == nil:
			w.exif = body
		case !w.animated:
			picture(kind, body)
		}
	})
	return w
}

func uint24(p []byte) int { return int(p[0]) | int(p[1])<<8 | int(p[2])<<16 }

// checkWebP compares the picture with the bytes of its chunks. Without loss, a
// plain area takes no bytes. With loss, each 16×16 pixels take at least a bit
// and a half, for how they are predicted: the probabilities of that are fixed.
// Reference: RFC 6386, section 11.2.
func checkWebP(file []byte, w, h int) error {
	f := readWebP(file)
	canvas, inFile := image.Rect(0, 0, w, h), len(file)
	if f.animated {
		if !f.frame.In(canvas) {
			return errors.New("the first frame is larger than the picture")
		}
		if err := checkPlain(file, w, h); err != nil { // costs time, if no memory
			return err
		}
		w, h = f.frame.Dx(), f.frame.Dy()
	}
	const alphaCompressed = 1
	if len(f.alpha) > 0 && f.alpha[0]&3 != alphaCompressed && w*h > len(f.alpha)-1 {
		return forged(file, w, h)
	}
	if f.kind == "VP8L" || len(f.alpha) > 0 {
		if err := checkPlain(file, w, h); err != nil {
			return err
		}
	}
	blocks := int64(w+15) / 16 * int64((h+15)/16)
	if f.kind == "VP8 " && 3*blocks > 16*int64(inFile) {
		return forged(file, w, h)
	}
	return nil
}

func decodeWebP(ctx context.Context, file []byte) (Picture, error) {
	f := readWebP(file)
	still := file
	if f.animated {
		if f.kind == "" {
			return Picture{}, errors.New("the animation has no frame")
		}
		still = f.still()
	}
	p, err := whole(webp.Decode(newReader(ctx, still)))
	if err != nil {
		return p, err
	}
	// With loss, WebP has YCbCr of limited range; Go's image.YCbCr, which the
	// decoder returns, is JPEG's, of full range.
	switch m := p.Image.(type) {
	case *image.YCbCr:
		p.Image = fromLimited(ctx, m, nil, 0)
	case *image.NYCbCrA:
		p.Image = fromLimited(ctx, &m.YCbCr, m.A, m.AStride)
	}
	if f.animated {
		config, err := webp.DecodeConfig(bytes.NewReader(file))
		if err != nil {
			return p, err
		}
		p.Image.(*image.NRGBA).Rect = f.frame
		p.Canvas = image.Rect(0, 0, config.Width, config.Height)
	}
	return p, nil
}

// still is a file of the first frame alone, which the decoder can read.
func (f webpFile) still() []byte {
	var flags byte
	if len(f.alpha) > 0 && f.kind == "VP8 " {
		flags = webpHasAlpha
	}
	w, h := f.frame.Dx()-1, f.frame.Dy()-1
	body := []byte("WEBP")
	body = appendChunk(body, "VP8X", []byte{flags, 0, 0, 0, byte(w), byte(w >> 8), byte(w >> 16), byte(h), byte(h >> 8), byte(h >> 16)})
	if flags != 0 {
		body = appendChunk(body, "ALPH", f.alpha)
	}
	return appendChunk(nil, "RIFF", appendChunk(body, f.kind, f.codes))
}

func appendChunk(p []byte, kind string, body []byte) []byte {
	p = binary.LittleEndian.AppendUint32(append(p, kind...), uint32(len(body)))
	p = append(p, body...)
	if len(body)%2 == 1 {
		p = append(p, 0)
	}
	return p
}
