// Package visible makes text that came from elsewhere safe to show.
//
// A file's names and texts may hold control characters, and a terminal obeys
// them: they move the cursor, rename the window, hide what follows. Here they
// show as the escapes that Go writes in strings, such as \x1b.
package visible

import (
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text is a text with control characters as escapes, but for line ends and tabs.
func Text(s string) string { return escaped(s, "\n\t") }

// Line is [Text] for what must stay in one line: line ends and tabs are escaped
// too.
func Line(s string) string { return escaped(s, "") }

func escaped(s, keep string) string {
	at := strings.IndexFunc(s, func(r rune) bool {
		return (hidden(r) || r == utf8.RuneError) && !strings.ContainsRune(keep, r)
	})
	if at < 0 {
		return s
	}
	var b strings.Builder
	b.WriteString(s[:at])
	for i := at; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if (r == utf8.RuneError && n == 1 || hidden(r)) && !strings.ContainsRune(keep, r) {
			quoted := strconv.Quote(s[i : i+n])
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// hidden reports whether a character commands a terminal (C0, DEL, C1), or the
// order in which others are shown.
func hidden(r rune) bool {
	return unicode.IsControl(r) || '\u202a' <= r && r <= '\u202e' || '\u2066' <= r && r <= '\u2069'
}

// Writer passes on [Text] of what is written to it, in pieces of any size.
type Writer struct {
	w    io.Writer
	tail []byte // the beginning of a character whose end has not come
}

// NewWriter writes to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Write passes on all whole characters.
//
// Errors: those of the writer behind.
func (v *Writer) Write(p []byte) (int, error) {
	all := append(v.tail, p...)
	whole := len(all)
	for i := len(all) - 1; i >= 0 && i >= len(all)-utf8.UTFMax; i-- {
		if utf8.RuneStart(all[i]) {
			if !utf8.FullRune(all[i:]) {
				whole = i
			}
			break
		}
	}
	_, err := io.WriteString(v.w, Text(string(all[:whole])))
	v.tail = append([]byte(nil), all[whole:]...)
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush passes on what is left of a character that was never ended.
//
// Errors: those of the writer behind.
func (v *Writer) Flush() error {
	_, err := io.WriteString(v.w, Text(string(v.tail)))
	v.tail = nil
	return err
}
