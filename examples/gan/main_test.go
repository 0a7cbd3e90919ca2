package main

import (
	"context"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/org/artnn/data"
	"github.com/org/artnn/examples/internal/maintest"
	"github.com/org/artnn/models"
)

// pictures writes n pictures with a red and a blue half into a new folder.
func pictures(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	for i := range n {
		m := image.NewRGBA(image.Rect(0, 0, 12, 10))
		for y := range 10 {
			for x := range 12 {
				c := color.RGBA{255, 0, 0, 255}
				if x > 4+i%3 {
					c = color.RGBA{0, 0, 255, 255}
				}
				m.Set(x, y, c)
			}
		}
		if err := data.WritePNG(filepath.Join(dir, string(rune('a'+i))+".png"), m); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// tiny is a configuration that trains in a moment.
func tiny(t *testing.T, dir string) options {
	o := defaults
	o.data, o.out = dir, filepath.Join(t.TempDir(), "new", "folder")
	o.size, o.batch, o.updates, o.every = 6, 8, 160, 80
	o.lr = 2e-3
	return o
}

func TestLearnsWhichSideIsRed(t *testing.T) {
	o := tiny(t, pictures(t, 9))
	var out strings.Builder
	if err := run(context.Background(), o, &out); err != nil {
		t.Fatal(err)
	}
	gan, err := models.LoadAs[*models.GAN](filepath.Join(o.out, "gan.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	var left, right float32 // red less blue at the edges, summed over pictures
	const n = 16
	p := gan.Generate(n, 1)
	for i := range n {
		red, blue := p[i*3*36:], p[i*3*36+2*36:]
		for y := range 6 {
			left += red[y*6] - blue[y*6]
			right += red[y*6+5] - blue[y*6+5]
		}
	}
	if left < n*6 || right > -n*6 {
		t.Errorf("expected red left and blue right, got %.0f and %.0f", left, right)
	}
	for _, name := range []string{"sheet-000080.png", "sheet-000160.png"} {
		f, err := os.Open(filepath.Join(o.out, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		sheet, err := png.Decode(f)
		if err != nil {
			t.Fatal(err)
		}
		if got := sheet.Bounds().Dx(); got < 8*6*10 {
			t.Errorf("%s is only %d pixels wide", name, got)
		}
	}

	// Make a sheet, then go on, both with what was saved.
	o.load = filepath.Join(o.out, "gan.safetensors")
	o.out, o.size, o.updates = t.TempDir(), 0, 0
	if err := run(context.Background(), o, &out); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(o.out, "sheet-000000.png")); err != nil {
		t.Error(err)
	}
	o.updates = 2
	if err := run(context.Background(), o, &out); err != nil {
		t.Fatal(err)
	}
	again, err := models.LoadAs[*models.GAN](filepath.Join(o.out, "gan.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	if again.Config().Width != 6 {
		t.Errorf("expected the size of the loaded model, 6, got %d", again.Config().Width)
	}
}

func TestTheFaces(t *testing.T) {
	o := tiny(t, "")
	o.size, o.updates = 0, 2
	var out strings.Builder
	if err := run(context.Background(), o, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "4096 pictures of 16×16") {
		t.Errorf("got %q", &out)
	}
}

func TestUnreadablePicturesAreListed(t *testing.T) {
	o := tiny(t, pictures(t, 3))
	o.updates = 1
	if err := os.WriteFile(filepath.Join(o.data, "bad.png"), []byte("no picture"), 0o666); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := run(context.Background(), o, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "bad.png") {
		t.Errorf("bad.png is not named in %q", &out)
	}
}

func TestInterruptKeepsTheModel(t *testing.T) {
	o := tiny(t, pictures(t, 3))
	o.updates, o.every = 1e9, 1e9
	var out strings.Builder
	if err := run(maintest.EndAfter(20), o, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "Interrupted") {
		t.Errorf("expected word of the interrupt, got %q", &out)
	}
	if _, err := models.LoadAs[*models.GAN](filepath.Join(o.out, "gan.safetensors")); err != nil {
		t.Error(err)
	}
}
