package table

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Table is columns of equal length. It does not change and is safe for
// concurrent use.
type Table struct {
	rows    int
	columns []Column
	dialect Dialect
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
	if t.rows > math.MaxInt32 {
		return nil, fmt.Errorf("table: over %d rows", math.MaxInt32)
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

// Dialect is how the file of the table was written. With it and the formats of its
// columns in [Options], another file is read the same way.
func (t *Table) Dialect() Dialect { return t.dialect }

// Select is the table of the named rows, in the order named; one may be named
// more than once.
//
// Panics when there is no row, or one is not in [0, Len()).
func (t *Table) Select(rows []int) *Table {
	return t.SelectFunc(len(rows), func(k int) int { return rows[k] })
}

// SelectFunc is the table of n rows, of which row k is row(k) of this one. It shares
// the values, and takes four bytes for each row.
//
// Panics when n is 0, or a row is not in [0, Len()).
func (t *Table) SelectFunc(n int, row func(k int) int) *Table {
	if n == 0 {
		panic("select: a table needs at least one row")
	}
	to := &Table{rows: n, columns: slices.Clone(t.columns), dialect: t.dialect}
	var from, places []int32 // of the column before, as most are the same in all
	for c := range to.columns {
		column := &to.columns[c]
		if places == nil || !sameSlice(from, column.rows) {
			from, places = column.rows, make([]int32, n)
			for k := range places {
				i := row(k)
				if i < 0 || i >= t.rows {
					panic(fmt.Sprintf("select: row %d is outside a table of %d", i, t.rows))
				}
				if from != nil {
					i = int(from[i])
				}
				places[k] = int32(i)
			}
		}
		column.rows = places
	}
	return to
}

// sameSlice reports whether two slices are one.
func sameSlice(a, b []int32) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
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
	known := t.rows - c.CountMissing()
	switch known {
	case 0:
		return nil, fmt.Errorf("column %q: every value is missing", name)
	case t.rows:
		return t, nil
	}
	rows := make([]int32, 0, known)
	for i := range t.rows {
		if !c.Missing(i) {
			rows = append(rows, int32(i))
		}
	}
	return t.SelectFunc(known, func(k int) int { return int(rows[k]) }), nil
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
	to, err := New(columns...)
	if err == nil {
		to.dialect = t.dialect
	}
	return to, err
}
