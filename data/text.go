package data

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"unicode/utf8"
)

// ErrNoText is wrapped by the errors of texts that hold nothing but white space.
var ErrNoText = errors.New("no text")

// maxTextBytes bounds what one read takes into memory.
const maxTextBytes = 1 << 30

// ReadText reads a text: UTF-8, less a byte-order mark, with line ends as \n.
//
// Errors: bytes that are not UTF-8 (with their offset and a hint at what the
// encoding may be), zero bytes, nothing but white space ([ErrNoText]), more
// than 1 GiB.
func ReadText(r io.Reader) (string, error) {
	p, err := io.ReadAll(io.LimitReader(r, maxTextBytes+1))
	if err != nil {
		return "", err
	}
	if len(p) > maxTextBytes {
		return "", errors.New("the text is over 1 GiB; train on a part of it")
	}
	if bytes.HasPrefix(p, []byte{0xff, 0xfe}) || bytes.HasPrefix(p, []byte{0xfe, 0xff}) {
		return "", errors.New("the text is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8 IN > OUT")
	}
	if i := bytes.IndexByte(p, 0); i >= 0 {
		return "", fmt.Errorf("a zero byte at byte %d: this is no text, or it is UTF-16 without a mark (then: iconv -f UTF-16LE -t UTF-8 IN > OUT)", i)
	}
	if !utf8.Valid(p) {
		return "", notUTF8(p)
	}
	text := strings.TrimPrefix(string(p), "\ufeff")
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	if strings.TrimSpace(text) == "" {
		if len(p) == 0 {
			return "", fmt.Errorf("%w: the file is empty", ErrNoText)
		}
		return "", fmt.Errorf("%w: the file is %s of white space", ErrNoText, count(len(p), "byte"))
	}
	return text, nil
}

// notUTF8 says where p stops being UTF-8 and what it may be instead.
func notUTF8(p []byte) error {
	offset := 0
	for {
		r, size := utf8.DecodeRune(p[offset:])
		if r == utf8.RuneError && size <= 1 {
			break
		}
		offset += size
	}
	line := 1 + bytes.Count(p[:offset], []byte("\n"))
	return fmt.Errorf("not UTF-8: 0x%02x at byte %d (line %d); if the text is in another encoding, convert it first: iconv -f GB18030 -t UTF-8 IN > OUT (or BIG5, SHIFT_JIS, WINDOWS-1252)",
		p[offset], offset, line)
}

// LoadText reads the text file at name, or, when name is a folder, every .txt
// and .md file under it in the order of their names, joined by blank lines.
//
// The document's section 5.2.1 reads its text from one file.
// Errors: those of [ReadText] and of the file system, with the path in them.
func LoadText(name string) (string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", fmt.Errorf("load text: %w", err)
	}
	if !info.IsDir() {
		f, err := os.Open(name)
		if err != nil {
			return "", fmt.Errorf("load text: %w", err)
		}
		defer f.Close()
		text, err := ReadText(f)
		if err != nil {
			return "", fmt.Errorf("load text: %s: %w", name, err)
		}
		return text, nil
	}
	return loadTexts(os.DirFS(name), name)
}

// LoadTextFS is [LoadText] of every .txt and .md file of a file system.
func LoadTextFS(fsys fs.FS) (string, error) { return loadTexts(fsys, ".") }

func loadTexts(fsys fs.FS, shown string) (string, error) {
	found, err := walk(context.Background(), fsys, []string{".txt", ".md"})
	if err != nil {
		return "", fmt.Errorf("load text: %s: %w", shown, err)
	}
	var texts []string
	for _, name := range found.files {
		text, err := readTextFS(fsys, name)
		if errors.Is(err, ErrNoText) {
			continue // an empty file among others says nothing
		}
		if err != nil {
			return "", fmt.Errorf("load text: %s: %w", path.Join(shown, name), err)
		}
		texts = append(texts, strings.TrimRight(text, "\n"))
	}
	if len(texts) == 0 {
		return "", fmt.Errorf("load text: %w in %s: looked for .txt and .md files, found %d without text and %d of other kinds",
			ErrNoText, shown, len(found.files), found.ignored)
	}
	return strings.Join(texts, "\n\n") + "\n", nil
}

func readTextFS(fsys fs.FS, name string) (string, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return ReadText(f)
}

// Lines cuts a text at its line ends and leaves out blank lines and white space
// at the end of others. (The document's section 5.2.1 splits at "\n" and keeps
// the blank ones, on which a model would learn nothing.)
func Lines(text string) []string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimRight(line, " \t\r\u3000"); strings.TrimLeft(line, " \t\u3000") != "" {
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
		line = strings.TrimRight(line, " \t\r\u3000")
		if line == "" {
			flush()
			continue
		}
		lines = append(lines, line)
	}
	flush()
	return paragraphs
}
