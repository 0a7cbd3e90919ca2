package imagefile

import (
	"context"
	"errors"
	"fmt"
	"image"

	"golang.org/x/image/tiff"
)

var tiffFormat = format{
	name: "TIFF", magics: []string{"II*\x00", "MM\x00*"},
	config: tiff.DecodeConfig, check: checkTIFF, turn: exifOrientation,
	decode: decodeTIFF,
}

// mostStripPixels bounds what a compressed strip or tile unfolds to, which the
// decoder holds in memory beside the picture, at up to eight bytes a pixel.
const mostStripPixels = 1 << 24

const (
	blackIsZero = 1 // of tagPhotometric
	planesApart = 2 // of tagPlanes: one picture after another, for each colour
)

// checkTIFF compares the bits of all pixels with what the compression can make
// of the file.
// Reference: TIFF 6.0, sections 4 to 15.
func checkTIFF(file []byte, w, h int) error {
	d, ok := readDirectory(file)
	if !ok {
		return nil
	}
	if d.value(tagPlanes) == planesApart && len(d.values(tagBits)) > 1 {
		return errors.New("its colours are stored apart, which is not supported; save it as PNG")
	}
	bits := int64(0)
	for _, b := range d.values(tagBits) {
		bits += int64(min(b, 64))
	}
	need := int64(h) * ((int64(w)*max(1, bits) + 7) / 8)
	ratio := int64(1)
	switch d.value(tagCompression) {
	case 0, 1: // as it is
	case 3, 4: // fax: a line like the one above takes a bit
		return checkPlain(file, w, h)
	case 5:
		ratio = mostLZW
	case 8, 32946:
		ratio = mostDeflate
	case 32773: // PackBits: 128 bytes from two
		ratio = 64
	default:
		return fmt.Errorf("its compression, number %d, is not supported; save it as PNG", d.value(tagCompression))
	}
	if need > ratio*int64(len(file)) {
		return forged(file, w, h)
	}
	if strip := d.stripPixels(w, h); ratio > 1 && strip > mostStripPixels {
		return fmt.Errorf("a strip or tile of %d pixels is over the limit of %d; save it in smaller strips, or as PNG", strip, mostStripPixels)
	}
	return nil
}

func decodeTIFF(ctx context.Context, file []byte) (Picture, error) {
	m, err := tiff.Decode(newReader(ctx, file))
	d, _ := readDirectory(file)
	// Fax codes runs of 0 and 1, whichever of them is white. The decoder takes
	// the first run for white, libtiff for 0, and libtiff writes the files.
	if gray, ok := m.(*image.Gray); ok && d.isFax() && d.value(tagPhotometric) == blackIsZero {
		for i, v := range gray.Pix {
			gray.Pix[i] = 255 - v
		}
	}
	return whole(m, err)
}

// isFax tells whether the picture is compressed as CCITT's Group 3 or 4.
func (d directory) isFax() bool {
	c := d.value(tagCompression)
	return c == 3 || c == 4
}

// stripPixels is the size of a strip or tile.
func (d directory) stripPixels(w, h int) int64 {
	if tw := d.value(tagTileWidth); tw != 0 {
		return int64(tw) * int64(min(d.value(tagTileHeight), 1<<31-1))
	}
	rows := int64(h)
	if r := d.value(tagRowsPerStrip); r > 0 {
		rows = min(rows, int64(r))
	}
	return int64(w) * rows
}
