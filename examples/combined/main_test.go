package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/org/artnn/examples/internal/maintest"
	"github.com/org/artnn/models"
)

// tiny is a configuration with few and short updates.
func tiny(t *testing.T) options {
	o := defaults
	o.out = filepath.Join(t.TempDir(), "new", "folder")
	o.updates, o.every, o.batch, o.steps, o.embed, o.hidden = 6, 2, 64, 4, 8, 16
	return o
}

// loadBoth reads what a run has saved.
func loadBoth(t *testing.T, dir string) {
	t.Helper()
	gan, err := models.LoadAs[*models.GAN](filepath.Join(dir, "gan.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	if got := len(gan.Images(2, 1)); got != 2 {
		t.Errorf("expected 2 pictures, got %d", got)
	}
	text, err := models.LoadAs[*models.TextGenerator](filepath.Join(dir, "text.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := text.Generate("Call me ", 8); err != nil {
		t.Error(err)
	}
}

func TestBothAreTrained(t *testing.T) {
	o := tiny(t)
	var out strings.Builder
	if err := run(context.Background(), o, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"update 2, epoch 0.0", "update 6, epoch 0.1", "discriminator", "generator", "text", o.prompt + "|"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("expected %q in %q", want, &out)
		}
	}
	loadBoth(t, o.out)
}

func TestInterruptKeepsBoth(t *testing.T) {
	o := tiny(t)
	o.updates, o.every = 1e9, 1e9
	var out strings.Builder
	if err := run(maintest.EndAfter(20), o, &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "Interrupted after") {
		t.Errorf("expected word of the interrupt, got %q", &out)
	}
	loadBoth(t, o.out)
}
