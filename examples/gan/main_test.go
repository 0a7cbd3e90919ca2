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
	"github.com/org/artnn/recipe"
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
func tiny(t *testing.T, dir string) *recipe.Images {
	r := defaults()
	r.Data, r.Dir = dir, filepath.Join(t.TempDir(), "new", "folder")
	r.Size, r.Batch, r.Budget.Steps, r.LR = 6, 8, 160, 2e-3
	r.Warn = func(string) {} // that the pictures are few
	return r
}

func TestLearnsWhichSideIsRed(t *testing.T) {
	r := tiny(t, pictures(t, 9))
	r.Samples = 2
	var out strings.Builder
	if err := run(context.Background(), r, &out); err != nil {
		t.Fatal(err)
	}
	gan, err := models.LoadAs[*models.GAN](filepath.Join(r.Dir, "model.safetensors"))
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
	for name, width := range map[string]int{"samples/step-000000080.png": 6 * 6 * 5, "samples/step-000000160.png": 6 * 6 * 5, "sheet.png": 8 * 6 * 10} {
		f, err := os.Open(filepath.Join(r.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		sheet, err := png.Decode(f)
		if err != nil {
			t.Fatal(err)
		}
		if got := sheet.Bounds().Dx(); got < width {
			t.Errorf("%s is only %d pixels wide", name, got)
		}
	}

	again := tiny(t, r.Data)
	again.Dir, again.Resume, again.Budget.Steps = r.Dir, true, 170
	out.Reset()
	if err := run(context.Background(), again, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "Done after 170 steps") {
		t.Errorf("it did not go on: %s", &out)
	}
}

func TestTheFaces(t *testing.T) {
	o := tiny(t, "")
	o.Size, o.Budget.Steps = 0, 2
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
	o.Budget.Steps, o.Batch = 1, 3
	if err := os.WriteFile(filepath.Join(o.Data, "bad.png"), []byte("no picture"), 0o666); err != nil {
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
	o.Budget.Steps, o.Batch = 1e9, 3
	var out strings.Builder
	if err := run(maintest.EndAfter(200), o, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "Interrupted") {
		t.Errorf("expected word of the interrupt, got %q", &out)
	}
	if _, err := models.LoadAs[*models.GAN](filepath.Join(o.Dir, "model.safetensors")); err != nil {
		t.Error(err)
	}
}
