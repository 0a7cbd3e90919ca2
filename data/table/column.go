package table

import (
	"errors"
	"fmt"
	"math"
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

// Column is a named row of values of one kind. It is made by this package, and
// does not change.
type Column struct {
	Name   string
	Kind   Kind
	Format Format // as the values were written in a file

	values *numbers // the number, the date or the code of each value
	levels names    // of a category, in ascending order
	rows   []int32  // the places of the values in values, in order; nil for all
}

// Numbers is a column of numbers; NaN stands for a missing one.
func Numbers(name string, values ...float64) Column {
	c := Column{Name: name, Kind: Number, values: newNumbers(len(values))}
	for i, v := range values {
		c.values.set(i, v)
	}
	return c
}

// Categories is a column of names; "" stands for a missing one.
//
// Panics when the names have over 4 GiB.
func Categories(name string, values ...string) Column {
	c := Column{Name: name, Kind: Category, values: newNumbers(len(values))}
	l := newLevels()
	for i, v := range values {
		code := int32(missingCode)
		if v != "" {
			var ok bool
			if code, ok = l.code([]byte(v)); !ok {
				panic("categories: the names have over 4 GiB")
			}
		}
		c.values.set(i, float64(code))
	}
	c.levels = l.sorted(c.values, len(values))
	return c
}

// Dates is a column of dates; the zero time stands for a missing one.
func Dates(name string, values ...time.Time) Column {
	c := Column{Name: name, Kind: Date, values: newNumbers(len(values))}
	for i, t := range values {
		days := math.NaN()
		if !t.IsZero() {
			days = daysOf(t)
		}
		c.values.set(i, days)
	}
	return c
}

// Len is the number of values, missing ones included.
func (c Column) Len() int {
	switch {
	case c.rows != nil:
		return len(c.rows)
	case c.values == nil:
		return 0
	}
	return c.values.n
}

func (c Column) at(i int) float64 {
	if c.rows != nil {
		i = int(c.rows[i])
	}
	return c.values.at(i)
}

// Value is value i of a column of numbers, or of dates in days since the beginning
// of 1970 in UTC; NaN if it is missing, or if the column is of categories.
func (c Column) Value(i int) float64 {
	if c.Kind == Category {
		return math.NaN()
	}
	return c.at(i)
}

// Values are all values, as [Column.Value] has them, in a slice of the caller's.
func (c Column) Values() []float64 {
	values := make([]float64, c.Len())
	for i := range values {
		values[i] = c.Value(i)
	}
	return values
}

// Code is the level of value i of a category, −1 if it is missing or if the column
// is of another kind.
func (c Column) Code(i int) int {
	if c.Kind != Category {
		return missingCode
	}
	return int(c.at(i))
}

// CountLevels is how many different values a category has; 0 for other kinds.
func (c Column) CountLevels() int { return c.levels.len() }

// Level is one of the different values of a category. They are in ascending order,
// and [Column.Code] is the place in it.
func (c Column) Level(code int) string { return c.levels.at(code) }

// Levels are all levels of a category, in a slice of the caller's.
func (c Column) Levels() []string {
	levels := make([]string, c.CountLevels())
	for i := range levels {
		levels[i] = c.Level(i)
	}
	return levels
}

// Missing reports whether value i is missing.
func (c Column) Missing(i int) bool {
	if c.Kind == Category {
		return c.at(i) == missingCode
	}
	return math.IsNaN(c.at(i))
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
		return c.Level(c.Code(i))
	case c.Kind == Date:
		return dateText(c.at(i))
	}
	return strconv.FormatFloat(c.at(i), 'g', -1, 64)
}

// check returns an error for a column whose values cannot be those of a table.
func (c Column) check() error {
	if c.Name == "" {
		return errors.New("a column has no name")
	}
	if err := c.Kind.check(); err != nil {
		return fmt.Errorf("column %q: %w", c.Name, err)
	}
	if c.Kind == Category {
		return nil
	}
	for i := range c.Len() {
		v := c.at(i)
		if math.IsInf(v, 0) {
			return fmt.Errorf("column %q: value %d is %v; values must be finite, or NaN where they are missing", c.Name, i, v)
		}
		if c.Kind == Date && math.Abs(v) > mostDays {
			return fmt.Errorf("column %q: value %d is %g days from 1970, more than the limit of %g", c.Name, i, v, float64(mostDays))
		}
	}
	return nil
}
