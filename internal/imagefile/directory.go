package imagefile

import "encoding/binary"

// directory is the first image file directory of a TIFF file, which is also the
// form of an EXIF note.
type directory struct {
	order   binary.ByteOrder
	file    []byte
	entries []byte // of 12 bytes each
}

const (
	entryBytes  = 12
	mostSamples = 16 // values of a tag that are looked at
)

// Tags of TIFF 6.0, sections 8, 14 and 15.
const (
	tagWidth        = 256
	tagHeight       = 257
	tagBits         = 258 // of each sample of a pixel
	tagCompression  = 259
	tagPhotometric  = 262
	tagOrientation  = 274
	tagRowsPerStrip = 278
	tagPlanes       = 284
	tagTileWidth    = 322
	tagTileHeight   = 323
)

// readDirectory finds the directory; ok is false if there is none.
func readDirectory(file []byte) (d directory, ok bool) {
	if len(file) < 8 {
		return d, false
	}
	switch string(file[:4]) {
	case "II*\x00":
		d.order = binary.LittleEndian
	case "MM\x00*":
		d.order = binary.BigEndian
	default:
		return d, false
	}
	at := uint64(d.order.Uint32(file[4:]))
	if at+2 > uint64(len(file)) {
		return d, false
	}
	n := int(d.order.Uint16(file[at:])) * entryBytes
	d.file, d.entries = file, file[at+2:]
	d.entries = d.entries[:min(n, len(d.entries)/entryBytes*entryBytes)]
	return d, true
}

// values are the whole numbers of a tag, nil if it is not there or of another
// kind.
func (d directory) values(tag uint16) (values []uint32) {
	for e := d.entries; len(e) > 0; e = e[entryBytes:] {
		if d.order.Uint16(e) != tag {
			continue
		}
		size := kindBytes(d.order.Uint16(e[2:]))
		n := int(min(d.order.Uint32(e[4:]), mostSamples))
		p := e[8:entryBytes]
		if n*size > len(p) { // the values are elsewhere
			at := uint64(d.order.Uint32(p))
			if at+uint64(n*size) > uint64(len(d.file)) {
				return nil
			}
			p = d.file[at:]
		}
		for i := range n {
			switch q := p[i*size:]; size {
			case 1:
				values = append(values, uint32(q[0]))
			case 2:
				values = append(values, uint32(d.order.Uint16(q)))
			case 4:
				values = append(values, d.order.Uint32(q))
			}
		}
		return values
	}
	return nil
}

// value is the first number of a tag, 0 if there is none.
func (d directory) value(tag uint16) uint32 {
	if v := d.values(tag); len(v) > 0 {
		return v[0]
	}
	return 0
}

// kindBytes is the size of a whole number of a kind, 0 of any other kind.
func kindBytes(kind uint16) int {
	switch kind {
	case 1: // BYTE
		return 1
	case 3: // SHORT
		return 2
	case 4: // LONG
		return 4
	}
	return 0
}
