package data

import (
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/org/artnn/internal/picture"
)

func TestBytesSurviveTheRoundTrip(t *testing.T) {
	for b := range 256 {
		if got := picture.Byte(unit[b]); int(got) != b {
			t.Errorf("byte %d comes back as %d from %v", b, got, unit[b])
		}
	}
	if unit[0] != -1 || unit[255] != 1 {
		t.Errorf("the ends are %v and %v, want -1 and 1", unit[0], unit[255])
	}
}

func TestToByteClamps(t *testing.T) {
	inf := float32(math.Inf(1))
	for v, want := range map[float32]byte{-1.5: 0, 1.5: 255, inf: 255, -inf: 0, 0: 128, 1: 255, -1: 0,
		math.MaxFloat32: 255, -math.MaxFloat32: 0} {
		if got := picture.Byte(v); got != want {
			t.Errorf("picture.Byte(%v) = %d, want %d", v, got, want)
		}
	}
	if got := picture.Byte(float32(math.NaN())); got != 0 {
		t.Errorf("picture.Byte(NaN) = %d, want 0", got)
	}
}

func TestToImage(t *testing.T) {
	// Two pixels side by side: the planes are red, green, blue, alpha.
	values := []float32{1, -1, -1, 1, 0, -1, 1, -1}
	rgb := ToImage(values[:6], 3, 1, 2)
	if got, want := rgb.At(0, 0), (color.RGBA{255, 0, 128, 255}); got != want {
		t.Errorf("RGB pixel 0 is %v, want %v", got, want)
	}
	if got, want := rgb.At(1, 0), (color.RGBA{0, 255, 0, 255}); got != want {
		t.Errorf("RGB pixel 1 is %v, want %v", got, want)
	}
	if got, want := ToImage(values, 4, 1, 2).At(1, 0), (color.NRGBA{0, 255, 0, 0}); got != want {
		t.Errorf("RGBA pixel 1 is %v, want %v", got, want)
	}
	if got, want := ToImage(values[:2], 1, 2, 1).At(0, 1), (color.Gray{0}); got != want {
		t.Errorf("gray pixel 0,1 is %v, want %v", got, want)
	}
}

func TestPicturePanics(t *testing.T) {
	cases := map[string]struct {
		f    func()
		want string
	}{
		"length":   {func() { ToImage(make([]float32, 11), 3, 2, 2) }, "toImage: expected [3 2 2], 12 values a picture, got 11"},
		"two":      {func() { ToImage(make([]float32, 24), 3, 2, 2) }, "toImage: expected [3 2 2], 12 values a picture, got 24"},
		"channels": {func() { ToImage(make([]float32, 8), 2, 2, 2) }, "toImage: expected 1, 3 or 4 channels, got 2"},
		"no size":  {func() { ToImages(nil, 3, 0, 2) }, "toImages: a picture cannot be 2×0"},
		"too big":  {func() { ToImages(nil, 3, math.MaxInt32, math.MaxInt32) }, "toImages: a picture cannot be 2147483647×2147483647"},
		"batch":    {func() { Grid(make([]float32, 13), 3, 2, 2, GridOptions{}) }, "toImages: expected [3 2 2], 12 values a picture, got 13"},
		"none":     {func() { Grid(nil, 3, 2, 2, GridOptions{}) }, "grid: expected pictures, got none"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if got := recover(); got != c.want {
					t.Errorf("panic %v, want %q", got, c.want)
				}
			}()
			c.f()
		})
	}
}

func TestWritePNG(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.png")
	m := Grid([]float32{-1, 1, 0, 0.5}, 1, 2, 2, GridOptions{})
	for range 2 { // new, then over the old
		if err := WritePNG(path, m); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	back, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if largest, _ := compare(t, rgbBytes(back), rgbBytes(m)); largest != 0 {
		t.Errorf("the file differs from the picture by up to %d", largest)
	}

	// A picture that PNG cannot hold fails and leaves the old file.
	if err := WritePNG(path, image.NewGray(image.Rect(0, 0, 0, 5))); err == nil {
		t.Error("an empty picture was written")
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the old file is gone: %v", err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("%d files in the folder (%v), want 1", len(list), err)
	}
	if err := WritePNG(filepath.Join(dir, "new", "a.png"), m); err != nil {
		t.Errorf("a missing folder is not made: %v", err)
	}
	if err := WritePNG(filepath.Join(path, "a.png"), m); err == nil {
		t.Error("wrote below a file")
	}
}

func TestPNGTexts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.png")
	want := []PNGText{{"Title", "a dot"}, {"Comment", "點"}}
	m := image.NewGray(image.Rect(0, 0, 1, 1))
	if err := WritePNG(path, m, want...); err != nil {
		t.Fatal(err)
	}
	got, err := ReadPNGTexts(path)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if err := WritePNG(path, m, PNGText{"", "a"}); err == nil {
		t.Error("wrote a text without a keyword")
	}
	if again, err := ReadPNGTexts(path); err != nil || !slices.Equal(again, want) {
		t.Errorf("the old file is gone: %q, %v", again, err)
	}
	for name, what := range map[string]string{"text.png": "not a PNG file", "none.png": "no such file"} {
		path := filepath.Join(filepath.Dir(path), name)
		if what != "no such file" {
			if err := os.WriteFile(path, []byte("a text"), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := ReadPNGTexts(path); err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(what)) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want %q", name, err, what)
		}
	}
}
