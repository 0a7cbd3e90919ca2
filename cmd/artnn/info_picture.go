package main

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"

	"github.com/alecthomas/kong"

	"github.com/org/artnn/internal/imagefile"
	"github.com/org/artnn/internal/pngfile"
	"github.com/org/artnn/internal/regular"
	"github.com/org/artnn/internal/words"
	"github.com/org/artnn/models"
	"github.com/org/artnn/recipe"
	"github.com/org/artnn/recipe/anim"
)

// mayHaveRecord tells whether a file is of a format that keeps how it was made.
func mayHaveRecord(path string) bool {
	f, err := regular.Open(path)
	if err != nil { // whoever wants to read it will say so
		return false
	}
	defer f.Close()
	begin := make([]byte, len(pngfile.Magic))
	_, err = io.ReadFull(f, begin)
	return err == nil && (bytes.Equal(begin, []byte(pngfile.Magic)) || bytes.HasPrefix(begin, []byte("GIF8")))
}

// isPicture tells whether a file is one of the pictures that this program reads.
func isPicture(path string) bool {
	f, err := regular.Open(path)
	if err != nil { // whoever wants to read it will say so
		return false
	}
	defer f.Close()
	_, _, err = imagefile.Size(f)
	return err == nil
}

// pictureInfo tells what a PNG or GIF file says of how it was made.
func pictureInfo(k *kong.Kong, con *console, path string) error {
	f, err := regular.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	width, height, err := imagefile.Size(f)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	texts, err := anim.ReadTexts(path)
	if err != nil {
		return err
	}
	t := con.table()
	t.line("file", "%s, a picture of %d×%d", path, width, height)
	for _, text := range texts[:min(len(texts), mostLines)] {
		if text.Keyword != recordKeyword {
			t.line("text "+text.Keyword, "%s", words.Shortened(text.Text, 200))
		}
	}
	r, err := recordIn(texts)
	again := ""
	if err == nil {
		again, err = r.line(k)
	}
	if err != nil {
		t.line("made by", "unknown: %v", err)
		return t.Flush()
	}
	if r.Kind != "" {
		model := r.Model
		if model == "" {
			model = "the faces that come with the program"
		}
		t.line("model", "%s, kind %s, weights %s", words.Shortened(model, 200), words.Shortened(r.Kind, 40), words.Shortened(r.Weights, 40))
	}
	if seed := r.seed(); seed != "" {
		t.line("seed", "%s", words.Shortened(seed, 200))
	}
	t.line("kernels", "%s", words.Shortened(r.Kernels, 40))
	if r.Kind != "" && (r.Model == "" || filepath.IsLocal(r.Model)) { // a file from anywhere does not choose what else is opened
		switch m, err := recordedModel(r.Model); {
		case err != nil:
			t.line("now", "the model cannot be loaded: %s", oneLine(err.Error()))
		case models.Fingerprint(m) != r.Weights:
			t.line("now", "the model has other weights: its pictures will be others")
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	con.printf("\nTo make it again, in the folder where it was made:\n  %s\n", again)
	return nil
}

// recordedModel is the model that a picture says it was made with.
func recordedModel(path string) (models.Model, error) {
	if path == "" {
		return shippedFaces()
	}
	return recipe.LoadModel(path)
}
