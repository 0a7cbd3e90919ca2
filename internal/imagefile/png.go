package imagefile

import (
	"context"
	"image/png"

	"github.com/org/artnn/internal/pngfile"
)

var pngFormat = format{
	name: "PNG", magics: []string{pngfile.Magic},
	config: png.DecodeConfig, check: checkPNG, turn: pngOrientation,
	decode: func(ctx context.Context, file []byte) (Picture, error) {
		return whole(png.Decode(newReader(ctx, file)))
	},
}

// mostDeflate is the best that deflate does: 258 bytes from two bits, one for the
// length and one for the distance.
const mostDeflate = 1032

// checkPNG compares the bytes of all rows with what deflate can make of the
// bytes that are there.
// Reference: ISO/IEC 15948, sections 7 and 8.
func checkPNG(file []byte, w, h int) error {
	var header []byte
	packed := int64(0)
	pngfile.Chunks(file, func(kind string, body []byte) bool {
		switch kind {
		case "IHDR":
			header = body
		case "IDAT":
			packed += int64(len(body))
		}
		return true
	})
	if len(header) < 13 {
		return nil
	}
	samples := map[byte]int64{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[header[9]]
	bits := samples * int64(header[8])
	rows := func(w, h int64) int64 {
		if w == 0 {
			return 0
		}
		return h * (1 + (w*bits+7)/8) // each begins with the number of its filter
	}
	raw := rows(int64(w), int64(h))
	if header[12] == 1 {
		raw = 0
		for _, p := range adam7 {
			raw += rows(p.of(w, p.x, p.dx), p.of(h, p.y, p.dy))
		}
	}
	if raw > mostDeflate*packed {
		return forged(file, w, h)
	}
	return nil
}

// pass is one of the reduced pictures of an interlaced one: each dx-th pixel of
// each dy-th row, from (x, y).
type pass struct{ x, y, dx, dy int }

func (pass) of(length, first, step int) int64 {
	return int64(max(0, (length-first+step-1)/step))
}

var adam7 = []pass{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}

func pngOrientation(file []byte) Orientation {
	turn := Upright
	pngfile.Chunks(file, func(kind string, body []byte) bool {
		if kind == "eXIf" {
			turn = exifOrientation(body)
		}
		return kind != "eXIf"
	})
	return turn
}
