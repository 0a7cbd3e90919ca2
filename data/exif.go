package data

import (
	"bytes"
	"encoding/binary"
)

// orientation is EXIF's tag 0x0112: how a camera was held. Phones store the
// sensor's picture and this number, so a portrait would else lie on its side.
type orientation int

// upright is the orientation that changes nothing; so does 0, and any other
// value outside 1 to 8.
const upright orientation = 1

// swapsSides says whether width and height change places.
func (t orientation) swapsSides() bool { return t >= 5 && t <= 8 }

// apply turns a w×h picture of RGB bytes upright. The result is h×w when the
// orientation swaps sides.
func (t orientation) apply(rgb []byte, w, h int) []byte {
	if t <= upright || t > 8 {
		return rgb
	}
	ow, oh := w, h
	if t.swapsSides() {
		ow, oh = h, w
	}
	out := make([]byte, len(rgb))
	for y := range oh {
		for x := range ow {
			sx, sy := t.source(x, y, w, h)
			copy(out[3*(y*ow+x):][:3], rgb[3*(sy*w+sx):])
		}
	}
	return out
}

// source is the stored pixel that shows at (x, y) of the upright picture.
func (t orientation) source(x, y, w, h int) (sx, sy int) {
	switch t {
	case 2: // mirrored
		return w - 1 - x, y
	case 3: // upside down
		return w - 1 - x, h - 1 - y
	case 4: // upside down, mirrored
		return x, h - 1 - y
	case 5: // on its side, mirrored
		return y, x
	case 6: // to be turned clockwise
		return y, h - 1 - x
	case 7: // on the other side, mirrored
		return w - 1 - y, h - 1 - x
	case 8: // to be turned anticlockwise
		return w - 1 - y, x
	}
	return x, y
}

// exifOrientation finds the orientation in a JPEG file, or says upright. A
// damaged note is no reason to lose the picture.
// Reference: CIPA DC-008, Exif 2.32, sections 4.5 and 4.6.
func exifOrientation(jpeg []byte) orientation {
	for p := jpeg[min(2, len(jpeg)):]; len(p) >= 4 && p[0] == 0xff; {
		marker, size := p[1], int(binary.BigEndian.Uint16(p[2:]))
		if marker == 0xff { // fill byte
			p = p[1:]
			continue
		}
		if marker == 0xda || size < 2 || len(p) < 2+size { // picture data, or damage
			break
		}
		segment := p[4 : 2+size]
		if tiff, ok := bytes.CutPrefix(segment, []byte("Exif\x00\x00")); ok && marker == 0xe1 {
			return tiffOrientation(tiff)
		}
		p = p[2+size:]
	}
	return upright
}

func tiffOrientation(tiff []byte) orientation {
	if len(tiff) < 8 {
		return upright
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return upright
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return upright
	}
	entries := int(order.Uint16(tiff[at:]))
	directory := tiff[at+2:]
	for range entries {
		if len(directory) < 12 {
			break
		}
		tag, kind := order.Uint16(directory), order.Uint16(directory[2:])
		if tag == 0x0112 && kind == 3 {
			if t := orientation(order.Uint16(directory[8:])); t >= 1 && t <= 8 {
				return t
			}
			break
		}
		directory = directory[12:]
	}
	return upright
}
