package table

import (
	"slices"
	"strings"
)

// layoutsOf are the layouts, in Go's notation, that a text looks as if it were
// written in: none if it is no date; several if day, month and year may be in
// another order. Whether it has such a day is for [parseDate].
//
// It depends only on which characters are digits, and on the others.
func layoutsOf(text string) []string {
	s := &dateScan{rest: text}
	weekday := s.weekday()
	dates := s.date()
	if dates == nil {
		return nil
	}
	clock, ok := s.clock()
	if !ok || s.rest != "" {
		return nil
	}
	for i, d := range dates {
		if s.may { // which is its own short form
			dates = append(dates, weekday+strings.Replace(d, "Jan", "January", 1)+clock)
		}
		dates[i] = weekday + d + clock
	}
	return dates
}

// dateScan goes over a text that may be a date.
type dateScan struct {
	rest string
	may  bool // the month is May
}

// digits takes a run of digits and returns how many.
func (s *dateScan) digits() int {
	n := 0
	for n < len(s.rest) && s.rest[n] >= '0' && s.rest[n] <= '9' {
		n++
	}
	s.rest = s.rest[n:]
	return n
}

// cut takes a prefix.
func (s *dateScan) cut(prefix string) (found bool) {
	s.rest, found = strings.CutPrefix(s.rest, prefix)
	return found
}

// first takes whichever prefix is next, "" if none.
func (s *dateScan) first(prefixes ...string) string {
	for _, p := range prefixes {
		if s.cut(p) {
			return p
		}
	}
	return ""
}

// name takes a word that is among some, or the first three letters of one, in any
// case. It returns the long or the short form of its layout.
func (s *dateScan) name(names []string, long string) string {
	n := 0
	for n < len(s.rest) && (s.rest[n]|0x20 >= 'a' && s.rest[n]|0x20 <= 'z') {
		n++
	}
	word := s.rest[:n]
	for _, name := range names {
		switch {
		case strings.EqualFold(word, name[:3]):
			s.may = name == "May"
			s.rest = s.rest[n:]
			return long[:3]
		case strings.EqualFold(word, name):
			s.rest = s.rest[n:]
			return long
		}
	}
	return ""
}

var (
	months   = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
	weekdays = []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}
)

// weekday takes "Mon, " and the like.
func (s *dateScan) weekday() string {
	day := s.name(weekdays, "Monday")
	if day == "" {
		return ""
	}
	return day + s.first(", ", " ")
}

// date takes the day, the month and the year.
func (s *dateScan) date() []string {
	if month := s.name(months, "January"); month != "" {
		return one(s.monthFirst(month))
	}
	a := s.digits()
	if a == 0 {
		return nil
	}
	if a == 4 && s.cut("年") {
		if m := s.digits(); m < 1 || m > 2 || !s.cut("月") {
			return nil
		}
		if d := s.digits(); d == 1 || d == 2 {
			if s.cut("日") {
				return one("2006年1月2日")
			}
			return nil
		}
		return one("2006年1月")
	}
	separator := s.first("-", "/", ". ", ".", " ")
	if a <= 2 && separator != "" {
		if month := s.name(months, "January"); month != "" {
			return s.named("2"+separator+month, separator)
		}
	}
	b := s.digits()
	if separator == "" || separator == " " || separator == ". " || b < 1 || b > 2 {
		return nil
	}
	if !s.cut(separator) {
		if a == 4 && separator == "-" {
			return one("2006-1")
		}
		return nil
	}
	return numeric(a, b, s.digits(), separator)
}

// one is a list of a layout, none of "".
func one(layout string) []string {
	if layout == "" {
		return nil
	}
	return []string{layout}
}

// named takes the year after a day and the name of a month.
func (s *dateScan) named(before, separator string) []string {
	if separator == ". " {
		separator = " "
	}
	between := s.first(separator, ", ")
	if between == "" {
		return nil
	}
	switch s.digits() {
	case 4:
		return one(before + between + "2006")
	case 2:
		return one(before + between + "06")
	}
	return nil
}

// monthFirst takes what follows the name of a month: the day and the year, or only
// the year.
func (s *dateScan) monthFirst(month string) string {
	separator := s.first(" ", "-")
	if separator == "" {
		return ""
	}
	switch s.digits() {
	case 4:
		return month + separator + "2006"
	case 1, 2:
		if between := s.first(", ", " ", "-"); between != "" && s.digits() == 4 {
			return month + separator + "2" + between + "2006"
		}
	}
	return ""
}

// numeric are the layouts of three numbers of so many digits.
func numeric(a, b, c int, separator string) (out []string) {
	join := func(parts ...string) { out = append(out, strings.Join(parts, separator)) }
	switch {
	case a == 4 && (c == 1 || c == 2):
		join("2006", "1", "2")
	case a <= 2 && c == 4:
		join("2", "1", "2006")
		if separator != "." { // with dots the day is first wherever they are usual
			join("1", "2", "2006")
		}
	case separator == "." && a == 2 && b == 2 && c == 2: // fewer digits would be a version or a chapter
		join("2", "1", "06")
	case separator != "." && a <= 2 && c == 2:
		join("2", "1", "06")
		join("1", "2", "06")
		if a == 2 {
			join("06", "1", "2")
		}
	}
	return out
}

// clock takes the time of day and the zone, if they are there.
func (s *dateScan) clock() (layout string, ok bool) {
	if s.rest == "" {
		return "", true
	}
	before := s.first("T", ", ", " ")
	if h := s.digits(); before == "" || h < 1 || h > 2 || !s.cut(":") || s.digits() != 2 {
		return "", false
	}
	hour, rest := "15", ":04"
	if s.cut(":") {
		if s.digits() != 2 {
			return "", false
		}
		rest += ":05"
		// Go reads a fraction after seconds without a layout.
		if s.first(".", ",") != "" && s.digits() == 0 {
			return "", false
		}
	}
	for _, half := range []string{"PM", "pm"} {
		for _, space := range []string{"", " "} {
			if s.cut(space+half) || s.cut(space+strings.Replace(strings.Replace(half, "P", "A", 1), "p", "a", 1)) {
				hour, rest = "3", rest+space+half
			}
		}
	}
	zone, ok := s.zone()
	return before + hour + rest + zone, ok
}

// zone takes an offset from UTC.
func (s *dateScan) zone() (layout string, ok bool) {
	space := s.first(" ")
	switch {
	case s.rest == "":
		return "", space == ""
	case s.cut("Z"):
		return space + "Z07:00", true
	case s.first("UTC", "GMT") != "":
		return space + zoneName, true
	case s.first("+", "-") == "":
		return "", false
	}
	switch h := s.digits(); {
	case h == 4:
		return space + "Z0700", true
	case h == 2 && s.cut(":"):
		return space + "Z07:00", s.digits() == 2
	case h == 2:
		return space + "Z07", true
	}
	return "", false
}

// mayBeDate is quick to say no to what layoutsOf has nothing for: a date begins
// with a digit, or with the name of a month or of a day.
func mayBeDate(text []byte) bool {
	if len(text) < 6 || len(text) > 48 {
		return false
	}
	if isDigit(text, 0) {
		return isDigit(text, len(text)-1) || text[len(text)-1]|0x20 >= 'a' || text[len(text)-1] >= 0x80
	}
	begins := func(name string) bool { return strings.EqualFold(name[:3], string(text[:3])) }
	return slices.ContainsFunc(months, begins) || slices.ContainsFunc(weekdays, begins)
}

// dateShapes remembers the layouts of texts by what they depend on.
type dateShapes map[string][]string

// most bounds how many shapes are remembered.
const mostShapes = 1 << 12

// of is layoutsOf.
func (d dateShapes) of(text []byte) []string {
	var room [64]byte
	shape := append(room[:0], text...)
	for i, c := range shape {
		if c >= '0' && c <= '9' {
			shape[i] = '0'
		}
	}
	layouts, known := d[string(shape)]
	if !known {
		layouts = layoutsOf(string(shape))
		if len(d) < mostShapes {
			d[string(shape)] = layouts
		}
	}
	return layouts
}
