// Package utf8text reads what is supposed to be text and says what else it may
// be if it is not. Plain texts and tables go through it.
package utf8text

import (
	"errors"
	"io"
	"io/fs"
	"strings"
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
	// No more is read than it takes to know that it is too much or no text: a device may
	// have no end.
	in := NewReader(io.LimitReader(r, most+1), false, &Notes{})
	for {
		piece, err := in.Next()
		switch {
		case err == io.EOF:
			return b.String(), nil
		case err != nil:
			return "", err
		case in.bytes > most:
			return "", tooLarge
		}
		b.WriteString(piece)
	}
}
