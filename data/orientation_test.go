package data

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"slices"
	"testing"
)

// exifNote is a note of the orientation, a SHORT or a LONG, behind another entry.
func exifNote(order binary.AppendByteOrder, value uint16, long bool) []byte {
	mark := "II*\x00"
	if order == binary.AppendByteOrder(binary.BigEndian) {
		mark = "MM\x00*"
	}
	note := order.AppendUint32([]byte(mark), 8)
	note = order.AppendUint16(note, 2)
	for _, e := range [][2]uint16{{0x010f, 7}, {0x0112, value}} {
		note = order.AppendUint16(note, e[0])
		if long {
			note = order.AppendUint32(order.AppendUint32(order.AppendUint16(note, 4), 1), uint32(e[1]))
			continue
		}
		note = order.AppendUint32(order.AppendUint16(note, 3), 1)
		note = order.AppendUint16(order.AppendUint16(note, e[1]), 0)
	}
	return order.AppendUint32(note, 0)
}

// withOrientation puts an EXIF note into a JPEG file.
func withOrientation(jpeg []byte, order binary.AppendByteOrder, value uint16) []byte {
	return withNote(jpeg, exifNote(order, value, false))
}

func withNote(jpeg, note []byte) []byte {
	note = append([]byte("Exif\x00\x00"), note...)
	out := append([]byte(nil), jpeg[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(note)+2))
	return append(append(out, note...), jpeg[2:]...)
}

// quarters is a square with a colour in each quarter.
func quarters() image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for y := range 64 {
		for x := range 64 {
			m.Set(x, y, []color.Color{color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 255, 0, 255},
				color.NRGBA{0, 0, 255, 255}, color.NRGBA{255, 255, 255, 255}}[y/32*2+x/32])
		}
	}
	return m
}

// What shows top left, top right, bottom left, bottom right for each value, as
// the standard's table describes (row 0 and column 0 of the stored picture are
// the visual top and left for 1, top and right for 2, …).
func TestEXIFOrientation(t *testing.T) {
	want := map[uint16]string{
		0: "RGBW", 1: "RGBW", 2: "GRWB", 3: "WBGR", 4: "BWRG",
		5: "RBGW", 6: "BRWG", 7: "WGBR", 8: "GWRB", 9: "RGBW",
	}
	jpeg := encode(t, "jpeg", quarters())
	for value, corners := range want {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			v, err := DecodeImage(bytes.NewReader(withOrientation(jpeg, order, value)), ImageOptions{Size: 16})
			if err != nil {
				t.Fatal(err)
			}
			m := ToImage(v, 3, 16, 16)
			got := ""
			for _, p := range []image.Point{{3, 3}, {12, 3}, {3, 12}, {12, 12}} {
				r, g, b, _ := m.At(p.X, p.Y).RGBA()
				switch {
				case r > 0x8000 && g > 0x8000:
					got += "W"
				case r > 0x8000:
					got += "R"
				case g > 0x8000:
					got += "G"
				case b > 0x8000:
					got += "B"
				}
			}
			if got != corners {
				t.Errorf("orientation %d, %v: corners %s, want %s", value, order, got, corners)
			}
		}
	}
}

// A portrait stored on its side keeps its shape: cut to a tall frame it shows
// all of itself.
func TestEXIFOrientationSwapsSides(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 80, 40))
	for x := range 80 {
		for y := range 40 {
			c := color.NRGBA{255, 0, 0, 255}
			if x < 40 {
				c = color.NRGBA{0, 0, 255, 255}
			}
			m.Set(x, y, c)
		}
	}
	file := withOrientation(encode(t, "jpeg", m), binary.BigEndian, 6)
	v, err := DecodeImage(bytes.NewReader(file), ImageOptions{Width: 10, Height: 20})
	if err != nil {
		t.Fatal(err)
	}
	out := ToImage(v, 3, 20, 10)
	for y := range 20 {
		r, _, b, _ := out.At(5, y).RGBA()
		if blueOnTop := y < 10; (b > r) != blueOnTop {
			t.Fatalf("row %d has red %d, blue %d; want blue in the upper half", y, r>>8, b>>8)
		}
	}
}

// noteIn puts a note into a file of any format: in its chunk, or for TIFF as the
// tag of the picture itself.
var noteIn = map[string]func(file, note []byte) []byte{
	"jpeg": withNote,
	"png": func(file, note []byte) []byte {
		const header = 8 + 25
		return slices.Concat(file[:header], pngChunk("eXIf", note), file[header:])
	},
	"png, at its end": func(file, note []byte) []byte {
		end := len(file) - 12
		return slices.Concat(file[:end], pngChunk("eXIf", note), file[end:])
	},
	"webp": func(file, note []byte) []byte { return webpWith(file, note) },
	"webp, marked": func(file, note []byte) []byte {
		return webpWith(file, append([]byte("Exif\x00\x00"), note...))
	},
}

func pngChunk(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

func webpChunk(kind string, body []byte) []byte {
	out := binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body)))
	return append(append(out, body...), make([]byte, len(body)%2)...)
}

// webpWith is an extended file with the picture of a simple one of 24×16, and a
// note.
func webpWith(file, note []byte) []byte {
	const hasEXIF = 8
	head := webpChunk("VP8X", []byte{hasEXIF, 0, 0, 0, 23, 0, 0, 15, 0, 0})
	return webpChunk("RIFF", slices.Concat([]byte("WEBP"), head, file[12:], webpChunk("EXIF", note)))
}

// tiffOf is an uncompressed TIFF of RGB with an orientation.
func tiffOf(m image.Image, order binary.AppendByteOrder, value uint16, long bool) []byte {
	pixels := rgbBytes(m)
	b := m.Bounds()
	file := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		file = []byte("MM\x00*")
	}
	file = order.AppendUint32(file, uint32(8+len(pixels)))
	file = append(file, pixels...)
	const entries = 10
	bits := uint32(len(file) + 2 + 12*entries + 4)
	file = order.AppendUint16(file, entries)
	for _, e := range [entries][3]uint32{ // tag, values, value
		{256, 1, uint32(b.Dx())}, {257, 1, uint32(b.Dy())}, {258, 3, bits}, {259, 1, 1}, {262, 1, 2},
		{273, 1, 8}, {274, 1, uint32(value)}, {277, 1, 3}, {278, 1, uint32(b.Dy())}, {279, 1, uint32(len(pixels))},
	} {
		file = order.AppendUint16(file, uint16(e[0]))
		if short := e[0] == 258 || e[0] == 274 && !long; short && e[1] == 1 {
			file = order.AppendUint32(order.AppendUint16(file, 3), 1)
			file = order.AppendUint16(order.AppendUint16(file, uint16(e[2])), 0)
		} else if short {
			file = order.AppendUint32(order.AppendUint32(order.AppendUint16(file, 3), e[1]), e[2])
		} else {
			file = order.AppendUint32(order.AppendUint32(order.AppendUint16(file, 4), e[1]), e[2])
		}
	}
	file = order.AppendUint32(file, 0)
	for range 3 {
		file = order.AppendUint16(file, 8)
	}
	return file
}

// turned is how m is stored so that the orientation makes m of it: 2 to 4 mirror
// and turn by half, which undo themselves; 6 is a turn clockwise of what was
// turned anticlockwise.
func turned(m image.Image, value uint16) image.Image {
	b := m.Bounds()
	w, h := b.Dx(), b.Dy()
	if value >= 5 {
		w, h = h, w
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range b.Dy() {
		for x := range b.Dx() {
			right, below := b.Dx()-1-x, b.Dy()-1-y
			at := [9]image.Point{{x, y}, {x, y}, {right, y}, {right, below}, {x, below}, {y, x}, {y, right}, {below, right}, {below, x}}[value]
			out.Set(at.X, at.Y, m.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}

// Whatever the format, the byte order, the kind of number and the orientation, the
// upright picture is the same.
func TestOrientationOfEveryFormat(t *testing.T) {
	m, err := png.Decode(bytes.NewReader(testdata(t, "small.png")))
	if err != nil {
		t.Fatal(err)
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	upright := func(file []byte, w, h int) []byte {
		v, err := DecodeImage(bytes.NewReader(file), ImageOptions{Width: w, Height: h})
		if err != nil {
			t.Fatal(err)
		}
		return rgbBytes(ToImage(v, 3, h, w))
	}
	want := rgbBytes(m)
	for value := uint16(1); value <= 8; value++ {
		stored := turned(m, value)
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			for _, long := range []bool{false, true} {
				note := exifNote(order, value, long)
				check := func(format string, got, want []byte, tolerance int) {
					if largest, _ := compare(t, got, want); largest > tolerance {
						t.Errorf("%s, orientation %d, %v, long %v: differs by up to %d", format, value, order, long, largest)
					}
				}
				for _, format := range []string{"png", "png, at its end"} {
					check(format, upright(noteIn[format](encode(t, "png", stored), note), w, h), want, 0)
				}
				check("tiff", upright(tiffOf(stored, order, value, long), w, h), want, 0)
				// JPEG has a loss, that depends on how the picture lies; no Go library
				// writes WebP, so one of Pillow's is turned as a PNG of its pixels is.
				plain := upright(encode(t, "jpeg", stored), stored.Bounds().Dx(), stored.Bounds().Dy())
				back := rgbBytes(turned(bytesToImage(plain, 3, stored.Bounds().Dy(), stored.Bounds().Dx()), []uint16{0, 1, 2, 3, 4, 5, 8, 7, 6}[value]))
				check("jpeg", upright(noteIn["jpeg"](encode(t, "jpeg", stored), note), w, h), back, 0)
				across, down := w, h
				if value >= 5 {
					across, down = h, w
				}
				twin := upright(noteIn["png"](testdata(t, "small.png"), note), across, down)
				for _, format := range []string{"webp", "webp, marked"} {
					check(format, upright(noteIn[format](testdata(t, "lossless.webp"), note), across, down), twin, 0)
				}
			}
		}
	}
}

// Files of other programs: a WebP with a note, and a JPEG whose orientation is a
// LONG. Both lie on their side, 64×48.
func TestOrientationOfFiles(t *testing.T) {
	for _, name := range []string{"exif6.webp", "orientation-long.jpg"} {
		v, err := DecodeImage(bytes.NewReader(testdata(t, name)), ImageOptions{Width: 48, Height: 64})
		if err != nil {
			t.Fatal(err)
		}
		m := ToImage(v, 3, 64, 48)
		for x, want := range map[int]color.RGBA{0: {0, 235, 161, 255}, 47: {255, 0, 0, 255}} {
			got := m.At(x, 0).(color.RGBA)
			for i, d := range []int{int(got.R) - int(want.R), int(got.G) - int(want.G), int(got.B) - int(want.B)} {
				if max(d, -d) > 8 {
					t.Errorf("%s: pixel %d is %v, want %v (channel %d)", name, x, got, want, i)
				}
			}
		}
	}
}
