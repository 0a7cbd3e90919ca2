package table

import "fmt"

// nearly is the share of values from which a column counts as meant to be
// numbers, or dates, with slips in it.
const nearly = 0.9

// place is a value of a file that was not what it was taken for.
type place struct {
	line int
	text string
}

// evidence is what is known of a column after a first reading.
type evidence struct {
	given    int // values that are not missing
	numbers  int
	dates    []int   // values that fit each layout
	notNum   place   // the first that is no number
	notDates []place // the first that does not fit each layout
	last     int     // the layout of the last value that was a date
}

func newEvidence(layouts int) *evidence {
	return &evidence{dates: make([]int, layouts), notDates: make([]place, layouts)}
}

// add takes note of a value that is not missing. The first own layouts are the
// user's.
func (e *evidence) add(text string, line int, layouts []string, own int) {
	e.given++
	_, number := parseNumber(text)
	if number {
		e.numbers++
	} else if e.notNum.line == 0 {
		e.notNum = newPlace(line, text)
	}
	mayBe := !number && mayBeDate(text)
	// Most dates are written as the one before. Only of the user's layouts, and
	// of the two that differ in what comes first, can a value fit more than one.
	again, last := false, e.last
	if mayBe && last >= own {
		_, again = parseDate(text, layouts[last])
	}
	for i, layout := range layouts {
		fits := false
		switch {
		case i < own, mayBe && (!again || layout == dayFirst || layout == monthFirst):
			_, fits = parseDate(text, layout)
		case again:
			fits = i == last
		}
		if fits {
			e.dates[i]++
			e.last = i
		} else if e.notDates[i].line == 0 {
			e.notDates[i] = newPlace(line, text)
		}
	}
}

// longest is how many bytes of a value an error shows.
const longest = 40

func newPlace(line int, text string) place {
	if len(text) > longest {
		text = fmt.Sprintf("%.*s…", longest/4, text) // counts characters, of up to 4 bytes
	}
	return place{line, string([]byte(text))} // not a view that keeps the whole record
}

// verdict is how a column is to be read.
type verdict struct {
	kind   Kind
	layout string // of a date
}

// decide says what a column is. want is what the user says it is, or "".
func (e *evidence) decide(want Kind, layouts []string, own int) (verdict, error) {
	best := 0 // the layout that most values fit
	for i, n := range e.dates {
		if n > e.dates[best] {
			best = i
		}
	}
	switch {
	case want == Category:
		return verdict{kind: Category}, nil
	case want == Number:
		if e.numbers < e.given {
			return verdict{}, e.notNum.is("not a number; numbers are written like 1234.5, without thousands separators and units")
		}
		return verdict{kind: Number}, nil
	case want == Date:
		if e.dates[best] == 0 && e.given > 0 {
			return verdict{}, e.notDates[best].is("not a date in a known layout; give its date layout in Go's notation, such as \"2/1/2006\"")
		}
		if e.dates[best] < e.given {
			return verdict{}, e.notDates[best].is(fmt.Sprintf("not a date as %q, which %d of %d values are", layouts[best], e.dates[best], e.given))
		}
		return e.date(layouts, best, own)
	case e.numbers == e.given: // also where every value is missing
		return verdict{kind: Number}, nil
	case e.dates[best] == e.given:
		return e.date(layouts, best, own)
	case float64(e.numbers) >= nearly*float64(e.given):
		return verdict{}, e.notNum.is(fmt.Sprintf("not a number, as %d of %d values are: mend it, count it as missing, or give the column the kind category", e.numbers, e.given))
	case float64(e.dates[best]) >= nearly*float64(e.given):
		return verdict{}, e.notDates[best].is(fmt.Sprintf("not a date as %q, as %d of %d values are: mend it, count it as missing, or give the column the kind category", layouts[best], e.dates[best], e.given))
	}
	return verdict{kind: Category}, nil
}

// date settles on a layout, unless what fits it would as well be another day.
// The first own layouts are the user's, who has said what is meant.
func (e *evidence) date(layouts []string, best, own int) (verdict, error) {
	if best >= own && e.given > 0 {
		both := true
		for i, layout := range layouts {
			if i >= own && (layout == dayFirst || layout == monthFirst) {
				both = both && e.dates[i] == e.given
			}
		}
		if both {
			return verdict{}, fmt.Errorf("every value may have the day or the month first; give the date layout %q or %q", dayFirst, monthFirst)
		}
	}
	return verdict{Date, layouts[best]}, nil
}

func (p place) is(what string) error {
	return &cellError{p.line, fmt.Sprintf("%q is %s", p.text, what)}
}

// cellError is an error of one value, whose column the reader adds.
type cellError struct {
	line int
	text string
}

func (e *cellError) Error() string { return e.text }
