package tabular

import (
	"fmt"
	"slices"

	"github.com/org/artnn/data/table"
)

// fewestNames is from how many levels on they may be names of rows: fewer are in
// a small table by chance.
const fewestNames = 10

// nearlyAll is the share of rows that have a level of their own in a column of
// names, such as titles, running numbers, or numbers that could not be read.
const nearlyAll = 0.9

// isIdentifier reports whether a category names rows rather than kinds of them.
func isIdentifier(levels, rows int) bool {
	return levels >= fewestNames && float64(levels) >= nearlyAll*float64(rows)
}

// why says for what reason a category is left out.
func (c Column) why() string {
	return fmt.Sprintf("too few rows share a value: there are %d different ones", c.Different)
}

// LeftOut tells of the columns that are not used although their values differ:
// those with a value of its own in nearly every row, or in too few of them. Each
// says what could be done about it.
func (s Schema) LeftOut() (out []*table.Error) {
	for _, c := range s.Columns {
		if c.Different > 0 {
			out = append(out, &table.Error{
				Column:  c.Name,
				Problem: "left out, since " + c.why() + "; if they are names, that is right, and if they are numbers or dates, say so",
				Help:    []table.Help{{Option: "Skip", Value: c.Name}, {Option: "Kinds", Value: string(table.Number)}, {Option: "Kinds", Value: string(table.Date)}},
			})
		}
	}
	return out
}

// Unseen is what a column has that training has never seen.
type Unseen struct {
	Column string
	Levels []string // some of the levels
	Count  int      // of all such levels
	Rows   int      // in which they are
}

// mostUnseen is how many levels that were never seen are listed.
const mostUnseen = 10

// Unseen lists the categories of a table that were never seen in training, of the
// target too if the table has it. Predictions for their rows rest on the other
// columns. A column of which training had too many levels to remember, over 1,000
// besides those it has learned, is not looked at.
//
// Errors: columns that the table lacks or has as another kind.
func (m *Model) Unseen(t *table.Table) ([]Unseen, error) {
	var out []Unseen
	add := func(c table.Column, known ...[]string) {
		if u := unseenOf(c, known...); u.Rows > 0 {
			out = append(out, u)
		}
	}
	rows, err := m.bind(t)
	if err != nil {
		return nil, fmt.Errorf("tabular: %w", err)
	}
	for _, b := range rows.columns {
		if b.Kind == table.Category && (b.Other == 0 || b.Others != nil) {
			add(b.values, b.Levels, b.Others)
		}
	}
	target := m.schema.Target
	if c, err := t.Column(target.Name); err == nil && target.Kind == table.Category && c.Kind == table.Category {
		add(c, target.Classes)
	}
	return out, nil
}

// unseenOf is what a column has besides known levels, which are in ascending
// order.
func unseenOf(c table.Column, known ...[]string) Unseen {
	u := Unseen{Column: c.Name}
	for code, n := range countLevels(c) {
		level := c.Level(code)
		seen := slices.ContainsFunc(known, func(names []string) bool {
			_, found := slices.BinarySearch(names, level)
			return found
		})
		if n == 0 || seen {
			continue
		}
		u.Count++
		u.Rows += int(n)
		if len(u.Levels) < mostUnseen {
			u.Levels = append(u.Levels, level)
		}
	}
	return u
}
