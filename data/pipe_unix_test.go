//go:build unix

package data

import (
	"context"
	"image"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// A pipe among pictures or texts is skipped, not waited for; a pipe alone is
// refused.
func TestPipesAreNotWaitedFor(t *testing.T) {
	dir := writeFiles(t, map[string][]byte{"b.png": encode(t, "png", flat(4, 6, red)), "c/d.txt": []byte("a text\n")})
	for _, name := range []string{"a.png", "c/e.txt"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	m, err := LoadImages(context.Background(), dir, ImageOptions{Size: 4})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(m.Files, []string{"b.png"}) || !strings.Contains(m.Summary(), "skipped a.png: it is a named pipe, not a regular file") {
		t.Errorf("got %s", m.Summary())
	}
	sizes, err := ImageSizes(context.Background(), dir, 5)
	if err != nil || !slices.Equal(sizes, []image.Point{{4, 6}}) {
		t.Errorf("sizes %v, error %v", sizes, err)
	}
	if text, err := LoadText(dir); err != nil || text != "a text\n" {
		t.Errorf("text %q, error %v", text, err)
	}
	pipe := filepath.Join(dir, "c", "e.txt")
	for what, load := range map[string]func(string) error{
		"text": func(name string) error { _, err := LoadText(name); return err },
		"IDX":  func(name string) error { _, err := LoadIDX(name); return err },
	} {
		if err := load(pipe); err == nil || !strings.Contains(err.Error(), "a named pipe, not a regular file") {
			t.Errorf("%s: error %v", what, err)
		}
	}
}
