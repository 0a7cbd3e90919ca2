package data

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"unicode"

	"github.com/org/artnn/internal/regular"
	"github.com/org/artnn/internal/utf8text"
)

// ErrNoText is wrapped by the errors of texts that hold nothing but white space.
var ErrNoText = utf8text.ErrNoText

// ReadText reads a text: UTF-8, less a byte-order mark, with line ends as \n.
//
// Errors: bytes that are not UTF-8 (with their offset and a hint at what the
// encoding may be), zero bytes, nothing but white space ([ErrNoText]), more
// than 1 GiB.
func ReadText(r io.Reader) (string, error) { return utf8text.Read(r) }

// LoadText reads the text file at name, or, when name is a folder, every .txt
// and .md file under it in the order of their names, joined by blank lines.
//
// Errors: those of [ReadText] and of the file system, with the path in them; more
// than 1 GiB in all.
func LoadText(name string) (string, error) {
	texts, err := LoadTexts(name)
	if err != nil {
		return "", err
	}
	return JoinTexts(texts), nil
}

// LoadTexts is [LoadText] with the texts of a folder apart.
func LoadTexts(name string) ([]string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fmt.Errorf("load text: %w", err)
	}
	if !info.IsDir() {
		f, err := regular.OpenStream(name)
		if err != nil {
			return nil, fmt.Errorf("load text: %w", err)
		}
		defer f.Close()
		text, err := ReadText(f)
		if err != nil {
			return nil, fmt.Errorf("load text: %s: %w", name, err)
		}
		return []string{text}, nil
	}
	return loadTexts(os.DirFS(name), name)
}

// LoadTextFS is [LoadText] of every .txt and .md file of a file system.
func LoadTextFS(fsys fs.FS) (string, error) {
	texts, err := loadTexts(fsys, ".")
	if err != nil {
		return "", err
	}
	return JoinTexts(texts), nil
}

// JoinTexts is texts with blank lines between them. A single one stays as it is.
func JoinTexts(texts []string) string {
	if len(texts) == 1 {
		return texts[0]
	}
	var all strings.Builder
	for i, t := range texts {
		if i > 0 {
			all.WriteString("\n")
		}
		all.WriteString(strings.TrimRight(t, "\n") + "\n")
	}
	return all.String()
}

func loadTexts(fsys fs.FS, shown string) ([]string, error) {
	found, err := findTexts(fsys, shown)
	if err != nil {
		return nil, err
	}
	var texts []string
	left := int64(utf8text.MaxBytes) // for all of them together
	for _, name := range found.files {
		text, err := readTextFS(fsys, name, left)
		if errors.Is(err, ErrNoText) {
			continue // an empty file among others says nothing
		}
		if err != nil {
			return nil, fmt.Errorf("load text: %s: %w", path.Join(shown, name), err)
		}
		left -= int64(len(text))
		texts = append(texts, strings.TrimRight(text, "\n")+"\n")
	}
	if len(texts) == 0 {
		return nil, noText(shown, found)
	}
	return texts, nil
}

func readTextFS(fsys fs.FS, name string, most int64) (string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return utf8text.ReadUpTo(f, most)
}

// Lines cuts a text at its line ends and leaves out blank lines and white space
// at the end of others.
func Lines(text string) []string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimRightFunc(line, unicode.IsSpace); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// Paragraphs cuts a text at its blank lines: one string for each poem, verse or
// paragraph, its own line ends kept.
func Paragraphs(text string) []string {
	var paragraphs []string
	var lines []string
	flush := func() {
		if len(lines) > 0 {
			paragraphs = append(paragraphs, strings.Join(lines, "\n"))
			lines = lines[:0]
		}
	}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRightFunc(line, unicode.IsSpace)
		if line == "" {
			flush()
			continue
		}
		lines = append(lines, line)
	}
	flush()
	return paragraphs
}
