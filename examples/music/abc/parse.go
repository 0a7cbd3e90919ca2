package abc

import (
	"errors"
	"fmt"
	"strings"
)

// Error is a tune that cannot be read, and where.
type Error struct {
	Line, Column int // from 1; columns are bytes
	Reason       string
}

func (e *Error) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Reason)
}

// Parse reads all tunes of a text. A tune begins with a line such as X:1 and ends with an empty
// line; fields before the first are valid for all.
//
// Errors: an [*Error] for each tune that cannot be read, joined by [errors.Join]; the
// others come all the same. A text without tunes.
func Parse(text string) ([]*Tune, error) {
	var (
		tunes []*Tune
		errs  []error
		file  header // of the file
		p     *parser
		skip  bool
		found bool
	)
	finish := func() {
		if p == nil {
			return
		}
		if err := p.finish(); err != nil {
			errs = append(errs, err)
		} else {
			tunes = append(tunes, &p.tune)
		}
		p = nil
	}
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, "X:"):
			finish()
			p, skip, found = newParser(file, number), false, true
		case strings.TrimSpace(line) == "":
			finish()
			skip = false
			continue
		}
		if skip {
			continue
		}
		if p == nil {
			if !found {
				// Text of any kind may stand here. What makes no sense is not for us.
				_ = file.field(line)
			}
			continue
		}
		if err := p.line(line, number); err != nil {
			errs = append(errs, err)
			p, skip = nil, true
		}
	}
	finish()
	if !found {
		errs = append(errs, errors.New("no tune: a tune begins with a line such as X:1"))
	}
	return tunes, errors.Join(errs...)
}

// header is what fields say before the music begins.
type header struct {
	number, title, rhythm string
	meter                 Meter
	unit                  int // ticks, 0 is by the metre
	tempo                 string
	key                   Key
	keyed                 bool // K was there, which ends the header
}

// isField reports whether a line is a field.
func isField(line string) bool {
	return len(line) >= 2 && line[1] == ':' && (line[0]|0x20 >= 'a' && line[0]|0x20 <= 'z')
}

// field takes up a line of the header, or a field within the music.
func (h *header) field(line string) (err error) {
	if !isField(line) {
		return nil
	}
	value, _, _ := strings.Cut(line[2:], "%")
	value = strings.TrimSpace(value)
	switch line[0] {
	case 'X':
		h.number = value
	case 'T':
		if h.title == "" {
			h.title = value
		}
	case 'R':
		h.rhythm = value
	case 'M':
		h.meter, err = parseMeter(value)
	case 'L':
		h.unit, err = parseUnit(value)
	case 'Q':
		h.tempo = value
	case 'K':
		h.key, err = parseKey(value)
		h.keyed = true
	case 'V':
		if id, _, _ := strings.Cut(value, " "); id != "1" {
			err = fmt.Errorf("voice %q: only tunes of one voice are read", id)
		}
	}
	return err
}

func parseMeter(s string) (m Meter, err error) {
	switch s {
	case "none", "":
		return Meter{}, nil
	case "C":
		return Meter{4, 4}, nil
	case "C|":
		return Meter{2, 2}, nil
	}
	above, below, ok := strings.Cut(s, "/")
	sum := 0
	for part := range strings.SplitSeq(strings.Trim(above, "()"), "+") {
		n, rest := cutNumber(strings.TrimSpace(part))
		ok, sum = ok && n > 0 && rest == "", sum+max(n, 0)
	}
	unit, rest := cutNumber(below)
	if !ok || rest != "" || sum > 64 || unit < 1 || unit > 32 || unit&(unit-1) != 0 {
		return m, fmt.Errorf("%q is no metre: expected one such as 6/8, C, C| or none", s)
	}
	return Meter{sum, unit}, nil
}

func parseUnit(s string) (int, error) {
	above, below, ok := strings.Cut(s, "/")
	n, rest := cutNumber(above)
	d, rest2 := 1, ""
	if ok {
		d, rest2 = cutNumber(below)
	}
	if n != 1 || rest != "" || rest2 != "" || d < 1 || d > 64 || d&(d-1) != 0 {
		return 0, fmt.Errorf("%q is no length of notes: expected one such as 1/8", s)
	}
	return Whole / d, nil
}

// parseTempo reads 1/4=120, 120 or "Allegro" 1/4=120. Words alone are no tempo.
func parseTempo(s string, unit int) (Tempo, error) {
	if open := strings.IndexByte(s, '"'); open >= 0 {
		if n := strings.IndexByte(s[open+1:], '"'); n >= 0 {
			s = s[:open] + s[open+n+2:]
		}
	}
	if s = strings.TrimSpace(s); s == "" {
		return Tempo{}, nil
	}
	t := Tempo{Beat: unit}
	if beats, count, ok := strings.Cut(s, "="); ok {
		t.Beat = 0
		for beat := range strings.FieldsSeq(beats) {
			above, below, _ := strings.Cut(beat, "/")
			n, rest := cutNumber(above)
			d, rest2 := cutNumber(below)
			if n < 1 || d < 1 || rest != "" || rest2 != "" || n > 64 || n*Whole%d != 0 {
				return t, fmt.Errorf("%q is no tempo: expected one such as 1/4=120", s)
			}
			t.Beat += n * Whole / d
		}
		s = count
	}
	var rest string
	if t.PerMinute, rest = cutNumber(strings.TrimSpace(s)); t.PerMinute < 1 || t.PerMinute > 1000 || rest != "" || t.Beat < 1 || t.Beat > 4*Whole {
		return t, fmt.Errorf("%q is no tempo: expected one such as 1/4=120", s)
	}
	return t, nil
}

// cutNumber reads digits at the beginning of s. Without any, or with more than four,
// the number is −1, and what remains is s.
func cutNumber(s string) (int, string) {
	n, i := 0, 0
	for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		if i == 4 {
			return -1, s
		}
		n = 10*n + int(s[i]-'0')
	}
	if i == 0 {
		return -1, s
	}
	return n, s[i:]
}
