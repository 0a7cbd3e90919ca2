// Package giffile reads and writes the comments of GIF files, as texts under keywords.
//
// Reference: CompuServe, "Graphics Interchange Format", version 89a, 1990, sections 17
// to 19, 24 and 26.
package giffile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/org/artnn/internal/pngfile"
)

const (
	screenBytes = 13 // signature and description of the screen
	// loopBytes is the length of the extension that says how often an animation runs.
	// It is expected to be the first.
	loopBytes = 19

	extension, comment, application = 0x21, 0xfe, 0xff

	mostBlock = 255 // bytes of a part of an extension
	// mostRead bounds what is read before the first picture: many times what programs
	// write there.
	mostRead = 1 << 20

	separator = ": " // of keyword and text
)

// Encode encodes texts as comments. The format wants comments in ASCII; texts that
// are not are written as UTF-8, as other programs do.
//
// Errors: those of texts in PNG files; a keyword with a colon and a space.
func Encode(texts []pngfile.Text) (blocks []byte, err error) {
	for _, t := range texts {
		if err := t.Check(); err != nil {
			return nil, err
		}
		if strings.Contains(t.Keyword, separator) {
			return nil, fmt.Errorf("keyword %q: must not have a colon and a space, which end it in a GIF file", t.Keyword)
		}
		blocks = append(blocks, extension, comment)
		for part := range slices.Chunk([]byte(t.Keyword+separator+t.Text), mostBlock) {
			blocks = append(append(blocks, byte(len(part))), part...)
		}
		blocks = append(blocks, 0)
	}
	return blocks, nil
}

// Insert puts blocks into a file that is written through the result, before its first
// picture.
func Insert(w io.Writer, blocks []byte) io.Writer { return &inserter{w: w, blocks: blocks} }

type inserter struct {
	w      io.Writer
	blocks []byte
	head   []byte // of the file, until the blocks are written
}

func (i *inserter) Write(p []byte) (int, error) {
	if i.blocks == nil {
		return i.w.Write(p)
	}
	i.head = append(i.head, p...)
	at, known := headBytes(i.head)
	if !known {
		return len(p), nil
	}
	whole := slices.Concat(i.head[:at], i.blocks, i.head[at:])
	i.blocks, i.head = nil, nil
	if _, err := i.w.Write(whole); err != nil {
		return 0, err
	}
	return len(p), nil
}

// headBytes is the length of a file up to where comments belong, once it is known: after
// screen, palette and what says how often an animation runs.
func headBytes(head []byte) (n int, known bool) {
	if len(head) < screenBytes {
		return 0, false
	}
	n = screenBytes + paletteBytes(head[10])
	if len(head) < n+2 {
		return 0, false
	}
	if head[n] == extension && head[n+1] == application {
		n += loopBytes
	}
	return n, len(head) >= n
}

// paletteBytes is the length of a palette by the byte of flags that tells of it.
func paletteBytes(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// Texts are the comments before the first picture of a file, in order. Those that are
// not UTF-8 are left out; those without a keyword have "Comment".
//
// Errors: what is no GIF file, or cut short before its first picture; more than a
// megabyte before it.
func Texts(r io.Reader) (texts []pngfile.Text, err error) {
	in := bufio.NewReader(io.LimitReader(r, mostRead))
	screen := make([]byte, screenBytes)
	if _, err := io.ReadFull(in, screen); err != nil || !bytes.HasPrefix(screen, []byte("GIF8")) {
		return nil, errors.New("not a GIF file")
	}
	cut := errors.New("the GIF file ends, or has more than a megabyte, before its first picture")
	if _, err := in.Discard(paletteBytes(screen[10])); err != nil {
		return nil, cut
	}
	for {
		kind, err := in.ReadByte()
		if err != nil {
			return nil, cut
		}
		if kind != extension { // a picture, or the end
			return texts, nil
		}
		label, err := in.ReadByte()
		if err != nil {
			return nil, cut
		}
		var body []byte
		for {
			size, err := in.ReadByte()
			if err != nil {
				return nil, cut
			}
			if size == 0 {
				break
			}
			from := len(body)
			body = append(body, make([]byte, size)...)
			if _, err := io.ReadFull(in, body[from:]); err != nil {
				return nil, cut
			}
		}
		if label == comment && utf8.Valid(body) {
			texts = append(texts, textOf(string(body)))
		}
	}
}

// textOf is the text that a comment is.
func textOf(comment string) pngfile.Text {
	if keyword, text, ok := strings.Cut(comment, separator); ok {
		if t := (pngfile.Text{Keyword: keyword, Text: text}); t.Check() == nil {
			return t
		}
	}
	return pngfile.Text{Keyword: "Comment", Text: comment}
}
