package table

import (
	"bytes"
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"
)

const (
	// maxColumns bounds the columns of a file, of which each costs some memory
	// before it has a value.
	maxColumns = 1 << 14
	// maxRecord bounds the bytes of a row. A quote that is never closed makes one of
	// the rest of the file.
	maxRecord = 1 << 26
	// chunk is how many bytes are read at a time.
	chunk = 1 << 16
)

// scanner goes over the rows of a text. It holds one of them, in slices that are
// used again, so that a file of any length takes the same memory.
type scanner struct {
	from      io.Reader
	enc       settled
	delimiter []byte
	most      int  // fields in a row
	keep      bool // the row as it stands

	buf   []byte // what has been read
	at    int    // of buf, which is gone over
	ended error  // of reading
	line  int    // that at is in, from 1

	text  []byte // of the row's fields, without quotes
	ends  []int  // of each field in text
	lines []int  // that each field begins in
	raw   []byte // all bytes since the row before, with keep
	tail  int    // how many of them at the end are the line end
}

func newScanner(from io.Reader, enc settled, delimiter string, most int) *scanner {
	return &scanner{from: from, enc: enc, delimiter: []byte(delimiter), most: most, line: 1, buf: make([]byte, 0, chunk)}
}

// fill reads on, once what was read is used up but for less than n bytes. It
// reports whether n bytes are there.
func (s *scanner) fill(n int) bool {
	for len(s.buf)-s.at < n && s.ended == nil {
		rest := copy(s.buf[:cap(s.buf)], s.buf[s.at:])
		s.buf, s.at = s.buf[:rest], 0
		got, err := s.from.Read(s.buf[rest:cap(s.buf)])
		s.buf, s.ended = s.buf[:rest+got], err
	}
	return len(s.buf)-s.at >= n
}

// fields is how many the row has.
func (s *scanner) fields() int { return len(s.ends) }

// field is field i without white space round it. It changes with the next row.
func (s *scanner) field(i int) []byte {
	begin := 0
	if i > 0 {
		begin = s.ends[i-1]
	}
	return bytes.TrimSpace(s.text[begin:s.ends[i]])
}

// next goes to the next row; lines without a character are none.
//
// Errors: io.EOF at the end; quotes that are not well; more fields than there may
// be; bytes that are no text.
func (s *scanner) next() error {
	s.raw, s.tail = s.raw[:0], 0
	for {
		if !s.fill(1) {
			if s.ended == io.EOF {
				return io.EOF
			}
			return s.ended
		}
		if c := s.buf[s.at]; c != '\n' && c != '\r' {
			break
		}
		s.lineEnd()
	}
	s.text, s.ends, s.lines, s.tail = s.text[:0], s.ends[:0], s.lines[:0], 0
	first := s.line
	for more := true; more; {
		if len(s.ends) == s.most {
			return s.tooMany(first)
		}
		s.lines = append(s.lines, s.line)
		var err error
		if more, err = s.scanField(first); err != nil {
			return err
		}
		s.ends = append(s.ends, len(s.text))
	}
	return s.enc.checkText(s.text, first)
}

func (s *scanner) tooMany(line int) error {
	if s.most == maxColumns {
		return &Error{Line: line, Problem: fmt.Sprintf("more columns than the limit of %d", maxColumns)}
	}
	return &Error{Line: line, Problem: fmt.Sprintf("more fields than there are columns, %d; a field with a %q in it must be in quotes", s.most, s.delimiter)}
}

// take goes n bytes on.
func (s *scanner) take(n int) {
	if s.keep {
		s.raw = append(s.raw, s.buf[s.at:s.at+n]...)
	}
	s.at += n
}

// lineEnd goes over the line end that is next: \n, \r or both.
func (s *scanner) lineEnd() {
	n := 1
	if s.buf[s.at] == '\r' && s.fill(2) && s.buf[s.at+1] == '\n' {
		n = 2
	}
	s.take(n)
	s.tail = n
	s.line++
}

// scanField goes over a field and what ends it, and reports whether there is
// another in the row.
func (s *scanner) scanField(first int) (more bool, err error) {
	begin, quoted := len(s.text), false
	for {
		if len(s.text) > maxRecord {
			return false, &Error{Line: first, Problem: fmt.Sprintf("the row that begins here has over %d MiB: is there a quote that is not closed?", maxRecord>>20)}
		}
		if !s.fill(1) {
			if s.ended != io.EOF {
				return false, s.ended
			}
			s.tail = 0
			return false, nil
		}
		rest := s.buf[s.at:]
		switch c := rest[0]; {
		case c == '\n' || c == '\r':
			s.lineEnd()
			return false, nil
		case c == s.delimiter[0] && s.fill(len(s.delimiter)) && bytes.HasPrefix(s.buf[s.at:], s.delimiter):
			s.take(len(s.delimiter))
			return true, nil
		case c == '"' && !quoted && isBlank(s.text[begin:]):
			s.text, quoted = s.text[:begin], true
			if err := s.scanQuoted(); err != nil {
				return false, err
			}
		case c == '"' && !quoted:
			return false, &Error{Line: s.line, Problem: fmt.Sprintf("a quote inside a field without quotes, after %s: put the field in quotes and write each quote inside twice", shown(string(s.text[begin:])))}
		case quoted:
			r, size := s.rune()
			if !unicode.IsSpace(r) {
				return false, &Error{Line: s.line, Problem: fmt.Sprintf("%q after a field in quotes, %s: write each quote inside twice", r, shown(string(s.text[begin:])))}
			}
			s.take(size)
		default:
			rest, n := s.buf[s.at:], 1 // which a look ahead may have moved
			for n < len(rest) && rest[n] != '\n' && rest[n] != '\r' && rest[n] != '"' && rest[n] != s.delimiter[0] {
				n++
			}
			s.text = append(s.text, rest[:n]...)
			s.take(n)
		}
	}
}

// rune is the character that is next.
func (s *scanner) rune() (r rune, size int) {
	s.fill(utf8.UTFMax)
	return utf8.DecodeRune(s.buf[s.at:])
}

// isBlank reports whether nothing but white space is in a text.
func isBlank(text []byte) bool { return len(bytes.TrimSpace(text)) == 0 }

// scanQuoted goes over a text in quotes, of which the first is next. Line ends
// inside become \n.
func (s *scanner) scanQuoted() error {
	begin := s.line
	s.take(1)
	for {
		if !s.fill(1) {
			if s.ended != io.EOF {
				return s.ended
			}
			return &Error{Line: begin, Problem: "a field in quotes that begins in this line does not end: close it, and write each quote inside twice"}
		}
		rest := s.buf[s.at:]
		switch c := rest[0]; {
		case c == '"' && s.fill(2) && s.buf[s.at+1] == '"':
			s.text = append(s.text, '"')
			s.take(2)
		case c == '"':
			s.take(1)
			return nil
		case c == '\n' || c == '\r':
			s.text = append(s.text, '\n')
			s.lineEnd()
		default:
			n := 1
			for n < len(rest) && rest[n] != '"' && rest[n] != '\n' && rest[n] != '\r' {
				n++
			}
			s.text = append(s.text, rest[:n]...)
			s.take(n)
			if len(s.text) > maxRecord {
				return &Error{Line: begin, Problem: fmt.Sprintf("a field in quotes that begins in this line does not end within %d MiB: close it, and write each quote inside twice", maxRecord>>20)}
			}
		}
	}
}
