package imagefile

import (
	"context"
	"encoding/binary"
	"image"
	"image/gif"
)

var gifFormat = format{
	name: "GIF", magics: []string{"GIF8?a"},
	config: gif.DecodeConfig, check: checkGIF,
	decode: func(ctx context.Context, file []byte) (Picture, error) {
		p, err := whole(gif.Decode(newReader(ctx, file))) // the first frame
		p.Canvas = image.Rect(0, 0, int(binary.LittleEndian.Uint16(file[6:])), int(binary.LittleEndian.Uint16(file[8:])))
		return p, err
	},
}

// mostLZW is above the pixels or bytes that a byte of LZW codes can stand for:
// 4,096, the longest string of the table, for a code of 12 bits.
const mostLZW = 4096 * 8 / 12

// checkGIF compares the first frame with the bytes of its own codes, and the
// canvas with the whole file: it costs time, if no memory.
// Reference: GIF89a, sections 18 to 22.
func checkGIF(file []byte, w, h int) error {
	frame, packed, ok := firstFrame(file)
	if int64(w)*int64(h) > mostLZW*int64(len(file)) || ok && frame > mostLZW*packed {
		return forged(file, w, h)
	}
	return nil
}

// firstFrame is the number of pixels of the first frame of a GIF, and of the
// bytes of its codes.
func firstFrame(file []byte) (pixels, packed int64, ok bool) {
	table := func(fields byte) int { // bytes of a table of colours, if there is one
		if fields&0x80 == 0 {
			return 0
		}
		return 3 << (1 + fields&7)
	}
	const screen, descriptor = 13, 10
	p := after(file, screen)
	if len(p) == 0 {
		return 0, 0, false
	}
	for p = after(p, table(file[10])); len(p) > 0; {
		switch p[0] {
		case '!': // an extension
			_, p = subBlocks(after(p, 2))
		case ',':
			if len(p) < descriptor {
				return 0, 0, false
			}
			pixels = int64(binary.LittleEndian.Uint16(p[5:])) * int64(binary.LittleEndian.Uint16(p[7:]))
			packed, _ = subBlocks(after(p, descriptor+table(p[9])+1)) // and the size of the first codes
			return pixels, packed, true
		default:
			return 0, 0, false
		}
	}
	return 0, 0, false
}

// subBlocks is the number of bytes in a series of blocks, and what follows it.
func subBlocks(p []byte) (bytes int64, rest []byte) {
	for len(p) > 0 && p[0] != 0 {
		n := min(int(p[0]), len(p)-1)
		bytes += int64(n)
		p = p[1+n:]
	}
	return bytes, after(p, 1)
}

// after is p without its first n bytes.
func after(p []byte, n int) []byte { return p[min(n, len(p)):] }
