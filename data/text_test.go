package data

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
)

func TestReadText(t *testing.T) {
	for in, want := range map[string]string{
		"one\ntwo\n":          "one\ntwo\n",
		"\ufeffone\r\ntwo\r3": "one\ntwo\n3",
		"明月\r\n\r\n清風":        "明月\n\n清風",
		"a\ufeffb":            "a\ufeffb", // a mark elsewhere is a character
		"\ufffd":              "\ufffd",   // so is a replacement character
	} {
		if got, err := ReadText(strings.NewReader(in)); err != nil || got != want {
			t.Errorf("%q gives %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestReadTextErrors(t *testing.T) {
	gbk := "good\nline " + "\xc3\xf7\xd4\xc2"
	for in, want := range map[string]string{
		"":                "no text: the file is empty",
		" \n\u3000\r\n":   "no text: the file is 7 bytes of white space",
		"\ufeff":          "no text",
		gbk:               "not UTF-8: 0xc3 at byte 10 (line 2)",
		"cut 明\xe6\x9c":   "at byte 7",
		"\xff\xfea\x00":   "UTF-16",
		"\xfe\xff\x00a":   "UTF-16",
		"a\x00b\x00":      "zero byte at byte 1",
		"\xed\xa0\x80":    "not UTF-8: 0xed at byte 0", // half a surrogate pair
		"ok\xc0\xaf":      "at byte 2",                 // an overlong slash
		"\ufeffa\xf5\n\n": "0xf5 at byte 4",
	} {
		_, err := ReadText(strings.NewReader(in))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", in, err, want)
		}
		if empty := strings.HasPrefix(want, "no text"); empty != errors.Is(err, ErrNoText) {
			t.Errorf("%q: error %v is ErrNoText: %v, want %v", in, err, !empty, empty)
		}
	}
	broken := errors.New("disk gone")
	if _, err := ReadText(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("a broken reader: error %v", err)
	}
}

func TestLoadText(t *testing.T) {
	dir := writeFiles(t, map[string][]byte{
		"b.txt": []byte("second\n\n"), "a/x.TXT": []byte("first\r\n"), "c.md": []byte("third"),
		"d.png": []byte("no"), "empty.txt": nil, ".hidden.txt": []byte("no"),
	})
	if got, err := LoadText(dir); err != nil || got != "first\n\nsecond\n\nthird\n" {
		t.Errorf("folder: %q, %v", got, err)
	}
	if got, err := LoadText(filepath.Join(dir, "b.txt")); err != nil || got != "second\n\n" {
		t.Errorf("file: %q, %v", got, err)
	}
	if _, err := LoadText(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: error %v", err)
	}
	if _, err := LoadText(filepath.Join(dir, "empty.txt")); !errors.Is(err, ErrNoText) || !strings.Contains(err.Error(), "empty.txt") {
		t.Errorf("empty file: error %v", err)
	}
	if _, err := LoadText(t.TempDir()); !errors.Is(err, ErrNoText) {
		t.Errorf("empty folder: error %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "bad.txt"), []byte("\xff"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadText(dir); err == nil || !strings.Contains(err.Error(), "bad.txt") {
		t.Errorf("a bad file in a folder: error %v", err)
	}
	got, err := LoadTextFS(fstest.MapFS{"z.txt": {Data: []byte("zed")}, "y/a.md": {Data: []byte("why")}})
	if err != nil || got != "why\n\nzed\n" {
		t.Errorf("file system: %q, %v", got, err)
	}
}

func TestLinesAndParagraphs(t *testing.T) {
	text := "\n\n  one  \ntwo\n \t\nthree\u3000\n\u3000\n\n\nfour"
	if got, want := Lines(text), []string{"  one", "two", "three", "four"}; !slices.Equal(got, want) {
		t.Errorf("lines %q, want %q", got, want)
	}
	if got, want := Paragraphs(text), []string{"  one\ntwo", "three", "four"}; !slices.Equal(got, want) {
		t.Errorf("paragraphs %q, want %q", got, want)
	}
	if got := append(Lines(""), Paragraphs("\n \n")...); len(got) != 0 {
		t.Errorf("nothing gives %q", got)
	}
}
