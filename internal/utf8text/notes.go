package utf8text

import (
	"strings"
	"unicode/utf8"

	"github.com/org/artnn/internal/words"
)

// Notes are how often there was something in a text that is no part of what it says.
//
// Byte-order marks at the beginning and line ends other than \n are changed in every
// text, the rest in one that is cleaned.
type Notes struct {
	Marks       int // byte-order marks at the beginning
	LineEnds    int // \r\n and \r, which become \n
	Broken      int // bytes that are not UTF-8
	Controls    int // control characters but \t, \n and \r, and marks elsewhere; \f and \v become \n
	SoftHyphens int // U+00AD, where a word may be hyphenated
	BlankLines  int // after another one
}

// Add adds those of another text.
func (n *Notes) Add(m Notes) {
	n.Marks += m.Marks
	n.LineEnds += m.LineEnds
	n.Broken += m.Broken
	n.Controls += m.Controls
	n.SoftHyphens += m.SoftHyphens
	n.BlankLines += m.BlankLines
}

// List is what cleaning leaves out, in words; empty if nothing is.
func (n Notes) List() (list []string) {
	for _, f := range []struct {
		n    int
		what string
	}{
		{n.Broken, "invalid UTF-8 byte"}, {n.Controls, "control character"},
		{n.SoftHyphens, "soft hyphen"}, {n.BlankLines, "repeated blank line"},
	} {
		if f.n > 0 {
			list = append(list, words.Thousand(f.n, f.what))
		}
	}
	return list
}

// isPeculiar are bytes of which one may be of a control character, soft hyphen or
// byte-order mark.
var isPeculiar = func() (is [256]bool) {
	for b := range is {
		is[b] = b < ' ' && b != '\t' && b != '\n' || b == 0x7f || b == 0xc2 || b == 0xef
	}
	return is
}()

func peculiar(s string) bool {
	for i := range len(s) {
		if isPeculiar[s[i]] {
			return true
		}
	}
	return false
}

// kindOf is the note that a character counts for, nil if it is text.
func (n *Notes) kindOf(c rune) *int {
	switch {
	case c == '\u00ad':
		return &n.SoftHyphens
	case c < ' ' && c != '\t' && c != '\n' && c != '\r', c >= 0x7f && c < 0xa0, c == '\ufeff':
		return &n.Controls
	}
	return nil
}

// note counts what is left as it is.
func (n *Notes) note(s string) {
	for _, c := range s {
		if count := n.kindOf(c); count != nil {
			*count++
		}
	}
}

// cleaned is a piece without what is no part of the text.
func (r *Reader) cleaned(s string) string {
	if s == "" || !peculiar(s) && utf8.ValidString(s) && !strings.Contains(s, "\n\n\n") && (r.blank == 0 || s[0] != '\n') {
		r.blank = len(s) - len(strings.TrimRight(s, "\n"))
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		c, size := utf8.DecodeRuneInString(s[i:])
		i += size
		if c == utf8.RuneError && size == 1 {
			r.notes.Broken++
			continue
		}
		if count := r.notes.kindOf(c); count != nil {
			*count++
			if c != '\f' && c != '\v' {
				continue
			}
			c = '\n'
		}
		if c != '\n' {
			r.blank = 0
		} else if r.blank++; r.blank > 2 {
			r.notes.BlankLines++
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}
