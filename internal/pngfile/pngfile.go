// Package pngfile reads and writes the chunks of PNG files, and the texts in them.
//
// Reference: ISO/IEC 15948, sections 5 and 11.3.4.
package pngfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	// Magic is what files begin with.
	Magic = "\x89PNG\r\n\x1a\n"
	// headerBytes is the length of the magic and the first chunk, IHDR, which texts
	// stand after.
	headerBytes = len(Magic) + 4 + 4 + 13 + 4

	mostKeyword = 79
)

// Chunks calls f with each chunk of a file until f returns false. The last one may be
// cut short.
func Chunks(file []byte, f func(kind string, body []byte) bool) {
	for p := file[min(len(Magic), len(file)):]; len(p) >= 8; {
		size, kind := int64(binary.BigEndian.Uint32(p)), string(p[4:8])
		p = p[8:]
		if !f(kind, p[:min(size, int64(len(p)))]) || size+4 > int64(len(p)) {
			return
		}
		p = p[size+4:] // and the checksum
	}
}

// Append appends a chunk with its length and checksum.
func Append(b []byte, kind string, body []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(body)))
	from := len(b)
	b = append(append(b, kind...), body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[from:]))
}

// Text is a text under a keyword, such as "Title" or "Software".
type Text struct{ Keyword, Text string }

// Check is an error unless the text can be kept.
//
// Errors: a keyword that is not 1 to 79 printable ASCII characters without spaces at
// its ends; a text that is not UTF-8 or has a zero byte.
func (t Text) Check() error {
	if n := len(t.Keyword); n < 1 || n > mostKeyword || !ascii(t.Keyword, false) || strings.TrimSpace(t.Keyword) != t.Keyword {
		return fmt.Errorf("keyword %.100q: must be 1 to %d printable ASCII characters, without spaces at its ends", t.Keyword, mostKeyword)
	}
	if !utf8.ValidString(t.Text) || strings.ContainsRune(t.Text, 0) {
		return fmt.Errorf("text of %q: must be UTF-8 without zero bytes", t.Keyword)
	}
	return nil
}

// Encode encodes texts as chunks: tEXt where all is ASCII, else iTXt.
//
// Errors: those of [Text.Check].
func Encode(texts []Text) (chunks []byte, err error) {
	for _, t := range texts {
		if err := t.Check(); err != nil {
			return nil, err
		}
		if ascii(t.Text, true) {
			chunks = Append(chunks, "tEXt", []byte(t.Keyword+"\x00"+t.Text))
		} else { // not compressed, of no language, keyword not translated
			chunks = Append(chunks, "iTXt", []byte(t.Keyword+"\x00\x00\x00\x00\x00"+t.Text))
		}
	}
	return chunks, nil
}

// Insert puts chunks into a file that is written through the result, before its
// picture.
func Insert(w io.Writer, chunks []byte) io.Writer { return &inserter{w: w, chunks: chunks} }

type inserter struct {
	w      io.Writer
	chunks []byte
	seen   int // bytes of the file
}

func (i *inserter) Write(p []byte) (n int, err error) {
	if i.seen < headerBytes {
		head := p[:min(len(p), headerBytes-i.seen)]
		n, err = i.w.Write(head)
		if i.seen += n; err != nil {
			return n, err
		}
		if p = p[n:]; i.seen == headerBytes && len(i.chunks) > 0 {
			if _, err := i.w.Write(i.chunks); err != nil {
				return n, err
			}
		}
	}
	if len(p) == 0 {
		return n, nil
	}
	more, err := i.w.Write(p)
	return n + more, err
}

// ascii tells whether all of a text is printable ASCII, or a line end where there may
// be some.
func ascii(s string, lines bool) bool {
	for i := range len(s) {
		if c := s[i]; (c < ' ' || c > '~') && !(lines && c == '\n') {
			return false
		}
	}
	return true
}

// Texts are the texts of a file that are not compressed, in order. Those that are
// damaged are left out.
func Texts(file []byte) (texts []Text) {
	Chunks(file, func(kind string, body []byte) bool {
		keyword, rest, ok := bytes.Cut(body, []byte{0})
		switch {
		case !ok || len(keyword) == 0 || len(keyword) > mostKeyword:
		case kind == "tEXt":
			texts = append(texts, Text{latin1(keyword), latin1(rest)})
		case kind == "iTXt" && len(rest) >= 2 && rest[0] == 0:
			_, rest, _ = bytes.Cut(rest[2:], []byte{0}) // language
			if _, text, ok := bytes.Cut(rest, []byte{0}); ok && utf8.Valid(text) {
				texts = append(texts, Text{latin1(keyword), string(text)})
			}
		}
		return true
	})
	return texts
}

// latin1 decodes the encoding of keywords and of tEXt.
func latin1(b []byte) string {
	r := make([]rune, len(b))
	for i, c := range b {
		r[i] = rune(c)
	}
	return string(r)
}
