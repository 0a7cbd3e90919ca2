package form

import (
	"slices"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// escapes are the characters after a backslash that mean another one, or themselves.
var escapes = map[byte]rune{'n': '\n', 'r': '\r', 't': '\t', '\\': '\\', '"': '"', '[': '[', ']': ']', '-': '-', '^': '^', '\'': '\'', '/': '/'}

// digits are how many hexadecimal digits follow a backslash and a letter.
var digits = map[byte]int{'x': 2, 'u': 4, 'U': 8}

// character reads a character of a string or class that began at a place.
func (p *parser) character(begin int, what string) (rune, error) {
	c, size := utf8.DecodeRuneInString(p.text[p.at:])
	switch {
	case size == 0 || c == '\n':
		return 0, p.failed(begin, "the %s is not closed", what)
	case c == utf8.RuneError && size == 1:
		return 0, p.failed(p.at, "byte 0x%02x is not UTF-8", p.text[p.at])
	case c != '\\':
		p.at += size
		return c, nil
	case p.at+1 >= len(p.text):
		return 0, p.failed(begin, "the %s is not closed", what)
	}
	letter := p.text[p.at+1]
	if c, ok := escapes[letter]; ok {
		p.at += 2
		return c, nil
	}
	n, ok := digits[letter]
	if !ok {
		return 0, p.failed(p.at, `there is no escape \%s`, at0(p.text, p.at+1))
	}
	from := p.at + 2
	if from+n > len(p.text) {
		return 0, p.failed(p.at, `\%c needs %d hexadecimal digits`, letter, n)
	}
	x, err := strconv.ParseUint(p.text[from:from+n], 16, 32)
	switch {
	case err != nil:
		return 0, p.failed(p.at, `\%c needs %d hexadecimal digits`, letter, n)
	case x > unicode.MaxRune || !utf8.ValidRune(rune(x)):
		return 0, p.failed(p.at, "there is no character %X", x)
	}
	p.at = from + n
	return rune(x), nil
}

// sorted are the same characters, in ascending ranges that do not touch.
func (r runes) sorted() runes {
	type pair struct{ lo, hi rune }
	var pairs []pair
	for i := 0; i+1 < len(r); i += 2 {
		pairs = append(pairs, pair{r[i], r[i+1]})
	}
	slices.SortFunc(pairs, func(a, b pair) int { return int(a.lo - b.lo) })
	var out runes
	for _, p := range pairs {
		if n := len(out); n > 0 && p.lo <= out[n-1]+1 {
			out[n-1] = max(out[n-1], p.hi)
		} else {
			out = append(out, p.lo, p.hi)
		}
	}
	return out
}

// others are all characters but these, which are sorted.
func (r runes) others() runes {
	var out runes
	next := rune(0)
	for i := 0; i+1 < len(r); i += 2 {
		if next < r[i] {
			out = append(out, next, r[i]-1)
		}
		next = r[i+1] + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, next, unicode.MaxRune)
	}
	return out
}
