package utf8text

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/org/artnn/internal/words"
)

// block is how many bytes are read at a time. A piece is as long.
const block = 64 << 10

// Reader reads a text in pieces, so that it need not fit into memory. Which pieces it is
// cut into depends on the text alone.
type Reader struct {
	in    io.Reader
	clean bool
	notes *Notes

	buf    []byte // what is read and not yet given out
	have   int    // bytes of it
	ended  bool
	bytes  int64 // given out, as they are in the file
	lines  int   // ends of lines in them
	text   bool  // there was something but white space
	blank  int   // line ends that the last piece ended with; the beginning is like one
	zeros  int
	broken error // the first bytes that are no text, if they are to be left out
}

// NewReader reads a text and counts in notes what is changed or would be. A clean one
// leaves out what [Notes] says.
func NewReader(r io.Reader, clean bool, notes *Notes) *Reader {
	return &Reader{in: r, clean: clean, notes: notes, buf: make([]byte, block), blank: 1}
}

// Next is the next piece. It ends before white space where there is any, so that no
// word, and no run of white space, is cut.
//
// Errors: io.EOF at the end; those of [Read] but for its bound; a text to be cleaned of
// which more than one byte in a thousand is none.
func (r *Reader) Next() (string, error) {
	for {
		if !r.ended {
			n, err := io.ReadFull(r.in, r.buf[r.have:])
			r.have += n
			switch err {
			case nil:
			case io.EOF, io.ErrUnexpectedEOF:
				r.ended = true
			default:
				return "", err
			}
		}
		if r.have == 0 {
			return "", r.end()
		}
		raw := r.buf[:r.have]
		if !r.ended {
			raw = raw[:cut(raw)]
		}
		piece, err := r.take(string(raw))
		if err != nil {
			return "", err
		}
		r.bytes += int64(len(raw))
		r.have = copy(r.buf, r.buf[len(raw):r.have])
		if piece != "" {
			return piece, nil
		}
	}
}

// end is the error after the last piece.
func (r *Reader) end() error {
	switch bad := int64(r.notes.Broken + r.zeros); {
	case r.broken != nil && bad > 16 && bad*1000 > r.bytes: // a few bytes spoil any short text
		return fmt.Errorf("%s not UTF-8, too many to be left out: %w", words.Are(int(bad), "byte"), r.broken)
	case r.text:
		return io.EOF
	case r.bytes == 0:
		return fmt.Errorf("%w: the file is empty", ErrNoText)
	}
	return fmt.Errorf("%w: the file is %s of white space", ErrNoText, words.Count(r.bytes, "byte"))
}

// cut is where to cut what begins a longer text: before the last white space that
// follows something else, or else after a whole character.
func cut(raw []byte) int {
	for i := len(raw) - 1; i > 0; i-- {
		switch raw[i] {
		case ' ', '\n', '\t', '\r':
			if c, _ := utf8.DecodeLastRune(raw[:i]); !unicode.IsSpace(c) {
				return i
			}
		}
	}
	at := len(raw)
	for i := 1; i < utf8.UTFMax && i < at; i++ {
		if utf8.RuneStart(raw[at-i]) {
			if !utf8.FullRune(raw[at-i:]) {
				at -= i
			}
			break
		}
	}
	if at > 1 && raw[at-1] == '\r' { // the line end may go on
		at--
	}
	return at
}

// take checks the next bytes of the file and makes text of them.
func (r *Reader) take(s string) (string, error) {
	if r.bytes == 0 {
		if strings.HasPrefix(s, "\xff\xfe") || strings.HasPrefix(s, "\xfe\xff") {
			return "", errors.New("the text is UTF-16; convert it first: iconv -f UTF-16 -t UTF-8 IN > OUT")
		}
	}
	if err := r.check(s); err != nil {
		if !r.clean {
			return "", err
		}
		if r.broken == nil {
			r.broken = err
		}
	}
	r.lines += strings.Count(s, "\n")
	if r.bytes == 0 && strings.HasPrefix(s, mark) {
		s = s[len(mark):]
		r.notes.Marks++
	}
	if n := strings.Count(s, "\r"); n > 0 {
		r.notes.LineEnds += n
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	switch {
	case r.clean:
		s = r.cleaned(s)
	case peculiar(s):
		r.notes.note(s)
	}
	r.text = r.text || strings.TrimSpace(s) != ""
	return s, nil
}

// mark is a byte-order mark, which has a meaning at the beginning of a file only.
const mark = "\ufeff"

// check returns an error if the next bytes of the file are no text.
func (r *Reader) check(s string) error {
	if i := strings.IndexByte(s, 0); i >= 0 {
		r.zeros += strings.Count(s, "\x00")
		return fmt.Errorf("a zero byte at byte %d: this is no text, or it is UTF-16 without a mark (then: iconv -f UTF-16LE -t UTF-8 IN > OUT)", r.bytes+int64(i))
	}
	if utf8.ValidString(s) {
		return nil
	}
	offset := 0
	for {
		c, size := utf8.DecodeRuneInString(s[offset:])
		if c == utf8.RuneError && size <= 1 {
			break
		}
		offset += size
	}
	line := 1 + r.lines + strings.Count(s[:offset], "\n")
	return fmt.Errorf("not UTF-8: 0x%02x at byte %d (line %d); if the text is in another encoding, convert it first: iconv -f GB18030 -t UTF-8 IN > OUT (or BIG5, SHIFT_JIS, WINDOWS-1252)",
		s[offset], r.bytes+int64(offset), line)
}
