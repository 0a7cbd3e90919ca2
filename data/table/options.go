package table

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Options say how a CSV file is read. The zero value finds everything out.
type Options struct {
	// Kinds are the kinds of columns by name, in place of what their values
	// look like. In a column that is said to be a category every text is a value,
	// "NA" too, unless Missing says otherwise.
	Kinds map[string]Kind
	// Skip names columns that are left out, such as notes and running numbers.
	Skip []string
	// Only names the columns that are read; the others are not looked at. None is
	// all.
	Only []string
	// Missing are the values that mean "not known", in any case; default
	// [DefaultMissing]. The empty one always does.
	Missing []string
	// Dates settle what dates mean that can be read in several ways: each is "dmy",
	// "mdy" or "ymd", the order of day, month and year, or a whole layout in Go's
	// notation, such as "2/1/2006".
	Dates []string
	// Decimal is the mark before decimals, "." or ",". By default, the values of a
	// column tell.
	Decimal string
	// Delimiter separates fields, one character. By default it is the comma, the
	// semicolon or the tab, whichever the first line has most of.
	Delimiter string
	// Encoding is one of [Encodings]. By default it is UTF-8, or UTF-16 if the file
	// begins with its mark.
	Encoding string

	// Formats are how columns were written in another file, and Dialect how that
	// file was: this one is read the same way, or refused. What the fields above say
	// takes precedence.
	Formats map[string]Format
	Dialect Dialect
}

// Format is how the values of a column are written in a file. What is not known,
// or is not of its kind, is empty.
type Format struct {
	Decimal string `json:"decimal,omitempty"` // the mark before decimals of a number, "." or ","
	Unit    string `json:"unit,omitempty"`    // the sign before or after numbers, such as "%", "€" or "USD"
	Layout  string `json:"layout,omitempty"`  // of dates, in Go's notation
	Literal bool   `json:"literal,omitempty"` // every text but the empty one is a value of a category
}

// Dialect is how a file is written as a whole. A table that a program has made
// has the zero value.
type Dialect struct {
	Encoding  string   `json:"encoding,omitempty"`
	Delimiter string   `json:"delimiter,omitempty"`
	Missing   []string `json:"missing,omitempty"` // the values that mean "not known", if they were given
}

// DefaultMissing lists the values that mean "not known" where [Options] has none.
func DefaultMissing() []string {
	return []string{"", "NA", "N/A", "#N/A", "NaN", "null", "-", "–", "—", "?"}
}

// Check returns an error for options that make no sense, whatever the file.
func (o Options) Check() error {
	for name, kind := range o.Kinds {
		if err := kind.check(); err != nil {
			return fmt.Errorf("column %q: %w", name, err)
		}
	}
	for name, f := range o.Formats {
		if err := f.Check(); err != nil {
			return fmt.Errorf("column %q: %w", name, err)
		}
	}
	switch o.Decimal {
	case "", ".", ",":
	default:
		return fmt.Errorf("decimal mark %q: use \".\" or \",\"", o.Decimal)
	}
	for _, text := range o.Dates {
		if _, err := dateOrder(text); err != nil {
			return err
		}
	}
	return errors.Join(
		Dialect{Encoding: o.Encoding, Delimiter: o.Delimiter}.Check(),
		o.Dialect.Check())
}

// Check returns an error for a format that no column has.
func (f Format) Check() error {
	switch f.Decimal {
	case "", ".", ",":
	default:
		return fmt.Errorf("decimal mark %q: there are \".\" and \",\"", f.Decimal)
	}
	if len(f.Unit) > longest || len(f.Layout) > 2*longest {
		return errors.New("a unit or date layout is too long")
	}
	if f.Layout != "" {
		_, err := dateOrder(f.Layout)
		return err
	}
	return nil
}

// Check returns an error for a dialect that no file has.
func (d Dialect) Check() error {
	if d.Encoding != "" && !slices.Contains(Encodings(), d.Encoding) {
		return fmt.Errorf("encoding %q: use one of %s", d.Encoding, strings.Join(Encodings(), ", "))
	}
	if d.Delimiter == "" {
		return nil
	}
	r, size := utf8.DecodeRuneInString(d.Delimiter)
	if size != len(d.Delimiter) || r == utf8.RuneError || strings.ContainsRune("\"\r\n\x00\ufeff", r) {
		return fmt.Errorf("delimiter %q: use one character, neither a quote nor a line end", d.Delimiter)
	}
	return nil
}

// missing tells what means "not known".
type missing struct {
	words   map[string]bool // in lower case
	longest int             // in bytes
	first   [256]bool       // bytes that they may begin with
}

func newMissing(words []string) missing {
	m := missing{words: map[string]bool{"": true}}
	for _, w := range words {
		w = strings.ToLower(strings.TrimSpace(w))
		m.words[w], m.longest = true, max(m.longest, len(w))
		if w == "" {
			continue
		}
		m.first[w[0]], m.first[strings.ToUpper(w[:1])[0]] = true, true
		if w[0] >= utf8.RuneSelf {
			for b := utf8.RuneSelf; b < len(m.first); b++ {
				m.first[b] = true
			}
		}
	}
	return m
}

// has reports whether a text, which is trimmed, is among them. It makes none.
func (m missing) has(text []byte) bool {
	if len(text) == 0 {
		return true
	}
	if !m.first[text[0]] {
		return false
	}
	// Lower case may be shorter or longer, never by more than a half.
	if len(text) > 2*m.longest {
		return false
	}
	var room [64]byte
	lower := room[:0]
	for _, r := range string(text) {
		lower = utf8.AppendRune(lower, unicode.ToLower(r))
	}
	return m.words[string(lower)]
}
