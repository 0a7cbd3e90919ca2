package table

import (
	"slices"
)

// place is a value of a file that was not what it was taken for.
type place struct {
	line int
	text string
}

func newPlace(line int, text []byte) place {
	return place{line, string(text[:min(len(text), 2*longest)])}
}

// evidence is what is known of a column after a first reading.
type evidence struct {
	given int // values that are not missing
	first place

	numbers [readings]numberEvidence
	// Values that mean another number in each reading, and the marks in them.
	ambiguous int
	marks     [readings]bool
	plain     int // values of digits only
	named     int // of these, names rather than numbers

	dates []dateEvidence // by layout
}

// numberEvidence is what is known of a reading of numbers.
type numberEvidence struct {
	fit     int
	not     place  // the first that is none
	unit    string // the first that is not ""
	percent int    // values that are per cent, and
	without int    // those that are not, but for 0
	bare    place  // the first of the latter
	full    place  // the first of the former
}

// dateEvidence is what is known of a layout.
type dateEvidence struct {
	layout string
	fit    int
	not    place // the first that does not fit
}

// mostLayouts bounds how many layouts a column may have to count as dates.
const mostLayouts = 32

// add takes note of a value that is not missing. own are the layouts that the
// user has said.
func (e *evidence) add(text []byte, line int, own []string, shapes dateShapes) {
	if e.given == 0 {
		e.first = newPlace(line, text)
	}
	e.given++
	isNumber := e.addNumber(text, line)
	e.addDate(text, line, own, shapes, isNumber)
}

func (e *evidence) addNumber(text []byte, line int) (any bool) {
	n, ok := e.numbers[point].add(text, line, point)
	if n.plain {
		// Digits are the same in every reading.
		if _, ok := e.numbers[comma].add(text, line, comma); !ok {
			return false
		}
		e.plain++
		if isIdentifier(text) {
			e.named++
		}
		return true
	}
	m, also := e.numbers[comma].add(text, line, comma)
	if ok && also && n.value != m.value {
		e.ambiguous++
		e.marks[point] = e.marks[point] || slices.Contains(text, '.')
		e.marks[comma] = e.marks[comma] || slices.Contains(text, ',')
	}
	return ok || also
}

func (e *numberEvidence) add(text []byte, line, reading int) (n number, ok bool) {
	n, ok = parseNumber(text, reading)
	if ok && n.unit != "" && e.unit != "" && n.unit != e.unit {
		ok = false // what has another unit is not to be compared
	}
	if !ok {
		if e.not.line == 0 {
			e.not = newPlace(line, text)
		}
		return n, false
	}
	e.fit++
	if e.unit == "" {
		e.unit = n.unit
	}
	switch {
	case n.unit == percent:
		if e.percent == 0 {
			e.full = newPlace(line, text)
		}
		e.percent++
	case n.value != 0:
		if e.without == 0 {
			e.bare = newPlace(line, text)
		}
		e.without++
	}
	return n, true
}

// settle leaves out the values of the minority, if some are per cent and others
// are not.
func (e *numberEvidence) settle() {
	switch {
	case e.percent == 0 || e.without == 0:
	case e.percent >= e.without:
		e.fit -= e.without
		e.not = earlier(e.not, e.bare)
	default:
		e.fit -= e.percent
		e.not, e.unit = earlier(e.not, e.full), ""
	}
}

func earlier(a, b place) place {
	if a.line == 0 || b.line != 0 && b.line < a.line {
		return b
	}
	return a
}

func (e *evidence) addDate(text []byte, line int, own []string, shapes dateShapes, isNumber bool) {
	var layouts []string
	if !isNumber && mayBeDate(text) {
		layouts = shapes.of(text)
	}
	matched := 0
	note := func(layout string) {
		if _, ok := parseDate(string(text), layout); !ok {
			return
		}
		matched++
		for i := range e.dates {
			if e.dates[i].layout == layout {
				e.dates[i].fit++
				return
			}
		}
		if len(e.dates) < mostLayouts {
			d := dateEvidence{layout: layout, fit: 1}
			if e.given > 1 {
				d.not = e.first
			}
			e.dates = append(e.dates, d)
		}
	}
	for _, layout := range own {
		note(layout)
	}
	for _, layout := range layouts {
		if !slices.Contains(own, layout) {
			note(layout)
		}
	}
	if matched < len(e.dates) {
		for i := range e.dates {
			if d := &e.dates[i]; d.fit < e.given && d.not.line == 0 {
				d.not = newPlace(line, text)
			}
		}
	}
}
