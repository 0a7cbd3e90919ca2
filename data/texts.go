package data

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"strings"

	"github.com/org/artnn/internal/regular"
	"github.com/org/artnn/internal/utf8text"
)

// Texts are texts that are read piece by piece, and so need not fit into memory.
type Texts struct {
	all   []text
	clean bool
	none  func() error // what to say where no text has anything in it; nil is for one file
}

// text is one of [Texts].
type text struct {
	name string // "" of one in memory
	open func() (io.ReadCloser, error)
	part bool // of a folder: it ends with one line end
}

// TextNotes are how often there was something in a text that is no part of what it says.
// Byte-order marks at the beginning and line ends are changed in every text, the rest in
// one that is cleaned.
type TextNotes = utf8text.Notes

// OpenTexts is [LoadTexts] for texts that need not fit into memory. What cannot be read
// twice, such as a pipe, is taken into memory.
//
// Errors: those of the file system; a folder without .txt and .md files.
func OpenTexts(name string) (*Texts, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("load text: %w", err)
	}
	if info.IsDir() {
		return openFolder(os.DirFS(name), name)
	}
	f, err := regular.OpenStream(name)
	if err != nil {
		return nil, fmt.Errorf("load text: %w", err)
	}
	defer f.Close()
	t := &Texts{all: []text{{name: name, open: func() (io.ReadCloser, error) { return regular.Open(name) }}}}
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
		all, err := io.ReadAll(io.LimitReader(f, utf8text.MaxBytes+1))
		switch {
		case err != nil:
			return nil, fmt.Errorf("load text: %s: %w", name, err)
		case len(all) > utf8text.MaxBytes:
			return nil, fmt.Errorf("load text: %s: it cannot be read twice, and is over 1 GiB: write it to a file", name)
		}
		t.all[0].open = TextsOf(string(all)).all[0].open
	}
	return t, nil
}

// TextsOf are texts in memory.
func TextsOf(texts ...string) *Texts {
	t := &Texts{}
	for _, s := range texts {
		t.all = append(t.all, text{open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }})
	}
	return t
}

func openFolder(fsys fs.FS, shown string) (*Texts, error) {
	found, err := findTexts(fsys, shown)
	if err != nil {
		return nil, err
	}
	t := &Texts{none: func() error { return noText(shown, found) }}
	for _, name := range found.files {
		t.all = append(t.all, text{path.Join(shown, name), func() (io.ReadCloser, error) { return fsys.Open(name) }, true})
	}
	if len(t.all) == 0 {
		return nil, t.none()
	}
	return t, nil
}

// Cleaned are the texts without control characters, soft hyphens, invalid bytes and
// repeated blank lines, which [TextNotes] counts. A text of which more than one byte in a
// thousand is invalid is an error still: it is in another encoding.
func (t *Texts) Cleaned() *Texts {
	clean := *t
	clean.clean = true
	return &clean
}

// Len is the number of texts.
func (t *Texts) Len() int { return len(t.all) }

// Pieces yields a text of [0, Len), in pieces that depend on the text alone, and adds
// what was changed to notes. Each ends before white space where there is any in 64 KiB,
// so that it can be encoded by itself.
//
// Errors: those of [ReadText] but for its bound, with the path in them. One that ends with
// [ErrNoText] says so after its pieces.
func (t *Texts) Pieces(i int, notes *TextNotes) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := t.all[i].pieces(t.clean, notes, func(piece string) bool { return yield(piece, nil) }); err != nil {
			if t.all[i].name != "" {
				err = fmt.Errorf("load text: %s: %w", t.all[i].name, err)
			}
			yield("", err)
		}
	}
}

func (t *text) pieces(clean bool, notes *TextNotes, yield func(string) bool) error {
	f, err := t.open()
	if err != nil {
		return err
	}
	defer f.Close()
	in := utf8text.NewReader(f, clean, notes)
	if !t.part {
		for {
			piece, err := in.Next()
			if err == io.EOF {
				return nil
			}
			if err != nil || !yield(piece) {
				return err
			}
		}
	}
	last, ends := "", 0 // the piece before and the line ends after it
	for {
		piece, err := in.Next()
		if err == io.EOF {
			yield(last + "\n")
			return nil
		}
		if err != nil {
			return err
		}
		body := strings.TrimRight(piece, "\n")
		if body == "" {
			ends += len(piece)
			continue
		}
		if last != "" && !yield(last) {
			return nil
		}
		for ; ends > 0; ends -= min(ends, mostEnds) {
			if !yield(strings.Repeat("\n", min(ends, mostEnds))) {
				return nil
			}
		}
		last, ends = body, len(piece)-len(body)
	}
}

// mostEnds is how many line ends are yielded at a time, to bound memory.
const mostEnds = 64 << 10

// NoText is the error where no text has anything in it.
func (t *Texts) NoText() error {
	if t.none == nil {
		return ErrNoText
	}
	return t.none()
}

// findTexts lists the texts of a folder.
func findTexts(fsys fs.FS, shown string) (found, error) {
	w, err := walk(context.Background(), fsys, []string{".txt", ".md"})
	if err != nil {
		return w, fmt.Errorf("load text: %s: %w", shown, err)
	}
	return w, nil
}

func noText(shown string, w found) error {
	return fmt.Errorf("load text: %w in %s: looked for .txt and .md files, found %d without text and %d of other kinds",
		ErrNoText, shown, len(w.files), w.ignored)
}
