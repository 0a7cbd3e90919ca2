package table

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Ways of reading a number, by the mark before its decimals.
const (
	point = iota
	comma
	readings
)

// marks are the decimal marks of the readings.
var marks = [readings]string{".", ","}

// currencies are units in letters. Signs such as € need no list.
var currencies = []string{
	"AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "INR", "JPY", "KRW", "MXN",
	"NOK", "NZD", "PLN", "RMB", "RUB", "SEK", "SGD", "TRY", "TWD", "USD", "ZAR", "A$", "C$", "HK$", "NT$",
	"R$", "US$", "Fr.", "SFr.", "Kč", "kr", "kr.", "zł", "元", "円", "원",
}

// percent is the unit that changes what a number means: 12 % is not 12.
const percent = "%"

// number is a text as a number.
type number struct {
	value float64
	unit  string // "" if it has none
	plain bool   // digits only
}

// parseNumber reads a finite decimal number. It may have a sign, or be negative in
// brackets; a currency or a percent sign before or after it; and thousands set
// apart by spaces, apostrophes, or the mark that is not for decimals. What strconv
// accepts besides (hexadecimal, underscores, words for infinity) is not what tables
// mean.
func parseNumber(text []byte, reading int) (n number, ok bool) {
	if len(text) > longestNumber {
		return n, false
	}
	var room [longestNumber + 1]byte
	digits := true
	for _, c := range text {
		digits = digits && c >= '0' && c <= '9'
	}
	n.plain = digits
	if !digits {
		core, negative, unit, ok := bareNumber(text)
		if !ok {
			return n, false
		}
		n.unit = unit
		if text, ok = pointNumber(room[:0], core, negative, reading); !ok {
			return n, false
		}
	}
	x, err := strconv.ParseFloat(string(text), 64)
	n.value = x
	return n, err == nil && !math.IsInf(x, 0)
}

// longestNumber is how many bytes a number has at most: the digits of the largest
// float64, set apart, with a sign and a unit.
const longestNumber = 512

// bareNumber takes off brackets, sign and unit.
func bareNumber(text []byte) (core []byte, negative bool, unit string, ok bool) {
	if n := len(text); n > 2 && text[0] == '(' && text[n-1] == ')' {
		text, negative = bytes.TrimSpace(text[1:n-1]), true
	}
	signed := negative
	sign := func() {
		for _, mark := range []string{"+", "-", "−"} {
			if rest, found := bytes.CutPrefix(text, []byte(mark)); found && !signed {
				text, signed, negative = bytes.TrimLeftFunc(rest, unicode.IsSpace), true, mark != "+"
			}
		}
	}
	sign()
	if isDigit(text, 0) && isDigit(text, len(text)-1) {
		return text, negative, "", true // as nearly all
	}
	unit, text = cutUnit(text)
	sign()
	return text, negative, unit, len(text) > 0
}

func isDigit(text []byte, i int) bool {
	return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9'
}

// cutUnit takes off a unit before or after a number.
func cutUnit(text []byte) (unit string, rest []byte) {
	is := func(s []byte) bool {
		if r, size := utf8.DecodeRune(s); size == len(s) && (unicode.Is(unicode.Sc, r) || r == '%' || r == '‰') {
			return true
		}
		return slices.Contains(currencies, string(s))
	}
	// A unit ends, or begins, beside a digit, a sign, a mark or a space.
	within := func(r rune) bool {
		return r >= '0' && r <= '9' || strings.ContainsRune("+-−,.", r) || unicode.IsSpace(r)
	}
	if at := bytes.IndexFunc(text, within); at > 0 {
		for _, end := range []int{at, at + 1} { // "Fr." ends in a mark
			if end < len(text) && is(text[:end]) {
				unit, text = string(text[:end]), text[end:]
				return unit, bytes.TrimLeftFunc(text, unicode.IsSpace)
			}
		}
	}
	if at := bytes.LastIndexAny(text, "0123456789") + 1; at > 0 && at < len(text) {
		if end := bytes.TrimLeftFunc(text[at:], unicode.IsSpace); is(end) {
			return string(end), text[:at]
		}
		if text[at] == '.' || text[at] == ',' { // "5. €" has a mark without decimals
			if end := bytes.TrimLeftFunc(text[at+1:], unicode.IsSpace); is(end) {
				return string(end), text[:at+1]
			}
		}
	}
	return "", text
}

// pointNumber writes an unsigned number as strconv has it. Groups of thousands must
// be whole: three digits each, or as in India two but for the last.
func pointNumber(to, text []byte, negative bool, reading int) (out []byte, ok bool) {
	if negative {
		to = append(to, '-')
	}
	decimal := marks[reading][0]
	var g groups
	i := 0
	for i < len(text) {
		c := text[i]
		if c >= '0' && c <= '9' {
			to = append(to, c)
			g.digit(c)
			i++
			continue
		}
		if c == decimal || c == 'e' || c == 'E' {
			break
		}
		r, size := utf8.DecodeRune(text[i:])
		if !g.separator(r) {
			return nil, false
		}
		i += size
	}
	if !g.end() {
		return nil, false
	}
	if i < len(text) && text[i] == decimal {
		to = append(to, '.')
		i++
	}
	for _, c := range text[i:] {
		switch {
		case c >= '0' && c <= '9', c == 'e', c == 'E', c == '+', c == '-': // strconv sees to their order
			to = append(to, c)
		default:
			return nil, false
		}
	}
	return to, true
}

// groups follows how the digits before the decimals are grouped.
type groups struct {
	mark  rune // between them; 0 as long as there is none
	count int  // of groups that have ended
	size  int  // of the group at hand
	first int  // size of the first
	zero  bool // the first begins with 0
	twos  int  // groups of two after the first
}

func (g *groups) digit(c byte) {
	if g.count == 0 && g.size == 0 {
		g.zero = c == '0'
	}
	g.size++
}

// separator ends a group. The decimal mark never comes here.
func (g *groups) separator(r rune) bool {
	switch r {
	case ',', '.', ' ', '\u00a0', '\u2009', '\u202f', '\'', '’':
	default:
		return false
	}
	if g.mark != 0 && g.mark != r || g.zero {
		return false
	}
	g.mark = r
	if g.count == 0 {
		g.first = g.size
	} else {
		switch g.size {
		case 2:
			g.twos++
		case 3:
		default:
			return false
		}
	}
	g.count, g.size = g.count+1, 0
	return true
}

// end tells whether the groups are whole.
func (g *groups) end() bool {
	if g.count == 0 {
		return true
	}
	indian := g.twos > 0 && g.twos == g.count-1 && g.first <= 2
	return g.size == 3 && g.first >= 1 && g.first <= 3 && (g.twos == 0 || indian)
}

// isIdentifier reports whether digits are a name rather than a number: they begin
// with a zero, or float64 cannot hold them.
func isIdentifier(digits []byte) bool {
	if len(digits) > 1 && digits[0] == '0' {
		return true
	}
	if len(digits) < 16 {
		return false
	}
	x, err := strconv.ParseUint(string(digits), 10, 64)
	return err != nil || x > 1<<53
}
