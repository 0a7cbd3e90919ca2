package data

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// joined reads a text of several to its end.
func joined(t *Texts, i int) (string, TextNotes, error) {
	var b strings.Builder
	var notes TextNotes
	for piece, err := range t.Pieces(i, &notes) {
		if err != nil {
			return b.String(), notes, err
		}
		b.WriteString(piece)
	}
	return b.String(), notes, nil
}

// Texts in pieces are those that LoadTexts loads.
func TestTextsAreThoseThatAreLoaded(t *testing.T) {
	long := strings.Repeat("a line\n\n", 30_000)
	dir := writeFiles(t, map[string][]byte{
		"a.txt": []byte("\ufefffirst\r\n\r\n"), "b.md": []byte(long + strings.Repeat("\n", 200_000)), "c.txt": []byte("no end"), "d.png": []byte("no"),
		"e.txt": []byte(long + strings.Repeat("\n", 200_000) + "more\n"), "f.txt": []byte("end \n \n"),
	})
	want, err := LoadTexts(dir)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := OpenTexts(dir)
	if err != nil || texts.Len() != len(want) {
		t.Fatalf("%d texts, %v; want %d", texts.Len(), err, len(want))
	}
	for i := range want {
		for range 2 { // they can be read again
			if got, _, err := joined(texts, i); err != nil || got != want[i] {
				t.Errorf("text %d has %d bytes, %v; want %d", i, len(got), err, len(want[i]))
			}
		}
	}
	file := filepath.Join(dir, "b.md")
	whole, err := LoadText(file)
	if err != nil {
		t.Fatal(err)
	}
	single, err := OpenTexts(file)
	if err != nil || single.Len() != 1 {
		t.Fatal(err)
	}
	if got, _, err := joined(single, 0); err != nil || got != whole {
		t.Errorf("a file: %d bytes, %v; want %d", len(got), err, len(whole))
	}
}

func TestTextsInMemory(t *testing.T) {
	texts := TextsOf("one", "two\r\n")
	one, _, _ := joined(texts, 0)
	two, notes, _ := joined(texts, 1)
	if !slices.Equal([]string{one, two}, []string{"one", "two\n"}) || notes.LineEnds != 1 {
		t.Errorf("%q and %q, %+v", one, two, notes)
	}
}

func TestTextsErrors(t *testing.T) {
	dir := writeFiles(t, map[string][]byte{"bad.txt": []byte("ok \xff"), "blank.txt": []byte(" \n")})
	texts, err := OpenTexts(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := joined(texts, 0); err == nil || !strings.Contains(err.Error(), "bad.txt: not UTF-8: 0xff at byte 3 (line 1)") {
		t.Errorf("error %v", err)
	}
	if _, _, err := joined(texts, 1); !errors.Is(err, ErrNoText) || !strings.Contains(err.Error(), "blank.txt") {
		t.Errorf("error %v", err)
	}
	if !errors.Is(texts.NoText(), ErrNoText) || !strings.Contains(texts.NoText().Error(), "found 2 without text") {
		t.Errorf("error %v", texts.NoText())
	}
	if got, notes, err := joined(texts.Cleaned(), 0); err != nil || got != "ok \n" || notes.Broken != 1 {
		t.Errorf("cleaned: %q, %+v, %v", got, notes, err)
	}
	if _, err := OpenTexts(t.TempDir()); !errors.Is(err, ErrNoText) {
		t.Errorf("an empty folder: error %v", err)
	}
	if _, err := OpenTexts(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: error %v", err)
	}
}
