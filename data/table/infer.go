package table

import (
	"fmt"
	"slices"
	"strings"
)

// nearly is the share of values from which a column counts as meant to be
// numbers, or dates, with slips in it.
const nearly = 0.9

// wanted is what is said of a column before it is read.
type wanted struct {
	kind    Kind     // "" if it is to be found out
	learned bool     // by a model: what contradicts it is an error
	format  Format   // learned
	decimal string   // said by the user, "" if it is to be found out
	layouts []string // said by the user
	orders  []string // likewise, such as "dmy"
}

// verdict is how a column is to be read.
type verdict struct {
	kind    Kind
	format  Format
	reading int
	// The values mean other numbers in each reading, and nothing in the column
	// tells which is meant.
	open bool
}

// decide says what a column is.
func (e *evidence) decide(w wanted) (verdict, error) {
	for i := range e.numbers {
		e.numbers[i].settle()
	}
	readings := e.mayRead(w)
	best := readings[0] // that most values fit
	for _, r := range readings {
		if e.numbers[r].fit > e.numbers[best].fit {
			best = r
		}
	}
	number, date := &e.numbers[best], e.bestDate(w)
	switch {
	case w.kind == Category:
		return verdict{kind: Category}, nil
	case w.kind == Number:
		if err := e.contradicts(w, number); err != nil {
			return verdict{}, err
		}
		if number.fit < e.given {
			return verdict{}, e.notNumber(w, number)
		}
		return e.number(w, readings, best), nil
	case w.kind == Date:
		switch {
		case e.given == 0:
			return verdict{kind: Date, format: Format{Layout: w.format.Layout}}, nil
		case date == nil && w.learned && len(e.dates) > 0:
			return verdict{}, e.first.is(fmt.Sprintf("not a date as %q, which was learned", w.format.Layout), e.helpDate(e.first, w)...)
		case date == nil:
			return verdict{}, e.first.is("not a date in a layout that is known", Help{"Dates", digitsLayout(e.first.text)}, Help{"Kinds", string(Category)})
		}
		if date.fit < e.given {
			return verdict{}, date.not.is(e.insteadOf(date, w), e.helpDate(date.not, w)...)
		}
		return e.date(w)
	case number.fit == e.given && e.named > 0 && e.plain == e.given:
		return verdict{kind: Category}, nil
	case number.fit == e.given: // also where every value is missing
		return e.number(w, readings, best), nil
	case date != nil && date.fit == e.given:
		return e.date(w)
	case float64(number.fit) >= nearly*float64(e.given):
		return verdict{}, number.not.is(fmt.Sprintf("not a number, as %d of %d values are: mend it, or say what it is", number.fit, e.given), help(number.not)...)
	case date != nil && float64(date.fit) >= nearly*float64(e.given):
		return verdict{}, date.not.is(fmt.Sprintf("not a date as %q, as %d of %d values are: mend it, or say what it is", date.layout, date.fit, e.given), help(date.not)...)
	}
	return verdict{kind: Category}, nil
}

// help is for a value that is not like the others.
func help(p place) []Help {
	return []Help{{"Missing", cut(p.text)}, {"Kinds", string(Category)}}
}

// digitsLayout is a layout without signs between, which may be one of numbers too and
// has to be said: "" if the text is not a date in it.
func digitsLayout(text string) string {
	const layout = "20060102"
	if _, ok := parseDate(text, layout); !ok {
		return ""
	}
	return layout
}

// mayRead are the readings of numbers that are possible.
func (e *evidence) mayRead(w wanted) []int {
	mark := w.decimal
	if mark == "" && w.learned {
		mark = w.format.Decimal
	}
	if i := slices.Index(marks[:], mark); i >= 0 {
		return []int{i}
	}
	return []int{point, comma}
}

// number settles on a reading, or leaves it open.
func (e *evidence) number(w wanted, readings []int, best int) verdict {
	v := verdict{kind: Number, reading: best}
	v.format.Unit = e.numbers[best].unit
	if v.format.Unit == "" && w.learned {
		v.format.Unit = w.format.Unit
	}
	switch {
	case len(readings) == 1:
		v.format.Decimal = marks[best]
	case e.numbers[point].fit != e.numbers[comma].fit:
		v.format.Decimal = marks[best]
	case e.ambiguous > 0:
		v.open = true
	}
	return v
}

// contradicts returns an error for units that are not those that were learned.
func (e *evidence) contradicts(w wanted, n *numberEvidence) error {
	learned := w.format.Unit
	if !w.learned || n.unit == learned || e.given == 0 {
		return nil
	}
	switch {
	case learned == percent && n.without > 0:
		return n.bare.is("not in %, as the values were that were learned from")
	case n.unit == percent:
		return n.full.is("in %, as the values were not that were learned from")
	case n.unit != "" && learned != "":
		return e.first.is(fmt.Sprintf("in %q, not in %q as the values were that were learned from", n.unit, learned))
	}
	return nil
}

func (e *evidence) notNumber(w wanted, n *numberEvidence) error {
	what := "not a number; numbers are written like 1234.5, -1,234.50, 1.234,5 or $1,234"
	mark := w.decimal
	if mark == "" && w.learned {
		mark = w.format.Decimal
	}
	ways := []Help{{"Missing", cut(n.not.text)}, {"Kinds", string(Category)}}
	if i := slices.Index(marks[:], mark); i >= 0 {
		other := 1 - i
		if _, ok := parseNumber([]byte(n.not.text), other); ok {
			what = fmt.Sprintf("not a number with the decimal mark %q", mark)
			if w.learned {
				what += ", which was learned"
			}
			ways = []Help{{"Decimal", marks[other]}}
		}
	}
	return n.not.is(what, ways...)
}

// bestDate is the layout that most values fit, among those that go with what was
// said; nil if there is none.
func (e *evidence) bestDate(w wanted) *dateEvidence {
	var best *dateEvidence
	for i := range e.dates {
		if d := &e.dates[i]; w.allows(d.layout) && (best == nil || d.fit > best.fit) {
			best = d
		}
	}
	return best
}

// allows reports whether dates may be read in a layout.
func (w wanted) allows(layout string) bool {
	if w.saysDates() || !w.learned || w.format.Layout == "" {
		return true
	}
	learned, err := dateOrder(w.format.Layout)
	order, err2 := dateOrder(layout)
	return err == nil && err2 == nil && learned == order
}

func (w wanted) saysDates() bool { return len(w.layouts) > 0 || len(w.orders) > 0 }

// insteadOf says what a date was expected to look like.
func (e *evidence) insteadOf(d *dateEvidence, w wanted) string {
	if w.learned {
		return fmt.Sprintf("not a date as %q, which was learned and %d of %d values are", d.layout, d.fit, e.given)
	}
	return fmt.Sprintf("not a date as %q, which %d of %d values are", d.layout, d.fit, e.given)
}

// helpDate is for a value that is no date in the layout of the others.
func (e *evidence) helpDate(p place, w wanted) []Help {
	if w.learned {
		for _, d := range e.dates {
			if order, err := dateOrder(d.layout); err == nil && d.fit == e.given && !w.allows(d.layout) {
				return []Help{{"Dates", order}}
			}
		}
	}
	return []Help{{"Missing", cut(p.text)}, {"Dates", ""}}
}

// date settles on a layout that all values fit, unless in another they would be
// other days.
func (e *evidence) date(w wanted) (verdict, error) {
	var fit, found []string
	for _, d := range e.dates {
		if d.fit == e.given && w.allows(d.layout) {
			fit = append(fit, d.layout)
		}
	}
	choose := func(layout string) (verdict, error) {
		return verdict{kind: Date, format: Format{Layout: layout}}, nil
	}
	for _, layout := range w.layouts {
		if slices.Contains(fit, layout) {
			return choose(layout)
		}
	}
	for _, layout := range fit {
		order, err := dateOrder(layout)
		if err != nil {
			continue
		}
		if slices.Contains(w.orders, order) || w.learned && !w.saysDates() && layout == w.format.Layout {
			return choose(layout)
		}
		if !slices.Contains(found, order) {
			found = append(found, order)
		}
	}
	if len(found) > 1 {
		var ways []Help
		for _, order := range found {
			ways = append(ways, Help{"Dates", order})
		}
		return verdict{}, &Error{Line: e.first.line, Problem: fmt.Sprintf("the dates, such as %s, may mean other days: %s can be read in every value",
			shown(e.first.text), strings.Join(fit, " and ")), Help: ways}
	}
	return choose(fit[0])
}

func (p place) is(what string, ways ...Help) error {
	return &Error{Line: p.line, Problem: fmt.Sprintf("%s is %s", shown(p.text), what), Help: ways}
}

// cut is a value, "" if it is too long to be given as an option.
func cut(text string) string {
	if len(text) > longest {
		return ""
	}
	return text
}

// settleOpen chooses the reading of the columns whose values do not tell, by those
// that do, or else by the delimiter.
func settleOpen(columns []*columnReader, delimiter string) error {
	var votes [readings]int
	for _, c := range columns {
		if c == nil || c.verdict.kind != Number || c.verdict.open {
			continue
		}
		if i := slices.Index(marks[:], c.verdict.format.Decimal); i >= 0 {
			votes[i]++
		}
	}
	for _, c := range columns {
		if c == nil || !c.verdict.open {
			continue
		}
		v, e := &c.verdict, c.evidence
		switch {
		case votes[point] > 0 && votes[comma] == 0:
			v.reading = point
		case votes[comma] > 0 && votes[point] == 0:
			v.reading = comma
		case delimiter == ",": // a decimal comma would separate
			v.reading = point
		case e.marks[point] && !e.marks[comma] && delimiter != ";":
			v.reading = point
		case e.marks[comma] && !e.marks[point] && delimiter == ";": // the comma was taken
			v.reading = comma
		default:
			return &Error{Line: e.first.line, Column: c.name, Help: []Help{{"Decimal", "."}, {"Decimal", ","}},
				Problem: fmt.Sprintf("the mark in the numbers, such as %s, may be for decimals or for thousands", shown(e.first.text))}
		}
		v.format.Decimal = marks[v.reading]
		v.format.Unit = e.numbers[v.reading].unit
	}
	return nil
}
