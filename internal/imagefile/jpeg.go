package imagefile

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image/jpeg"
)

var jpegFormat = format{
	name: "JPEG", magics: []string{"\xff\xd8\xff"},
	config: jpeg.DecodeConfig, check: checkJPEG, turn: jpegOrientation,
	decode: func(ctx context.Context, file []byte) (Picture, error) {
		return whole(jpeg.Decode(newReader(ctx, markedCMYK(file))))
	},
}

// Markers of ISO/IEC 10918-1, table B.1.
const (
	markSOI, markEOI   = 0xd8, 0xd9
	markRST0, markRST7 = 0xd0, 0xd7
	markSOF0, markSOF1 = 0xc0, 0xc1
	markSOF2           = 0xc2 // progressive
	markSOS            = 0xda
	markAPP1           = 0xe1
	markAPP14          = 0xee
)

// jpegSegments calls f with each segment of a file until f returns false. What
// lies between segments, such as the codes of a scan, is passed over as
// image/jpeg does.
func jpegSegments(file []byte, f func(marker byte, body []byte) bool) {
	for p := file[min(2, len(file)):]; ; {
		at := bytes.IndexByte(p, 0xff)
		if at < 0 {
			return
		}
		for p = p[at:]; len(p) > 0 && p[0] == 0xff; { // any number of them
			p = p[1:]
		}
		if len(p) == 0 || p[0] == markEOI {
			return
		}
		marker := p[0]
		p = p[1:]
		if marker == 0 || marker >= markRST0 && marker <= markRST7 { // of the codes
			continue
		}
		if len(p) < 2 {
			return
		}
		size := int(binary.BigEndian.Uint16(p))
		if size < 2 || size > len(p) || !f(marker, p[2:size]) {
			return
		}
		p = p[size:]
	}
}

// jpegFrame is what the headers of a JPEG say.
type jpegFrame struct {
	progressive   bool
	adobe         bool // says how its colours are stored
	width, height int
	components    []jpegComponent
	maxH, maxV    int
	scans         int
	visits        int64 // blocks of 8×8 that all scans go through
}

type jpegComponent struct {
	id   byte
	h, v int // blocks in a unit of the picture
}

func readJPEG(file []byte) (f jpegFrame) {
	jpegSegments(file, func(marker byte, body []byte) bool {
		switch marker {
		case markSOF0, markSOF1, markSOF2:
			f.frame(marker, body)
		case markSOS:
			f.scan(body)
		case markAPP14:
			f.adobe = f.adobe || len(body) >= 12 && string(body[:5]) == "Adobe"
		}
		return true
	})
	return f
}

func (f *jpegFrame) frame(marker byte, body []byte) {
	if len(f.components) > 0 || len(body) < 6 || len(body) < 6+3*int(body[5]) {
		return
	}
	f.progressive = marker == markSOF2
	f.height, f.width = int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	for c := body[6 : 6+3*int(body[5])]; len(c) > 0; c = c[3:] {
		one := jpegComponent{id: c[0], h: max(1, int(c[1]>>4)), v: max(1, int(c[1]&15))}
		f.components = append(f.components, one)
		f.maxH, f.maxV = max(f.maxH, one.h), max(f.maxV, one.v)
	}
	if len(f.components) == 1 { // its only unit is the block
		f.components[0].h, f.components[0].v, f.maxH, f.maxV = 1, 1, 1, 1
	}
}

func (f *jpegFrame) scan(body []byte) {
	if len(body) == 0 || len(body) < 1+2*int(body[0]) {
		return
	}
	f.scans++
	for i := range int(body[0]) {
		for _, c := range f.components {
			if c.id == body[1+2*i] {
				f.visits += f.blocks(c)
			}
		}
	}
}

// blocks is how many blocks of 8×8 samples a component has.
func (f *jpegFrame) blocks(c jpegComponent) int64 {
	across, down := 8*f.maxH, 8*f.maxV
	return int64((f.width*c.h+across-1)/across) * int64((f.height*c.v+down-1)/down)
}

// A scan of a progressive JPEG may go through 32,767 blocks in two bytes. So
// that a file costs no more time than it is worth, all scans together may go
// through freeVisits blocks (a tenth of a second) and visitsPerByte for each
// byte: an empty picture of libjpeg's ten scans needs 27, a photograph two.
const (
	freeVisits    = 1 << 20
	visitsPerByte = 40
)

// checkJPEG compares the blocks with the fewest bits they take, and the work of
// all scans with the bytes.
func checkJPEG(file []byte, w, h int) error {
	f := readJPEG(file)
	bits := int64(2) // a code for the first coefficient, a code for no others
	if f.progressive {
		bits = 1 // one scan of the first coefficient is enough
	}
	need := int64(0)
	for _, c := range f.components {
		need += bits * f.blocks(c)
	}
	if need > 8*int64(len(file)) {
		return forged(file, w, h)
	}
	if f.visits > freeVisits+visitsPerByte*int64(len(file)) {
		return fmt.Errorf("%d scans of %d×%d are more work than a file of %d bytes is worth; save it as a baseline JPEG, without progression",
			f.scans, w, h, len(file))
	}
	return nil
}

// markedCMYK is a file whose four colours, if it has so many, are marked as
// Adobe's: inverted. Others write them the same way, but image/jpeg refuses
// them without the mark.
func markedCMYK(file []byte) []byte {
	if f := readJPEG(file); f.adobe || len(f.components) != 4 {
		return file
	}
	const unknownTransform = 0 // CMYK, rather than YCCK
	mark := []byte{0xff, markAPP14, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, unknownTransform}
	return bytes.Join([][]byte{file[:2], file[2:]}, mark)
}

func jpegOrientation(file []byte) Orientation {
	turn := Upright
	jpegSegments(file, func(marker byte, body []byte) bool {
		if marker == markAPP1 && bytes.HasPrefix(body, exifMark) {
			turn = exifOrientation(body)
			return false
		}
		return marker != markSOS
	})
	return turn
}
