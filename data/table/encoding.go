package table

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Names of encodings.
const (
	utf8Name    = "utf-8"
	utf16Name   = "utf-16" // in the order that its mark tells
	utf16LEName = "utf-16le"
	utf16BEName = "utf-16be"
	latinName   = "windows-1252"
	chineseName = "gb18030"
)

// Encodings lists the encodings that files can have.
func Encodings() []string {
	return []string{utf8Name, utf16Name, utf16LEName, utf16BEName, latinName, chineseName}
}

// Marks at the beginning of files.
var (
	utf8Mark    = []byte("\xef\xbb\xbf")
	utf16LEMark = []byte("\xff\xfe")
	utf16BEMark = []byte("\xfe\xff")
)

// byName is an encoding other than UTF-8 whose mark has been taken off.
func byName(name string) encoding.Encoding {
	switch name {
	case utf16LEName:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case utf16BEName:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case latinName:
		return charmap.Windows1252
	case chineseName:
		return simplifiedchinese.GB18030
	}
	return nil
}

// settled is how a file is encoded: the name with the order of its bytes, and the
// mark it begins with.
type settled struct {
	name string
	mark []byte
}

// settleEncoding finds out how a file is encoded, whose first bytes are head. said
// is what the user says or "", learned what another file had.
func settleEncoding(head []byte, said, learned string) settled {
	name, mark := "", []byte(nil)
	switch {
	case bytes.HasPrefix(head, utf8Mark):
		name, mark = utf8Name, utf8Mark
	case bytes.HasPrefix(head, utf16LEMark):
		name, mark = utf16LEName, utf16LEMark
	case bytes.HasPrefix(head, utf16BEMark):
		name, mark = utf16BEName, utf16BEMark
	}
	switch {
	case said == utf16Name && (name == "" || name == utf8Name):
		return settled{utf16LEName, nil} // what most programs without a mark write
	case name != "" && (said == "" || said == name || said == utf16Name):
		return settled{name, mark}
	case said != "":
		return settled{said, nil}
	case learned != "":
		return settled{learned, nil}
	}
	return settled{utf8Name, nil}
}

// decoded is the text of a file as UTF-8, less its mark.
func (s settled) decoded(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	if _, err := b.Discard(len(s.mark)); err != nil {
		return nil, err
	}
	if e := byName(s.name); e != nil {
		return transform.NewReader(b, e.NewDecoder()), nil
	}
	return b, nil
}

// checkText returns an error for a line's text that is not one in the encoding.
// Decoders put U+FFFD in place of what they do not know.
func (s settled) checkText(text []byte, line int) error {
	if i := bytes.IndexByte(text, 0); i >= 0 {
		name := utf16LEName
		if i%2 == 0 { // the upper half of the first unit of two bytes
			name = utf16BEName
		}
		return &Error{Line: line, Problem: "a zero byte: this is no text, or it is UTF-16 without a mark", Help: []Help{{"Encoding", name}}}
	}
	valid := utf8.Valid(text)
	if s.name != utf8Name {
		valid = !bytes.ContainsRune(text, utf8.RuneError)
	}
	if valid {
		return nil
	}
	problem := "the text is not " + s.name
	if s.name == utf8Name {
		at := 0
		for {
			r, size := utf8.DecodeRune(text[at:])
			if r == utf8.RuneError && size <= 1 {
				break
			}
			at += size
		}
		problem = fmt.Sprintf("the text is not UTF-8: there is a byte 0x%02x after %s", text[at], shown(string(text[max(0, at-longest/4):at])))
	}
	e := &Error{Line: line, Problem: problem}
	for _, name := range []string{utf8Name, latinName, chineseName} {
		if name != s.name {
			e.Help = append(e.Help, Help{"Encoding", name})
		}
	}
	return e
}

// utf8Probe reads on and finds out whether the bytes are UTF-8, with more in it
// than ASCII.
type utf8Probe struct {
	from      io.Reader
	rest      []byte // the beginning of a character
	bad, wide bool
}

func (p *utf8Probe) Read(to []byte) (int, error) {
	n, err := p.from.Read(to)
	for b := to[:n]; !p.bad && len(b) > 0; {
		if len(p.rest) == 0 && b[0] < utf8.RuneSelf {
			b = b[1:]
			continue
		}
		p.wide = true
		p.rest, b = append(p.rest, b[0]), b[1:]
		if utf8.FullRune(p.rest) {
			r, size := utf8.DecodeRune(p.rest)
			p.bad = r == utf8.RuneError && size == 1
			p.rest = p.rest[:0]
		}
	}
	return n, err
}

// wideUTF8 reports whether what was read is UTF-8 and not only ASCII.
func (p *utf8Probe) wideUTF8() bool { return p.wide && !p.bad && len(p.rest) == 0 }

// errNoText is the error of files that hold nothing but white space.
var errNoText = errors.New("no text: the file is empty or holds nothing but white space")
