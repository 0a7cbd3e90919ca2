// Package utf8text reads what is supposed to be text and says what else it may
// be if it is not. Plain texts and tables go through it.
package utf8text

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"unicode/utf8"

	"github.com/org/artnn/internal/words"
)

// ErrNoText is wrapped by the errors of texts that hold nothing but white space.
var ErrNoText = errors.New("no text")

// MaxBytes bounds what is taken into memory.
const MaxBytes = 1 << 30

// Read reads a text: UTF-8, less a byte-order mark, with line ends as \n. The size
// of a file is looked at before it is read.
//
// Errors: bytes that are not UTF-8 (with their offset and a hint at what the
// encoding may be), zero bytes, nothing but white space ([ErrNoText]), more
// than 1 GiB.
func Read(r io.Reader) (string, error) { return ReadUpTo(r, MaxBytes) }

// ReadUpTo is [Read] where other texts have left room for so many bytes.
func ReadUpTo(r io.Reader, most int64) (string, error) {
	p, err := bounded(r, most)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(p, "\xff\xfe") || strings.HasPrefix(p, "\xfe\xff") {
		return "", errors.New("the text is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8 IN > OUT")
	}
	if i := strings.IndexByte(p, 0); i >= 0 {
		return "", fmt.Errorf("a zero byte at byte %d: this is no text, or it is UTF-16 without a mark (then: iconv -f UTF-16LE -t UTF-8 IN > OUT)", i)
	}
	if !utf8.ValidString(p) {
		return "", notUTF8(p)
	}
	text := strings.TrimPrefix(p, "\ufeff")
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	if strings.TrimSpace(text) == "" {
		if len(p) == 0 {
			return "", fmt.Errorf("%w: the file is empty", ErrNoText)
		}
		return "", fmt.Errorf("%w: the file is %s of white space", ErrNoText, words.Count(len(p), "byte"))
	}
	return text, nil
}

// block is how many bytes are read at a time.
const block = 1 << 20

// bounded reads to the end, but no more than it must to know that this is too much
// or no text: a device may have no end.
func bounded(r io.Reader, most int64) (string, error) {
	tooLarge := errors.New("the text is over 1 GiB; train on a part of it")
	if most < MaxBytes {
		tooLarge = errors.New("with the texts before it, it is over 1 GiB; train on a part of them")
	}
	var b strings.Builder
	if f, ok := r.(interface{ Stat() (fs.FileInfo, error) }); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			if info.Size() > most {
				return "", tooLarge
			}
			b.Grow(int(info.Size()))
		}
	}
	r = io.LimitReader(r, most+1)
	for {
		begin := b.Len()
		n, err := io.CopyN(&b, r, block)
		switch {
		case err != nil && err != io.EOF:
			return "", err
		case int64(b.Len()) > most:
			return "", tooLarge
		case err == io.EOF || n > 0 && strings.IndexByte(b.String()[begin:], 0) >= 0:
			return b.String(), nil
		}
	}
}

// notUTF8 says where p stops being UTF-8 and what it may be instead.
func notUTF8(p string) error {
	offset := 0
	for {
		r, size := utf8.DecodeRuneInString(p[offset:])
		if r == utf8.RuneError && size <= 1 {
			break
		}
		offset += size
	}
	line := 1 + strings.Count(p[:offset], "\n")
	return fmt.Errorf("not UTF-8: 0x%02x at byte %d (line %d); if the text is in another encoding, convert it first: iconv -f GB18030 -t UTF-8 IN > OUT (or BIG5, SHIFT_JIS, WINDOWS-1252)",
		p[offset], offset, line)
}
