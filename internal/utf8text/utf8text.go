// Package utf8text reads what is supposed to be text and says what else it may
// be if it is not. Plain texts and tables go through it.
package utf8text

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/org/artnn/internal/words"
)

// ErrNoText is wrapped by the errors of texts that hold nothing but white space.
var ErrNoText = errors.New("no text")

// maxBytes bounds what one read takes into memory.
const maxBytes = 1 << 30

// Read reads a text: UTF-8, less a byte-order mark, with line ends as \n.
//
// Errors: bytes that are not UTF-8 (with their offset and a hint at what the
// encoding may be), zero bytes, nothing but white space ([ErrNoText]), more
// than 1 GiB.
func Read(r io.Reader) (string, error) {
	p, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return "", err
	}
	if len(p) > maxBytes {
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
		return "", fmt.Errorf("%w: the file is %s of white space", ErrNoText, words.Count(len(p), "byte"))
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
