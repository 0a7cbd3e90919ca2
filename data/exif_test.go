package data

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"testing"
)

// withOrientation puts an EXIF note into a JPEG file.
func withOrientation(jpeg []byte, order binary.AppendByteOrder, value uint16) []byte {
	mark := "II*\x00"
	if order == binary.AppendByteOrder(binary.BigEndian) {
		mark = "MM\x00*"
	}
	tiff := order.AppendUint32([]byte(mark), 8)
	tiff = order.AppendUint16(tiff, 2) // two entries, the second of them ours
	for _, e := range [][2]uint16{{0x010f, 7}, {0x0112, value}} {
		tiff = order.AppendUint16(tiff, e[0])
		tiff = order.AppendUint16(tiff, 3)
		tiff = order.AppendUint32(tiff, 1)
		tiff = order.AppendUint16(tiff, e[1])
		tiff = order.AppendUint16(tiff, 0)
	}
	tiff = order.AppendUint32(tiff, 0)
	note := append([]byte("Exif\x00\x00"), tiff...)
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

// Whatever is wrong with the note, the picture comes through as stored.
func TestEXIFDamaged(t *testing.T) {
	jpeg := encode(t, "jpeg", quarters())
	file := withOrientation(jpeg, binary.BigEndian, 6)
	for cut := range 80 {
		exifOrientation(file[:cut]) // must not panic
	}
	for at := 2; at < 60; at++ {
		for _, b := range []byte{0x00, 0x7f, 0xff} {
			damaged := bytes.Clone(file)
			damaged[at] = b
			if got := exifOrientation(damaged); got < 0 || got > 8 {
				t.Errorf("byte %d set to %#x: orientation %d", at, b, got)
			}
		}
	}
	if got := exifOrientation(jpeg); got != upright {
		t.Errorf("no note: orientation %d, want %d", got, upright)
	}
}
