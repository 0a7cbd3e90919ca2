package table

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

// Kind is what the values of a column are.
type Kind string

// Kinds.
const (
	Number   Kind = "number"
	Category Kind = "category" // one of a set of names, without order
	Date     Kind = "date"     // a day, or a moment in it
)

// check returns an error for a kind that is none, such as a mistyped flag.
func (k Kind) check() error {
	switch k {
	case Number, Category, Date:
		return nil
	}
	return fmt.Errorf("kind %q: use number, category or date", string(k))
}

// Column is a named row of values of one kind.
//
// Its fields are for reading.
type Column struct {
	Name string
	Kind Kind

	// Values are the numbers, or the dates in days since the beginning of 1970
	// in UTC; NaN where the value is missing. Nil for a category.
	Values []float64

	// Levels are the different values of a category, in ascending order, and
	// Codes the place in Levels of each value; −1 where it is missing. Nil for
	// other kinds.
	Levels []string
	Codes  []int32
}

// Numbers is a column of numbers; NaN stands for a missing one.
func Numbers(name string, values ...float64) Column {
	return Column{Name: name, Kind: Number, Values: slices.Clone(values)}
}

// Categories is a column of names; "" stands for a missing one.
func Categories(name string, values ...string) Column {
	c := Column{Name: name, Kind: Category, Codes: make([]int32, len(values))}
	l := levels{}
	for i, v := range values {
		c.Codes[i] = missingCode
		if v != "" {
			c.Codes[i] = l.code(v)
		}
	}
	c.Levels = l.sort(c.Codes)
	return c
}

// Dates is a column of dates; the zero time stands for a missing one.
func Dates(name string, values ...time.Time) Column {
	c := Column{Name: name, Kind: Date, Values: make([]float64, len(values))}
	for i, t := range values {
		c.Values[i] = math.NaN()
		if !t.IsZero() {
			c.Values[i] = daysOf(t)
		}
	}
	return c
}

// missingCode is the code of a missing category.
const missingCode = -1

// levels numbers names in the order they come.
type levels map[string]int32

func (l levels) code(name string) int32 {
	code, ok := l[name]
	if !ok {
		code = int32(len(l))
		l[name] = code
	}
	return code
}

// sort lists the names in ascending order and renumbers codes to go with it.
func (l levels) sort(codes []int32) []string {
	names := make([]string, 0, len(l))
	for name := range l {
		names = append(names, name)
	}
	slices.Sort(names)
	to := make([]int32, len(l))
	for i, name := range names {
		to[l[name]] = int32(i)
	}
	for i, code := range codes {
		if code != missingCode {
			codes[i] = to[code]
		}
	}
	return names
}

// Len is the number of values, missing ones included.
func (c Column) Len() int {
	if c.Kind == Category {
		return len(c.Codes)
	}
	return len(c.Values)
}

// Missing reports whether value i is missing.
func (c Column) Missing(i int) bool {
	if c.Kind == Category {
		return c.Codes[i] == missingCode
	}
	return math.IsNaN(c.Values[i])
}

// CountMissing is the number of missing values.
func (c Column) CountMissing() int {
	n := 0
	for i := range c.Len() {
		if c.Missing(i) {
			n++
		}
	}
	return n
}

// Text is value i as a text, "" where it is missing. A date without a time of
// day is written like 2006-01-02.
func (c Column) Text(i int) string {
	switch {
	case c.Missing(i):
		return ""
	case c.Kind == Category:
		return c.Levels[c.Codes[i]]
	case c.Kind == Date:
		return dateText(c.Values[i])
	}
	return strconv.FormatFloat(c.Values[i], 'g', -1, 64)
}

// pick is the column of the values of the given rows. Levels are kept, those
// that no longer occur included.
func (c Column) pick(rows []int) Column {
	if c.Kind == Category {
		codes := make([]int32, len(rows))
		for k, i := range rows {
			codes[k] = c.Codes[i]
		}
		c.Codes = codes
		return c
	}
	values := make([]float64, len(rows))
	for k, i := range rows {
		values[k] = c.Values[i]
	}
	c.Values = values
	return c
}

// check returns an error for a column that was not made by this package and
// is not whole.
func (c Column) check() error {
	if c.Name == "" {
		return fmt.Errorf("a column has no name")
	}
	if err := c.Kind.check(); err != nil {
		return fmt.Errorf("column %q: %w", c.Name, err)
	}
	if c.Kind != Category {
		for i, v := range c.Values {
			if math.IsInf(v, 0) {
				return fmt.Errorf("column %q: value %d is %v; values must be finite, or NaN where they are missing", c.Name, i, v)
			}
			if c.Kind == Date && math.Abs(v) > mostDays {
				return fmt.Errorf("column %q: value %d is %g days from 1970, more than the limit of %g", c.Name, i, v, float64(mostDays))
			}
		}
		return nil
	}
	for i, name := range c.Levels {
		if name == "" || i > 0 && c.Levels[i-1] >= name {
			return fmt.Errorf("column %q: levels must be in ascending order, each once and none empty; level %d is %q", c.Name, i, name)
		}
	}
	for i, code := range c.Codes {
		if code < missingCode || int(code) >= len(c.Levels) {
			return fmt.Errorf("column %q: value %d has code %d, there are %d levels", c.Name, i, code, len(c.Levels))
		}
	}
	return nil
}
