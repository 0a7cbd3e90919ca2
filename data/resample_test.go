package data

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	p, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// rgbBytes are a picture's opaque RGB bytes.
func rgbBytes(m image.Image) []byte {
	b := m.Bounds()
	var out []byte
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.RGBAModel.Convert(m.At(x, y)).(color.RGBA)
			out = append(out, c.R, c.G, c.B)
		}
	}
	return out
}

// compare returns the largest and the mean difference of two byte slices.
func compare(t *testing.T, got, want []byte) (largest int, mean float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d bytes, want %d", len(got), len(want))
	}
	sum := 0
	for i := range got {
		d := int(got[i]) - int(want[i])
		if d < 0 {
			d = -d
		}
		largest, sum = max(largest, d), sum+d
	}
	return largest, float64(sum) / float64(len(got))
}

// Pillow rounds to bytes between its two passes and we do not, hence one level
// of difference in some places.
func TestResizeAgreesWithPillow(t *testing.T) {
	source := testdata(t, "source.png")
	cases := []struct {
		golden  string
		options ImageOptions
	}{
		{"stretch16.png", ImageOptions{Size: 16, Fit: Stretch}},
		{"stretch128.png", ImageOptions{Size: 128, Fit: Stretch}},
		{"cover32.png", ImageOptions{Size: 32}},
		{"cover20x50.png", ImageOptions{Width: 20, Height: 50}},
		{"lanczos16.png", ImageOptions{Size: 16, Fit: Stretch, Filter: Lanczos}},
		{"lanczos128.png", ImageOptions{Size: 128, Fit: Stretch, Filter: Lanczos}},
		{"gray24.png", ImageOptions{Size: 24, Fit: Stretch, Gray: true}},
	}
	for _, c := range cases {
		t.Run(c.golden, func(t *testing.T) {
			values, err := DecodeImage(bytes.NewReader(source), c.options)
			if err != nil {
				t.Fatal(err)
			}
			golden, err := png.Decode(bytes.NewReader(testdata(t, c.golden)))
			if err != nil {
				t.Fatal(err)
			}
			channels := c.options.channels()
			b := golden.Bounds()
			got := rgbBytes(ToImage(values, channels, b.Dy(), b.Dx()))
			largest, mean := compare(t, got, rgbBytes(golden))
			if largest > 1 || mean > 0.25 {
				t.Errorf("largest difference %d, mean %.3f; want at most 1 and 0.25", largest, mean)
			}
		})
	}
}

func TestResizeSameSizeIsExact(t *testing.T) {
	m, err := png.Decode(bytes.NewReader(testdata(t, "source.png")))
	if err != nil {
		t.Fatal(err)
	}
	b := m.Bounds()
	for _, filter := range []Filter{CatmullRom, Nearest, Lanczos} {
		for _, fit := range []Fit{Cover, Contain, Stretch} {
			got := resize(m, b, b.Dx(), b.Dy(), ImageOptions{Filter: filter, Fit: fit, Background: color.Black})
			if largest, _ := compare(t, got, rgbBytes(m)); largest != 0 {
				t.Errorf("filter %d, fit %d: differs by up to %d from its source", filter, fit, largest)
			}
		}
	}
}

// A fine checkerboard scaled down is flat gray. Point sampling would keep
// checks or make it black or white.
func TestResizeDoesNotAlias(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 250, 250))
	for i := range m.Pix {
		if (i%250+i/250)%2 == 0 {
			m.Pix[i] = 255
		}
	}
	out := resize(m, m.Rect, 16, 16, ImageOptions{Background: color.White})
	for i, v := range out {
		if v < 124 || v > 131 {
			t.Fatalf("byte %d is %d, want gray near 127", i, v)
		}
	}
}

func TestResizeNearestKeepsColours(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 2, 2))
	colours := []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {9, 8, 7, 255}}
	for i, c := range colours {
		m.SetRGBA(i%2, i/2, c)
	}
	out := resize(m, m.Rect, 8, 8, ImageOptions{Filter: Nearest, Background: color.White})
	for i := range 64 {
		c := colours[i/32*2+i%8/4]
		if got := [3]byte(out[3*i : 3*i+3]); got != [3]byte{c.R, c.G, c.B} {
			t.Fatalf("pixel %d,%d is %v, want %v", i%8, i/8, got, c)
		}
	}
}

// Three stripes, the middle one in the centre: Cover shows that one, Contain
// all of them between bars, Stretch all of them.
func TestResizeFits(t *testing.T) {
	wide := image.NewRGBA(image.Rect(10, 20, 310, 120)) // bounds need not start at 0
	for y := 20; y < 120; y++ {
		for x := 10; x < 310; x++ {
			c := color.RGBA{255, 0, 0, 255}
			if x >= 110 {
				c = color.RGBA{0, 255, 0, 255}
			}
			if x >= 210 {
				c = color.RGBA{0, 0, 255, 255}
			}
			wide.SetRGBA(x, y, c)
		}
	}
	at := func(p []byte, x, y int) [3]byte { return [3]byte(p[3*(y*30+x):]) }
	red, green, blue, gray := [3]byte{255, 0, 0}, [3]byte{0, 255, 0}, [3]byte{0, 0, 255}, [3]byte{90, 90, 90}

	p := resize(wide, wide.Rect, 30, 30, ImageOptions{Background: color.Gray{90}})
	for _, x := range []int{3, 15, 26} {
		if got := at(p, x, 15); got != green {
			t.Errorf("cover: column %d is %v, want the middle stripe", x, got)
		}
	}
	p = resize(wide, wide.Rect, 30, 30, ImageOptions{Fit: Contain, Background: color.Gray{90}})
	if at(p, 5, 15) != red || at(p, 15, 15) != green || at(p, 25, 15) != blue || at(p, 15, 5) != gray || at(p, 15, 25) != gray {
		t.Errorf("contain: got %v %v %v between %v and %v", at(p, 5, 15), at(p, 15, 15), at(p, 25, 15), at(p, 15, 5), at(p, 15, 25))
	}
	p = resize(wide, wide.Rect, 30, 30, ImageOptions{Fit: Stretch, Background: color.Gray{90}})
	if at(p, 5, 2) != red || at(p, 15, 15) != green || at(p, 25, 28) != blue {
		t.Errorf("stretch: got %v %v %v", at(p, 5, 2), at(p, 15, 15), at(p, 25, 28))
	}
}

// Every odd pair of sizes must work: single rows and columns, extreme shapes.
func TestResizeExtremeShapes(t *testing.T) {
	for _, s := range [][4]int{{1, 1, 7, 7}, {1, 900, 8, 8}, {900, 1, 8, 8}, {3, 2, 1, 1}, {5, 5, 1, 64}, {2000, 3, 64, 1}} {
		m := image.NewGray(image.Rect(0, 0, s[0], s[1]))
		for i := range m.Pix {
			m.Pix[i] = 77
		}
		for _, fit := range []Fit{Cover, Contain, Stretch} {
			for _, filter := range []Filter{CatmullRom, Nearest, Lanczos} {
				out := resize(m, m.Rect, s[2], s[3], ImageOptions{Fit: fit, Filter: filter, Background: color.Gray{77}})
				for _, v := range out {
					if v != 77 {
						t.Fatalf("%v fit %d filter %d: a flat picture has value %d, want 77", s, fit, filter, v)
					}
				}
			}
		}
	}
}
