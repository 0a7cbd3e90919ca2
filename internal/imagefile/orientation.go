package imagefile

import "bytes"

// Orientation is EXIF's tag 0x0112: how a camera was held. Phones store the
// sensor's picture and this number, so a portrait would else lie on its side.
type Orientation int

// Upright is the orientation that changes nothing; so does 0, and any other
// value outside 1 to 8.
const Upright Orientation = 1

// SwapsSides says whether width and height change places.
func (t Orientation) SwapsSides() bool { return t >= 5 && t <= 8 }

// Apply turns a w×h picture, of so many bytes a pixel, upright. The result is h×w
// when the orientation swaps sides.
func (t Orientation) Apply(pixels []byte, channels, w, h int) []byte {
	if t <= Upright || t > 8 {
		return pixels
	}
	ow, oh := w, h
	if t.SwapsSides() {
		ow, oh = h, w
	}
	out := make([]byte, len(pixels))
	for y := range oh {
		for x := range ow {
			sx, sy := t.source(x, y, w, h)
			copy(out[channels*(y*ow+x):][:channels], pixels[channels*(sy*w+sx):])
		}
	}
	return out
}

// source is the stored pixel that shows at (x, y) of the upright picture.
func (t Orientation) source(x, y, w, h int) (sx, sy int) {
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

// exifMark is what an EXIF note begins with in JPEG, and with some programs in
// other formats.
var exifMark = []byte("Exif\x00\x00")

// exifOrientation reads an EXIF note, or says upright: a damaged note is no
// reason to lose the picture.
// Reference: CIPA DC-008, Exif 2.32, sections 4.5 and 4.6.
func exifOrientation(note []byte) Orientation {
	d, ok := readDirectory(bytes.TrimPrefix(note, exifMark))
	if !ok {
		return Upright
	}
	if t := d.value(tagOrientation); t >= 1 && t <= 8 {
		return Orientation(t)
	}
	return Upright
}
