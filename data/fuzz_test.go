package data

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"runtime/metrics"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/org/artnn/internal/imagefile"
)

// Whatever the bytes, decoding ends in an error or in a picture of the size
// asked for with values in [−1, 1], and takes no more memory than the bytes are
// worth. The seeds are of every format.
func FuzzDecodeImage(f *testing.F) {
	picture := flat(9, 7, red)
	for _, format := range []string{"png", "jpeg", "gif"} {
		file := encode(f, format, picture)
		f.Add(file)
		f.Add(file[:len(file)/2])
	}
	f.Add(withOrientation(encode(f, "jpeg", picture), binary.LittleEndian, 6))
	f.Add(pngClaiming(1<<31, 1<<31))
	f.Add(pngClaiming(8190, 8190))
	f.Add(pngClaiming(0, 5))
	for _, dir := range []string{"testdata", "../internal/imagefile/testdata"} {
		for _, ext := range imagefile.Extensions {
			files, err := filepath.Glob(filepath.Join(dir, "*"+ext))
			if err != nil {
				f.Fatal(err)
			}
			for _, name := range files {
				file, err := os.ReadFile(name)
				if err != nil {
					f.Fatal(err)
				}
				f.Add(file)
			}
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		before := allocated()
		for _, o := range []ImageOptions{
			{Width: 6, Height: 4},
			{Size: 5, MaxPixels: 1 << 16, Gray: true, Fit: Contain, Filter: Nearest},
		} {
			v, err := DecodeImage(bytes.NewReader(file), o)
			if err != nil {
				if strings.Contains(err.Error(), "panicked") {
					t.Error(err)
				}
				continue
			}
			o, _ = o.normalised()
			if len(v) != o.channels()*o.Width*o.Height {
				t.Fatalf("%d values", len(v))
			}
			for _, x := range v {
				if !(x >= -1 && x <= 1) {
					t.Fatalf("value %v", x)
				}
			}
		}
		// A plain area of any size may be free up to 4 million pixels, of eleven
		// bytes at most while WebP is decoded; the dearest byte is one of a PNG of
		// 1-bit pixels with a clear colour, 8·1032 pixels of four bytes.
		if most := uint64(96<<20 + 40_000*len(file)); allocated()-before > most {
			t.Fatalf("%d bytes took %d bytes of memory, want at most %d", len(file), allocated()-before, most)
		}
	})
}

// allocated is how many bytes were ever allocated.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// A folder with one file of any content gives one picture or says why not.
func FuzzLoadImages(f *testing.F) {
	f.Add("a.png", encode(f, "png", flat(3, 3, red)))
	f.Add("b/c.JPG", encode(f, "png", flat(3, 3, blue)))
	f.Add("x.gif", []byte("GIF89a"))
	f.Add("./a.png", encode(f, "png", flat(3, 3, red))) // no valid name: lists "." in "."
	f.Add("a//b.png", encode(f, "png", flat(3, 3, red)))
	f.Add("/a.png", encode(f, "png", flat(3, 3, red)))
	f.Add(strings.Repeat("d/", 300)+"a.png", encode(f, "png", flat(3, 3, red)))
	f.Add(".y.webp", []byte{})
	f.Add("p.tif", []byte("II*\x00\x08\x00\x00\x00"))
	f.Add("z", []byte("RIFF\xff\xff\xff\xffWEBP"))
	f.Fuzz(func(t *testing.T, name string, file []byte) {
		files := fstest.MapFS{name: {Data: file}}
		m, err := LoadImagesFS(context.Background(), files, ImageOptions{Size: 4, MaxPixels: 1 << 16})
		if (m == nil) == (err == nil) {
			t.Fatalf("got %v and error %v", m, err)
		}
		if m != nil && (m.Len() != 1 || len(m.Files) != 1 || len(m.At(0)) != 48) {
			t.Fatalf("got %s", m.Summary())
		}
	})
}

// An IDX file is read whole or not at all, and what is read can be used.
func FuzzReadIDX(f *testing.F) {
	whole := idxBytes(IDXUint8, []int{2, 1, 2}, 1, 2, 3, 4)
	f.Add(whole)
	f.Add(gzipped(whole))
	f.Add(gzipped(whole)[:15])
	f.Add(idxBytes(IDXFloat64, []int{1}, 0, 0, 0, 0, 0, 0, 0, 0))
	f.Add(idxBytes(IDXInt16, []int{1 << 30, 1 << 30}))
	f.Add(idxBytes(IDXUint8, []int{3}, 0, 1, 255))
	f.Fuzz(func(t *testing.T, file []byte) {
		x, err := ReadIDX(bytes.NewReader(file))
		if err != nil {
			return
		}
		n := 1
		for _, d := range x.Shape {
			n *= d
		}
		if x.Len() != n || len(x.Float32()) != n {
			t.Fatalf("shape %v has %d elements", x.Shape, x.Len())
		}
		if m, err := x.Images(nil); err == nil && m.Len() > 0 {
			m.At(m.Len() - 1)
		}
		if labels, err := x.Labels(); err == nil && len(labels) != n {
			t.Fatalf("%d labels of shape %v", len(labels), x.Shape)
		}
	})
}

func FuzzReadText(f *testing.F) {
	for _, s := range []string{"", "\ufeff明月\r\n", "\xff", "a\rb\r\r\n", "\x00", "\xe6\x98", "月\r\v"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		s, err := ReadText(bytes.NewReader(p))
		if err != nil {
			return
		}
		if !utf8.ValidString(s) || strings.ContainsAny(s, "\r\x00") || strings.TrimSpace(s) == "" {
			t.Fatalf("%q was passed as text", s)
		}
		for _, part := range append(Lines(s), Paragraphs(s)...) {
			if strings.TrimSpace(part) == "" {
				t.Fatalf("a blank part of %q", s)
			}
		}
	})
}

// brokenPixels panics when it is read, as a bug in a decoder might make it.
type brokenPixels struct{ *image.Gray }

func (brokenPixels) At(int, int) color.Color        { panic("no colours") }
func (brokenPixels) RGBA64At(int, int) color.RGBA64 { panic("no colours") }

func TestPanicOfPixelsIsAnError(t *testing.T) {
	o, err := ImageOptions{Size: 2}.normalised()
	if err != nil {
		t.Fatal(err)
	}
	broken := brokenPixels{image.NewGray(image.Rect(0, 0, 2, 2))}
	if _, err := prepare(imagefile.Picture{Image: broken, Canvas: broken.Rect}, o); err == nil || !strings.Contains(err.Error(), "no colours") {
		t.Errorf("error %v, want one with the panic", err)
	}
}
