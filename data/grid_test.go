package data

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"
)

func TestGrid(t *testing.T) {
	// Three gray 2×1 pictures: black-white, white-black, black-black.
	values := []float32{-1, 1, 1, -1, -1, -1}
	g := Grid(values, 1, 1, 2, GridOptions{Columns: 2, Scale: 3, Padding: 1, Background: color.RGBA{255, 0, 0, 255}})
	if want := image.Rect(0, 0, 1+2*7, 1+2*4); g.Rect != want {
		t.Fatalf("sheet %v, want %v", g.Rect, want)
	}
	k, w, r := color.RGBA{0, 0, 0, 255}, color.RGBA{255, 255, 255, 255}, color.RGBA{255, 0, 0, 255}
	for p, want := range map[image.Point]color.RGBA{
		{0, 0}: r, {1, 1}: k, {3, 3}: k, {4, 1}: w, {6, 3}: w, {7, 2}: r, {8, 1}: w, {11, 1}: k, {13, 3}: k,
		{14, 1}: r, {1, 4}: r, {1, 5}: k, {6, 7}: k, {8, 5}: r, {13, 7}: r, {0, 8}: r,
	} {
		if got := g.RGBAAt(p.X, p.Y); got != want {
			t.Errorf("pixel %v is %v, want %v", p, got, want)
		}
	}
	for n, want := range map[int]image.Point{1: {6, 5}, 2: {10, 5}, 4: {10, 8}, 5: {14, 8}, 9: {14, 11}} {
		if got := Grid(make([]float32, 2*n), 1, 1, 2, GridOptions{}).Rect.Max; got != want {
			t.Errorf("a sheet of %d is %v, want %v", n, got, want)
		}
	}
	if got, want := Grid(values, 1, 1, 2, GridOptions{Columns: 3, Padding: -1}).Rect.Max, image.Pt(6, 1); got != want {
		t.Errorf("a sheet without padding is %v, want %v", got, want)
	}
}

// Smooth pictures are what Pillow's LANCZOS makes of each, whatever stands beside
// them; a clear pixel shows the background.
func TestGridSmooth(t *testing.T) {
	tile, err := png.Decode(bytes.NewReader(testdata(t, "tile.png")))
	if err != nil {
		t.Fatal(err)
	}
	want, err := png.Decode(bytes.NewReader(testdata(t, "tile-smooth.png")))
	if err != nil {
		t.Fatal(err)
	}
	small := image.NewNRGBA(image.Rect(5, 5, 9, 8))
	g := GridOf([]image.Image{tile, small, tile}, GridOptions{Columns: 2, Scale: 4, Smooth: true, Padding: 3, Background: color.RGBA{9, 99, 200, 255}})
	if want := image.Rect(0, 0, 3+2*67, 3+2*51); g.Rect != want {
		t.Fatalf("sheet %v, want %v", g.Rect, want)
	}
	for _, at := range []image.Point{{3, 3}, {3, 3 + 51}} {
		part := g.SubImage(image.Rectangle{at, at.Add(image.Pt(64, 48))})
		if largest, mean := compare(t, rgbBytes(part), rgbBytes(want)); largest > 1 || mean > 0.25 {
			t.Errorf("at %v: largest difference %d, mean %.3f; want at most 1 and 0.25", at, largest, mean)
		}
	}
	for _, p := range []image.Point{{0, 0}, {75, 10}, {130, 60}} {
		if got, want := g.RGBAAt(p.X, p.Y), (color.RGBA{9, 99, 200, 255}); got != want {
			t.Errorf("pixel %v is %v, want %v", p, got, want)
		}
	}
}

// Pixels says beforehand how large a sheet will be, and is no less when a number
// is past all bounds.
func TestGridPixels(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		n, w, h := 1+r.IntN(9), 1+r.IntN(5), 1+r.IntN(5)
		o := GridOptions{Columns: r.IntN(12), Scale: r.IntN(4), Padding: r.IntN(4) - 1}
		pictures := make([]image.Image, n)
		for i := range pictures {
			pictures[i] = image.NewGray(image.Rect(0, 0, w, h))
		}
		if got, want := o.Pixels(n, w, h), len(GridOf(pictures, o).Pix)/4; got != int64(want) {
			t.Errorf("%d of %d×%d, %+v: %d pixels, the sheet has %d", n, w, h, o, got, want)
		}
	}
	for _, o := range []GridOptions{{Columns: math.MaxInt32}, {Scale: math.MaxInt32}, {Columns: 1_000_000, Scale: 4}} {
		if got := o.Pixels(3, 16, 16); got < 1<<32 {
			t.Errorf("%+v: %d pixels", o, got)
		}
	}
}
