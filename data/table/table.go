package table

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Table is columns of equal length. It does not change and is safe for
// concurrent use.
type Table struct {
	rows    int
	columns []Column
}

// New is the table of the given columns, which it keeps and which must not
// change.
//
// Errors: no column, no row, columns of different lengths, names that are empty
// or used twice, infinite numbers.
func New(columns ...Column) (*Table, error) {
	if len(columns) == 0 {
		return nil, errors.New("table: no columns")
	}
	t := &Table{rows: columns[0].Len(), columns: slices.Clone(columns)}
	if t.rows == 0 {
		return nil, errors.New("table: no rows")
	}
	for i, c := range columns {
		if err := c.check(); err != nil {
			return nil, fmt.Errorf("table: %w", err)
		}
		if c.Len() != t.rows {
			return nil, fmt.Errorf("table: column %q has %d rows, column %q has %d", columns[0].Name, t.rows, c.Name, c.Len())
		}
		if t.index(c.Name) != i {
			return nil, fmt.Errorf("table: two columns are named %q", c.Name)
		}
	}
	return t, nil
}

// index is the place of a column, or −1.
func (t *Table) index(name string) int {
	return slices.IndexFunc(t.columns, func(c Column) bool { return c.Name == name })
}

// Len is the number of rows.
func (t *Table) Len() int { return t.rows }

// Columns are the table's columns, in order.
func (t *Table) Columns() []Column { return slices.Clone(t.columns) }

// Column finds a column by name.
//
// Errors: a table without it, with the names that it has.
func (t *Table) Column(name string) (Column, error) {
	i := t.index(name)
	if i < 0 {
		return Column{}, noColumn(name, t.names())
	}
	return t.columns[i], nil
}

func (t *Table) names() []string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.Name
	}
	return names
}

// shown is how many names an error lists.
const shown = 20

func noColumn(name string, names []string) error {
	more := ""
	if n := len(names) - shown; n > 0 {
		names, more = names[:shown], fmt.Sprintf(" and %d more", n)
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	return fmt.Errorf("no column %q; there are %s%s", name, strings.Join(quoted, ", "), more)
}

// Select is the table of the named rows, in the order named; one may be named
// more than once.
//
// Panics when there is no row, or one is not in [0, Len()).
func (t *Table) Select(rows []int) *Table {
	if len(rows) == 0 {
		panic("select: a table needs at least one row")
	}
	for _, i := range rows {
		if i < 0 || i >= t.rows {
			panic(fmt.Sprintf("select: row %d is outside a table of %d", i, t.rows))
		}
	}
	to := &Table{rows: len(rows), columns: make([]Column, len(t.columns))}
	for i, c := range t.columns {
		to.columns[i] = c.pick(rows)
	}
	return to
}

// Known is the table of the rows in which a column has a value: those that a
// model of that column can learn from.
//
// Errors: a table without the column, or without a value in it.
func (t *Table) Known(name string) (*Table, error) {
	c, err := t.Column(name)
	if err != nil {
		return nil, err
	}
	var rows []int
	for i := range t.rows {
		if !c.Missing(i) {
			rows = append(rows, i)
		}
	}
	switch len(rows) {
	case 0:
		return nil, fmt.Errorf("column %q: every value is missing", name)
	case t.rows:
		return t, nil
	}
	return t.Select(rows), nil
}

// With is the table with a column more, or with another one in place of that of
// the same name.
//
// Errors: as New.
func (t *Table) With(c Column) (*Table, error) {
	columns := t.Columns()
	if i := t.index(c.Name); i >= 0 {
		columns[i] = c
	} else {
		columns = append(columns, c)
	}
	return New(columns...)
}
