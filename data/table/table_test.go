package table

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var nan = math.NaN()

func works(t testing.TB) *Table {
	t.Helper()
	made, err := New(
		Numbers("price", 100, nan, 300),
		Categories("medium", "oil", "", "chalk"),
		Dates("sold", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), time.Time{}, time.Date(1969, 12, 31, 18, 0, 0, 0, time.UTC)),
	)
	require.NoError(t, err)
	return made
}

func TestColumns(t *testing.T) {
	w := works(t)
	assert.Equal(t, []string{"number", "100", "", "300"}, texts(t, w, "price"))
	assert.Equal(t, []string{"category", "oil", "", "chalk"}, texts(t, w, "medium"))
	assert.Equal(t, []string{"date", "2024-02-29", "", "1969-12-31T18:00:00Z"}, texts(t, w, "sold"))
	medium, err := w.Column("medium")
	require.NoError(t, err)
	assert.Equal(t, []string{"chalk", "oil"}, medium.Levels())
	assert.Equal(t, []int{1, -1, 0}, []int{medium.Code(0), medium.Code(1), medium.Code(2)})
	sold, err := w.Column("sold")
	require.NoError(t, err)
	assert.Equal(t, 19782.0, sold.Value(0)) // (2024−1970)·365 + 13 leap days + 31 + 28
	assert.Equal(t, -0.25, sold.Value(2))
	for _, c := range w.Columns() {
		assert.Equal(t, 3, c.Len())
		assert.Equal(t, 1, c.CountMissing())
		assert.Equal(t, []bool{false, true, false}, []bool{c.Missing(0), c.Missing(1), c.Missing(2)})
	}
	assert.Equal(t, `3 rows
  price   number    100 to 300, mean 200; 1 missing
  medium  category  2 levels: chalk, oil; 1 missing
  sold    date      1969-12-31T18:00:00Z to 2024-02-29; 1 missing`, w.String())
	none, err := New(Numbers("x", nan))
	require.NoError(t, err)
	assert.Equal(t, "1 row\n  x  number  all missing", none.String())
}

// Dates come back to the microsecond, over all years that files can name.
func TestTime(t *testing.T) {
	for year := 0; year < 10000; year += 7 {
		when := time.Date(year, 12, 31, 23, 59, 59, 123456000, time.UTC)
		assert.WithinDuration(t, when, Time(daysOf(when)), 20*time.Microsecond)
		day := time.Date(year, 2, 28, 0, 0, 0, 0, time.UTC)
		assert.Equal(t, day, Time(daysOf(day)))
	}
}

func TestSelect(t *testing.T) {
	w := works(t)
	part := w.Select([]int{2, 0, 2})
	assert.Equal(t, 3, part.Len())
	assert.Equal(t, []string{"number", "300", "100", "300"}, texts(t, part, "price"))
	assert.Equal(t, []string{"category", "chalk", "oil", "chalk"}, texts(t, part, "medium"))
	one := w.Select([]int{0})
	medium, err := one.Column("medium")
	require.NoError(t, err)
	assert.Equal(t, []string{"chalk", "oil"}, medium.Levels(), "levels are kept")
	assert.PanicsWithValue(t, "select: row 3 is outside a table of 3", func() { w.Select([]int{3}) })
	assert.PanicsWithValue(t, "select: row -1 is outside a table of 3", func() { w.Select([]int{-1}) })
	assert.Panics(t, func() { w.Select(nil) })
}

func TestKnown(t *testing.T) {
	w := works(t)
	known, err := w.Known("medium")
	require.NoError(t, err)
	assert.Equal(t, []string{"number", "100", "300"}, texts(t, known, "price"))
	same, err := known.Known("price")
	require.NoError(t, err)
	assert.Same(t, known, same)
	_, err = w.Known("size")
	assert.ErrorContains(t, err, `no column "size"; there are "price", "medium", "sold"`)
	_, err = w.Select([]int{1}).Known("price")
	assert.ErrorContains(t, err, `column "price": every value is missing`)
}

func TestWith(t *testing.T) {
	w := works(t)
	more, err := w.With(Numbers("size", 1, 2, 3))
	require.NoError(t, err)
	assert.Equal(t, []string{"price", "medium", "sold", "size"}, more.names())
	other, err := more.With(Categories("medium", "ink", "ink", "ink"))
	require.NoError(t, err)
	assert.Equal(t, []string{"price", "medium", "sold", "size"}, other.names())
	assert.Equal(t, []string{"category", "ink", "ink", "ink"}, texts(t, other, "medium"))
	assert.Equal(t, []string{"category", "oil", "", "chalk"}, texts(t, w, "medium"), "the table is as it was")
	_, err = w.With(Numbers("size", 1))
	assert.ErrorContains(t, err, `column "price" has 3 rows, column "size" has 1`)
}

func TestNewErrors(t *testing.T) {
	for want, columns := range map[string][]Column{
		"table: no columns":                                     nil,
		"table: no rows":                                        {Numbers("x")},
		"table: a column has no name":                           {Numbers("", 1)},
		`table: two columns are named "x"`:                      {Numbers("x", 1), Categories("x", "a")},
		`table: column "x" has 1 rows, column "y" has 2`:        {Numbers("x", 1), Numbers("y", 1, 2)},
		`column "x": value 1 is +Inf; values must be finite`:    {Numbers("x", 1, math.Inf(1))},
		`column "x": kind "": use number, category or date`:     {{Name: "x", values: Numbers("", 1).values}},
		`column "x": value 0 is 1e+300 days from 1970, more th`: {{Name: "x", Kind: Date, values: Numbers("", 1e300).values}},
	} {
		made, err := New(columns...)
		assert.ErrorContains(t, err, want)
		assert.Nil(t, made)
	}
}
